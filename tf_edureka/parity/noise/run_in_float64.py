"""The original's run again in float64, from where it started and with the masks that it had.

Rounding starts at 1e-16 there, so that what training makes of it stays small for long.
"""

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tf_edureka._tensorflow import tf
from tf_edureka.parity.model.evaluation import Batch
from tf_edureka.parity.noise.tolerances import LARGEST_OF_LOSS, NOISE_FACTOR, SMALLEST
from tf_edureka.tf1.decimals import written
from tf_edureka.tf1.recorded_graph import RecordedGraph, Unreplayable
from tf_edureka.trace import Array, Step, Trace

# Steps at most: as far as consecutive gradients are recorded at most, so that a rate whose change
# these reach has changed here, too.
MOST_STEPS = 200
_PERTURBATIONS = 2  # of what is moved, up or down, for each entry
_EPSILON = 2.0**-52
_SMALLEST = SMALLEST["loss"] * 2.0**-29  # in roundings of float64
_SAME_RATE = 1e-4  # relative; float32 keeps any by less
WHY = (
    f"{NOISE_FACTOR:g} times what the original differs from itself in float64 with inputs and variables "
    "moved by one unit in the last place before each step"
)


class NotInFloat64(Exception):
    """Why a run cannot be taken again in float64, in words."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DoubleRun:
    """A run in float64.

    Attributes:
        start: all variables before it, by name, any shape; float64 where they were float32.
        steps: that were taken, from step 0 on.
        losses: of each.
        limits: how far a port's may be apart, relative.
        why: the reason for these.
    """

    start: Mapping[str, Array]
    steps: Sequence[Step]
    losses: Sequence[float]
    limits: Sequence[float]
    why: str


def batch(trace: Trace, step: Step) -> Batch:
    """What a `step` of a `trace` was given, in float64 where it was float32.

    Random numbers stay what they were.
    """
    return Batch(inputs=_to_float64(trace.arrays(step.inputs))[0], random=trace.arrays(step.random))


@functools.lru_cache(maxsize=2)
def run_training(trace: Trace, training: int) -> DoubleRun:
    """Takes the run of a training again.

    Args:
        trace: of it, with what each step was given.
        training: its place among those of the trace.

    Raises:
        NotInFloat64: when that is not possible.
    """
    content, steps = trace.graph(), _consecutive_steps(trace, training)
    if content is None or not trace.trainings[training].run:
        raise NotInFloat64("the trace does not say what the script ran")
    if len(trace.trainings) > 1:
        raise NotInFloat64("the script trains several losses in turn")
    if not steps:
        raise NotInFloat64("the first step was not recorded in full")
    try:
        return _Original(trace, training, content, steps).run()
    except Unreplayable as error:
        raise NotInFloat64(str(error)) from None


def _consecutive_steps(trace: Trace, training: int) -> list[Step]:
    """The steps from step 0 on, as long as what they were fed is stored; none without a start."""
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
    """The graph of a trace, which takes steps of a training in float64."""

    def __init__(self, trace: Trace, training: int, content: bytes, steps: Sequence[Step]) -> None:
        self._trace, self._training = trace, trace.trainings[training]
        self._graph = RecordedGraph(content, dtype="float64")
        self._fetches = [self._training.loss]
        if "lr" in self._training.hyper:
            self._fetches.append(self._training.hyper["lr"])
        self._needed, _ = self._graph.parts.needed([self._training.loss, *self._training.run])
        self._steps = self._unchanged_between(steps)
        self._start = _to_float64(trace.arrays(steps[0].before))
        self._constants = self._decimal_constants({*steps[0].inputs, *steps[0].random})

    def _unchanged_between(self, steps: Sequence[Step]) -> Sequence[Step]:
        """The steps up to where the script is seen to change weights between two of them."""
        for place, (one, following) in enumerate(itertools.pairwise(steps), 1):
            if following.is_recorded and any(
                one.after.get(name, stored) != stored
                for name, stored in following.before.items()
                if name in self._training.weights
            ):
                return steps[:place]
        return steps

    def _decimal_constants(self, given: set[str]) -> tuple[dict[str, Array], dict[str, Array]]:
        """The graph's constants as they were written, and how far from that they may be."""
        parts, found = self._graph.parts, {}
        for name in sorted(self._needed - given):
            node = parts.nodes[name]
            is_single = node.attr["dtype"].type == tf.float32.as_datatype_enum
            if node.op == "Const" and is_single and not parts.depths[name][0]:  # in no loop
                found[name] = written(tf.make_ndarray(node.attr["value"].tensor))
        return (
            {name: value for name, (value, _) in found.items()},
            {name: uncertainty for name, (_, uncertainty) in found.items() if uncertainty.any()},
        )

    def run(self) -> DoubleRun:
        losses = [*self._losses(None)]
        if self._graph.rounded:
            names = ", ".join(sorted(self._graph.rounded)[:3])
            raise NotInFloat64(f"TensorFlow has {names} of the original in float32 only")
        if len(losses) < 2:
            raise NotInFloat64("not two steps in a row can be taken again")
        apart = np.zeros(len(losses))
        for draw in range(_PERTURBATIONS):
            moved = self._losses(np.random.default_rng(draw))
            for step, (other, one) in enumerate(zip(losses, moved, strict=False)):
                apart[step] = max(apart[step], abs(one - other) / max(abs(other), 1e-30))
        limits = np.clip(NOISE_FACTOR * np.maximum.accumulate(apart), _SMALLEST, LARGEST_OF_LOSS)
        unknown = {*self._constants[1], *self._start[1]}
        more = f", and {', '.join(sorted(unknown))} by what float32 rounds" if unknown else ""
        return DoubleRun(
            start=self._start[0],
            steps=self._steps[: len(losses)],
            losses=losses,
            limits=limits.tolist(),
            why=WHY + more,
        )

    def _losses(self, generator: np.random.Generator | None) -> Iterator[float]:
        """The loss of each step while it is a number; with a generator all is moved a bit."""
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
    """Whether a rate is that of the recorded step: a script may set it between steps."""
    recorded = step.hyper.get("lr")
    if recorded is None or not rate:
        return True
    return bool(abs(float(rate[0]) - recorded) <= _SAME_RATE * abs(recorded))


def _to_float64(arrays: Mapping[str, Array]) -> tuple[dict[str, Array], dict[str, Array]]:
    """Float32 arrays in float64, and how far some may be from what was written.

    Where all entries are one number somebody wrote it.
    """
    found: dict[str, Array] = {}
    uncertainty: dict[str, Array] = {}
    for name, one in arrays.items():
        found[name] = one
        if one.dtype == np.float32:
            found[name] = one.astype(np.float64)
            if one.size and np.all(one == one.flat[0]):
                number, rest = written(one.ravel()[:1])
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
    """Float arrays with each entry moved: by what is not known of it, else by a unit."""
    found = {}
    for name, one in arrays.items():
        if one.dtype == np.float64:
            signs = generator.choice([-1.0, 1.0], one.shape)
            by = uncertainty.get(name, unit * one)
            one = one + signs * by
        found[name] = one
    return found
