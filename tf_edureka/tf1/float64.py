"""A recorded graph in float64: the same ops in twice the precision, to tell rounding from mistakes.

Constants keep the value that they have in float32: 0.1 becomes 0.100000001490116, not 0.1.
"""

import functools
from collections.abc import Iterable
from typing import Any

from tf_edureka._tensorflow import tf
from tf_edureka.tf1.float64_ops import COMPOSITES, WIDER, composite, through_float32
from tf_edureka.tf1.graph_nodes import attribute, definition, types_of

v1 = tf.compat.v1
# Ops that mean float32's bits, or that draw other numbers in float64.
_BITS = ("Bitcast", "DecodeRaw", "DecodePaddedRaw", "StatelessMultinomial")
_DEVICES = ("CPU", "DEFAULT")  # and of any device
_DRAWS = ("StatelessRandom", "StatelessTruncated")


def in_float64(graph: Any) -> set[str]:
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
    rounded = _rewrite_nodes(graph.node, calls, {})
    for function in graph.library.function:
        for argument in (*function.signature.input_arg, *function.signature.output_arg):
            argument.type = WIDER.get(argument.type, argument.type)
        _widen(function.attr)
        for attributes in function.arg_attr.values():
            _widen(attributes.attr)
        outputs: dict[str, str] = {}
        rounded |= _rewrite_nodes(function.node_def, calls, outputs)
        for node in function.node_def:
            node.input[:] = [outputs.get(one, one) for one in node.input]
        for name, one in function.ret.items():
            function.ret[name] = outputs.get(one, one)
    graph.library.function.extend(function for _, function in calls.made.values())
    return rounded


def _rewrite_nodes(nodes: Iterable[Any], calls: "_Calls", replaced: dict[str, str]) -> set[str]:
    """Rewrites nodes; puts new names of outputs into `replaced`, and gives those in float32."""
    rounded = set()
    for node in nodes:
        wide = v1.NodeDef()
        wide.CopyFrom(node)
        _widen(wide.attr)
        if node.op in calls.functions or _is_plain(node, wide):
            node.CopyFrom(wide)
        else:
            replaced.update(_new_outputs(node))
            if calls.put(node):
                rounded.add(node.name)
    return rounded


class _Calls:
    """Puts calls of functions in place of nodes."""

    def __init__(self, functions: Iterable[str]) -> None:
        self.functions = set(functions)
        self.made: dict[tuple[str, bytes], tuple[Any, Any]] = {}

    def put(self, node: Any) -> bool:
        """Makes a node a call, and says whether what is called computes in float32."""
        is_composite = node.op in COMPOSITES and attribute(node, "T").type == tf.float32
        key = node.op, _bytes(node.attr)
        if key not in self.made:
            self.made[key] = composite(node) if is_composite else through_float32(node)
        call, _ = self.made[key]
        node.op = call.op
        node.attr.clear()
        for name, value in call.attr.items():
            node.attr[name].CopyFrom(value)
        return not is_composite


def _bytes(attributes: Any) -> bytes:
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


def _is_plain(node: Any, wide: Any) -> bool:
    """Whether a node computes the same with the attributes of its wide copy."""
    if _is_of_float32(node.op):
        return False
    is_of_bits = node.op in _BITS or node.op.startswith(_DRAWS)
    return wide == node or (not is_of_bits and _has_kernel(wide))


@functools.cache
def _is_of_float32(op: str) -> bool:
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
    names = [
        f"{node.name}:{argument.name}:{index}"
        for argument in definition(node.op).output_arg
        for index in range(len(types_of(node, argument)))
    ]
    return {name: f"{node.name}:output:{index}" for index, name in enumerate(names)}
