"""The smooth function in Keras 3, with the names of the old layers."""

import keras
from keras import layers


def build():
    """The compiled model."""

    def dense(units, activation, name):
        return layers.Dense(
            units,
            activation=activation,
            kernel_initializer=keras.initializers.VarianceScaling(),
            # half of what the old program says, whose l2_loss has a half in it
            kernel_regularizer=keras.regularizers.L2(0.5e-3),
            name=name,
        )

    model = keras.Sequential(
        [
            keras.Input((6,)),
            dense(24, "tanh", "hidden1"),
            dense(24, "tanh", "hidden2"),
            dense(1, None, "prediction"),
        ]
    )
    model.compile(
        keras.optimizers.Adadelta(1.0, rho=0.95, epsilon=1e-6),
        keras.losses.MeanSquaredError(),
    )
    return model
