"""Imports TensorFlow for the whole package: without its log messages, and so that it finds CUDA.

A plain import would print about a dozen log lines first.
"""

from tf_edureka import runtime

__all__ = ["tf"]

with runtime.quiet_import(keras=False):  # `_keras` checks the backend of Keras
    import tensorflow as tf

    runtime.preload_cusolver()
    # Logs now, while the log is hidden, that no GPU exists. TensorFlow 1.15.5 has only this name.
    tf.config.experimental.list_physical_devices("GPU")
