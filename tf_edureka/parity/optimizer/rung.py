"""The rung of the optimizer alone: weights after steps with the original's gradients."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tf_edureka.parity.certificate.port_ladder import PortRung
from tf_edureka.parity.optimizer import causes as optimizer_causes, segment_reader
from tf_edureka.parity.optimizer.segment import Segment
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
    """Compares the port's optimizer on each segment of consecutive steps; returns the worst rung.

    Args:
        trace: the recorded run.
        training: index of the training in the trace.
        updates: called with the recorded steps and the variables before the first; yields the
            port's weights after each step.
        has_slots: whether the original's slots can be loaded into the port's optimizer; if not,
            only the segment from step 0 is compared.
    """
    worst: tuple[float, PortRung] | None = None
    for one in segment_reader.segments(trace, training):
        if one.numbers[0] and not has_slots:
            continue
        state = trace.arrays(one.steps[0].before)
        verdict = optimizer_causes.diagnose(one, updates(one.steps, state))
        if worst is None or not verdict.measured <= worst[0]:
            worst = verdict.measured, _rung(one, verdict)
    return (
        worst[1]
        if worst
        else skipped("optimizer", "the trace has no consecutive steps that the port can start on")
    )


def roundings(trace: Trace, training: int, steps: Iterable[Step]) -> list[dict[str, float]]:
    """Returns the rounding tolerance of each weight in some single steps.

    Args:
        trace: the recorded run.
        training: index of the training in the trace.
        steps: steps of that training with the state before and after them.

    Returns:
        for each step, the absolute tolerance by weight.
    """
    return [segment_reader.roundings_of_step(trace, training, step) for step in steps]


def _steps(numbers: Sequence[int]) -> str:
    return f"each of {len(numbers)} steps" if len(numbers) > 1 else f"step {numbers[0]}"


def _rung(one: Segment, verdict: optimizer_causes.Verdict) -> PortRung:
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
