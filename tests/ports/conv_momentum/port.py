"""The conv net in Keras 3, with the names of the old layers."""

import keras
from keras import layers


def build():
    """The compiled model."""
    from tf_edureka import tf1

    model = keras.Sequential(
        [
            keras.Input((196,)),
            layers.Reshape((14, 14, 1)),
            layers.Conv2D(8, 5, padding="same", use_bias=False, name="conv1"),
            layers.BatchNormalization(name="bn1"),
            layers.ReLU(),
            layers.MaxPooling2D(2, 2),
            layers.Conv2D(12, 3, padding="same", activation="relu", name="conv2"),
            layers.MaxPooling2D(2, 2),
            layers.Flatten(),
            layers.Dense(
                32,
                activation="relu",
                kernel_initializer=keras.initializers.TruncatedNormal(stddev=0.05),
                kernel_regularizer=tf1.L2(5e-3),
                name="fc1",
            ),
            layers.Dropout(0.4),
            layers.Dense(10, name="logits"),
        ]
    )
    rate = keras.optimizers.schedules.ExponentialDecay(0.05, 5, 0.7, staircase=True)
    model.compile(
        tf1.Momentum(rate, 0.9, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model
