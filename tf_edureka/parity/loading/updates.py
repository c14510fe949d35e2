"""The ops of an original graph that apply gradients, and their optimizer."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tf_edureka.tf1.graph_nodes import VARIABLES, Unreplayable, attribute, definition, parse

_APPLY = re.compile(r"(?:Resource)?Apply(\w+?)(?:V2)?")
_SPARSE = re.compile(r"(?:Resource)?SparseApply(\w+?)(?:V2)?")
_GRADIENTS = ("grad", "delta")
_NAMES = {"alpha": "lr"}


@dataclass(frozen=True, kw_only=True)
class Update:
    """An op that applies a gradient.

    Attributes:
        op: name of the op.
        kind: kind of optimizer, such as `Momentum`.
        weight: name of the node of the variable that is updated.
        slots: names of the nodes of the slots, by the op's names for them.
        scalars: names of the tensors of the scalars, by the op's names for them.
        gradient: name of the gradient's tensor.
        settings: attributes that change the arithmetic, such as `use_nesterov`.
        is_sparse: True for a gradient of some rows.
    """

    op: str
    kind: str
    weight: str
    slots: Mapping[str, str]
    scalars: Mapping[str, str]
    gradient: str
    settings: Mapping[str, bool] = field(default_factory=dict)
    is_sparse: bool = False


def find(nodes: Mapping[str, Any]) -> list[Update]:
    """Returns the updates of a graph, in its order.

    Args:
        nodes: nodes of the graph by name.
    """
    found = []
    for node in nodes.values():
        dense, sparse = _APPLY.fullmatch(node.op), _SPARSE.fullmatch(node.op)
        match = dense or sparse
        if match and is_known(node.op):
            update = _update(node, match[1], nodes, is_sparse=dense is None)
            if update is not None:
                found.append(update)
    return found


def is_known(op: str) -> bool:
    """True if TensorFlow 2 has an `op`."""
    try:
        return definition(op) is not None
    except Unreplayable:
        return False


def _update(node: Any, kind: str, nodes: Mapping[str, Any], *, is_sparse: bool) -> Update | None:
    described = definition(node.op)
    arguments = [str(one.name) for one in described.input_arg]
    given = [one for one in node.input if not one.startswith("^")]
    if len(arguments) != len(given):
        return None
    named = dict(zip(arguments, given, strict=True))
    variables = {name: _variable(nodes, tensor) for name, tensor in named.items()}
    references = [one.name for one in described.input_arg if one.is_ref or one.type == _RESOURCE]
    if not references or not all(variables[one] for one in references):
        return None
    gradient = next((named[one] for one in _GRADIENTS if one in named), "")
    left_out = {*references, *_GRADIENTS, "indices", "global_step"}
    return Update(
        op=str(node.name),
        kind=kind,
        weight=variables[references[0]],
        slots={name: variables[name] for name in references[1:]},
        scalars={_NAMES.get(n, n): tensor for n, tensor in named.items() if n not in left_out},
        gradient=gradient,
        settings={
            str(one.name): bool(attribute(node, one.name).b)
            for one in described.attr
            if one.type == "bool" and one.name != "use_locking"
        },
        is_sparse=is_sparse,
    )


_RESOURCE = 20  # DT_RESOURCE


def _variable(nodes: Mapping[str, Any], tensor: str) -> str:
    name = parse(tensor)[0]
    return name if name in nodes and nodes[name].op in VARIABLES else ""


def of_weights(updates: Sequence[Update], weights: Collection[str]) -> list[Update]:
    """Returns the updates of some weights by one optimizer: the one that updates most of them.

    Args:
        updates: all updates of a graph.
        weights: names of the weights' nodes.
    """
    kinds: dict[tuple[str, tuple[tuple[str, str], ...]], list[Update]] = {}
    for one in updates:
        if one.weight in weights:
            kinds.setdefault((one.kind, (*sorted(one.scalars.items()),)), []).append(one)
    return max(kinds.values(), key=len, default=[])
