import numpy as np
import pytest

from tf_edureka.parity.model import statistics_causes

NAME = "bn/moving_variance"


def moved(start, batch, momentum):
    return (start - (start - batch) * (1 - momentum)).astype(np.float32)


def causes(start, theirs, ours):
    """The causes for a moving variance, next to a moving mean that differs by rounding."""
    mean = np.ones(64, np.float32)
    rounded = mean + np.random.default_rng(0).normal(0, 1e-7, 64).astype(np.float32)
    before = {"bn/moving_mean": mean * 0, NAME: start}
    after = {"bn/moving_mean": mean, NAME: theirs}
    own = {"bn/moving_mean": rounded, NAME: ours}
    return [*statistics_causes.explain(before, after, own, ())]


@pytest.mark.parametrize("n", [4, 128, 2048])
@pytest.mark.parametrize("momentum", [0.9, 0.99, 0.999])
def test_variance_divided_by_n_or_by_n_minus_1_is_named_on_either_side(n, momentum):
    random = np.random.default_rng(n)
    start, batch = (random.uniform(0.5, 2, 64).astype(np.float32) for _ in range(2))
    by_n, by_less = (moved(start, batch * k, momentum) for k in (1, n / (n - 1)))
    for pair in ((by_less, by_n), (by_n, by_less)):
        if np.allclose(*pair, rtol=0, atol=1e-6):
            continue  # the difference is below the precision of float32
        (cause,) = causes(start, *pair)
        assert "by n, the other by n - 1" in cause.says


@pytest.mark.parametrize(
    ("theirs", "ours", "factor"), [(0.99, 0.9, "10"), (0.999, 0.99, "10"), (0.9, 0.95, "0.5")]
)
def test_another_momentum_is_not_mistaken_for_another_divisor(theirs, ours, factor):
    random = np.random.default_rng(1)
    start, batch = (random.uniform(0.5, 2, 64).astype(np.float32) for _ in range(2))
    (cause,) = causes(start, moved(start, batch, theirs), moved(start, batch, ours))
    assert f"moves {factor} times as far in the port" in cause.says
