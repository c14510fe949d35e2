"""Finds and reads the variables of a graph."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tf_edureka.runner.record import graphs
from tf_edureka.trace import Array

_COLLECTIONS = ("variables", "trainable_variables", "model_variables")
_WALKED = 200  # ops to search for the initializer
Fetch = Callable[[Sequence[Any]], list[Any]]


def all_of(graph: Any) -> dict[str, Any]:
    """Returns the variables of a graph by name, in the order of creation."""
    found: dict[str, Any] = {}
    for collection in _COLLECTIONS:
        for variable in graph.get_collection_ref(collection):
            op = getattr(variable, "op", None)
            if op is not None and getattr(op, "type", None) in graphs.VARIABLES:
                found.setdefault(op.name, variable)
    return found


def reading(variable: Any) -> Any:
    """Returns an existing tensor that reads a `variable`; None if there is none."""
    tensor = variable.op.graph.as_graph_element(variable, allow_operation=False)
    ops = graphs.Closure([tensor]).ops
    allowed = (*graphs.VARIABLES, "Identity", "ReadVariableOp")
    return tensor if all(op.type in allowed for op in ops) else None


def values(tensors: Mapping[str, Any], fetch: Fetch, missing: set[str]) -> dict[str, Array]:
    """Reads variables.

    Args:
        tensors: tensors that read the variables, by name.
        fetch: callable that returns the values of tensors.
        missing: names of variables without a value at the last read; updated in place.

    Returns:
        the values by name, without variables that are not initialized yet.
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
    """Returns type and seeds of the only random op behind the initial value; else None."""
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
    """True if an op generates random numbers."""
    return op.op_def.is_stateful and any(one.name == "seed2" for one in op.op_def.attr)


def random_op(op: Any) -> dict[str, Any]:
    """Returns the type and the seeds of a random op."""
    seeds = {"graph_seed": op.get_attr("seed"), "op_seed": op.get_attr("seed2")}
    return {"op": op.type, **seeds}
