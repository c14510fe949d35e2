"""What explains moving averages of batch normalization that are not the original's."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tf_edureka.parity.cause import Cause
from tf_edureka.trace import Array

_OTHER_DIVISOR = (
    "one takes the variance of the batch by n, the other by n - 1 "
    "(tf_edureka.tf1.BatchNormalization does as TensorFlow 1 did)"
)
_COMMON_MOMENTUMS = (0.9, 0.99, 0.999, 0.95, 0.997, 0.9997, 0.98, 0.1, 0.01, 0.001, 0.0)


def explain(
    before: Mapping[str, Array],
    after: Mapping[str, Array],
    ours: Mapping[str, Array],
    weights: Sequence[str],
) -> Iterator[Cause]:
    """Compares how far the averages moved: `after - before = (1 - momentum) (batch - before)`.

    If both moved toward the same statistics, the one move is the other's times a number.

    Args:
        before: the original's variables before a step, any dtype and shape, by name.
        after: its variables after the step, as in `before`.
        ours: the port's variables after the step, as in `before`, by the original's names.
        weights: names of what is trained, and so no average.

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
            says = f"the original never moves {name}: it does not run its update ops"
            yield Cause("bn_momentum", 1.0, says)
            return
        if not own.any():
            yield Cause("bn_momentum", 1.0, f"the port never moves {name}; the original does")
            return
        if "variance" in name.lower() and _has_other_divisor(start, theirs, own):
            yield Cause("bn_momentum", 1.0, f"{name}: {_OTHER_DIVISOR}")
            return
        factor = float(np.vdot(theirs, own) / np.vdot(theirs, theirs))
        left = float(np.linalg.norm(own - factor * theirs) / np.linalg.norm(own - theirs))
        if left < 0.1:  # else it is rounding, and the next one may say more
            yield Cause("bn_momentum", 1 - left, _describe_factor(name, factor))
            return


def _has_other_divisor(start: Array, theirs: Array, own: Array) -> bool:
    """Whether one side's variance of the batch is the other's times `n / (n - 1)`.

    With `own = (1 - m) (v - start)` and `theirs = (1 - m) (v + c v - start)` their difference is
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
    """How far the port moves, and the two momentums where one usual pair alone gives that."""
    pairs = [
        (theirs, own)
        for theirs in _COMMON_MOMENTUMS
        for own in _COMMON_MOMENTUMS
        if theirs < 1 and abs((1 - own) / (1 - theirs) / factor - 1) < 1e-2
    ]
    one = len(pairs) == 1
    known = f", as with a momentum of {pairs[0][1]:g} instead of {pairs[0][0]:g}" if one else ""
    return f"{name} moves {factor:.4g} times as far in the port as in the original{known}"
