"""Finds the ops of a recorded graph that update weights, and the tensors of the gradients."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tf_edureka import trace
from tf_edureka.tf1.graph_nodes import Unreplayable, parse
from tf_edureka.tf1.recorded_graph import RecordedGraph
from tf_edureka.tf1.subgraphs import Subgraphs
from tf_edureka.trace import Array

_WRITES = re.compile(r"(Resource)?(Sparse)?(Apply|Assign|Scatter|StridedSliceAssign)\w*")
_VARIABLES = ("VariableV2", "Variable", "VarHandleOp")
_PASS_THROUGH = ("Identity", "RefIdentity", "Enter", "RefEnter", "Switch", "RefSwitch")
# Ops between a gradient and the op that applies it: clipping, decay, sums, an optimizer written in
# plain ops, and the sum over equal rows of a sparse gradient.
_BETWEEN = {
    *("Identity", "Mul", "RealDiv", "Div", "DivNoNan", "Minimum", "Maximum", "ClipByValue"),
    *("Add", "AddV2", "AddN", "Sub", "Neg", "Square", "Sqrt", "Rsqrt", "Pow", "Cast", "Reshape"),
    *("Select", "SelectV2", "Switch", "Merge", "CheckNumerics", "UnsortedSegmentSum"),
    *("ResourceGather", "GatherV2", "Sign", "Abs", "Assign", "ReadVariableOp", "ScatterAdd"),
}


@dataclass(frozen=True)
class FoundUpdates:
    """The recorded gradients and updates in the graph.

    Attributes:
        gradients: tensor name of each weight's gradient, by weight; for a sparse gradient, of its
            values.
        ops: name of the op that updates each weight, by weight.
    """

    gradients: Mapping[str, str]
    ops: Mapping[str, str]


class Updates:
    """The updates of weights in a recorded graph.

    Args:
        parts: parsed graph.
        training: the training whose weights are updated.
    """

    def __init__(self, parts: Subgraphs, training: trace.Training) -> None:
        self._parts = parts
        self._before, _ = parts.required_nodes([training.loss])
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
        """Finds the gradients by their recorded values, and the updates that use them.

        Args:
            graph: graph that computes the tensors.
            recorded: recorded gradients of a step by weight, float32, in the weight's shape; for a
                sparse gradient its values.
            state: values of the variables before that step by name, any dtype and shape.
            feeds: fed arrays of that step by tensor name, any dtype and shape.

        Returns:
            names of tensors and ops, without weights for which none was found.
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
            # Of equal tensors, such as one before and after clipping, the earliest is the gradient.
            if difference < np.inf and difference <= nearest.get(weight, (np.inf,))[0]:
                nearest[weight] = difference, op, tensor
        alone = {weight: ops[0] for weight, ops in self._ops.items() if len(ops) == 1}
        return FoundUpdates(
            {weight: tensor for weight, (_, _, tensor) in nearest.items()},
            {**alone, **{weight: op for weight, (_, op, _) in nearest.items()}},
        )

    def _likely(self, ops: Sequence[str], kind: re.Pattern[str]) -> Sequence[str]:
        """Returns those of the ops that apply the optimizer; all of them if none does."""
        return [one for one in ops if kind.fullmatch(self._parts.nodes[one].op)] or ops

    def _can_run(self, op: str, feeds: Iterable[str]) -> bool:
        """True if an op needs recorded data only; one that sets an initial value does not."""
        try:
            self._parts.extract([op], feeds)
        except Unreplayable:
            return False
        return True

    def _gradient_candidates(self, op: str) -> list[str]:
        """Returns tensors that may be the gradient that an op receives, the nearest first."""
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
        # Tensors inside a loop or a branch cannot be fetched.
        return [one for one in seen if self._parts.depths[parse(one)[0]] == (0, 0)]

    def _variable(self, name: str) -> str:
        node: Any = self._parts.nodes[parse(name)[0]]
        while node.op in _PASS_THROUGH and node.input:
            node = self._parts.nodes[parse(node.input[0])[0]]
        return str(node.name)


def _difference(value: Array, recorded: Array) -> float:
    """Returns the largest difference of two arrays; infinity if shape or dtype differ."""
    if value.shape != recorded.shape or value.dtype != recorded.dtype:
        return np.inf
    return float(np.abs(value - recorded).max(initial=0))
