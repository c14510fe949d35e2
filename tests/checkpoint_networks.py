"""Ports to Keras 3 of the networks of `goldens/checkpoints.py`."""

import keras
from keras import layers

from tf_edureka import tf1

FROM_INTEGERS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def article():
    model = keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(16, activation="relu"),
            layers.Dense(16, activation="relu"),
            layers.Dense(10),
        ]
    )
    model.compile(tf1.Adam(0.001), keras.losses.CategoricalCrossentropy(from_logits=True))
    return model


def conv():
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(3, 3, padding="same"),
            tf1.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Conv2D(4, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(6, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(4, name="logits"),
        ]
    )
    rate = keras.optimizers.schedules.ExponentialDecay(0.05, 3, 0.5, staircase=True)
    model.compile(tf1.Momentum(rate, 0.9), FROM_INTEGERS)
    return model


def _recurrent(layer):
    model = keras.Sequential([keras.Input((5, 3)), layer, layers.Dense(3)])
    model.compile(tf1.RMSProp(0.01, decay=0.9, momentum=0.8), FROM_INTEGERS)
    return model


def lstm():
    """With the Keras layer, which has other gate order and two kernels."""
    return _recurrent(layers.LSTM(4))


def lstm_cell():
    """With the cell that has the weights of TensorFlow 1."""
    return _recurrent(layers.RNN(tf1.LSTMCell(4)))


def embedding():
    model = keras.Sequential(
        [
            keras.Input((5,), dtype="int32"),
            layers.Embedding(20, 4),
            layers.GlobalAveragePooling1D(),
            layers.Dense(3),
        ]
    )
    model.compile(tf1.Adagrad(0.5), FROM_INTEGERS)
    return model


def _regression(optimizer, *, names=("hidden", "output"), activation="tanh"):
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(5, activation=activation, name=names[0]),
            layers.Dense(2, name=names[1]),
        ]
    )
    model.compile(optimizer, "mean_squared_error")
    return model


def adadelta():
    return _regression(tf1.Adadelta(1.0, epsilon=1e-4), names=("fc1", "fc2"))


def ftrl():
    return _regression(tf1.Ftrl(0.1, l1_regularization_strength=0.01))


def centered():
    return _regression(tf1.RMSProp(0.01, momentum=0.7, centered=True))


def nesterov():
    return _regression(tf1.Momentum(0.02, 0.9, use_nesterov=True))


def v1():
    return _regression(tf1.Adam(0.01))


def saved_model():
    return _regression(tf1.Adam(0.01), names=("fc1", "fc2"))


def queue():
    return _regression(tf1.Adam(0.01), activation="elu")


def ema():
    return _regression(tf1.Adam(0.01), activation="sigmoid")


def _layers_on_devices(optimizer):
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(4, activation="relu"),
            layers.Dense(4, activation="relu"),
            layers.Dense(2, name="output"),
        ]
    )
    model.compile(optimizer, "mean_squared_error")
    return model


def sharded():
    return _layers_on_devices(tf1.Adam(0.01))


def v1_sharded():
    return _layers_on_devices(keras.optimizers.SGD(0.01))


def five():
    model = keras.Sequential([keras.Input((6,))])
    for _ in range(5):
        model.add(layers.Dense(6, activation="tanh"))
    model.compile(tf1.Adam(0.01), "mean_squared_error")
    return model


def branches():
    """The branch named `left` here is named `right` in the original code."""
    x = keras.Input((6,))
    left = layers.Dense(5, activation="relu", name="left_1")(x)
    left = layers.Dense(5, activation="relu", name="left_2")(left)
    right = layers.Dense(5, activation="tanh", name="right_1")(x)
    right = layers.Dense(5, activation="tanh", name="right_2")(right)
    outputs = layers.Dense(3, name="merged")(layers.Concatenate()([left, right]))
    model = keras.Model(x, outputs)
    model.compile(keras.optimizers.SGD(0.1), "mean_squared_error")
    return model


def frozen():
    """Not compiled: the file has no training."""
    return keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(3, 3, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Conv2D(4, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(6, activation="relu"),
            layers.Dense(4, name="logits"),
        ]
    )


def saved_model_fixed():
    """Not compiled: the file has no training."""
    return keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(5, activation="sigmoid"),
            layers.Dense(3, activation="softmax"),
        ]
    )


def tf_keras():
    """For the HDF5 files and weights of `tf.keras`, which also uses an epsilon of 1e-7."""
    model = keras.Sequential(
        [
            keras.Input((4, 4, 2)),
            layers.Conv2D(3, 3, activation="relu"),
            tf1.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(5, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy())
    return model
