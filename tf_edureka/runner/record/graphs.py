"""What depends on what in a graph. No op is ever added to it."""

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

VARIABLES = ("VariableV2", "Variable", "VarHandleOp", "AutoReloadVariable")
# What hands a value on as it is.
_PASS_THROUGH = (
    "Identity",
    "RefIdentity",
    "Enter",
    "RefEnter",
    "Switch",
    "RefSwitch",
    "ReadVariableOp",
)
# Which give a value of their own at each run, though they are not stateful.
_PLACEHOLDERS = ("Placeholder", "PlaceholderV2")
_RUN_SCOPED = ("TensorArray", "Stack")  # have a state, which begins and ends with a run


class Closure:
    """All ops that a session run runs.

    Args:
        roots: tensors and ops that are asked for.
        cut: tensors that are fed, so that what they come from does not run.

    Attributes:
        ops: the ops, in the order in which they were made.
    """

    def __init__(self, roots: Iterable[Any], cut: Collection[Any] = ()) -> None:
        fed = {id(tensor) for tensor in cut}
        self._fed = [*cut]  # so that no other object gets one of these ids
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
        """Whether a `tensor` is fed."""
        return id(tensor) in self._cut

    @functools.cached_property
    def consumers(self) -> Mapping[Any, list[Any]]:
        """Of each op the ops that take a value of it."""
        found: dict[Any, list[Any]] = {op: [] for op in self.ops}
        for op in self.ops:
            for tensor in op.inputs:
                if tensor.op in found and not self.is_fed(tensor):
                    found[tensor.op].append(op)
        return found

    def after(self, tensors: Iterable[Any]) -> set[Any]:
        """The ops that values of these `tensors` reach."""
        reached: set[Any] = set()
        waiting = [op for tensor in tensors for op in tensor.consumers() if op in self._set]
        while waiting:
            op = waiting.pop()
            if op not in reached:
                reached.add(op)
                waiting += self.consumers[op]
        return reached

    def before(self, tensor: Any, until: Collection[Any] = ()) -> Iterator[Any]:
        """The ops that a value comes from, without those of tensors `until`, nor before them."""
        ends = {id(one) for one in until}
        waiting, seen = [tensor], set()
        while waiting:
            one = waiting.pop()
            if id(one) not in ends and not self.is_fed(one) and one.op not in seen:
                seen.add(one.op)
                yield one.op
                waiting += one.op.inputs


def op_of(root: Any) -> Any:
    """The op that a `root` is or, of a tensor, that gives it."""
    return root if hasattr(root, "outputs") else root.op


def _creation_order(op: Any) -> int:
    return op._id  # noqa: SLF001


def variable_op(tensor: Any) -> Any:
    """The op of the variable that a `tensor` is value, reference or handle of; None if of none."""
    op = tensor.op
    while op.type in _PASS_THROUGH and len(op.inputs):
        op = op.inputs[0].op
    return op if op.type in VARIABLES else None


def is_alias(tensor: Any) -> bool:
    """Whether a `tensor` shares the memory of a variable that is written in place."""
    op = variable_op(tensor)
    return op is not None and op.type != "VarHandleOp"


def is_plain(tensor: Any) -> bool:
    """Whether a `tensor` can be fetched: it is in no loop or branch, and NumPy has its dtype."""
    return branches(tensor.op) == () and has_values(tensor)


def branches(op: Any) -> tuple[tuple[Any, bool], ...] | None:
    """The branches that an op lies in: of each the tensor that decides, and for which value.

    None if it lies in a loop.
    """
    found = []
    context = op._get_control_flow_context()  # noqa: SLF001
    if context is not None and op.type in ("Exit", "RefExit"):  # its value is outside of the loop
        context = context.outer_context
    while context is not None:
        if context.IsWhileContext():
            return None
        if context.IsCondContext():
            found.append((context.pred, bool(context.branch)))
        context = context.outer_context
    return tuple(found)


def has_values(tensor: Any) -> bool:
    """Whether NumPy has the dtype of a `tensor`."""
    return tensor.dtype.base_dtype.name not in ("resource", "variant")


def is_pure(op: Any) -> bool:
    """Whether an op always gives the same from the same, and changes nothing."""
    if (op.op_def.is_stateful and not op.type.startswith(_RUN_SCOPED)) or op.type in _PLACEHOLDERS:
        return False
    return not any(argument.is_ref for argument in op.op_def.input_arg)


def constant(tensor: Any) -> float | None:
    """The value of a scalar that no run changes; None if it is none."""
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
    """Whether a `tensor` is known to be one number."""
    return tensor.shape.num_elements() == 1
