"""Decides which steps of a training are stored, and how much of each."""

import enum
from collections.abc import Callable, Sequence
from typing import Any

from tf_edureka.runner.record import graphs
from tf_edureka.runner.record.options import Steps

Rates = Callable[[Sequence[int]], Sequence[float]]
DEFAULT_STEPS = (0, 1, 2, 10, 100, 1000)
_CONSTANT_RATE_STEPS = 10  # steps with gradients if the rate never changes
_MAX_STEPS = 200  # longest run of consecutive steps with gradients
_STEPS_AFTER = 3  # steps with gradients from the first changed rate on
_STEPS_AROUND = 2  # steps stored before and after a later change
_LOOKAHEAD = 1 << 24  # steps to search for the first change


class Mode(enum.IntEnum):
    """How much of a step is stored."""

    SCALARS = 0  # scalars and fingerprints
    GRADIENTS = 1  # also gradients
    FULL = 2  # also inputs, state and the forward pass


class Schedule:
    """Decides how much of each step of one training is stored.

    Args:
        chosen: steps that the user chose; None for the default steps.
        most: size limit in bytes for gradients outside those steps.
    """

    def __init__(self, chosen: Steps | None, most: float) -> None:
        self._chosen = chosen
        self._left = most
        self._rate: float | None = None
        self._end = _MAX_STEPS if chosen is None else 0
        self._around = range(0)

    def set_first_change(
        self, rates: Callable[[Sequence[int]], Sequence[float]] | None, is_set: bool
    ) -> None:
        """Sets when the learning rate first changes.

        Args:
            rates: callable that returns the rates at given steps, counted from the next step; None
                if they are not known beforehand.
            is_set: whether the rate is a constant.
        """
        if self._chosen is not None:
            return
        change = None if rates is None else first_change(rates)
        if change is not None and change > _MAX_STEPS:
            self._end = 0
            self._around = range(change - _STEPS_AROUND, change + _STEPS_AROUND + 1)
        elif is_set or (rates is not None and change is None):
            self._end = _CONSTANT_RATE_STEPS

    def mode(self, step: int) -> Mode:
        """Returns how much of a step to store."""
        if (
            step in (DEFAULT_STEPS if self._chosen is None else self._chosen)
            or step in self._around
        ):
            return Mode.FULL
        return Mode.GRADIENTS if step < self._end else Mode.SCALARS

    def after_step(self, step: int, rate: float | None, stored: float) -> None:
        """Updates the schedule after a step.

        Args:
            step: number of the step.
            rate: learning rate of the step; None if not known.
            stored: bytes of the stored gradients.
        """
        self._left -= stored
        if self._rate is None:
            self._rate = rate
        elif rate != self._rate and step < self._end and self._end == _MAX_STEPS:
            self._end = step + _STEPS_AFTER
        if self._left < stored:
            self._end = 0


def first_change(rates: Rates) -> int | None:
    """Returns the first step with another rate than step 0; None if there is none.

    The first 200 steps are checked one by one. Later ones are found by bisection, which assumes
    that the rate does not return to its first value.

    Args:
        rates: callable that returns the rates at given steps.
    """
    first, *others = rates(range(_MAX_STEPS + 1))
    near = next((step for step, rate in enumerate(others, 1) if rate != first), None)
    if near is not None:
        return near
    same, other = _MAX_STEPS, _MAX_STEPS
    while other < _LOOKAHEAD and rates([other])[0] == first:
        same, other = other, 2 * other
    if other >= _LOOKAHEAD:
        return None
    while other - same > 1:
        middle = (same + other) // 2
        if rates([middle])[0] == first:
            same = middle
        else:
            other = middle
    return other


def rates_by_step(
    rate: Any, run: Callable[[Sequence[Any], dict[Any, Any]], list[Any]], written: set[Any]
) -> Rates | None:
    """Returns the rate as a function of future steps, if it depends only on a step counter.

    Args:
        rate: tensor of the rate.
        run: callable that returns the values of tensors, given the tensors and the feeds.
        written: ops of the variables that a step writes.

    Returns:
        a function that returns the rates at given steps; None if the rate depends on anything else.
    """
    closure = graphs.Closure([rate])
    counters = [op for op in closure.ops if op.type in graphs.VARIABLES]
    if len(counters) != 1 or counters[0] not in written:
        return None
    reads = [
        tensor
        for op in closure.ops
        for tensor in op.outputs
        if op.type == "ReadVariableOp" or (op is counters[0] and op.type != "VarHandleOp")
    ]
    if not reads or not reads[0].dtype.base_dtype.is_integer:
        return None
    if not all(graphs.is_pure(op) for op in graphs.Closure([rate], reads).ops):
        return None
    (now,) = run([reads[0]], {})

    def rates(steps: Sequence[int]) -> list[float]:
        fed = [{read: now.dtype.type(now + step) for read in reads} for step in steps]
        return [float(run([rate], one)[0]) for one in fed]

    return rates
