"""Recognises gradient clipping in the graph."""

from collections.abc import Mapping
from typing import Any

from tf_edureka.runner.record import graphs
from tf_edureka.runner.record.gradients import is_sparse, parts

_PASS_THROUGH = {"Identity", "NoOp", "Cast", "Reshape"}
_NORMS = {"L2Loss", "Square", "Sqrt", "Norm"}


def find(
    closure: graphs.Closure, raw: Mapping[Any, Any], applied: Mapping[Any, Any]
) -> dict[str, Any] | None:
    """Finds the clipping between the computed gradients and the applied ones.

    Args:
        closure: ops of the run.
        raw: computed gradient of each weight.
        applied: applied gradient of each weight.

    Returns:
        `"kind"` and `"bound"` of the clipping; None without any.
    """
    ends = {weight: parts(gradient) for weight, gradient in raw.items()}
    every = [part for one in ends.values() for part in one]
    for weight, gradient in applied.items():
        tensor = parts(gradient)[-1]
        ops = [*closure.before(tensor, every)]
        types = {op.type for op in ops}
        if weight not in ends or is_sparse(gradient) or types <= _PASS_THROUGH | {"Const"}:
            continue
        own = {id(part) for part in ends[weight]}
        met = {id(one) for op in ops for one in op.inputs} & {id(part) for part in every}
        if types & _NORMS and met - own:
            return {"kind": "global_norm", "bound": _bound(ops, ("Minimum", "Mul"))}
        if types & _NORMS and met & own:
            return {"kind": "norm", "bound": _bound(ops, ("Maximum",))}
        if types & {"ClipByValue", "Minimum", "Maximum"}:
            return {"kind": "value", "bound": _values(ops)}
        return {"kind": "other", "bound": None}
    return None


def _bound(ops: list[Any], types: tuple[str, ...]) -> float | None:
    """Returns the constant that a norm is compared with."""
    for op in ops:
        if op.type in types and (op.type != "Mul" or _takes(op, "Minimum")):
            numbers = [graphs.constant(one) for one in op.inputs]
            found = [number for number in numbers if number is not None]
            if found and not (op.type == "Minimum" and found == [1.0]):
                return found[0]
    return None


def _takes(op: Any, kind: str) -> bool:
    return any(one.op.type == kind for one in op.inputs)


def _values(ops: list[Any]) -> list[float] | None:
    """Returns the lower and upper bound of clipping by value."""
    numbers = [
        graphs.constant(one)
        for op in ops
        if op.type in ("ClipByValue", "Minimum", "Maximum")
        for one in op.inputs
        if graphs.constant(one) is not None
    ]
    found = sorted(number for number in numbers if number is not None)
    return found if len(found) == 2 else None
