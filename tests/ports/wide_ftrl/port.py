"""The linear model in Keras 3, with the name of the old layer."""

import keras
from keras import layers


def build():
    """The compiled model."""
    model = keras.Sequential(
        [
            keras.Input((29,)),
            layers.Dense(1, kernel_initializer="zeros", name="linear"),
        ]
    )
    model.compile(
        keras.optimizers.Ftrl(
            0.2, l1_regularization_strength=0.02, l2_regularization_strength=0.05
        ),
        keras.losses.BinaryCrossentropy(from_logits=True),
    )
    return model
