"""Plans the additional fetches that record the training steps of a session run."""

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from tf_edureka.runner.record import clipping, graphs, optimizers, variables
from tf_edureka.runner.record.forward import Forward
from tf_edureka.runner.record.gradients import GradientCall, parts
from tf_edureka.runner.record.updates import Updates, preference, trainings, writes
from tf_edureka.trace import short

_SOURCES = {
    **dict.fromkeys(("IteratorGetNext", "IteratorGetNextSync"), "iterator"),
    **dict.fromkeys(("PyFunc", "PyFuncStateless", "EagerPyFunc"), "function"),
}
_PASS_THROUGH = ("Identity", "PlaceholderWithDefault")
_READS = ("ReadVariableOp", "ResourceGather")
_QUEUES = ("QueueDequeue", "ReaderRead", "Unstage", "MapUnstage", "Barrier")


@dataclasses.dataclass(eq=False)
class Part:
    """What a run does for one training.

    Attributes:
        call: call that computed the gradients.
        updates: ops that apply the gradients.
        constants: constant scalars of the optimizer, by name.
        scalars: tensors of the other scalars, by name.
        aliased: variables that share memory with a scalar and that the run writes, by the name of
            the scalar. A fetch may return the value after the step.
        raw: computed gradients that can be fetched, by the op of the weight.
        applied: applied gradients that can be fetched, by the op of the weight.
    """

    call: GradientCall
    updates: Updates
    constants: dict[str, float] = dataclasses.field(default_factory=dict)
    scalars: dict[str, Any] = dataclasses.field(default_factory=dict)
    aliased: dict[str, str] = dataclasses.field(default_factory=dict)
    raw: dict[str, Any] = dataclasses.field(default_factory=dict)
    applied: dict[str, Any] = dataclasses.field(default_factory=dict)


class Plan:
    """The plan of a session run: what it computes and what to fetch in addition.

    Args:
        roots: tensors and ops that the script fetches.
        fed: tensors that the script feeds.
        calls: calls that computed gradients in the graph.
        connections: pairs of an origin tensor and the tensor, not in `fed`, that it replaces.

    Attributes:
        fed: tensors whose values come from outside, including replaced ones.
        connections: pairs of an origin tensor and the tensor that it replaces.
        fetched: tensors that the script fetches.
        is_listed: whether the manifest lists the inputs of this plan.
        closure: all ops that the run executes.
        written: ops of the variables that the run writes.
        parts: one part for each training that the run takes a step of.
        metrics: scalars that the script fetches in a run without a training step, each with the
            names of the variables that it depends on, some of them trained.
        random: outputs of random ops that can be fetched.
        branched: outputs of random ops and of reads inside branches, each with the predicates of
            its branches.
        hidden_random: names of random ops whose outputs cannot be fetched.
        inputs: outputs of iterators, queues and Python functions, each with its kind.
    """

    def __init__(
        self,
        roots: Iterable[Any],
        fed: Sequence[Any],
        calls: Sequence[GradientCall],
        connections: Sequence[tuple[Any, Any]] = (),
    ) -> None:
        self.fed = [*fed, *(to for _, to in connections)]
        self.connections = connections
        roots = [*roots]
        self.fetched = [one for one in roots if hasattr(one, "consumers")]
        self._roots = roots
        self.is_listed = False
        roots = [*roots, *(origin for origin, _ in connections)]
        closure = self.closure = graphs.Closure(roots, self.fed)
        self.written = {write.variable for write in writes(closure)}
        self.parts = [self._part(updates) for updates in trainings(closure, calls)]
        self.metrics = {} if self.parts else self._metrics(calls)
        self.random: list[Any] = []
        self.branched: dict[Any, tuple[tuple[Any, bool], ...]] = {}
        self.hidden_random: list[str] = []
        self._forward: dict[Any, Forward] = {}
        self.inputs: dict[Any, str] = {}
        for op in closure.ops if self.parts or self.metrics else ():
            if variables.is_random(op):
                self._add_random(op)
            elif op.type in _READS:
                self._add_branched(op)
            kind = _source(op.type)
            if kind:
                self.inputs |= {one: kind for one in op.outputs if graphs.is_plain(one)}

    def _part(self, updates: Updates) -> Part:
        part = Part(updates.call, updates)
        write = next(iter(sorted(updates.writes.values(), key=preference)))
        for name, tensor in write.scalars.items():
            number = graphs.constant(tensor)
            if number is not None:
                part.constants[name] = number
            elif graphs.is_alias(tensor) and graphs.variable_op(tensor) in self.written:
                part.aliased[name] = graphs.variable_op(tensor).name
            elif graphs.is_plain(tensor) and graphs.is_scalar(tensor):
                part.scalars[name] = tensor
        if not write.kind and updates.call.optimizer is not None:
            part.scalars |= optimizers.scalars(updates.call.optimizer)
        for weight in updates.call.weights:
            raw = updates.call.raw.get(weight)
            if self._can_fetch(raw):
                part.raw[weight] = raw
            written = updates.writes.get(weight)
            applied = None if written is None else written.gradient
            if applied is None and not optimizers.clips(updates.call.optimizer):
                applied = raw
            if self._can_fetch(applied):
                part.applied[weight] = applied
        return part

    def _metrics(self, calls: Iterable[GradientCall]) -> dict[Any, frozenset[str]]:
        weights = {weight for call in calls for weight in call.weights}
        found = {}
        for tensor, _ in self.scalars:
            ops = graphs.Closure([tensor], self.fed).ops
            read = {op for op in ops if op.type in graphs.VARIABLES}
            if read & weights and not read & self.written:
                found[tensor] = frozenset(op.name for op in read)
        return found

    def _add_random(self, op: Any) -> None:
        if self._add_branched(op):
            self.random += op.outputs  # a candidate sampler has three
        else:
            self.hidden_random.append(op.name)

    def _add_branched(self, op: Any) -> bool:
        """Notes the branches of an op; False if their predicates cannot be computed beforehand."""
        branches = graphs.branches(op)
        deciding = [graphs.Closure([one], self.fed).ops for one, _ in branches or ()]
        if branches is None or not all(map(graphs.is_pure, itertools.chain(*deciding))):
            return False
        if branches:
            deciding_of = tuple((self._origin(one), to) for one, to in branches)
            self.branched |= dict.fromkeys(op.outputs, deciding_of)
        return True

    def _origin(self, tensor: Any) -> Any:
        """Returns the tensor that a `tensor` passes on; a fed one needs no fetch."""
        while not self.closure.is_fed(tensor) and tensor.op.type in _PASS_THROUGH:
            tensor = tensor.op.inputs[0]
        return tensor

    def dead(self, run: Callable[[list[Any]], list[Any]]) -> frozenset[Any]:
        """Returns the outputs of random ops and reads in branches that the run will not take.

        Args:
            run: callable that returns the values of tensors, with the feeds of the run.
        """
        if not self.branched:
            return frozenset()
        others = [one for one, constant in self._deciding.items() if constant is None]
        values = {**self._deciding, **dict(zip(others, run(others), strict=True))}
        return frozenset(
            tensor
            for tensor, branches in self.branched.items()
            if any(bool(values[one]) != branch for one, branch in branches)
        )

    @functools.cached_property
    def _deciding(self) -> dict[Any, float | None]:
        """Predicates of branches, each with its value, or None if it is not a constant."""
        found = _once(one for branches in self.branched.values() for one, _ in branches)
        return {one: None if self.closure.is_fed(one) else graphs.constant(one) for one in found}

    def _can_fetch(self, gradient: Any) -> bool:
        return gradient is not None and all(
            one.op in self.closure and graphs.is_plain(one) and not self.closure.is_fed(one)
            for one in parts(gradient)
        )

    def clipping(self, part: Part) -> dict[str, Any] | None:
        """Returns kind and bound of the gradient clipping; None without any."""
        return clipping.find(self.closure, part.call.raw, part.applied)

    def run(self, part: Part) -> list[str]:
        """Returns the names of fetched ops that write variables the updates depend on."""
        updates = [write.op for write in part.updates.writes.values()]
        depends = {*graphs.Closure(updates, self.fed).ops}
        found = (
            one
            for one in self._roots
            if any(write.variable in depends for write in writes(graphs.Closure([one], self.fed)))
        )
        return [*dict.fromkeys(graphs.op_of(one).name for one in found)]

    def remarks(self, part: Part) -> list[str]:
        """Returns notes on a training for readers of the trace."""
        found = []
        if part.updates.others:
            found.append(
                "gradients of several losses are applied together; `loss` and `raw_gradients` are "
                "those of the first"
            )
        rates = {
            id(one.scalars["lr"]) for one in part.updates.writes.values() if "lr" in one.scalars
        }
        if len(rates) > 1:
            found.append("weights have different learning rates; `hyper` has that of the first")
        left_out = [weight.name for weight in part.call.weights if weight not in part.applied]
        if left_out:
            found.append(f"gradients that cannot be fetched: {', '.join(left_out)}")
        return found

    def forward(self, part: Part, dead: frozenset[Any]) -> Forward:
        """Returns the forward pass of a training.

        Args:
            part: what the run does for the training.
            dead: outputs of ops in branches that the run does not take.
        """
        if (part, dead) not in self._forward:
            inputs = [*self.fed, *self.inputs, *(one for one in self.random if one not in dead)]
            self._forward[part, dead] = Forward(part.call.losses, inputs, dead)
        return self._forward[part, dead]

    @functools.cached_property
    def fed_names(self) -> list[tuple[str, np.dtype[Any]]]:
        """Name and NumPy dtype of each fed tensor."""
        return [
            (short(one.name), np.dtype(one.dtype.base_dtype.as_numpy_dtype)) for one in self.fed
        ]

    @functools.cached_property
    def scalars(self) -> list[tuple[Any, str]]:
        """Fetched float tensors that may be scalars, each with its name."""
        return [
            (one, short(one.name))
            for one in self.fetched
            if one.dtype.base_dtype.is_floating and one.shape.ndims in (0, None)
        ]

    @functools.cached_property
    def always_fetched(self) -> list[Any]:
        """Tensors to fetch at each step in addition to the script's."""
        there = {id(one) for one in (*self.fetched, *self.fed)}
        scalars = _once(tensor for part in self.parts for tensor in part.scalars.values())
        return [one for one in scalars if id(one) not in there]

    @functools.cached_property
    def sources(self) -> list[Any]:
        """Inputs, random numbers and origins of connections, which differ at each step."""
        return _once([*self.inputs, *self.random, *(origin for origin, _ in self.connections)])

    def losses(self, dead: frozenset[Any]) -> list[Any]:
        """Returns losses that only the run itself can compute, if fetching them is harmless."""
        return [
            loss
            for part in self.parts
            if self.forward(part, dead).obstacle and all(map(self._is_safe, part.call.losses))
            for loss in part.call.losses
        ]

    def _is_safe(self, loss: Any) -> bool:
        """True if fetching a loss adds only pure ops that read no variable written in place."""
        added = [op for op in graphs.Closure([loss], self.fed).ops if op not in self.closure]
        return graphs.is_plain(loss) and all(
            graphs.is_pure(op) and not any(map(graphs.is_alias, op.inputs)) for op in added
        )

    @functools.cached_property
    def gradients(self) -> list[Any]:
        """Tensors of the computed and the applied gradients."""
        return _once(
            tensor
            for part in self.parts
            for gradient in (*part.raw.values(), *part.applied.values())
            for tensor in parts(gradient)
        )


def _once(tensors: Iterable[Any]) -> list[Any]:
    return [*dict.fromkeys(tensors)]


def _source(kind: str) -> str | None:
    return _SOURCES.get(kind) or ("queue" if kind.startswith(_QUEUES) else None)
