"""Runs TensorFlow 1 scripts and notebooks unchanged: switches the process to TensorFlow 1."""
