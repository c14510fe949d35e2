"""The rung of the optimizer on synthetic traces."""

import functools

import numpy as np
import pytest
from recorded import Original, gradients, record

from tf_edureka.parity.optimizer import rung

STEPS = 6


def momentum(trace):
    """TensorFlow 1's momentum 0.9 at a rate of 0.1, with an accumulator of 0 at its first step."""
    return functools.partial(_momentum, trace)


def _momentum(trace, steps, start):
    weights = {name: start[name] for name in ("kernel", "bias", "out/kernel", "out/bias")}
    gathered = dict.fromkeys(weights, np.float32(0))
    for step in steps:
        gradient = trace.arrays(step.gradients)
        for name in weights:
            gathered[name] = np.float32(0.9) * gathered[name] + gradient[name]
            weights[name] = weights[name] - np.float32(0.1) * gathered[name]
        yield dict(weights)


@pytest.fixture(scope="module")
def original():
    given = gradients(STEPS)
    return Original("Momentum", [0.1] * STEPS, given), given


def test_port_without_slots_is_compared_from_step_0_only(original, tmp_path):
    trained, given = original
    whole = record(tmp_path / "whole", trained, given)
    assert rung.climb(whole, 0, momentum(whole), has_slots=False).passed
    late = record(tmp_path / "late", trained, given, begin=3, states=(3,))
    assert rung.climb(late, 0, momentum(late), has_slots=False).passed is None
    # In the fourth step, the accumulator of the first three is missing.
    assert rung.climb(late, 0, momentum(late)).passed is False
