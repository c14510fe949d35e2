"""Short trainings of old code: through the runner they come to the numbers of TensorFlow 1.15.5."""

import json

import numpy as np
import pytest
from helpers import GOLDENS


@pytest.mark.slow
@pytest.mark.parametrize("script", ["short_trainings", "short_eager", "short_keras"])
def test_short_trainings_come_to_the_numbers_of_1_15(script, run):
    # What is left is the kernels' rounding. Weights behind batch normalization have the most of it.
    done = run(GOLDENS / f"{script}.py")
    found = numbers(done.stdout)
    golden = numbers((GOLDENS / f"{script}.jsonl").read_text())
    others = [f"{name}: {how}" for name in golden if (how := other(golden[name], found.get(name)))]
    assert not others, "\n".join([*others, done.stderr])


def numbers(printed):
    """The numbers of each training, without what a library may print beside them."""
    return dict(json.loads(line) for line in printed.splitlines() if line.startswith('["'))


def other(expected, found):
    """In what numbers differ, if they do."""
    if found is None:
        return "did not run"
    if len(expected) != len(found):
        return f"expected {len(expected)} numbers, found {len(found)}"
    apart = ~np.isclose(found, expected, rtol=2e-5, atol=5e-7)
    if not apart.any():
        return None
    first = apart.argmax()
    return f"{apart.sum()} of {len(found)}, first {expected[first]}, found {found[first]}"
