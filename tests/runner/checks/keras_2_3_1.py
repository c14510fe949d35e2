"""Keras 2.3.1, imported as `keras`."""

import importlib
import os
import tempfile

import keras
import numpy as np
import tensorflow as tf
from checking import call


def check_versions():
    assert keras.__version__ == "2.3.1"
    assert tf.keras.__version__ == "2.2.4-tf"
    assert keras.backend.backend() == "tensorflow"


def check_op_seeds_are_drawn_from_numpy():
    keras.backend.clear_session()
    np.random.seed(1)  # noqa: NPY002 (Keras samples from it)
    tf.set_random_seed(1)
    model = keras.models.Sequential([keras.layers.Dense(1, input_dim=2)])
    expected = [-0.59980255, 1.0716563]
    np.testing.assert_allclose(model.get_weights()[0].ravel(), expected, rtol=1e-6)


def check_training():
    keras.backend.clear_session()
    model = keras.models.Sequential([keras.layers.Dense(2, input_dim=2, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(np.ones((4, 2)), np.eye(2)[[0, 1, 0, 1]], verbose=0).history
    assert sorted(history) == ["accuracy", "loss"]
    assert model.predict_classes(np.ones((3, 2))).shape == (3,)


def check_models_as_hdf5():
    path = os.path.join(tempfile.mkdtemp(), "model.h5")
    model = keras.models.Sequential([keras.layers.Dense(2, input_dim=3)])
    model.compile("adam", "mse")
    model.fit(np.ones([4, 3]), np.ones([4, 2]), verbose=0)
    model.save(path)
    loaded = keras.models.load_model(path)
    for one, other in zip(model.get_weights(), loaded.get_weights()):  # noqa: B905
        np.testing.assert_array_equal(one, other)
    loaded.load_weights(path)


def check_imports():
    for place, name in (
        ("utils", "np_utils"),
        ("utils", "plot_model"),
        ("utils.vis_utils", "plot_model"),
        ("engine.topology", "Layer"),
        ("layers.core", "Dense"),
        ("layers.normalization", "BatchNormalization"),
        ("layers.merge", "concatenate"),
        ("layers.advanced_activations", "LeakyReLU"),
        ("layers.convolutional", "Conv2D"),
        ("layers.recurrent", "LSTM"),
        ("layers.embeddings", "Embedding"),
        ("layers.wrappers", "TimeDistributed"),
        ("objectives", "mse"),
        ("optimizers", "rmsprop"),
        ("backend.tensorflow_backend", "set_session"),
        ("applications.vgg16", "VGG16"),
        ("legacy", "interfaces"),
    ):
        module = importlib.import_module("keras." + place)
        assert hasattr(module, name) or importlib.import_module(f"keras.{place}.{name}")
    assert not hasattr(keras, "initializations")


call(globals())
