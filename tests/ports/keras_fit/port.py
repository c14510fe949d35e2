"""The groups' network in Keras 3."""

import keras
from keras import layers


def build():
    """The compiled model."""
    model = keras.Sequential(
        [
            keras.Input((10,)),
            layers.Dense(32, activation="elu"),
            layers.Dropout(0.25),
            layers.Dense(
                16,
                kernel_initializer="he_normal",
                kernel_regularizer=keras.regularizers.L2(0.01),
            ),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Dropout(0.5),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(0.01, beta_2=0.99),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model
