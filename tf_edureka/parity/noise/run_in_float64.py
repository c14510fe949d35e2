"""Runs the original again in float64, from its recorded start and with its recorded masks.

Rounding starts at 1e-16 there, so differences stay small although training amplifies them.
"""

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tf_edureka._tensorflow import tf
from tf_edureka.parity.model.evaluation import Batch
from tf_edureka.parity.noise.tolerances import LARGEST_OF_LOSS, NOISE_FACTOR, SMALLEST
from tf_edureka.tf1.decimals import source_decimals
from tf_edureka.tf1.recorded_graph import RecordedGraph, Unreplayable
from tf_edureka.trace import Array, Step, Trace

# The recorder stores consecutive gradients for at most as many steps, so that a change of the
# learning rate that they include is included here, too.
MOST_STEPS = 200
_PERTURBATIONS = 2  # number of perturbed runs
_EPSILON = 2.0**-52
_SMALLEST = SMALLEST["loss"] * 2.0**-29  # scaled from roundings of float32 to those of float64
_SAME_RATE = 1e-4  # relative; float32 is more exact than that
WHY = (
    f"{NOISE_FACTOR:g} times the largest change of the original's run in float64 when inputs and "
    "variables are moved by one unit in the last place before each step"
)


class NotInFloat64(Exception):
    """The reason why a run cannot be repeated in float64."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DoubleRun:
    """A run of the original in float64.

    Attributes:
        start: all variables before it by name, any shape; float64 if they were float32.
        steps: the recorded steps that were computed again, from step 0 on.
        losses: the loss of each step.
        limits: relative tolerance of a port's loss in each step.
        why: the reason for the tolerances.
    """

    start: Mapping[str, Array]
    steps: Sequence[Step]
    losses: Sequence[float]
    limits: Sequence[float]
    why: str


def batch(trace: Trace, step: Step) -> Batch:
    """Returns the recorded batch of a `step` of a `trace`, with float64 for float32.

    Random numbers keep their dtype.
    """
    return Batch(inputs=_to_float64(trace.arrays(step.inputs))[0], random=trace.arrays(step.random))


@functools.lru_cache(maxsize=2)
def run_training(trace: Trace, training: int) -> DoubleRun:
    """Runs a training again in float64.

    Args:
        trace: trace with the inputs of each step.
        training: index of the training in the trace.

    Raises:
        NotInFloat64: if that is not possible.
    """
    content, steps = trace.graph(), _consecutive_steps(trace, training)
    if content is None or not trace.trainings[training].run:
        raise NotInFloat64("the trace does not say which ops the script ran")
    if len(trace.trainings) > 1:
        raise NotInFloat64("the script trains several losses in turn")
    if not steps:
        raise NotInFloat64("the first step was not recorded in full")
    try:
        return _Original(trace, training, content, steps).run()
    except Unreplayable as error:
        raise NotInFloat64(str(error)) from None


def _consecutive_steps(trace: Trace, training: int) -> list[Step]:
    """Returns the steps from 0 on whose inputs are stored; empty if step 0 is not recorded."""
    ours = (one for one in trace.steps if one.training == training)
    steps = [
        one
        for _, one in itertools.takewhile(
            lambda pair: pair[0] == pair[1].number and {*pair[1].fingerprints} <= {*pair[1].inputs},
            enumerate(itertools.islice(ours, MOST_STEPS)),
        )
    ]
    return steps if steps and steps[0].is_recorded else []


class _Original:
    """The recorded graph of a training, run in float64."""

    def __init__(self, trace: Trace, training: int, content: bytes, steps: Sequence[Step]) -> None:
        self._trace, self._training = trace, trace.trainings[training]
        self._graph = RecordedGraph(content, dtype="float64")
        self._fetches = [self._training.loss]
        if "lr" in self._training.hyper:
            self._fetches.append(self._training.hyper["lr"])
        self._needed, _ = self._graph.subgraphs.required_nodes(
            [self._training.loss, *self._training.run]
        )
        self._steps = self._unchanged_between(steps)
        self._start = _to_float64(trace.arrays(steps[0].before))
        self._constants = self._decimal_constants({*steps[0].inputs, *steps[0].random})

    def _unchanged_between(self, steps: Sequence[Step]) -> Sequence[Step]:
        """Returns the steps up to the first after which the script changes weights itself."""
        for place, (one, following) in enumerate(itertools.pairwise(steps), 1):
            if following.is_recorded and any(
                one.after.get(name, stored) != stored
                for name, stored in following.before.items()
                if name in self._training.weights
            ):
                return steps[:place]
        return steps

    def _decimal_constants(self, given: set[str]) -> tuple[dict[str, Array], dict[str, Array]]:
        """Returns the graph's constants as the decimals in the script, and their uncertainty."""
        parts, found = self._graph.subgraphs, {}
        for name in sorted(self._needed - given):
            node = parts.nodes[name]
            is_single = node.attr["dtype"].type == tf.float32.as_datatype_enum
            if node.op == "Const" and is_single and not parts.depths[name][0]:  # in no loop
                found[name] = source_decimals(tf.make_ndarray(node.attr["value"].tensor))
        return (
            {name: value for name, (value, _) in found.items()},
            {name: uncertainty for name, (_, uncertainty) in found.items() if uncertainty.any()},
        )

    def run(self) -> DoubleRun:
        losses = [*self._losses(None)]
        if self._graph.float32_nodes:
            names = ", ".join(sorted(self._graph.float32_nodes)[:3])
            raise NotInFloat64(f"TensorFlow has these ops of the original in float32 only: {names}")
        if len(losses) < 2:
            raise NotInFloat64("fewer than two consecutive steps can be computed again")
        difference = np.zeros(len(losses))
        for seed in range(_PERTURBATIONS):
            moved = self._losses(np.random.default_rng(seed))
            for step, (other, one) in enumerate(zip(losses, moved, strict=False)):
                difference[step] = max(difference[step], abs(one - other) / max(abs(other), 1e-30))
        limits = np.clip(
            NOISE_FACTOR * np.maximum.accumulate(difference), _SMALLEST, LARGEST_OF_LOSS
        )
        unknown = {*self._constants[1], *self._start[1]}
        more = f", and {', '.join(sorted(unknown))} by half a unit of float32" if unknown else ""
        return DoubleRun(
            start=self._start[0],
            steps=self._steps[: len(losses)],
            losses=losses,
            limits=limits.tolist(),
            why=WHY + more,
        )

    def _losses(self, generator: np.random.Generator | None) -> Iterator[float]:
        """Yields the loss of each step while it is finite; perturbed if a generator is given."""
        (state, uncertainty), constants = self._start, self._constants[0]
        if generator is not None:
            constants = _perturbed(*self._constants, generator, unit=0.0)
        for step in self._steps:
            inputs, uncertainty_of_inputs = _to_float64(self._trace.arrays(step.inputs))
            if generator is not None:
                state = _perturbed(state, uncertainty, generator)
                inputs = _perturbed(inputs, uncertainty_of_inputs, generator)
                uncertainty = {}
            feeds = {**constants, **inputs, **self._trace.arrays(step.random)}
            try:
                loss, *rate = self._graph.compute(self._fetches, state, feeds)
                state = self._graph.step(self._training.run, state, feeds)
            except Unreplayable:
                if not step.number:
                    raise
                return
            total = float(np.sum(loss))
            if not np.isfinite(total) or not _is_rate(step, rate):
                return
            yield total


def _is_rate(step: Step, rate: Sequence[Array]) -> bool:
    """True if a rate is that of the recorded step: a script may change it between steps."""
    recorded = step.hyper.get("lr")
    if recorded is None or not rate:
        return True
    return bool(abs(float(rate[0]) - recorded) <= _SAME_RATE * abs(recorded))


def _to_float64(arrays: Mapping[str, Array]) -> tuple[dict[str, Array], dict[str, Array]]:
    """Converts float32 arrays to float64, and returns the uncertainty of some.

    An array with one value in all entries is taken as a number written in the script.
    """
    found: dict[str, Array] = {}
    uncertainty: dict[str, Array] = {}
    for name, one in arrays.items():
        found[name] = one
        if one.dtype == np.float32:
            found[name] = one.astype(np.float64)
            if one.size and np.all(one == one.flat[0]):
                number, rest = source_decimals(one.ravel()[:1])
                found[name] = np.full(one.shape, number[0])
                if rest.any():
                    uncertainty[name] = np.full(one.shape, rest[0])
    return found, uncertainty


def _perturbed(
    arrays: Mapping[str, Array],
    uncertainty: Mapping[str, Array],
    generator: np.random.Generator,
    *,
    unit: float = _EPSILON,
) -> dict[str, Array]:
    """Moves each entry of the float64 arrays: by its uncertainty, or else by `unit`."""
    found = {}
    for name, one in arrays.items():
        if one.dtype == np.float64:
            signs = generator.choice([-1.0, 1.0], one.shape)
            by = uncertainty.get(name, unit * one)
            one = one + signs * by
        found[name] = one
    return found
