"""Converts a recorded graph to float64, to separate rounding errors from mistakes.

Constants keep their float32 value: 0.1 becomes 0.100000001490116, not 0.1. Attributes of ops, such
as an epsilon, become the decimals of the source, since they are not float32 tensors.
"""

import functools
from collections.abc import Iterable
from typing import Any

from tf_edureka._tensorflow import tf
from tf_edureka.tf1.float64_ops import FLOAT64_FUNCTIONS, WIDER, cast, float32_call, float64_call
from tf_edureka.tf1.graph_nodes import attribute, definition, types_of

v1 = tf.compat.v1
# Ops that depend on the bits of float32, or sample other numbers in float64.
_BITS = ("Bitcast", "DecodeRaw", "DecodePaddedRaw", "StatelessMultinomial")
_DEVICES = ("CPU", "DEFAULT")  # DEFAULT: kernels for any device
_SAMPLERS = ("StatelessRandom", "StatelessTruncated")


def convert_to_float64(graph: Any) -> set[str]:
    """Rewrites a `GraphDef` in place so that it computes in float64 instead of float32.

    An op without a float64 kernel on the CPU is replaced by a function of `float64_ops` if there is
    one. Otherwise it runs in float32 between casts. Its outputs are float64 in both cases.

    Args:
        graph: `GraphDef` to rewrite.

    Returns:
        the names of the nodes that still compute in float32.
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
    """Rewrites the nodes of a graph or function; returns the names of those left in float32."""
    rounded = set()
    renamed: dict[str, str] = {}  # outputs with another name for their consumers
    before: list[Any] = []  # casts whose inputs are renamed below, too
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
    """Replaces nodes by calls of functions."""

    def __init__(self, functions: Iterable[str]) -> None:
        self.functions = set(functions)
        self.made: dict[tuple[str, bytes], tuple[Any, Any]] = {}

    def replace(self, node: Any) -> bool:
        """Replaces a node by a call; returns True if the function computes in float32."""
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
    """Replaces float32 by float64 in the attributes of nodes or functions."""
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
    """True if a node can have the attributes of its float64 copy."""
    if _has_fixed_float32(node.op) or (node.op in FLOAT64_FUNCTIONS and wide != node):
        return False
    is_of_bits = node.op in _BITS or node.op.startswith(_SAMPLERS)
    return wide == node or (not is_of_bits and _has_kernel(wide))


@functools.cache
def _has_fixed_float32(op: str) -> bool:
    """True if an input or output of an op is float32 for all attributes."""
    found = definition(op)
    return any(one.type in WIDER for one in (*found.input_arg, *found.output_arg))


def _has_kernel(node: Any) -> bool:
    """True if TensorFlow has a CPU kernel for a node with its attributes."""
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
    """The names of a node's outputs in a function, before and after it becomes a call."""
    return {
        name: f"{node.name}:output:{place}"
        for place, (name, _) in enumerate(_outputs(node, is_function=True))
    }


def _outputs(node: Any, *, is_function: bool) -> list[tuple[str, int]]:
    """The outputs of a node: the names that consumers use for them, and their dtypes."""
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
    """Returns the casts before and after an op of a `TensorArray`, whose flow is always float32.

    A flow holds no value; it only orders the ops. Between these ops it is float64, because other
    ops that pass it on, such as those of a loop, are converted to float64.
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
