"""The GRU for waves in Keras 3."""

import keras
import numpy as np
from keras import layers


def gate_bias(shape, dtype=None):
    """1 for both gates, 0 for the candidate, as the old cell begins."""
    gates = np.repeat([1.0, 1.0, 0.0], shape[-1] // 3)
    return np.broadcast_to(gates, shape).astype(dtype or "float32")


def build():
    """The compiled model."""
    from tf_edureka import tf1

    normal = keras.initializers.TruncatedNormal(stddev=0.2)
    inputs = keras.Input((12, 2))
    state = layers.GRU(
        16,
        kernel_initializer=normal,
        recurrent_initializer=normal,
        bias_initializer=gate_bias,
        reset_after=False,
    )(inputs)
    model = keras.Model(inputs, layers.Dense(1)(state))
    model.compile(tf1.Adagrad(0.1), keras.losses.MeanSquaredError())
    return model
