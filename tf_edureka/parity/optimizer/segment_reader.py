"""Finds the segments of a trace, and what the original's weights are after each of their steps."""

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

MOST_NUMBERS = 2_000_000  # entries times steps that a segment keeps
MOST_ENTRIES = 20_000


def segments(trace: Trace, training: int = 0) -> list[Segment]:
    """The unbroken runs of steps that have gradients, each from a state that is stored.

    Where weights are recorded, the optimizer's arithmetic is held against them. A segment ends at
    the first step where it does not give them: there something else moved the weights, too.

    Args:
        trace: the recorded run.
        training: place of the training among those of the trace.
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
    """How far the optimizer's arithmetic alone may take a weight in one step: its tolerance there.

    Args:
        trace: the recorded run.
        training: place of the training among those of the trace.
        step: of it, with the state before and after it and gradients.

    Returns:
        by weight the largest of its entries' tolerances; empty where nothing is known of that.
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
    """Unbroken runs of steps that have gradients, each from its first step with a state on."""
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
    """A step's scalars, by the names that `arithmetic` has for them."""
    hyper = dict(step.hyper)
    if "alpha" in hyper:  # as ApplyGradientDescent calls it
        hyper["lr"] = hyper.pop("alpha")
    for beta in ("beta1", "beta2"):
        if beta in hyper:
            hyper.setdefault(f"{beta}_power", hyper[beta] ** (step.number + 1))
    hyper["t"] = step.number + 1.0
    return {**hyper, "use_nesterov": float(bool(attributes.get("use_nesterov")))}


def _segment(
    trace: Trace, training: Training, run: Sequence[Step], rates: Mapping[int, float]
) -> Segment | None:
    """A segment from the first step of a run on; None where nothing is known of that."""
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
    """The segment as far as the arithmetic, if it is known, gives what is recorded."""
    external = _first_external_change(trace, segment)
    if external < len(segment.steps):
        segment, computed = (
            segment.part(
                0,
                external,
                f"something else moves the weights after step {segment.numbers[external - 1]}",
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
            note = f"the optimizer's arithmetic does not give the weights after step {number}"
            return segment.part(0, int(good[-1]) + 1, note)
        note = f"the optimizer does more than {segment.training.optimizer} does"
        segment = replace(segment, original=None, note=note)
    known = len(recorded) if recorded.all() else int(np.argmin(recorded))
    return segment.part(0, known) if known else None


def _first_external_change(trace: Trace, segment: Segment) -> int:
    """After how many steps the state is no longer that which the step before it left."""
    for place, (one, following) in enumerate(zip(segment.steps, segment.steps[1:], strict=False)):
        for name in segment.training.weights if one.after and following.before else ():
            if one.after[name] != following.before[name]:
                return place + 1
    return len(segment.steps)


def _is_known(rule: Rule | None, hyper: Sequence[Hyper], slots: Mapping[str, Floats]) -> bool:
    """Whether all is there that the rule needs."""
    if rule is None or not set(rule.start) <= set(slots):
        return False
    return all(set(rule.scalars) <= set(one) for one in hyper)


def _weights(trace: Trace, chosen: Sample, references: Mapping[str, Any]) -> Floats:
    values: Floats = chosen.flat({name: trace.array(references[name]) for name in chosen.places})
    return values


def _slots(trace: Trace, training: Training, chosen: Sample, step: Step) -> dict[str, Floats]:
    """The slots that all weights have, before a step."""
    return {
        slot: chosen.flat({w: trace.array(step.before[of[w]]) for w in chosen.places})
        for slot, of in training.slots.items()
        if all(of.get(weight) in step.before for weight in chosen.places)
    }


def _gradients(
    trace: Trace, chosen: Sample, run: Sequence[Step], dtype: npt.DTypeLike
) -> tuple[Floats, Floats, Doubles]:
    """Gradients as the optimizer got them, as they were before, and these ones' norms."""
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
    """Entries that each step's gradients name; None where they name all."""
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
