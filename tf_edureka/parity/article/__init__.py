"""The ladder of the article's network: legacy path, modern path and TensorFlow 1.15.5."""
