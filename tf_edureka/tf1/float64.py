"""A recorded graph in float64: the same ops in twice the precision, to tell rounding from mistakes.

Constants keep the value that they have in float32: 0.1 becomes 0.100000001490116, not 0.1. Numbers
that belong to ops are as they were written, since float32 has no say in them.
"""

import functools
from collections.abc import Iterable
from typing import Any

from tf_edureka._tensorflow import tf
from tf_edureka.tf1.float64_ops import FLOAT64_FUNCTIONS, WIDER, cast, float32_call, float64_call
from tf_edureka.tf1.graph_nodes import attribute, definition, types_of

v1 = tf.compat.v1
# Ops that mean float32's bits, or that draw other numbers in float64.
_BITS = ("Bitcast", "DecodeRaw", "DecodePaddedRaw", "StatelessMultinomial")
_DEVICES = ("CPU", "DEFAULT")  # and of any device
_SAMPLERS = ("StatelessRandom", "StatelessTruncated")


def convert_to_float64(graph: Any) -> set[str]:
    """Rewrites a `GraphDef`, in place, to compute in float64 what it computes in float32.

    Ops that TensorFlow does not have in float64 on the CPU are computed by others, where
    `float64_ops` says how, or else in float32 with casts around them. Their outputs are float64
    anyhow.

    Args:
        graph: the `GraphDef`.

    Returns:
        the names of the nodes that are computed in float32 still.
    """
    calls = _Calls(one.signature.name for one in graph.library.function)
    rounded = _rewrite(graph.node, calls, is_function=False)
    for function in graph.library.function:
        for argument in (*function.signature.input_arg, *function.signature.output_arg):
            argument.type = WIDER.get(argument.type, argument.type)
        _widen(function.attr)
        for attributes in function.arg_attr.values():
            _widen(attributes.attr)
        inside = _rewrite(function.node_def, calls, is_function=True, results=function.ret)
        rounded |= {f"{function.signature.name}/{name}" for name in inside}
    graph.library.function.extend(function for _, function in calls.made.values())
    return rounded


def _rewrite(nodes: Any, calls: "_Calls", *, is_function: bool, results: Any = None) -> set[str]:
    """Rewrites the nodes of a graph or of a function, and gives the names of those in float32."""
    rounded = set()
    renamed: dict[str, str] = {}  # outputs that consumers have to take by another name
    before: list[Any] = []  # casts, and those of what is renamed
    after: list[Any] = []
    for node in nodes:
        wide = v1.NodeDef()
        wide.CopyFrom(node)
        _widen(wide.attr)
        if node.op in calls.functions or _can_widen(node, wide):
            node.CopyFrom(wide)
        elif node.op.startswith("TensorArray"):
            node.CopyFrom(wide)
            casts = _cast_flow(node, renamed, is_function=is_function)
            before += casts[0]
            after += casts[1]
        else:
            if is_function:
                renamed.update(_new_outputs(node))
            if calls.replace(node):
                rounded.add(node.name)
    nodes.extend(before)
    for node in nodes:
        node.input[:] = [renamed.get(one, one) for one in node.input]
    for name, one in [*(results or {}).items()]:
        results[name] = renamed.get(one, one)
    nodes.extend(after)
    return rounded


class _Calls:
    """Puts calls of functions in place of nodes."""

    def __init__(self, functions: Iterable[str]) -> None:
        self.functions = set(functions)
        self.made: dict[tuple[str, bytes], tuple[Any, Any]] = {}

    def replace(self, node: Any) -> bool:
        """Makes a node a call, and says whether what is called computes in float32."""
        has_float64_function = (
            node.op in FLOAT64_FUNCTIONS and attribute(node, "T").type == tf.float32
        )
        key = node.op, _attribute_bytes(node.attr)
        if key not in self.made:
            self.made[key] = float64_call(node) if has_float64_function else float32_call(node)
        call, _ = self.made[key]
        node.op = call.op
        node.attr.clear()
        for name, value in call.attr.items():
            node.attr[name].CopyFrom(value)
        return not has_float64_function


def _attribute_bytes(attributes: Any) -> bytes:
    return b"".join(
        name.encode() + attributes[name].SerializeToString(deterministic=True)
        for name in sorted(attributes)
    )


def _widen(attributes: Any) -> None:
    """Has attributes of nodes or functions say float64 where they say float32."""
    for value in attributes.values():
        if value.HasField("type"):
            value.type = WIDER.get(value.type, value.type)
        if value.HasField("tensor"):
            _widen_tensor(value.tensor)
        if value.HasField("func"):
            _widen(value.func.attr)
        if value.HasField("list"):
            value.list.type[:] = [WIDER.get(one, one) for one in value.list.type]
            for tensor in value.list.tensor:
                _widen_tensor(tensor)
            for function in value.list.func:
                _widen(function.attr)


def _widen_tensor(tensor: Any) -> None:
    if tensor.dtype in WIDER:
        wide = tf.as_dtype(WIDER[tensor.dtype]).as_numpy_dtype
        values = tf.make_ndarray(tensor).astype(wide)
        tensor.CopyFrom(tf.make_tensor_proto(values, shape=values.shape))


def _can_widen(node: Any, wide: Any) -> bool:
    """Whether a node computes the same with the attributes of its wide copy."""
    if _has_fixed_float32(node.op) or (node.op in FLOAT64_FUNCTIONS and wide != node):
        return False
    is_of_bits = node.op in _BITS or node.op.startswith(_SAMPLERS)
    return wide == node or (not is_of_bits and _has_kernel(wide))


@functools.cache
def _has_fixed_float32(op: str) -> bool:
    """Whether an op takes or gives float32 whatever its attributes are."""
    found = definition(op)
    return any(one.type in WIDER for one in (*found.input_arg, *found.output_arg))


def _has_kernel(node: Any) -> bool:
    """Whether a node can be run on the CPU as its attributes have it."""
    for one in definition(node.op).attr:
        allowed = one.allowed_values.list.type
        if allowed and not _types(node, one.name) <= set(allowed):
            return False
    return any(
        all(
            _types(node, one.name) <= set(one.allowed_values.list.type)
            for one in kernel.constraint
            if one.allowed_values.list.type
        )
        for kernel in _kernels(node.op)
    )


def _types(node: Any, name: str) -> set[int]:
    value = attribute(node, name)
    return {value.type} if value.HasField("type") else set(value.list.type)


@functools.cache
def _kernels(op: str) -> tuple[Any, ...]:
    from tensorflow.python.framework import kernels

    found = kernels.get_registered_kernels_for_op(op).kernel
    return tuple(one for one in found if one.device_type in _DEVICES and not one.label)


def _new_outputs(node: Any) -> dict[str, str]:
    """What a function calls the outputs of a node, as it was and as a call."""
    return {
        name: f"{node.name}:output:{place}"
        for place, (name, _) in enumerate(_outputs(node, is_function=True))
    }


def _outputs(node: Any, *, is_function: bool) -> list[tuple[str, int]]:
    """The outputs of a node, by the names that inputs have for them, and their types."""
    found = [
        (f"{node.name}:{argument.name}:{index}", kind)
        for argument in definition(node.op).output_arg
        for index, kind in enumerate(types_of(node, argument))
    ]
    if is_function:
        return found
    return [
        (f"{node.name}:{place}" if place else node.name, kind)
        for place, (_, kind) in enumerate(found)
    ]


def _cast_flow(
    node: Any, renamed: dict[str, str], *, is_function: bool
) -> tuple[list[Any], list[Any]]:
    """The casts before and after an op of a `TensorArray`, whose flow is float32 by definition.

    A flow is no number: it is what has ops wait for each other. Between them it is float64, as all
    that it is handed through, such as the ops of a loop.
    """
    output = ":y:0" if is_function else ""
    before, after = [], []
    for place, argument in enumerate(definition(node.op).input_arg):
        if argument.type in WIDER:
            source, name = node.input[place], f"{node.name}/float64_in_{place}"
            before.append(cast(name, source, WIDER[argument.type], argument.type))
            node.input[place] = f"{name}{output}"
    for place, (source, kind) in enumerate(_outputs(node, is_function=is_function)):
        if kind in WIDER:
            name = f"{node.name}/float64_out_{place}"
            after.append(cast(name, source, kind, WIDER[kind]))
            renamed[source] = f"{name}{output}"
    return before, after
