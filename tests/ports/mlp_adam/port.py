"""The perceptron for digits in Keras 3."""

import keras
from keras import layers


def build():
    """The compiled model."""
    settings = {
        "kernel_initializer": keras.initializers.TruncatedNormal(stddev=0.1),
        "bias_initializer": keras.initializers.Constant(0.1),
    }
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Rescaling(1 / 255),
            layers.Dense(32, activation="relu", **settings),
            layers.Dense(24, activation="relu", **settings),
            layers.Dense(10, **settings),
        ]
    )
    model.compile(
        keras.optimizers.Adam(learning_rate=0.005, epsilon=1e-8),
        keras.losses.CategoricalCrossentropy(from_logits=True),
    )
    return model
