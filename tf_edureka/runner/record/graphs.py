"""Dependencies between the ops of a graph; never adds an op."""

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

VARIABLES = ("VariableV2", "Variable", "VarHandleOp", "AutoReloadVariable")
# Ops that pass a value on unchanged.
_PASS_THROUGH = (
    "Identity",
    "RefIdentity",
    "Enter",
    "RefEnter",
    "Switch",
    "RefSwitch",
    "ReadVariableOp",
)
# Not stateful, but with another value in each run.
_PLACEHOLDERS = ("Placeholder", "PlaceholderV2")
_RUN_SCOPED = ("TensorArray", "Stack")  # their state lasts for one run


class Closure:
    """All ops that a session run executes.

    Args:
        roots: fetched tensors and ops.
        cut: fed tensors, whose own ops are not executed.

    Attributes:
        ops: the ops, in the order of creation.
    """

    def __init__(self, roots: Iterable[Any], cut: Collection[Any] = ()) -> None:
        fed = {id(tensor) for tensor in cut}
        self._fed = [*cut]  # kept alive, so that no other object gets one of these ids
        found: dict[Any, None] = {}
        waiting = [op_of(root) for root in roots if id(root) not in fed]
        while waiting:
            op = waiting.pop()
            if op not in found:
                found[op] = None
                waiting += [tensor.op for tensor in op.inputs if id(tensor) not in fed]
                waiting += op.control_inputs
        self.ops = sorted(found, key=_creation_order)
        self._set = found
        self._cut = fed

    def __contains__(self, op: Any) -> bool:
        return op in self._set

    def is_fed(self, tensor: Any) -> bool:
        """True if a `tensor` is fed."""
        return id(tensor) in self._cut

    @functools.cached_property
    def consumers(self) -> Mapping[Any, list[Any]]:
        """For each op, the ops that use one of its outputs."""
        found: dict[Any, list[Any]] = {op: [] for op in self.ops}
        for op in self.ops:
            for tensor in op.inputs:
                if tensor.op in found and not self.is_fed(tensor):
                    found[tensor.op].append(op)
        return found

    def after(self, tensors: Iterable[Any]) -> set[Any]:
        """Returns the ops that depend on these `tensors`."""
        reached: set[Any] = set()
        waiting = [op for tensor in tensors for op in tensor.consumers() if op in self._set]
        while waiting:
            op = waiting.pop()
            if op not in reached:
                reached.add(op)
                waiting += self.consumers[op]
        return reached

    def before(self, tensor: Any, until: Collection[Any] = ()) -> Iterator[Any]:
        """Yields the ops that a `tensor` depends on; stops at the tensors `until`."""
        ends = {id(one) for one in until}
        waiting, seen = [tensor], set()
        while waiting:
            one = waiting.pop()
            if id(one) not in ends and not self.is_fed(one) and one.op not in seen:
                seen.add(one.op)
                yield one.op
                waiting += one.op.inputs


def op_of(root: Any) -> Any:
    """Returns the op of a `root`: itself, or the op of a tensor."""
    return root if hasattr(root, "outputs") else root.op


def _creation_order(op: Any) -> int:
    return op._id  # noqa: SLF001


def variable_op(tensor: Any) -> Any:
    """Returns the variable op whose value, reference or handle a `tensor` is; else None."""
    op = tensor.op
    while op.type in _PASS_THROUGH and len(op.inputs):
        op = op.inputs[0].op
    return op if op.type in VARIABLES else None


def is_alias(tensor: Any) -> bool:
    """True if a `tensor` shares memory with a variable that is written in place."""
    op = variable_op(tensor)
    return op is not None and op.type != "VarHandleOp"


def is_plain(tensor: Any) -> bool:
    """True if a `tensor` can be fetched: outside loops and branches, with a NumPy dtype."""
    return branches(tensor.op) == () and has_values(tensor)


def branches(op: Any) -> tuple[tuple[Any, bool], ...] | None:
    """Returns the branches around an op: the predicate of each, and the value that takes it.

    None if the op lies in a loop.
    """
    found = []
    context = op._get_control_flow_context()  # noqa: SLF001
    if context is not None and op.type in ("Exit", "RefExit"):  # its output lies outside the loop
        context = context.outer_context
    while context is not None:
        if context.IsWhileContext():
            return None
        if context.IsCondContext():
            found.append((context.pred, bool(context.branch)))
        context = context.outer_context
    return tuple(found)


def has_values(tensor: Any) -> bool:
    """True if NumPy has the dtype of a `tensor`."""
    return tensor.dtype.base_dtype.name not in ("resource", "variant")


def is_pure(op: Any) -> bool:
    """True if an op is deterministic and has no side effects."""
    if (op.op_def.is_stateful and not op.type.startswith(_RUN_SCOPED)) or op.type in _PLACEHOLDERS:
        return False
    return not any(argument.is_ref for argument in op.op_def.input_arg)


def constant(tensor: Any) -> float | None:
    """Returns the value of a constant scalar; None for any other tensor."""
    op = tensor.op
    while op.type in ("Identity", "Cast", "Enter") and len(op.inputs):
        op = op.inputs[0].op
    if op.type != "Const":
        return None
    from tensorflow.python.framework import tensor_util

    value = tensor_util.MakeNdarray(op.get_attr("value"))
    if value.size != 1 or value.dtype.kind not in "fiub":
        return None
    return float(value.astype(tensor.dtype.base_dtype.as_numpy_dtype).reshape(()))


def is_scalar(tensor: Any) -> bool:
    """True if a `tensor` is known to hold exactly one number."""
    return tensor.shape.num_elements() == 1
