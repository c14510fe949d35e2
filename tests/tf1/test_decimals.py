import numpy as np
import pytest

from tf_edureka.tf1.decimals import source_decimals


@pytest.mark.parametrize(
    "number", [0.1, -0.0005, 1e-8, 0.99, 123.45, 0.0, 1.0, 255.0, 16777216.0, 1 / 256, np.inf]
)
def test_short_decimals_are_recovered(number):
    (found,), (slack,) = source_decimals(np.array([number], np.float32))
    assert found == number
    assert slack == 0


@pytest.mark.parametrize("number", [1 / 255, 1 / 3, np.sqrt(2), -0.0857375, 1e-8 / 3])
def test_computed_numbers_have_an_uncertainty_of_half_a_unit(number):
    (found,), (slack,) = source_decimals(np.array([number], np.float32))
    assert found == np.float32(number)
    assert 0 < abs(found - number) <= slack < 2**-24 * abs(number)


def test_large_arrays_are_unchanged():
    data = np.random.default_rng(0).normal(size=(101, 10)).astype(np.float32)
    data[0] = 0.1
    found, slack = source_decimals(data)
    assert found.dtype == np.float64
    assert np.array_equal(found, data)
    assert not slack.any()
