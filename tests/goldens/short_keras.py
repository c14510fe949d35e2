"""Trains two networks of Keras 2.3.1 for a few steps, and prints their losses.

A TensorFlow 1 script, as `networks.py` is, with `import keras`. With 1.15.5 it wrote
`short_keras.jsonl`. A line is JSON: a name, the losses and metrics, the sums of the weights.
"""

import json

import keras
import numpy as np
import tensorflow as tf
from keras import backend as K
from keras.layers import (
    LSTM,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Input,
    MaxPooling2D,
)
from keras.models import Model, Sequential
from keras.utils import to_categorical

random = np.random.RandomState(0)
IMAGES = random.rand(32, 12, 12, 1)
CLASSES = to_categorical(random.randint(0, 4, 32), 4)
WORDS = random.randint(0, 20, [32, 7])
SIGNS = random.randint(0, 2, [32, 1])


def convolutions():
    """Convolutions, batch normalization, dropout, a generator of flipped images."""
    model = Sequential()
    model.add(Conv2D(4, (3, 3), padding="same", input_shape=(12, 12, 1)))
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(0.25))
    model.add(Flatten())
    model.add(Dense(8, activation="relu", kernel_regularizer=keras.regularizers.l2(0.01)))
    model.add(Dense(4, activation="softmax"))
    # Not Adam: in Keras 2.3.1 it reads its step count while another thread increments it.
    optimizer = keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True)
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(IMAGES, CLASSES, 8, epochs=3, verbose=0, validation_split=0.25)
    images = keras.preprocessing.image.ImageDataGenerator(horizontal_flip=True)
    more = model.fit_generator(images.flow(IMAGES, CLASSES, 8), 4, 1, verbose=0, workers=0)
    return model, [history.history, more.history, model.evaluate(IMAGES, CLASSES, verbose=0)]


def recurrent():
    """A functional model with an embedding and an LSTM, and callbacks."""
    words = Input((7,))
    # Not Orthogonal, the default: its signs depend on LAPACK, and so on the installed NumPy.
    lstm = LSTM(8, dropout=0.2, recurrent_dropout=0.2, recurrent_initializer="glorot_uniform")
    x = lstm(Embedding(20, 8, mask_zero=True)(words))
    model = Model(words, Dense(1, activation="sigmoid")(x))
    model.compile(keras.optimizers.RMSprop(lr=0.01), "binary_crossentropy", ["acc"])
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 / (1 + epoch))
    stop = keras.callbacks.EarlyStopping("loss", patience=2)
    history = model.fit(WORDS, SIGNS, 8, epochs=3, verbose=0, callbacks=[schedule, stop])
    return model, [history.history, model.predict(WORDS[:3])]


def flat(result):
    """All numbers of a result; those of a history by the name of their metric."""
    if isinstance(result, (dict, list, tuple)):
        parts = [result[key] for key in sorted(result)] if isinstance(result, dict) else result
        return [number for part in parts for number in flat(part)]
    return [round(float(number), 9) for number in np.ravel(result)]


for network in (convolutions, recurrent):
    K.clear_session()
    np.random.seed(1)  # noqa: NPY002 - Keras shuffles with it
    tf.set_random_seed(1)
    model, result = network()
    sums = [np.abs(weight).sum() for weight in model.get_weights()]
    print(json.dumps([network.__name__, flat([result, sums])]), flush=True)
