"""Short trainings of TensorFlow 1 code: the runner reproduces the numbers of 1.15.5."""

import json

import numpy as np
import pytest
from helpers import GOLDENS


@pytest.mark.slow
@pytest.mark.parametrize("script", ["short_trainings", "short_eager", "short_keras"])
def test_short_trainings_equal_tensorflow_1_15(script, run):
    # The kernels round differently, most visibly in weights behind batch normalization.
    done = run(GOLDENS / f"{script}.py")
    found = numbers(done.stdout)
    golden = numbers((GOLDENS / f"{script}.jsonl").read_text())
    others = [f"{name}: {how}" for name in golden if (how := other(golden[name], found.get(name)))]
    assert not others, "\n".join([*others, done.stderr])


def numbers(printed):
    """The numbers of each training, without other printed lines of libraries."""
    return dict(json.loads(line) for line in printed.splitlines() if line.startswith('["'))


def other(expected, found):
    """Describes how the numbers differ; None if they do not."""
    if found is None:
        return "did not run"
    if len(expected) != len(found):
        return f"expected {len(expected)} numbers, found {len(found)}"
    differs = ~np.isclose(found, expected, rtol=2e-5, atol=5e-7)
    if not differs.any():
        return None
    first = differs.argmax()
    return f"{differs.sum()} of {len(found)}, first {expected[first]}, found {found[first]}"
