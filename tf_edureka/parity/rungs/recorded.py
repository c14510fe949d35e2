"""Reads the fully recorded steps of a trace with their arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tf_edureka.errors import InputError
from tf_edureka.parity.model.evaluation import Batch
from tf_edureka.tf1.recorded_graph import RecordedGraph, Unreplayable
from tf_edureka.trace import Array, Step, Trace, Training

_OPTIMIZER_COUNTERS = ("beta1_power", "beta2_power", "global_step")


@dataclass(frozen=True, kw_only=True, eq=False)
class Recorded:
    """A training step that was recorded in full.

    Attributes:
        step: entry of the trace.
        state: all variables before the step, any dtype and shape, by name.
        after: all variables after the step, any dtype and shape, by name.
        batch: inputs and random numbers of the step.
        gradients: gradients of the loss before clipping, by weight; float, in the weight's shape.
        tensors: tensors of the forward pass, any dtype and shape, by name, in graph order.
    """

    step: Step
    state: Mapping[str, Array]
    after: Mapping[str, Array]
    batch: Batch
    gradients: Mapping[str, Array]
    tensors: Mapping[str, Array]

    @property
    def loss(self) -> float:
        """The original's loss in this step; NaN if it was not recorded."""
        return float("nan") if self.step.loss is None else self.step.loss


def read(trace: Trace, training: int, *, most: int = 8) -> list[Recorded]:
    """Reads fully recorded steps; of many, the first three and a selection up to the last.

    Args:
        trace: recorded run.
        training: index of the training in the trace.
        most: largest number of steps to read.

    Raises:
        InputError: if the training has no fully recorded step.
    """
    steps = [one for one in trace.steps if one.training == training and one.is_recorded]
    if not steps:
        raise InputError(
            f"{trace.folder}: expected a trace with recorded training steps, got one without; "
            f"{'; '.join(trace.manifest.get('notes') or ['the script ran none'])}"
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
        tensors=trace.arrays(step.tensors)
        or _recomputed_tensors(trace, step.training, before, batch),
    )


def _recomputed_tensors(
    trace: Trace, training: int, state: Mapping[str, Array], batch: Batch
) -> dict[str, Array]:
    """Tensors of the forward pass, computed by the recorded graph; empty if it cannot run."""
    names, graph = trace.trainings[training].tensors, trace.graph()
    if not names or graph is None:
        return {}
    try:
        feeds = {**batch.inputs, **batch.random}
        values = RecordedGraph(graph).compute(names, state, feeds)
    except Unreplayable:
        return {}
    return dict(zip(names, values, strict=True))


def consecutive(steps: Sequence[Recorded]) -> list[Recorded]:
    """Returns the first of the `steps` and those that follow it without a gap."""
    row = [*steps[:1]]
    for one in steps[1:]:
        if one.step.number == row[-1].step.number + 1:
            row.append(one)
    return row


def random_ops(trace: Trace) -> dict[str, str]:
    """Returns the op type of each random op of a `trace`, by name."""
    return {one["name"]: one["op"] for one in trace.manifest.get("random_ops", [])}


def old_variables(trace: Trace, training: Training) -> list[Any]:
    """Returns the variables of the original that a model may contain.

    Args:
        trace: recorded run.
        training: training whose weights come first.

    Returns:
        the weights in their order, then variables that are not optimizer slots, such as moving
        averages or the weights of a GAN's other network.
    """
    every = {name for one in trace.trainings for name in one.weights}
    slots = {
        name
        for one in trace.trainings
        for by_weight in one.slots.values()
        for name in by_weight.values()
    }
    others = every - _needed_by_loss(trace, training) if len(trace.trainings) > 1 else every
    no_others = {*training.weights, *others, *slots}
    return [
        *(trace.variables[name] for name in training.weights),
        *(
            variable
            for name, variable in trace.variables.items()
            if name not in no_others
            and variable.dtype.startswith(("float", "double", "half"))
            and variable.shape
            and not name.rpartition("/")[2].startswith(_OPTIMIZER_COUNTERS)
            and not _is_slot(name, every)
        ),
    ]


def _needed_by_loss(trace: Trace, training: Training) -> set[str]:
    """Names of the graph nodes that the loss needs; empty if the graph cannot be read."""
    graph = trace.graph()
    try:
        return RecordedGraph(graph).subgraphs.required_nodes([training.loss])[0] if graph else set()
    except Unreplayable:
        return set()


def _is_slot(name: str, weights: set[str]) -> bool:
    """True if the name is that of a weight's slot, such as `conv1/kernel/Momentum`."""
    return any(name.startswith(f"{weight}/") for weight in weights)
