"""The optimizer by itself: the original's gradients, step by step, and the weights that follow."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tf_edureka.parity.certificate.port_ladder import PortRung
from tf_edureka.parity.optimizer import causes as optimizer_causes, stretch_reader
from tf_edureka.parity.optimizer.stretch import Stretch
from tf_edureka.parity.rungs.items import skipped
from tf_edureka.trace import Array, Step, Trace

Updates = Callable[[Sequence[Step], Mapping[str, Array]], Iterator[Mapping[str, Array]]]
WHY = "the sum of the rounding errors of the update rule and of the weights, for each weight"


def climb(
    trace: Trace,
    training: int,
    updates: Updates,
    *,
    has_slots: bool = True,
) -> PortRung:
    """The worst of the trace's unbroken stretches.

    Args:
        trace: of the original.
        training: which of its trainings.
        updates: gives the port's weights after each step, from the recorded steps, whose gradients
            it takes, and the variables before the first.
        has_slots: whether it can be given what the original's optimizer remembered; if not, only a
            stretch from step 0 on is tried.
    """
    worst: tuple[float, PortRung] | None = None
    for one in stretch_reader.stretches(trace, training):
        if one.numbers[0] and not has_slots:
            continue
        state = trace.arrays(one.steps[0].before)
        verdict = optimizer_causes.diagnose(one, updates(one.steps, state))
        if worst is None or not verdict.measured <= worst[0]:
            worst = verdict.measured, _rung(one, verdict)
    return (
        worst[1]
        if worst
        else skipped("optimizer", "no stretch of steps was recorded that it can take")
    )


def roundings(trace: Trace, training: int, steps: Iterable[Step]) -> list[dict[str, float]]:
    """How far the optimizer's arithmetic may take a weight in each of some single steps.

    Args:
        trace: of the original.
        training: which of its trainings.
        steps: of it, each with the state before and after it.

    Returns:
        of each step, by weight.
    """
    return [stretch_reader.roundings_of_step(trace, training, step) for step in steps]


def _steps(numbers: Sequence[int]) -> str:
    return f"each of {len(numbers)} steps" if len(numbers) > 1 else f"step {numbers[0]}"


def _rung(one: Stretch, verdict: optimizer_causes.Verdict) -> PortRung:
    first = ""
    if verdict.first_step is not None:
        before, now = verdict.rate
        changed = before is not None and now is not None and before != now
        first = f"first difference in step {verdict.first_step}, in {verdict.weight}"
        first += f", where the rate changes from {before:.6g} to {now:.6g}" if changed else ""
    return PortRung(
        rung="optimizer",
        compared=f"the weights after {_steps(one.numbers)} with the original's gradients",
        unit="times the rounding bound",
        measured=verdict.measured,
        tolerance=1.0,
        why=WHY,
        causes=(*verdict.causes,),
        first=first,
    )
