"""The autoencoder in Keras 3. It is trained on pairs of a picture and the same picture."""

import keras
from keras import layers, ops


def cross_entropy(pictures, logits):
    """Of each picture, summed over its pixels; Keras takes the mean of the batch."""
    return ops.sum(ops.binary_crossentropy(pictures, logits, from_logits=True), axis=1)


def build():
    """The compiled model."""
    normal = keras.initializers.RandomNormal(stddev=0.2)
    pictures = keras.Input((64,))
    hidden = layers.Dense(24, activation="sigmoid", kernel_initializer=normal)(pictures)
    code = layers.Dense(8, activation="tanh", kernel_initializer=normal)(hidden)
    hidden = layers.Dense(24, activation="sigmoid", kernel_initializer=normal)(code)
    logits = layers.Dense(64, kernel_initializer=normal)(hidden)
    model = keras.Model(pictures, logits)
    rate = keras.optimizers.schedules.InverseTimeDecay(0.4, decay_steps=5, decay_rate=0.5)
    model.compile(keras.optimizers.SGD(rate, clipvalue=0.05), cross_entropy)
    return model
