"""Keras' noise layers with recorded random numbers."""

import keras
import numpy as np
import pytest

from tf_edureka.parity.model.randomness import replayed

RECORDED = np.float32([[0.5, -1, 2]])


# GaussianNoise adds normal(0, stddev). GaussianDropout multiplies by normal(1, stddev) with
# stddev = sqrt(rate / (1 - rate)).
@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (keras.layers.GaussianNoise(0.1), [[10.05, 9.9, 10.2]]),
        (keras.layers.GaussianDropout(0.5), [[15, 0, 30]]),
    ],
    ids=["GaussianNoise", "GaussianDropout"],
)
def test_noise_layers_use_the_recorded_normal_numbers(layer, expected):
    inputs = np.full((1, 3), 10, np.float32)
    with replayed({"noise": RECORDED}, {"noise": "RandomStandardNormal"}) as replay:
        outputs = layer(inputs, training=True)
    np.testing.assert_allclose(outputs, expected, rtol=1e-6)
    assert not replay.unused


def test_noise_layers_without_recorded_numbers_change_nothing():
    inputs = np.full((1, 3), 10, np.float32)
    with replayed({}, {}) as replay:
        for layer in (keras.layers.GaussianNoise(0.1), keras.layers.GaussianDropout(0.5)):
            np.testing.assert_array_equal(layer(inputs, training=True), inputs)
    assert replay.missing == [(1, 3), (1, 3)]
