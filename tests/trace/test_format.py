import numpy as np
import pytest

from tf_edureka.trace.format import fingerprint


@pytest.mark.parametrize("shape", [(1,), (3,), (2, 3), (2, 3, 4), (0,), (0, 5), (2, 0)])
def test_equal_arrays_of_any_shape_have_equal_fingerprints(shape):
    array = np.ones(shape, np.float32)
    assert fingerprint(array) == fingerprint(array.copy())
    assert fingerprint(array).startswith(f"float32 {'x'.join(map(str, shape))} ")
    if array.size:
        assert fingerprint(array) != fingerprint(array + 1)
