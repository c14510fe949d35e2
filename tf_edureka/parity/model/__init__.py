"""Compares a Keras model with a recorded run and finds its mistakes."""
