"""The variables of a graph, and their values in a session."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tf_edureka.runner.record import graphs
from tf_edureka.trace import Array

_COLLECTIONS = ("variables", "trainable_variables", "model_variables")
_WALKED = 200  # ops behind an initial value
Fetch = Callable[[Sequence[Any]], list[Any]]


def all_of(graph: Any) -> dict[str, Any]:
    """The variables of a graph by name, in the order in which they were made."""
    found: dict[str, Any] = {}
    for collection in _COLLECTIONS:
        for variable in graph.get_collection_ref(collection):
            op = getattr(variable, "op", None)
            if op is not None and getattr(op, "type", None) in graphs.VARIABLES:
                found.setdefault(op.name, variable)
    return found


def reading(variable: Any) -> Any:
    """The tensor in the graph that its value is read by; None if there is none."""
    tensor = variable.op.graph.as_graph_element(variable, allow_operation=False)
    ops = graphs.Closure([tensor]).ops
    allowed = (*graphs.VARIABLES, "Identity", "ReadVariableOp")
    return tensor if all(op.type in allowed for op in ops) else None


def values(tensors: Mapping[str, Any], fetch: Fetch, missing: set[str]) -> dict[str, Array]:
    """Reads variables.

    Args:
        tensors: that they are read by, by name.
        fetch: reads such tensors.
        missing: of those that had no value yet when they were last read; is kept up to date.

    Returns:
        the values by name, but of those that have none yet.
    """
    errors = importlib.import_module("tensorflow.python.framework.errors_impl")
    none_yet = (errors.FailedPreconditionError, errors.NotFoundError)
    usual = [name for name in tensors if name not in missing]
    found: dict[str, Array] = {}
    try:
        found |= zip(usual, fetch([tensors[name] for name in usual]), strict=True)
        singly = [name for name in tensors if name in missing]
    except none_yet:
        singly = [*tensors]
    for name in singly:
        try:
            (found[name],) = fetch([tensors[name]])
            missing.discard(name)
        except none_yet:
            missing.add(name)
    return {name: found[name] for name in tensors if name in found}


def initializer(variable: Any) -> dict[str, Any] | None:
    """Type and seeds of the random op that draws its initial value; None if there is not one."""
    assign = getattr(variable, "initializer", None)
    if assign is None or len(assign.inputs) < 2:
        return None
    waiting, found = [assign.inputs[1].op], []
    seen: set[Any] = set()
    while waiting and len(seen) < _WALKED:
        op = waiting.pop()
        if op not in seen:
            seen.add(op)
            if is_random(op):
                found.append(op)
            waiting += [tensor.op for tensor in op.inputs]
    return random_op(found[0]) if len(found) == 1 else None


def is_random(op: Any) -> bool:
    """Whether an op draws random numbers."""
    return op.op_def.is_stateful and any(one.name == "seed2" for one in op.op_def.attr)


def random_op(op: Any) -> dict[str, Any]:
    """The type and the seeds of a random op."""
    seeds = {"graph_seed": op.get_attr("seed"), "op_seed": op.get_attr("seed2")}
    return {"op": op.type, **seeds}
