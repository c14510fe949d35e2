"""The next letter in Keras 3."""

import keras
from keras import layers

LETTERS = len(set("a port is the same computation, or it is another one. "))


def build():
    """The compiled model."""
    from tf_edureka import tf1

    model = keras.Sequential(
        [
            keras.Input((8,), dtype="int32"),
            layers.Embedding(
                LETTERS, 16, embeddings_initializer=keras.initializers.RandomNormal(stddev=0.5)
            ),
            layers.LayerNormalization(epsilon=1e-5),
            layers.RNN(tf1.LSTMCell(16), return_sequences=True),
            layers.Dense(
                LETTERS,
                kernel_initializer=keras.initializers.TruncatedNormal(stddev=0.2),
                bias_initializer=keras.initializers.RandomUniform(-0.1, 0.1),
            ),
        ]
    )
    rate = keras.optimizers.schedules.ExponentialDecay(0.02, 7, 0.8, staircase=True)
    model.compile(
        tf1.Adam(rate, global_clipnorm=0.25),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model
