import json

import keras
import numpy as np
import pytest
from goldens.generate import sha256
from helpers import GOLDENS

from tf_edureka import tf1
from tf_edureka.errors import InputError

DRAWS = json.loads((GOLDENS / "keras_classes.json").read_text())["initializers"]
NAMES = sorted({draw["class"] for draw in DRAWS})


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Orthogonal"])
def test_values_are_bit_identical_to_tensorflow_1(name):
    draws = [draw for draw in DRAWS if draw["class"] == name]
    for draw in draws:
        initializer = getattr(tf1, name)(7, 15, **draw["arguments"])
        values = initializer(draw["shape"], draw["dtype"]).numpy()
        assert sha256(values) == draw["sha256"], draw
    assert len(draws) >= 6


def test_orthogonal_values_equal_tensorflow_1_up_to_rounding():
    draws = [draw for draw in DRAWS if draw["class"] == "Orthogonal"]
    for draw in draws:
        initializer = tf1.Orthogonal(7, 15, **draw["arguments"])
        values = initializer(draw["shape"], draw["dtype"]).numpy()
        # The matrix is a product of reflections, one per column (at most 5). Each rounds a sum of
        # up to 12 products of numbers of size 1.
        limit = 5 * 12 * np.finfo(draw["dtype"]).eps / 2 * 1.4
        expected = np.reshape(draw["values"], draw["shape"])
        np.testing.assert_allclose(values, expected, rtol=0, atol=limit)
        flat = values.reshape(-1, draw["shape"][-1]).astype(np.float64)
        product = flat.T @ flat if len(flat) >= flat.shape[1] else flat @ flat.T
        gain = draw["arguments"].get("gain", 1.0)
        np.testing.assert_allclose(product, gain**2 * np.eye(len(product)), atol=2 * limit)
    assert len(draws) == 12


@pytest.mark.parametrize("name", NAMES)
def test_initializer_can_be_saved_with_a_model(name, tmp_path):
    arguments = max((draw["arguments"] for draw in DRAWS if draw["class"] == name), key=len)
    initializer = getattr(tf1, name)(7, 15, **arguments)
    layer = keras.layers.Dense(3, kernel_initializer=initializer)
    model = keras.Sequential([keras.Input((4,)), layer])
    np.testing.assert_array_equal(model.get_weights()[0], initializer((4, 3)))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").layers[0].kernel_initializer
    assert type(loaded) is type(initializer)
    assert loaded.get_config() == initializer.get_config()


def test_he_values_of_contrib_are_a_third_of_a_percent_larger():
    ratio = tf1.ContribVarianceScaling(7, 15)((4, 3)) / tf1.HeNormal(7, 15)((4, 3))
    # The root of 1.3 against 1 / 0.8796.
    np.testing.assert_allclose(ratio, 1.0029, atol=1e-4)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: tf1.VarianceScaling(7, 15, mode="FAN_IN"),
            "mode: expected one of fan_in, fan_out, fan_avg, got 'FAN_IN'",
        ),
        (
            lambda: tf1.ContribVarianceScaling(7, 15, mode="fan_in"),
            "mode: expected one of FAN_IN, FAN_OUT, FAN_AVG, got 'fan_in'",
        ),
        (
            lambda: tf1.VarianceScaling(7, 15, distribution="gamma"),
            "distribution: expected one of .*, got 'gamma'",
        ),
        (
            lambda: tf1.Orthogonal(7, 15)((3,)),
            r"shape: expected at least two dimensions, got \(3,\)",
        ),
    ],
)
def test_invalid_arguments_are_rejected(make, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        make()
