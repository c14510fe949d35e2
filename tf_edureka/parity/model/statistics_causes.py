"""Explains moving averages of batch normalization that differ from the original's."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tf_edureka.parity.cause import Cause
from tf_edureka.trace import Array

_OTHER_DIVISOR = (
    "one side divides the batch variance by n, the other by n - 1; "
    "tf_edureka.tf1.BatchNormalization does as TensorFlow 1 did"
)
_COMMON_MOMENTUMS = (0.9, 0.99, 0.999, 0.95, 0.997, 0.9997, 0.98, 0.1, 0.01, 0.001, 0.0)


def explain(
    before: Mapping[str, Array],
    after: Mapping[str, Array],
    ours: Mapping[str, Array],
    weights: Sequence[str],
) -> Iterator[Cause]:
    """Compares how far the averages moved: `after - before = (1 - momentum) (batch - before)`.

    If both sides moved toward the same statistics, their moves differ by a constant factor.

    Args:
        before: the original's variables before a step by name, any dtype and shape.
        after: the original's variables after the step by name, any dtype and shape.
        ours: the port's variables after the step by the original's names, any dtype and shape.
        weights: names of the trained variables, which are no averages.

    Returns:
        at most one cause.
    """
    for name in ours:
        if name in weights or name not in after or after[name].shape != ours[name].shape:
            continue
        start = before[name].astype(np.float64)
        theirs, own = (side[name].astype(np.float64) - start for side in (after, ours))
        if np.allclose(theirs, own, rtol=1e-4, atol=1e-7 * float(np.abs(start).max(initial=1))):
            continue
        if not theirs.any():
            says = f"the original never updates {name}, as it does not run its update ops"
            yield Cause("bn_momentum", 1.0, says)
            return
        if not own.any():
            yield Cause("bn_momentum", 1.0, f"the port never updates {name}, the original does")
            return
        if "variance" in name.lower() and _has_other_divisor(start, theirs, own):
            yield Cause("bn_momentum", 1.0, f"{name}: {_OTHER_DIVISOR}")
            return
        factor = float(np.vdot(theirs, own) / np.vdot(theirs, theirs))
        left = float(np.linalg.norm(own - factor * theirs) / np.linalg.norm(own - theirs))
        if left < 0.1:  # else the difference is rounding; the next average may tell more
            yield Cause("bn_momentum", 1 - left, _describe_factor(name, factor))
            return


def _has_other_divisor(start: Array, theirs: Array, own: Array) -> bool:
    """True if the batch variances differ by the factor `n / (n - 1)`.

    With `own = (1 - m) (v - start)` and `theirs = (1 - m) (v + c v - start)`, the difference is
    `c own + c (1 - m) start`, with `c = 1 / (n - 1)`; `-1 / n` where the port divides by `n - 1`.
    """
    if own.size < 3:  # any two numbers fit
        return False
    columns = np.stack([own.ravel(), start.ravel()], axis=1)
    difference = (theirs - own).ravel()
    (c, d), *_ = np.linalg.lstsq(columns, difference, rcond=None)
    left = np.linalg.norm(difference - columns @ (c, d)) / np.linalg.norm(difference)
    return bool(left < 0.1 and 0 < abs(c) <= 0.5 and 5e-4 < d / c < 1)


def _describe_factor(name: str, factor: float) -> str:
    """Describes the factor, with both momentums if only one pair of common values fits it."""
    pairs = [
        (theirs, own)
        for theirs in _COMMON_MOMENTUMS
        for own in _COMMON_MOMENTUMS
        if theirs < 1 and abs((1 - own) / (1 - theirs) / factor - 1) < 1e-2
    ]
    one = len(pairs) == 1
    known = f": momentum {pairs[0][1]:g} instead of {pairs[0][0]:g} does that" if one else ""
    return f"{name} moves {factor:.4g} times as far in the port as in the original{known}"
