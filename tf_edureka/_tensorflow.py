"""TensorFlow, which the package imports from here: quietly, and so that it finds NVIDIA's wheels.

Without it the first lines that a library user sees are some dozen of TensorFlow's log.
"""

from tf_edureka import runtime

__all__ = ["tf"]

with runtime.quiet_import(keras=False):  # which Keras there is, `_keras` looks at
    import tensorflow as tf

    runtime.preload_cusolver()
    # Logs that there is no GPU where there is none. TensorFlow 1.15.5 has it only by this name.
    tf.config.experimental.list_physical_devices("GPU")
