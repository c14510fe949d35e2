"""The optimizer by itself: the original's gradients, step by step, and the weights that follow."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tf_edureka.parity import optimizer_causes, stretch
from tf_edureka.parity.port_ladder import PortRung
from tf_edureka.parity.port_rungs import skipped
from tf_edureka.trace import Array, Trace

Updates = Callable[
    [Sequence[int], Mapping[str, Array], Any, Iterable[Mapping[str, Any]]],
    Iterator[Mapping[str, Array]],
]


def climb(trace: Trace, training: int, updates: Updates, *, applied: bool = False) -> PortRung:
    """The worst of the trace's unbroken stretches.

    Args:
        trace: of the original.
        training: which of its trainings.
        updates: gives the port's weights after each step, from the numbers of the steps, the
            variables at their beginning, the first of the steps, and the gradients.
        applied: whether the port is given the gradients after clipping: its own are clipped.
    """
    worst: tuple[float, PortRung] | None = None
    for one in stretch.find(trace, training):
        state = trace.arrays(one.steps[0].before)
        path = updates(one.numbers, state, one.steps[0], _gradients(trace, one.steps, applied))
        rung, ratio = _compare(one, one.sampled(path))
        if worst is None or not ratio <= worst[0]:
            worst = ratio, rung
    return worst[1] if worst else skipped("optimizer", "no step with gradients was recorded")


def _gradients(trace: Trace, steps: Sequence[Any], applied: bool) -> Iterator[dict[str, Array]]:
    for step in steps:
        yield trace.arrays(step.gradients if applied or not step.raw_gradients else step.raw_gradients)


def _compare(one: stretch.Stretch, given: Any) -> tuple[PortRung, float]:
    allowed = one.tolerance()
    apart = np.abs(given - one.expected)
    apart = np.where(np.isfinite(apart), apart, np.inf)
    ratios = (apart / allowed).max(axis=1)
    place = int(ratios.argmax())
    failing = np.flatnonzero(ratios > 1)
    causes = optimizer_causes.explain(one, given) if failing.size else []
    first = f"step {one.numbers[failing[0]]}" if failing.size else ""
    entry = int((apart[place] / allowed[place]).argmax())
    rung = PortRung(
        rung="optimizer",
        compared=f"weights after each of {len(one.numbers)} steps from the original's gradients",
        unit="absolute",
        measured=float(apart[place, entry]),
        tolerance=float(allowed[place, entry]),
        why="what the roundings of the rule and of the weights add up to",
        causes=tuple(causes),
        first=first,
        series={
            "x": one.numbers,
            "difference": [float(value) for value in apart.max(axis=1)],
            "tolerance": [float(value) for value in allowed.max(axis=1)],
        },
    )
    return rung, float(ratios[place])
