"""How widely a layer of Keras draws its initial values."""

import math

import keras
import pytest

from tf_edureka import tf1
from tf_edureka.parity.model.initial_deviations import of_layer

# In 20,000 numbers a standard deviation is known to half a percent.
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
def test_it_is_no_matter_of_the_seed_that_a_layer_has(initializer, deviation, units):
    layer = keras.layers.Dense(units, bias_initializer=initializer)
    assert of_layer(layer, "bias", (units,)) == pytest.approx(deviation, **CLOSE)


def test_of_few_numbers_it_is_not_known_and_constants_have_none():
    few = keras.layers.Dense(3, bias_initializer=keras.initializers.RandomNormal())
    assert of_layer(few, "bias", (3,)) == pytest.approx(math.nan, nan_ok=True)
    assert of_layer(keras.layers.Dense(40), "bias", (40,)) is None
