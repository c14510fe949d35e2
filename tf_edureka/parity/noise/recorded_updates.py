"""Finds in a recorded graph the ops that update weights, and what may be the gradients of these."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tf_edureka import trace
from tf_edureka.tf1.graph_nodes import Unreplayable, parse
from tf_edureka.tf1.graph_parts import Parts
from tf_edureka.tf1.recorded_graph import RecordedGraph
from tf_edureka.trace import Array

_WRITES = re.compile(r"(Resource)?(Sparse)?(Apply|Assign|Scatter|StridedSliceAssign)\w*")
_VARIABLES = ("VariableV2", "Variable", "VarHandleOp")
_PASS_THROUGH = ("Identity", "RefIdentity", "Enter", "RefEnter", "Switch", "RefSwitch")
# What lies between a gradient and the op that takes it: clipping, decay, sums, an optimizer that is
# written in plain ops, and what adds up rows of a sparse gradient.
_BETWEEN = {
    *("Identity", "Mul", "RealDiv", "Div", "DivNoNan", "Minimum", "Maximum", "ClipByValue"),
    *("Add", "AddV2", "AddN", "Sub", "Neg", "Square", "Sqrt", "Rsqrt", "Pow", "Cast", "Reshape"),
    *("Select", "SelectV2", "Switch", "Merge", "CheckNumerics", "UnsortedSegmentSum"),
    *("ResourceGather", "GatherV2", "Sign", "Abs", "Assign", "ReadVariableOp", "ScatterAdd"),
}


@dataclass(frozen=True)
class FoundUpdates:
    """Where a recorded graph has what was recorded.

    Attributes:
        gradients: by weight, the tensor of its gradient; of a sparse one that of its values.
        ops: by weight, the op that updates it.
    """

    gradients: Mapping[str, str]
    ops: Mapping[str, str]


class Updates:
    """The updates of weights in a recorded graph.

    Args:
        parts: of the graph.
        training: whose weights they are.
    """

    def __init__(self, parts: Parts, training: trace.Training) -> None:
        self._parts = parts
        self._before, _ = parts.needed([training.loss])
        ops: dict[str, list[str]] = {}
        for node in parts.graph.node:
            if _WRITES.fullmatch(node.op) and node.input:
                ops.setdefault(self._variable(node.input[0]), []).append(node.name)
        kind = re.compile(rf"(Resource)?(Sparse)?Apply{re.escape(training.optimizer or '')}(V2)?")
        self._ops = {weight: self._likely(ops.get(weight, []), kind) for weight in training.weights}

    def find(
        self,
        graph: RecordedGraph,
        recorded: Mapping[str, Array],
        state: Mapping[str, Array],
        feeds: Mapping[str, Array],
    ) -> FoundUpdates:
        """Finds gradients by their values, and the updates that they lead to.

        Args:
            graph: to compute them with.
            recorded: the gradients of a step, by weight, of the weight's shape; of a sparse one
                its values; float32.
            state: before that step, as for `RecordedGraph.compute`.
            feeds: of that step, as for `RecordedGraph.compute`.

        Returns:
            names of tensors and ops; a weight that none was found for is left out.
        """
        places = {
            (weight, op, tensor): None
            for weight in recorded
            for op in self._ops.get(weight, [])
            if len(self._ops[weight]) == 1 or self._can_run(op, feeds)
            for tensor in self._gradient_candidates(op)
        }
        tensors = [*dict.fromkeys(tensor for _, _, tensor in places)]
        values = dict(zip(tensors, graph.compute(tensors, state, feeds), strict=True))
        nearest: dict[str, tuple[float, str, str]] = {}
        for weight, op, tensor in places:
            difference = _difference(values[tensor], recorded[weight])
            # Of equal ones, such as what clipping leaves as it is, the one before the others.
            if difference < np.inf and difference <= nearest.get(weight, (np.inf,))[0]:
                nearest[weight] = difference, op, tensor
        alone = {weight: ops[0] for weight, ops in self._ops.items() if len(ops) == 1}
        return FoundUpdates(
            {weight: tensor for weight, (_, _, tensor) in nearest.items()},
            {**alone, **{weight: op for weight, (_, op, _) in nearest.items()}},
        )

    def _likely(self, ops: Sequence[str], kind: re.Pattern[str]) -> Sequence[str]:
        """Of the ops that write a weight those of the optimizer, if there are any."""
        return [one for one in ops if kind.fullmatch(self._parts.nodes[one].op)] or ops

    def _can_run(self, op: str, feeds: Iterable[str]) -> bool:
        """Whether an op needs only what was recorded: one that sets the initial value does not."""
        try:
            self._parts.part([op], feeds)
        except Unreplayable:
            return False
        return True

    def _gradient_candidates(self, op: str) -> list[str]:
        """Tensors that may be the gradient that an op is given, the nearest first."""
        seen: dict[str, None] = {}
        todo = [one for one in self._parts.nodes[op].input[1:] if one[0] != "^"]
        while todo:
            name = todo.pop(0)
            source, output = parse(name)
            node = self._parts.nodes[source]
            full = f"{source}:{output}"
            if full in seen or source in self._before:
                continue
            seen[full] = None
            if node.op in _BETWEEN:
                todo += [one for one in node.input if one[0] != "^"]
        # What is in a loop or a branch cannot be fetched.
        return [one for one in seen if self._parts.depths[parse(one)[0]] == (0, 0)]

    def _variable(self, name: str) -> str:
        node: Any = self._parts.nodes[parse(name)[0]]
        while node.op in _PASS_THROUGH and node.input:
            node = self._parts.nodes[parse(node.input[0])[0]]
        return str(node.name)


def _difference(value: Array, recorded: Array) -> float:
    """How far two arrays are difference; infinitely where they are of different shapes."""
    if value.shape != recorded.shape or value.dtype != recorded.dtype:
        return np.inf
    return float(np.abs(value - recorded).max(initial=0))
