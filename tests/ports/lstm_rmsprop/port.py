"""The LSTM for three languages in Keras 3."""

import keras
from keras import layers


def build():
    """The compiled model."""
    from tf_edureka import tf1

    uniform = keras.initializers.RandomUniform(-0.3, 0.3)
    model = keras.Sequential(
        [
            keras.Input((10,), dtype="int32"),
            layers.Embedding(12, 16, embeddings_initializer=uniform),
            layers.LSTM(20, kernel_initializer=uniform, recurrent_initializer=uniform),
            layers.Dropout(0.2),
            layers.Dense(3, kernel_initializer=uniform, bias_initializer=uniform),
        ]
    )
    model.compile(
        tf1.RMSProp(0.1, decay=0.95, momentum=0.8, epsilon=0.01),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model
