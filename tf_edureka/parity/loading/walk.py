"""Dependencies between the nodes of a graph: the sources of each, dropout, and lookups."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from tf_edureka._tensorflow import tf
from tf_edureka.tf1.allowed_ops import rejection_reason
from tf_edureka.tf1.checkpoint import graphs
from tf_edureka.tf1.checkpoint.content import Array
from tf_edureka.tf1.graph_nodes import VARIABLES, Unreplayable, inputs_first, parse

_ONLY_MOVES_VALUES = {
    *("Cast", "Identity", "Reshape", "ExpandDims", "Squeeze", "Transpose", "Slice", "StridedSlice"),
    *("ConcatV2", "Pack", "Unpack", "Split", "SplitV", "Tile", "Pad", "PadV2", "Unique"),
    *("ReverseSequence", "ReverseV2", "StopGradient", "Maximum", "Minimum"),
}
_GATHERS = ("GatherV2", "Gather", "ResourceGather")
_BACKWARD = re.compile(r"(^|/)(gradients|save)(_\d+)?(/|$)")
_NO_VALUE = re.compile(
    r"Variable(V2)?|VarHandleOp|(Resource)?(Sparse)?(Apply|Scatter)\w+|\w*Assign\w*|Const"
)


class Walk:
    """The dependencies of a graph's nodes on its sources.

    Args:
        graph: a `GraphDef`.
        nodes: nodes of the graph by name.
        depths: numbers of loops and branches around each node, by its name.
        fed: names of the sources.
        weights: names of nodes that are weights.
        known: names of the variables with a known value.

    Attributes:
        refusals: reasons why some nodes are not run, in the order of the graph.
    """

    def __init__(
        self,
        graph: Any,
        nodes: Mapping[str, Any],
        depths: Mapping[str, tuple[int, int]],
        fed: Iterable[str],
        weights: Collection[str],
        known: Collection[str],
    ) -> None:
        self._known = known
        self._graph, self._nodes, self._depths = graph, nodes, depths
        self.refusals: list[str] = []
        self._fed_by: Mapping[str, frozenset[str]] = {}
        self._has_weights: set[str] = set()
        of_node: dict[str, set[str]] = {}
        for one in fed:
            of_node.setdefault(parse(one)[0], set()).add(one)
        self._of_node = of_node
        self._functions = {one.signature.name for one in graph.library.function}
        self._order = [*inputs_first(nodes)]
        before = None
        while before != self._fed_by:  # a loop's result is fed back to its start
            before = self._fed_by
            self._pass(before, weights)

    def _pass(self, before: Mapping[str, frozenset[str]], weights: Collection[str]) -> None:
        """Finds the sources of each node; nodes that may not be run get no entry.

        Args:
            before: result of the previous pass; empty in the first.
            weights: names of nodes that are weights.
        """
        found: dict[str, frozenset[str]] = {}
        self.refusals = []
        for name in self._order:
            node = self._nodes[name]
            if name in self._of_node:
                found[name] = frozenset(self._of_node[name])
                continue
            taken = [parse(one)[0] for one in node.input]
            sets = [self._sources_of_input(one, found, before) for one in node.input]
            if None in sets:
                continue
            why = None if node.op in self._functions else _refused(node)
            if node.op in VARIABLES and name not in self._known:
                why = f"the checkpoint has no value of {name}"
            if why:
                self.refusals.append(why)
                continue
            found[name] = frozenset().union(*(one for one in sets if one is not None))
            if name in weights or any(one in self._has_weights for one in taken):
                self._has_weights.add(name)
        self._fed_by = found

    def _sources_of_input(
        self, tensor: str, found: Mapping[str, frozenset[str]], before: Mapping[str, frozenset[str]]
    ) -> frozenset[str] | None:
        """The sources of an input of a node; None if it may not be run."""
        name, output = parse(tensor)
        # Each output of an iterator is its own source.
        if name in self._of_node and output is not None:
            own = f"{name}:{output}" if output else name
            return frozenset({own} & self._of_node[name])
        if name in found or not self._nodes[name].op.endswith("NextIteration"):
            return found.get(name)
        return before.get(name) if before else frozenset()

    def fed_by(self, node: str) -> frozenset[str] | None:
        """Returns the sources that a `node` is computed from; None if it is not run."""
        return self._fed_by.get(node)

    def is_forward(self, node: Any) -> bool:
        """True if a `node` is in the forward pass and depends on weights and inputs."""
        return bool(
            self._fed_by.get(node.name)
            and node.name in self._has_weights
            and not any(self._depths[node.name])
            and not is_backward(node.name)
            and not _NO_VALUE.fullmatch(node.op)
        )

    def downstream(self, node: str) -> set[str]:
        """Returns a `node` and all nodes that are computed from it."""
        reached = {node}
        for name in self._order:
            if any(parse(one)[0] in reached for one in self._nodes[name].input):
                reached.add(name)
        return reached

    def dropout_switches(self) -> dict[str, float]:
        """Returns the constants that switch off dropout whose rate is fixed in the graph.

        Returns:
            value by the constant's name: 1 for a keep probability, 0 for a rate.
        """
        off = {}
        for node in self._graph.node:
            taken = [parse(one)[0] for one in node.input]
            if node.op == "Floor" and self._nodes[taken[0]].op in ("Add", "AddV2"):
                taken = [parse(one)[0] for one in self._nodes[taken[0]].input]
                value = 1.0
            elif node.op == "GreaterEqual":
                value = 0.0
            else:
                continue
            constants = [one for one in taken if self._nodes[one].op == "Const"]
            others = [one for one in taken if one not in constants]
            if len(constants) == 1 and len(others) == 1 and self._is_uniform_noise(others[0]):
                off[constants[0]] = value
        return off

    def _is_uniform_noise(self, name: str) -> bool:
        """True if a tensor is uniform random noise, possibly shifted and scaled."""
        node = self._nodes[name]
        if node.op in ("Add", "AddV2", "Mul"):
            return any(self._is_uniform_noise(parse(one)[0]) for one in node.input)
        return bool(node.op == "RandomUniform")

    def rows_read(self, source: str, state: Mapping[str, Array]) -> int | None:
        """Returns the number of rows that the integers of a source select from, as an embedding's.

        Args:
            source: name of the source.
            state: values of variables, any dtype and shape, by the names of their nodes.

        Returns:
            the number of rows; None if the source selects no rows.
        """
        given, moved = parse(source), set[str]()
        for name in self._order:
            node = self._nodes[name]
            taken = [*map(parse, node.input)]
            reached = [one == given or one[0] in moved for one in taken]
            if node.op in _GATHERS and reached[1]:
                rows = self._rows(taken[0][0], state)
                if rows:
                    return rows
            if node.op == "OneHot" and reached[0]:
                depth = self._nodes[taken[1][0]]
                if depth.op == "Const":
                    return int(tf.make_ndarray(depth.attr["value"].tensor))
            if node.op in _ONLY_MOVES_VALUES and any(reached):
                moved.add(name)
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

    def loss_activation(self, tensor: str) -> str:
        """Returns the activation that a loss applies to a `tensor`: softmax, sigmoid, or empty."""
        names, consumers = {parse(tensor)[0]}, set()
        for node in self._graph.node:  # in a saved graph inputs precede their consumers
            if any(parse(one)[0] in names for one in node.input):
                consumers.add(node.op)
                if node.op in ("Identity", "Reshape", "Squeeze", "ExpandDims"):
                    names.add(node.name)
        if any("SoftmaxCrossEntropy" in op for op in consumers):
            return "softmax"
        return "sigmoid" if consumers >= {"GreaterEqual", "Neg", "Mul"} else ""


def is_backward(name: str) -> bool:
    """True if a node of this `name` computes a gradient, or saves."""
    return _BACKWARD.search(name) is not None


def _refused(node: Any) -> str | None:
    try:
        return rejection_reason(node)
    except Unreplayable as error:
        return str(error)
