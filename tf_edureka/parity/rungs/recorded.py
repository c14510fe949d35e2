"""The recorded steps of a trace, their arrays read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tf_edureka.errors import InputError
from tf_edureka.parity.model.evaluation import Batch
from tf_edureka.tf1.recorded_graph import RecordedGraph, Unreplayable
from tf_edureka.trace import Array, Step, Trace, Training

_SLOTS_OF_NO_WEIGHT = ("beta1_power", "beta2_power", "global_step")


@dataclass(frozen=True, kw_only=True, eq=False)
class Recorded:
    """A recorded step.

    Attributes:
        step: as the trace has it.
        state: all variables before it, any dtype and shape, by name.
        after: all variables after it, as in `state`.
        batch: what it was given.
        gradients: of the loss, by weight, before any clipping; float, in the weight's shape.
        tensors: of the forward pass, any dtype and shape, by name, in the order in which they were
            made.
    """

    step: Step
    state: Mapping[str, Array]
    after: Mapping[str, Array]
    batch: Batch
    gradients: Mapping[str, Array]
    tensors: Mapping[str, Array]

    @property
    def loss(self) -> float:
        """Of the original on this step; NaN if it was not recorded."""
        return float("nan") if self.step.loss is None else self.step.loss


def read(trace: Trace, training: int, *, most: int = 8) -> list[Recorded]:
    """Reads recorded steps with their state; of many the first ones and some up to the last.

    Args:
        trace: of the run.
        training: which of its trainings.
        most: steps that are read.

    Raises:
        InputError: when there is none.
    """
    steps = [one for one in trace.steps if one.training == training and one.is_recorded]
    if not steps:
        raise InputError(
            f"{trace.folder}: expected a trace with recorded training steps, got one without; "
            f"{'; '.join(trace.manifest.get('notes') or ['the script took none'])}"
        )
    if len(steps) > most:
        places = [round(i * (len(steps) - 4) / (most - 4)) + 3 for i in range(most - 3)]
        steps = [steps[i] for i in sorted({0, 1, 2, *places}) if i < len(steps)]
    return [_read(trace, step) for step in steps]


def _read(trace: Trace, step: Step) -> Recorded:
    before = trace.arrays(step.before)
    batch = Batch(inputs=trace.arrays(step.inputs), random=trace.arrays(step.random))
    return Recorded(
        step=step,
        state=before,
        after=trace.arrays(step.after),
        batch=batch,
        gradients=trace.arrays(step.raw_gradients),
        tensors=trace.arrays(step.tensors) or _computed(trace, step.training, before, batch),
    )


def _computed(
    trace: Trace, training: int, state: Mapping[str, Array], batch: Batch
) -> dict[str, Array]:
    """The tensors of the forward pass by the recorded graph, if it can be run again."""
    names, graph = trace.trainings[training].tensors, trace.graph()
    if not names or graph is None:
        return {}
    try:
        feeds = {**batch.inputs, **batch.random}
        values = RecordedGraph(graph).compute(names, state, feeds)
    except Unreplayable:
        return {}
    return dict(zip(names, values, strict=True))


def in_a_row(steps: Sequence[Recorded]) -> list[Recorded]:
    """The first of the `steps`, and those that follow it one by one."""
    row = [*steps[:1]]
    for one in steps[1:]:
        if one.step.number == row[-1].step.number + 1:
            row.append(one)
    return row


def random_ops(trace: Trace) -> dict[str, str]:
    """The kind of each random op of a `trace`, by its name."""
    return {one["name"]: one["op"] for one in trace.manifest.get("random_ops", [])}


def old_variables(trace: Trace, training: Training) -> list[Any]:
    """The variables that a model may have.

    Args:
        trace: of the run.
        training: whose weights are meant.

    Returns:
        the weights in their order, then others that are no slots, such as moving averages, and such
        as the weights of a GAN's other half.
    """
    every = {name for one in trace.trainings for name in one.weights}
    slots = {
        name
        for one in trace.trainings
        for by_weight in one.slots.values()
        for name in by_weight.values()
    }
    others = every - _needed(trace, training) if len(trace.trainings) > 1 else every
    no_others = {*training.weights, *others, *slots}
    return [
        *(trace.variables[name] for name in training.weights),
        *(
            variable
            for name, variable in trace.variables.items()
            if name not in no_others
            and variable.dtype.startswith(("float", "double", "half"))
            and variable.shape
            and not name.rpartition("/")[2].startswith(_SLOTS_OF_NO_WEIGHT)
            and not _is_slot(name, every)
        ),
    ]


def _needed(trace: Trace, training: Training) -> set[str]:
    """Names of what the loss of a training comes from; none where that is not known."""
    graph = trace.graph()
    try:
        return RecordedGraph(graph).subgraphs.required_nodes([training.loss])[0] if graph else set()
    except Unreplayable:
        return set()


def _is_slot(name: str, weights: set[str]) -> bool:
    """Whether it is named like the slot of a weight: `conv1/kernel/Momentum`."""
    return any(name.startswith(f"{weight}/") for weight in weights)
