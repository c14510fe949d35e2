"""Replacements for the names of TensorFlow 1, as tables by subject."""
