"""What follows from the nodes of a graph alone: what each is computed from, and what it chooses."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from tf_edureka._tensorflow import tf
from tf_edureka.tf1.allowed_ops import refused
from tf_edureka.tf1.checkpoint import graphs
from tf_edureka.tf1.checkpoint.content import Array
from tf_edureka.tf1.graph_nodes import Unreplayable, inputs_first, parse

_ONLY_MOVES = {
    *("Cast", "Identity", "Reshape", "ExpandDims", "Squeeze", "Transpose", "Slice", "StridedSlice"),
    *("ConcatV2", "Pack", "Unpack", "Split", "SplitV", "Tile", "Pad", "PadV2", "Unique"),
    *("ReverseSequence", "ReverseV2", "StopGradient", "Maximum", "Minimum"),
}
_GATHERS = ("GatherV2", "Gather", "ResourceGather")
_BACKWARD = re.compile(r"(^|/)gradients(_\d+)?(/|$)")
_NO_VALUE = re.compile(
    r"Variable(V2)?|VarHandleOp|(Resource)?(Sparse)?(Apply|Scatter)\w+|\w*Assign\w*|Const"
)


class Walk:
    """A graph, walked once from its inputs on.

    Args:
        graph: a `GraphDef`.
        nodes: of it, by name.
        depths: how many loops and branches each is inside of.
        fed: names of the tensors that are given.
        weights: names of nodes that are weights.

    Attributes:
        refusals: why some nodes are not run, in the order of the graph.
    """

    def __init__(
        self,
        graph: Any,
        nodes: Mapping[str, Any],
        depths: Mapping[str, tuple[int, int]],
        fed: Iterable[str],
        weights: Collection[str],
    ) -> None:
        self._graph, self._nodes, self._depths = graph, nodes, depths
        self.refusals: list[str] = []
        self._fed_by: dict[str, frozenset[str]] = {}
        self._has_weights: set[str] = set()
        of_node: dict[str, set[str]] = {}
        for one in fed:
            of_node.setdefault(parse(one)[0], set()).add(one)
        functions = {one.signature.name for one in graph.library.function}
        for name in inputs_first(nodes):
            node = nodes[name]
            taken = [parse(one)[0] for one in node.input]
            if name in of_node:
                self._fed_by[name] = frozenset(of_node[name])
                continue
            known = [one for one in taken if one in self._fed_by]
            if any(one not in known and not _is_loop(nodes[one]) for one in taken):
                continue  # it takes what is not run
            why = None if node.op in functions else _refused(node)
            if why:
                self.refusals.append(why)
                continue
            self._fed_by[name] = frozenset().union(*(self._fed_by[one] for one in known))
            if name in weights or any(one in self._has_weights for one in known):
                self._has_weights.add(name)

    def fed_by(self, node: str) -> frozenset[str] | None:
        """What a `node` is computed from of what is given; None if it is not run."""
        return self._fed_by.get(node)

    def is_forward(self, node: Any) -> bool:
        """Whether a `node` gives a value of the forward pass that depends on weights and inputs."""
        return bool(
            self._fed_by.get(node.name)
            and node.name in self._has_weights
            and not any(self._depths[node.name])
            and not _BACKWARD.search(node.name)
            and not _NO_VALUE.fullmatch(node.op)
        )

    def after(self, node: str) -> set[str]:
        """A `node` and all that is computed from it."""
        reached = {node}
        for name in inputs_first(self._nodes):
            if any(parse(one)[0] in reached for one in self._nodes[name].input):
                reached.add(name)
        return reached

    def rows_read(self, source: str, state: Mapping[str, Array]) -> int | None:
        """How many rows the whole numbers of a source choose among: the rows of an embedding.

        Args:
            source: its name.
            state: values of variables, by the names of their nodes.

        Returns:
            None if they choose none.
        """
        reached = {parse(source)[0]}
        for name in inputs_first(self._nodes):
            node = self._nodes[name]
            taken = [parse(one)[0] for one in node.input]
            if node.op in _GATHERS and taken[1] in reached:
                rows = self._rows(taken[0], state)
                if rows:
                    return rows
            if node.op == "OneHot" and taken[0] in reached:
                depth = self._nodes[taken[1]]
                if depth.op == "Const":
                    return int(tf.make_ndarray(depth.attr["value"].tensor))
            if node.op in _ONLY_MOVES and any(one in reached for one in taken):
                reached.add(name)
        return None

    def _rows(self, name: str, state: Mapping[str, Array]) -> int | None:
        for _ in range(4):
            if name in state:
                return len(state[name]) if state[name].ndim else None
            node = self._nodes[name]
            if node.op == "Const":
                shape = graphs.shape_of(node.attr["value"].tensor)
                return shape[0] if shape else None
            if not node.input:
                return None
            name = parse(node.input[0])[0]
        return None

    def taken_by_loss(self, tensor: str) -> str:
        """What a loss of the graph makes of a `tensor`: `softmax`, `sigmoid`, or nothing."""
        names, consumers = {parse(tensor)[0]}, set()
        for node in self._graph.node:  # as graphs are saved, inputs come first
            if any(parse(one)[0] in names for one in node.input):
                consumers.add(node.op)
                if node.op in ("Identity", "Reshape", "Squeeze", "ExpandDims"):
                    names.add(node.name)
        if any("SoftmaxCrossEntropy" in op for op in consumers):
            return "softmax"
        return "sigmoid" if consumers >= {"GreaterEqual", "Neg", "Mul"} else ""


def _is_loop(node: Any) -> bool:
    return bool(node.op.endswith("NextIteration"))


def _refused(node: Any) -> str | None:
    try:
        return refused(node)
    except Unreplayable as error:
        return str(error)
