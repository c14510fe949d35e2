"""Finds the segments of a trace and the original's weights after each of their steps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka.parity.optimizer.arithmetic import RULES, Hyper, Rule
from tf_edureka.parity.optimizer.sampling import Sample, sample
from tf_edureka.parity.optimizer.segment import Segment
from tf_edureka.parity.optimizer.simulation import Doubles, Setup
from tf_edureka.results import Floats
from tf_edureka.trace import Step, Trace, Training

MOST_NUMBERS = 2_000_000  # entries times steps in a segment
MOST_ENTRIES = 20_000


def segments(trace: Trace, training: int = 0) -> list[Segment]:
    """Returns the segments of consecutive steps with gradients, each from a stored state.

    Weights computed by the update rule are compared with the recorded ones. If they differ,
    something else has changed the weights: the segment ends at the last recorded step before that.

    Args:
        trace: the recorded run.
        training: index of the training in the trace.
    """
    steps = sorted(
        (step for step in trace.steps if step.training == training), key=lambda step: step.number
    )
    rates = {step.number: _hyper(step, {})["lr"] for step in steps if _hyper(step, {}).get("lr")}
    found = []
    for run in _runs(steps):
        while run:
            segment = _segment(trace, trace.trainings[training], run, rates)
            if segment is not None:
                found.append(segment)
            rest = run[max(len(segment.steps) if segment else 0, 1) :]
            run = rest[next((i for i, step in enumerate(rest) if step.before), len(rest)) :]
    return found


def roundings_of_step(trace: Trace, training: int, step: Step) -> dict[str, float]:
    """Returns the rounding tolerance of each weight in one step.

    Args:
        trace: the recorded run.
        training: index of the training in the trace.
        step: a step with gradients and with the state before and after it.

    Returns:
        the largest tolerance of a weight's entries, absolute, by weight; empty if it is not known.
    """
    if not (step.before and step.after and step.gradients):
        return {}
    found = _segment(trace, trace.trainings[training], [step], {})
    if found is None:
        return {}
    allowed, owner = found.tolerance()[0], found.sample.owner
    return {
        name: float(allowed[owner == place].max(initial=0.0))
        for place, name in enumerate(found.sample.places)
    }


def _runs(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """Yields runs of consecutive steps with gradients, each from its first step with a state."""
    run: list[Step] = []
    for step in steps:
        if run and (step.number != run[-1].number + 1 or not step.gradients):
            yield run
            run = []
        if step.gradients and (run or step.before):
            run.append(step)
    if run:
        yield run


def _hyper(step: Step, attributes: Mapping[str, Any]) -> dict[str, float]:
    """Returns the scalars of a step under the names that `arithmetic` uses."""
    hyper = dict(step.hyper)
    if "alpha" in hyper:  # the name in ApplyGradientDescent
        hyper["lr"] = hyper.pop("alpha")
    for beta in ("beta1", "beta2"):
        if beta in hyper:
            hyper.setdefault(f"{beta}_power", hyper[beta] ** (step.number + 1))
    hyper["t"] = step.number + 1.0
    return {**hyper, "use_nesterov": float(bool(attributes.get("use_nesterov")))}


def _segment(
    trace: Trace, training: Training, run: Sequence[Step], rates: Mapping[int, float]
) -> Segment | None:
    """Returns the longest segment from the first step of a run; None if it is not known."""
    shapes = {name: trace.variables[name].shape for name in training.weights}
    entries = min(MOST_ENTRIES, MOST_NUMBERS // len(run))
    chosen = sample(shapes, entries)
    start = _weights(trace, chosen, run[0].before)
    hyper = [_hyper(step, training.attributes) for step in run]
    rule = RULES.get(training.optimizer or "")
    slots = _slots(trace, training, chosen, run[0])
    applied, raw, norms = _gradients(trace, chosen, run, start.dtype)
    original = None
    if _is_known(rule, hyper, slots) and rule is not None:
        touched = _touched(trace, chosen, run, rule)
        original = Setup(
            rule=rule, start=start, slots=slots, gradients=applied, hyper=hyper, touched=touched
        )
    states = [_weights(trace, chosen, step.after) if step.after else None for step in run]
    computed = original.run(start.dtype) if original else np.full_like(applied, np.nan)
    recorded = np.array([state is not None for state in states])
    segment = Segment(
        training=training,
        steps=run,
        sample=chosen,
        start=start,
        original=original,
        raw=raw,
        norms=norms,
        rates=rates,
        expected=np.stack(
            [row if state is None else state for row, state in zip(computed, states, strict=True)]
        ),
        recorded=recorded,
        unit=float(np.finfo(start.dtype).eps) / 2,
    )
    return _checked(trace, segment, computed)


def _checked(trace: Trace, segment: Segment, computed: Floats) -> Segment | None:
    """Cuts the segment where the update rule, if it is known, differs from the recorded weights."""
    external = _first_external_change(trace, segment)
    if external < len(segment.steps):
        segment, computed = (
            segment.part(
                0,
                external,
                f"something else changes the weights after step {segment.numbers[external - 1]}",
            ),
            computed[:external],
        )
    recorded = segment.recorded
    if segment.original is not None:
        off = np.abs(computed - segment.expected) > segment.tolerance()
        wrong = np.flatnonzero(off.any(axis=1))
        if not len(wrong):
            return segment
        good = np.flatnonzero(recorded[: wrong[0]])
        if len(good):
            number = segment.numbers[wrong[0]]
            note = f"the optimizer's update rule does not give the weights after step {number}"
            return segment.part(0, int(good[-1]) + 1, note)
        note = f"the optimizer does more than the update rule of {segment.training.optimizer}"
        segment = replace(segment, original=None, note=note)
    known = len(recorded) if recorded.all() else int(np.argmin(recorded))
    return segment.part(0, known) if known else None


def _first_external_change(trace: Trace, segment: Segment) -> int:
    """Returns the number of steps before the state changes between two steps."""
    for place, (one, following) in enumerate(zip(segment.steps, segment.steps[1:], strict=False)):
        for name in segment.training.weights if one.after and following.before else ():
            if one.after[name] != following.before[name]:
                return place + 1
    return len(segment.steps)


def _is_known(rule: Rule | None, hyper: Sequence[Hyper], slots: Mapping[str, Floats]) -> bool:
    """True if all slots and scalars of the rule are recorded."""
    if rule is None or not set(rule.start) <= set(slots):
        return False
    return all(set(rule.scalars) <= set(one) for one in hyper)


def _weights(trace: Trace, chosen: Sample, references: Mapping[str, Any]) -> Floats:
    values: Floats = chosen.flat({name: trace.array(references[name]) for name in chosen.places})
    return values


def _slots(trace: Trace, training: Training, chosen: Sample, step: Step) -> dict[str, Floats]:
    """Returns the slots that all weights have, before a step."""
    return {
        slot: chosen.flat({w: trace.array(step.before[of[w]]) for w in chosen.places})
        for slot, of in training.slots.items()
        if all(of.get(weight) in step.before for weight in chosen.places)
    }


def _gradients(
    trace: Trace, chosen: Sample, run: Sequence[Step], dtype: npt.DTypeLike
) -> tuple[Floats, Floats, Doubles]:
    """Returns the gradients that the optimizer received, the raw gradients, and their norms."""
    applied, raw, norms = [], [], []
    for step in run:
        read: dict[str, Any] = {}
        rows = []
        for references in (step.gradients, {**step.gradients, **step.raw_gradients}):
            dense = {}
            for name, shape in chosen.shapes.items():
                of = references.get(name)
                if of is None:
                    dense[name] = np.zeros(shape, dtype)
                    continue
                key = str(of)
                if key not in read:
                    read[key] = trace.array(of)
                dense[name] = read[key].reshape(shape)
            rows.append(chosen.flat(dense))
        applied.append(rows[0])
        raw.append(rows[1])
        norms.append([np.linalg.norm(dense[name].astype(np.float64)) for name in chosen.shapes])
    return np.stack(applied), np.stack(raw), np.array(norms)


def _touched(
    trace: Trace, chosen: Sample, run: Sequence[Step], rule: Rule
) -> npt.NDArray[np.bool_] | None:
    """Returns which entries the gradients of each step contain; None if they contain all."""
    rows = []
    for step in run:
        parts = []
        for name, at in chosen.places.items():
            of = step.gradients.get(name)
            if isinstance(of, Mapping) and rule.lazy:
                width = int(np.prod(chosen.shapes[name][1:]))
                parts.append(np.isin(at // width, trace.array(of["indices"])))
            else:
                parts.append(np.full(len(at), of is not None))
        rows.append(np.concatenate(parts))
    touched = np.stack(rows)
    return None if touched.all() else touched
