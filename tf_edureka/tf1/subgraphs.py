"""Subgraphs of a recorded graph: what a value is computed from, and what is given in its place."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from tf_edureka._tensorflow import tf
from tf_edureka.tf1.graph_nodes import (
    Unreplayable,
    definition,
    depths,
    every_node,
    is_given_placeholder,
    output_types,
    parse,
    placeholder_name,
)

v1 = tf.compat.v1
RejectionReason = Callable[[Any], str | None]

# Ops with a state that is a variable's, which is given, or that begins anew with each run, or that
# changes no value.
_KNOWN_STATE = re.compile(
    "Variable.*|Var(Handle|IsInitialized)Op|IsVariableInitialized|ReadVariableOp|"
    ".*Assign(Add|Sub)?(VariableOp)?|(Resource)?(Sparse)?Apply.*|Resource(Gather|Scatter).*|"
    "ResourceStridedSliceAssign|ResourceCountUpTo|(Destroy)?TemporaryVariable|TensorArray.*|"
    "Stack.*|Assert|CheckNumerics.*|If|While|Case|StatefulPartitionedCall|Empty|GuaranteeConst|"
    "DisableCopyOnRead|DeepCopy|Timestamp|HashTable(V2)?|LookupTable(Find|Size|Import).*|"
    "InitializeTable.*"
)
FILLS = re.compile(
    "(InitializeTable|LookupTableImport).*"
)  # with what a table holds from the start
_RANDOM = re.compile(".*(Random|TruncatedNormal|Multinomial|Sampler|Distorted|Stateful).*")
_SILENT = {"Print": "Identity", "PrintV2": "NoOp"}
# What names nodes that are left out, or is of no use.
_DROPPED = ("_class", "_output_shapes")


class Subgraphs:
    """Cuts parts out of a graph.

    Args:
        graph: a `GraphDef`.
        rejection_reason: function that returns why a node must not run, or None if it may; the
            default rejects nodes whose state was not recorded.

    Attributes:
        graph: the same.
        nodes: of it, by name.
        depths: how many loops and branches each of them is inside of.
    """

    def __init__(self, graph: Any, rejection_reason: RejectionReason | None = None) -> None:
        self.graph = graph
        self._rejection_reason = rejection_reason or _unknown_state
        self.nodes = {node.name: node for node in graph.node}
        self.depths = depths(self.nodes)
        self._fills = {
            node.name: parse(node.input[0])[0] for node in graph.node if FILLS.fullmatch(node.op)
        }

    def extract(self, targets: Iterable[str], given: Iterable[str]) -> Any:
        """What targets need, when some tensors are given.

        Args:
            targets: names of tensors or ops.
            given: names of tensors whose values the caller feeds. Each one that is needed becomes a
                placeholder with the name from `placeholder_name`; its inputs are left out.

        Returns:
            a `GraphDef`.

        Raises:
            Unreplayable: when a target is not there, or depends on what is not given.
        """
        taken = {parse(name): placeholder_name(name) for name in given}
        targets = [*targets]
        kept, hit = self.required_nodes(targets, taken)
        fills = [one for one, table in self._fills.items() if table in kept]
        kept, hit = self.required_nodes([*targets, *fills], taken)
        result = v1.GraphDef(versions=self.graph.versions)
        for name, output in sorted(hit):
            result.node.extend(self._placeholders(name, output))
        sources: dict[tuple[str, int | None], str] = {
            one: f"{taken[one]}{self._inside(one[0])}" for one in hit
        }
        for original in self.graph.node:
            if original.name in kept:
                result.node.add().CopyFrom(original)
        for node in result.node:
            node.input[:] = [
                sources.get(parse(one), one)
                for one in node.input
                if not one.startswith("^") or one[1:] in kept
            ]
        result.library.CopyFrom(_library(self.graph.library, result.node))
        functions = {one.signature.name for one in result.library.function}
        for node in every_node(result):
            _tidy(node)
            reason = None if node.op in functions else self._rejection_reason(node)
            if reason and not self._fails_when_run(node):
                raise Unreplayable(reason)
        return result

    def required_nodes(
        self, targets: Iterable[str], given: Iterable[tuple[str, int | None]] = ()
    ) -> tuple[set[str], set[tuple[str, int]]]:
        """The nodes that targets need, and those of the tensors given that they do.

        Args:
            targets: names of tensors or ops.
            given: nodes and outputs; nobody has to wait for these nodes.
        """
        given = set(given)
        givers = {name for name, _ in given}
        kept: set[str] = set()
        hit: set[tuple[str, int]] = set()
        todo = [parse(target) for target in targets]
        while todo:
            name, output = todo.pop()
            if name not in self.nodes:
                raise Unreplayable(f"the graph has no {name}")
            if (name, output) in given and output is not None:
                hit.add((name, output))
                if self.depths[name][1]:
                    todo += [parse(one) for one in self.nodes[name].input if one[0] == "^"]
            elif name not in kept and not (output is None and name in givers):
                kept.add(name)
                todo += map(parse, self.nodes[name].input)
        return kept, hit

    def _fails_when_run(self, node: Any) -> bool:
        """Has a node fail only if it is run, where it may be in a branch that is not taken."""
        loops, branches = self.depths.get(node.name, (0, 0))
        kinds = output_types(node)
        if loops or not branches or len(kinds) != 1:
            return False
        node.op = "Placeholder"  # of which TensorFlow says that it has to be fed
        node.input[:] = [f"^{parse(one)[0]}" for one in node.input]
        node.attr.clear()
        node.attr["dtype"].type = kinds[0]
        node.attr["shape"].shape.unknown_rank = True
        return True

    def _inside(self, name: str) -> str:
        """What the name of a stand-in ends with where it has to wait for its branch."""
        return "/inside" if self.depths[name][1] else ""

    def _placeholders(self, name: str, output: int) -> Any:
        """The nodes in place of a tensor: a placeholder, and what waits for its branch."""
        node = self.nodes[name]
        loops, branches = self.depths[name]
        if loops:
            raise Unreplayable(f"{name} ({node.op}) is inside a loop, where nothing can be given")
        kinds = output_types(node)
        if output >= len(kinds):
            raise Unreplayable(f"{name} ({node.op}) has no output {output}")
        placeholder = v1.NodeDef(name=placeholder_name(f"{name}:{output}"), op="Placeholder")
        placeholder.attr["dtype"].type = kinds[output]
        placeholder.attr["shape"].shape.unknown_rank = True
        if node.op == "Placeholder" and "shape" in node.attr:
            placeholder.attr["shape"].CopyFrom(node.attr["shape"])
        yield placeholder
        if branches:  # it must not be computed with where its branch is not taken
            inside = v1.NodeDef(name=f"{placeholder.name}{self._inside(name)}", op="Identity")
            inside.attr["T"].type = kinds[output]
            inside.input[:] = [placeholder.name, *(one for one in node.input if one[0] == "^")]
            yield inside


def _library(library: Any, nodes: Iterable[Any]) -> Any:
    """The functions that nodes call, and those that these call."""
    functions = {one.signature.name: one for one in library.function}
    gradients = {one.function_name: one.gradient_func for one in library.gradient}
    result = type(library)()
    seen: set[str] = set()
    todo = list(nodes)
    while todo:
        node = todo.pop()
        called = {node.op, *_called(node.attr)}
        called |= {gradients[name] for name in called if name in gradients}
        for name in (called & functions.keys()) - seen:
            seen.add(name)
            result.function.add().CopyFrom(functions[name])
            todo += functions[name].node_def
    result.gradient.extend(one for one in library.gradient if one.function_name in seen)
    return result


def _called(attributes: Any) -> Iterable[str]:
    for value in attributes.values():
        for one in (value.func, *value.list.func):
            if one.name:
                yield one.name
                yield from _called(one.attr)


def _tidy(node: Any) -> None:
    """Takes out what places a node, and what prints."""
    node.device = ""
    for name in _DROPPED:
        node.attr.pop(name, None)
    if node.op in _SILENT:
        kind = node.attr["T"].type
        inputs = [one for one in node.input if one[0] == "^"]
        if node.op == "Print":
            inputs.insert(0, node.input[0])
        node.op = _SILENT[node.op]
        node.attr.clear()
        node.input[:] = inputs
        if kind:
            node.attr["T"].type = kind


def _unknown_state(node: Any) -> str | None:
    """Why it is not known what a node gives; None where it is known, or computed."""
    if node.op == "Placeholder":
        return (
            None
            if is_given_placeholder(node.name)
            else f"what was fed to {node.name} was not recorded"
        )
    if not definition(node.op).is_stateful or _KNOWN_STATE.fullmatch(node.op):
        return None
    what = "drew" if _RANDOM.fullmatch(node.op) else "gave"
    return f"what {node.name} ({node.op}) {what} was not recorded"
