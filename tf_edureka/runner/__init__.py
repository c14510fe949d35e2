"""Old scripts as they are. What is here makes its whole process one of TensorFlow 1."""
