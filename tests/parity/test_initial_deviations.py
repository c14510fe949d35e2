"""The standard deviation of a Keras layer's initial values."""

import math

import keras
import pytest

from tf_edureka import tf1
from tf_edureka.parity.model.initial_deviations import of_layer

# 20,000 numbers give a standard deviation that is right to half a percent.
CLOSE = {"rel": 0.02}


@pytest.mark.parametrize("units", [40, 300])
@pytest.mark.parametrize(
    ("initializer", "deviation"),
    [
        (keras.initializers.RandomNormal(stddev=0.1), 0.1),
        (keras.initializers.RandomNormal(stddev=0.1, seed=3), 0.1),
        (tf1.RandomNormal(2, 25), 1.0),
    ],
)
def test_standard_deviation_does_not_depend_on_the_layers_seed(initializer, deviation, units):
    layer = keras.layers.Dense(units, bias_initializer=initializer)
    assert of_layer(layer, "bias", (units,)) == pytest.approx(deviation, **CLOSE)


def test_standard_deviation_is_nan_for_few_numbers_and_none_for_constants():
    few = keras.layers.Dense(3, bias_initializer=keras.initializers.RandomNormal())
    assert of_layer(few, "bias", (3,)) == pytest.approx(math.nan, nan_ok=True)
    assert of_layer(keras.layers.Dense(40), "bias", (40,)) is None
