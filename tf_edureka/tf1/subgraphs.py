"""Subgraphs of a recorded graph: the nodes that a value needs, with some tensors fed instead."""

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

# Stateful ops whose state is known: that of a variable, whose value is fed, a state that starts
# again with each run, or one that changes no value.
_KNOWN_STATE = re.compile(
    "Variable.*|Var(Handle|IsInitialized)Op|IsVariableInitialized|ReadVariableOp|"
    ".*Assign(Add|Sub)?(VariableOp)?|(Resource)?(Sparse)?Apply.*|Resource(Gather|Scatter).*|"
    "ResourceStridedSliceAssign|ResourceCountUpTo|(Destroy)?TemporaryVariable|TensorArray.*|"
    "Stack.*|Assert|CheckNumerics.*|If|While|Case|StatefulPartitionedCall|Empty|GuaranteeConst|"
    "DisableCopyOnRead|DeepCopy|Timestamp|HashTable(V2)?|LookupTable(Find|Size|Import).*|"
    "InitializeTable.*"
)
FILLS = re.compile("(InitializeTable|LookupTableImport).*")  # ops that fill a table
_RANDOM = re.compile(".*(Random|TruncatedNormal|Multinomial|Sampler|Distorted|Stateful).*")
_SILENT = {"Print": "Identity", "PrintV2": "NoOp"}
# Attributes that name nodes outside the subgraph, or have no effect.
_DROPPED = ("_class", "_output_shapes")


class Subgraphs:
    """Extracts subgraphs from a graph.

    Args:
        graph: `GraphDef` of the whole graph.
        rejection_reason: function that returns why a node must not run, or None if it may; the
            default rejects nodes whose state was not recorded.

    Attributes:
        graph: `GraphDef` of the whole graph.
        nodes: its nodes by name.
        depths: numbers of enclosing loops and branches by node.
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
        """Extracts the nodes that the targets need, with placeholders for some tensors.

        Args:
            targets: names of tensors or ops.
            given: names of tensors whose values the caller feeds. Each one that is needed becomes a
                placeholder with the name from `placeholder_name`; its inputs are left out.

        Returns:
            the subgraph as a `GraphDef`.

        Raises:
            Unreplayable: if a target does not exist, or depends on a value that is not fed.
        """
        placeholders = {parse(name): placeholder_name(name) for name in given}
        targets = [*targets]
        kept, hit = self.required_nodes(targets, placeholders)
        fills = [one for one, table in self._fills.items() if table in kept]
        kept, hit = self.required_nodes([*targets, *fills], placeholders)
        result = v1.GraphDef(versions=self.graph.versions)
        for name, output in sorted(hit):
            result.node.extend(self._placeholders(name, output))
        sources: dict[tuple[str, int | None], str] = {
            one: f"{placeholders[one]}{self._inside(one[0])}" for one in hit
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
        """Returns the nodes that the targets need, and the fed tensors that they need.

        Args:
            targets: names of tensors or ops.
            given: fed tensors as node and output index; control inputs from their nodes are
                ignored.
        """
        given = set(given)
        fed_nodes = {name for name, _ in given}
        kept: set[str] = set()
        hit: set[tuple[str, int]] = set()
        todo = [parse(target) for target in targets]
        while todo:
            name, output = todo.pop()
            if name not in self.nodes:
                raise Unreplayable(f"the graph has no node {name}")
            if (name, output) in given and output is not None:
                hit.add((name, output))
                if self.depths[name][1]:
                    todo += [parse(one) for one in self.nodes[name].input if one[0] == "^"]
            elif name not in kept and not (output is None and name in fed_nodes):
                kept.add(name)
                todo += map(parse, self.nodes[name].input)
        return kept, hit

    def _fails_when_run(self, node: Any) -> bool:
        """Makes a rejected node fail only when it runs; False if it is not in a branch."""
        loops, branches = self.depths.get(node.name, (0, 0))
        kinds = output_types(node)
        if loops or not branches or len(kinds) != 1:
            return False
        node.op = "Placeholder"  # TensorFlow raises an error if it runs without being fed
        node.input[:] = [f"^{parse(one)[0]}" for one in node.input]
        node.attr.clear()
        node.attr["dtype"].type = kinds[0]
        node.attr["shape"].shape.unknown_rank = True
        return True

    def _inside(self, name: str) -> str:
        """The suffix of the placeholder name for a node inside a branch."""
        return "/inside" if self.depths[name][1] else ""

    def _placeholders(self, name: str, output: int) -> Any:
        """Yields the nodes that replace a tensor: a placeholder, and in a branch its identity."""
        node = self.nodes[name]
        loops, branches = self.depths[name]
        if loops:
            raise Unreplayable(f"{name} ({node.op}) is inside a loop, so its value cannot be fed")
        kinds = output_types(node)
        if output >= len(kinds):
            raise Unreplayable(f"{name} ({node.op}) has no output {output}")
        placeholder = v1.NodeDef(name=placeholder_name(f"{name}:{output}"), op="Placeholder")
        placeholder.attr["dtype"].type = kinds[output]
        placeholder.attr["shape"].shape.unknown_rank = True
        if node.op == "Placeholder" and "shape" in node.attr:
            placeholder.attr["shape"].CopyFrom(node.attr["shape"])
        yield placeholder
        if branches:  # consumers must not run if the branch is not taken
            inside = v1.NodeDef(name=f"{placeholder.name}{self._inside(name)}", op="Identity")
            inside.attr["T"].type = kinds[output]
            inside.input[:] = [placeholder.name, *(one for one in node.input if one[0] == "^")]
            yield inside


def _library(library: Any, nodes: Iterable[Any]) -> Any:
    """The functions that nodes call, directly or through other functions."""
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
    """Removes devices, unused attributes and printing from a node."""
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
    """Returns why the output of a node is unknown; None if it is fed or can be computed."""
    if node.op == "Placeholder":
        return (
            None
            if is_given_placeholder(node.name)
            else f"the value fed to {node.name} was not recorded"
        )
    if not definition(node.op).is_stateful or _KNOWN_STATE.fullmatch(node.op):
        return None
    if _RANDOM.fullmatch(node.op):
        return f"the values sampled by {node.name} ({node.op}) were not recorded"
    return f"the output of {node.name} ({node.op}) was not recorded"
