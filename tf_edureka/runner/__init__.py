"""Old scripts and notebooks as they are. Its whole process becomes one of TensorFlow 1."""
