"""The generative adversarial network in Keras 3: a model for each half, the other one frozen."""

import keras
from keras import layers, ops


def _made(trained):
    generator = keras.Sequential(
        [keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(10, "tanh")], name="generator"
    )
    discriminator = keras.Sequential(
        [
            keras.Input((10,)),
            layers.Dense(16),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(1),
        ],
        name="discriminator",
    )
    generator.trainable = trained == "generator"
    discriminator.trainable = trained == "discriminator"
    return generator, discriminator


def generator():
    """The compiled model that trains the generator."""
    from tf_edureka import tf1

    make, judge = _made("generator")
    z = keras.Input((4,))
    model = keras.Model(z, judge(make(z)))
    model.compile(tf1.Adam(0.002, beta_1=0.5), lambda _, logits: ops.mean(ops.softplus(-logits)))
    return model


def discriminator():
    """The compiled model that trains the discriminator; its logits are real, made."""
    from tf_edureka import tf1

    make, judge = _made("discriminator")
    x, z = keras.Input((10,)), keras.Input((4,))
    model = keras.Model([x, z], ops.concatenate([judge(x), judge(make(z))], 1))
    signs = [[-1.0, 1.0]]
    model.compile(
        tf1.Adam(0.001, beta_1=0.5),
        lambda _, logits: 2 * ops.mean(ops.softplus(signs * logits)),
    )
    return model
