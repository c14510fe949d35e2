"""Functions that replace ops without a float64 kernel and return the same outputs in float64.

They also replace ops with an attribute that is float32 whatever dtype they compute in.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tf_edureka._tensorflow import tf
from tf_edureka.tf1.decimals import source_decimals
from tf_edureka.tf1.graph_nodes import attribute, definition, types_of

v1 = tf.compat.v1
WIDER = {
    tf.float32.as_datatype_enum: tf.float64.as_datatype_enum,
    tf.complex64.as_datatype_enum: tf.complex128.as_datatype_enum,
}
_REFERENCE = 100  # added to a dtype for a reference to it
WIDER |= {one + _REFERENCE: wide + _REFERENCE for one, wide in WIDER.items()}
_numbers = itertools.count()  # makes names of functions unique
_Tensors = Sequence[tf.Tensor]


def float32_call(node: Any) -> tuple[Any, Any]:
    """Builds a function that casts to float32, runs the op of a node, and casts back.

    Args:
        node: `NodeDef` in float32.

    Returns:
        the call of the function (`NodeDef`), and the function (`FunctionDef`).
    """
    op = definition(node.op)
    name = f"{node.op}_in_float32_{next(_numbers)}"
    function = v1.GraphDef().library.function.add()
    function.signature.name = name
    inner = function.node_def.add(name="op", op=node.op)
    for key, value in node.attr.items():
        inner.attr[key].CopyFrom(value)
    call = v1.NodeDef(op="StatefulPartitionedCall" if op.is_stateful else "PartitionedCall")
    call.attr["f"].func.name = name
    for types in ("Tin", "Tout"):
        call.attr[types].list.SetInParent()
    input_types = [one for argument in op.input_arg for one in types_of(node, argument)]
    outputs_with_types = [
        (f"op:{argument.name}:{index}", one)
        for argument in op.output_arg
        for index, one in enumerate(types_of(node, argument))
    ]
    for index, kind in enumerate(input_types):
        wide = WIDER.get(kind, kind)
        function.signature.input_arg.add(name=f"in_{index}", type=wide)
        inner.input.append(_cast(function, f"in_{index}", wide, kind))
        call.attr["Tin"].list.type.append(wide)
    for index, (output, kind) in enumerate(outputs_with_types):
        wide = WIDER.get(kind, kind)
        function.signature.output_arg.add(name=f"out_{index}", type=wide)
        function.ret[f"out_{index}"] = _cast(function, output, kind, wide)
        call.attr["Tout"].list.type.append(wide)
    _prefix_nodes(function)
    return call, function


def _cast(function: Any, source: str, kind: int, to: int) -> str:
    """Adds a cast to a function if needed; returns the name of its output."""
    if kind == to:
        return source
    name = f"cast_{len(function.node_def)}"
    function.node_def.append(cast(name, source, kind, to))
    return f"{name}:y:0"


def cast(name: str, source: str, kind: int, to: int) -> Any:
    """Returns a `NodeDef` called `name` that casts `source` from dtype `kind` to dtype `to`."""
    node = v1.NodeDef(name=name, op="Cast", input=[source])
    node.attr["SrcT"].type, node.attr["DstT"].type = kind, to
    return node


def float64_call(node: Any) -> tuple[Any, Any]:
    """Builds the function of `FLOAT64_FUNCTIONS` for a node.

    Args:
        node: `NodeDef` in float32 of one of these ops.

    Returns:
        the call of the function (`NodeDef`), and the function (`FunctionDef`).
    """
    op = definition(node.op)
    attrs = {one.name: _python_value(attribute(node, one.name)) for one in op.attr}
    outputs = sum(len(types_of(node, argument)) for argument in op.output_arg)

    @tf.function(autograph=False)
    def compute(*inputs: tf.Tensor) -> _Tensors:
        return FLOAT64_FUNCTIONS[node.op](inputs, attrs)[:outputs]

    with tf.Graph().as_default() as graph:
        kinds = [one for argument in op.input_arg for one in types_of(node, argument)]
        compute(*(v1.placeholder(tf.as_dtype(WIDER.get(kind, kind))) for kind in kinds))
    built = graph.as_graph_def()
    (call,) = (one for one in built.node if "Call" in one.op)
    (function,) = built.library.function
    _prefix_nodes(function)
    return call, function


def _prefix_nodes(function: Any) -> None:
    """Adds a prefix to the names of a function's nodes, to avoid clashes where it is inlined.

    TensorFlow ends the process if a node with such a name exists already.
    """
    names = {node.name: f"float64_{node.name}" for node in function.node_def}

    def renamed(source: str) -> str:
        control, name = source[: source.startswith("^")], source.lstrip("^")
        node, colon, output = name.partition(":")
        return f"{control}{names.get(node, node)}{colon}{output}"

    for node in function.node_def:
        node.name = names[node.name]
        node.input[:] = map(renamed, node.input)
    for name, source in [*function.ret.items()]:
        function.ret[name] = renamed(source)
    for name, source in [*function.control_ret.items()]:
        function.control_ret[name] = renamed(source)


def _python_value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "f":
        return float(source_decimals(np.asarray(value.f, np.float32))[0])
    return value.s.decode() if kind == "s" else getattr(value, kind)


def _batch_norm(inputs: _Tensors, attrs: Mapping[str, Any]) -> _Tensors:
    """`FusedBatchNorm`: returns the unbiased variance, and the biased one for its gradient."""
    x, scale, offset, old_mean, old_variance = inputs
    axes, shape = _axes(attrs["data_format"])
    mean, variance = old_mean, old_variance
    new_mean, new_variance = mean, variance
    if attrs["is_training"]:
        mean, variance = tf.nn.moments(x, axes)
        count = tf.cast(tf.size(x) // tf.size(mean), x.dtype)
        new_mean, new_variance = mean, variance * count / tf.maximum(count - 1, 1)
        share = attrs.get("exponential_avg_factor", 1.0)
        if share != 1:
            new_mean = (1 - share) * old_mean + share * new_mean
            new_variance = (1 - share) * old_variance + share * new_variance
    factor = scale * tf.math.rsqrt(variance + attrs["epsilon"])
    y = (x - tf.reshape(mean, shape)) * tf.reshape(factor, shape) + tf.reshape(offset, shape)
    return y, new_mean, new_variance, mean, variance, tf.zeros([0], x.dtype)


def _batch_norm_gradient(inputs: _Tensors, attrs: Mapping[str, Any]) -> _Tensors:
    """`FusedBatchNormGrad`: gradients of x, scale and offset; the other outputs are empty."""
    gradient, x, scale, mean, variance = inputs[:5]
    axes, shape = _axes(attrs["data_format"])
    inverse = tf.math.rsqrt(variance + attrs["epsilon"])
    normalized = (x - tf.reshape(mean, shape)) * tf.reshape(inverse, shape)
    of_scale = tf.reduce_sum(gradient * normalized, axes)
    of_offset = tf.reduce_sum(gradient, axes)
    of_x = gradient
    if attrs["is_training"]:
        count = tf.cast(tf.size(x) // tf.size(mean), x.dtype)
        of_x -= (tf.reshape(of_offset, shape) + normalized * tf.reshape(of_scale, shape)) / count
    empty = tf.zeros([0], x.dtype)
    return of_x * tf.reshape(scale * inverse, shape), of_scale, of_offset, empty, empty


def _axes(data_format: str) -> tuple[list[int], list[int]]:
    """The axes to sum over, and the shape of values with one number per channel."""
    channel = data_format.index("C")
    axes = [axis for axis in range(len(data_format)) if axis != channel]
    return axes, [-1 if axis == channel else 1 for axis in range(len(data_format))]


def _leaky_relu(inputs: _Tensors, attrs: Mapping[str, Any]) -> _Tensors:
    """`LeakyRelu`."""
    (x,) = inputs
    return (tf.where(x > 0, x, attrs["alpha"] * x),)


def _leaky_relu_gradient(inputs: _Tensors, attrs: Mapping[str, Any]) -> _Tensors:
    """`LeakyReluGrad`."""
    gradient, x = inputs
    return (tf.where(x > 0, gradient, attrs["alpha"] * gradient),)


def _response_norm(inputs: _Tensors, attrs: Mapping[str, Any]) -> _Tensors:
    """`LRN`."""
    (x,) = inputs
    return (x * tf.pow(_sizes(x, attrs), -attrs["beta"]),)


def _response_norm_gradient(inputs: _Tensors, attrs: Mapping[str, Any]) -> _Tensors:
    """`LRNGrad`."""
    gradient, x, y = inputs
    sizes = _sizes(x, attrs)
    across = _window(gradient * y / sizes, attrs["depth_radius"])
    return (
        gradient * tf.pow(sizes, -attrs["beta"]) - 2 * attrs["alpha"] * attrs["beta"] * x * across,
    )


def _sizes(x: tf.Tensor, attrs: Mapping[str, Any]) -> tf.Tensor:
    """The base of the divisor `base^beta` in local response normalization."""
    return attrs["bias"] + attrs["alpha"] * _window(tf.square(x), attrs["depth_radius"])


def _window(x: tf.Tensor, radius: int) -> tf.Tensor:
    """Sums over the channels next to each other, of a tensor of shape (n, height, width, c)."""
    channels = tf.shape(x)[-1]
    padded = tf.pad(x, [[0, 0], [0, 0], [0, 0], [radius, radius]])
    return tf.add_n([padded[..., first : first + channels] for first in range(2 * radius + 1)])


FLOAT64_FUNCTIONS: Mapping[str, Callable[[_Tensors, Mapping[str, Any]], _Tensors]] = {
    **dict.fromkeys(("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"), _batch_norm),
    **dict.fromkeys(
        ("FusedBatchNormGrad", "FusedBatchNormGradV2", "FusedBatchNormGradV3"),
        _batch_norm_gradient,
    ),
    "LeakyRelu": _leaky_relu,
    "LeakyReluGrad": _leaky_relu_gradient,
    "LRN": _response_norm,
    "LRNGrad": _response_norm_gradient,
}
