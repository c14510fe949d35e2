"""Runs TensorFlow 1 scripts and notebooks unchanged. It switches its whole process to them."""
