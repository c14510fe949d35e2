import numpy as np
import pytest

from tf_edureka.trace.format import Fingerprint


@pytest.mark.parametrize("shape", [(1,), (3,), (2, 3), (2, 3, 4), (0,), (0, 5), (2, 0)])
def test_equal_arrays_of_any_shape_have_equal_fingerprints(shape):
    array = np.ones(shape, np.float32)
    text = str(Fingerprint(array))
    assert text == str(Fingerprint(array.copy()))
    assert text.startswith(f"float32 {'x'.join(map(str, shape))} ")
    if array.size:
        assert text != str(Fingerprint(array + 1))


def test_fingerprint_does_not_change_with_the_array():
    array = np.ones((2, 3), np.float32)
    text, taken = str(Fingerprint(array)), Fingerprint(array)
    array[:] = 5
    assert str(taken) == text
