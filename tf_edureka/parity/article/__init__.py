"""The article's own ladder: the legacy path, the modern path and TensorFlow 1.15.5."""
