"""How many more ops a graph and some calls had in TensorFlow 1.15, and how many each gradient."""

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import ops, tensor_util

Call = dict[str, Any]  # the arguments of a call of TensorFlow's by name

# By graph: how many ops 1.15 would have had more; and the shapes for which it would have built some
# ops already, whose results it kept.
_more: weakref.WeakKeyDictionary[tf.Graph, int] = weakref.WeakKeyDictionary()
_known: weakref.WeakKeyDictionary[tf.Graph, set[tuple[object, ...]]] = weakref.WeakKeyDictionary()


def more(graph: tf.Graph) -> int:
    """How many ops 1.15 would have had in `graph` beyond those that are there."""
    return _more.get(graph, 0)


def add(count: int) -> None:
    """Adds `count` to that number of the default graph."""
    graph = ops.get_default_graph()
    _more[graph] = more(graph) + count


def _is_first(*key: object) -> bool:
    """Whether the graph has not had this yet; 1.15 kept shapes that it had computed."""
    known = _known.setdefault(ops.get_default_graph(), set())
    is_first = key not in known
    known.add(key)
    return is_first


def shape(tensor: object) -> tuple[int, ...] | None:
    """The shape of a `tensor` where it is known."""
    known = getattr(tensor, "shape", None)
    return tuple(known.as_list()) if known is not None and known.is_fully_defined() else None


def _broadcast(op: tf.Operation, grad: tf.Tensor) -> int:
    """Sums a gradient over the axes along which a factor was repeated."""
    x, y = map(shape, op.inputs)
    if x is None or y is None:
        return 7
    return 3 * _is_first("broadcast", x, y) + 4 * (x != shape(grad)) + 4 * (y != shape(grad))


def _broadcast_unless_equal(op: tf.Operation, grad: tf.Tensor) -> int:
    x, y = map(shape, op.inputs)
    return 0 if x is not None and x == y == shape(grad) else _broadcast(op, grad)


def _sum(op: tf.Operation, _: tf.Tensor) -> int:
    summed, axes = shape(op.inputs[0]), tensor_util.constant_value(op.inputs[1])
    rank = op.inputs[0].shape.rank
    if axes is not None and rank is not None:
        if np.array_equal(axes, np.arange(rank)):
            return 4
        if summed is not None:
            return 4 + 17 * _is_first("sum", summed, tuple(np.ravel(axes)))
    return 16


def _mean(op: tf.Operation, grad: tf.Tensor) -> int:
    is_known = shape(op.inputs[0]) is not None and shape(op.outputs[0]) is not None
    return _sum(op, grad) + (2 if is_known else 11)


# Op: how many ops its gradient had, in 1.15.
GRADIENTS: dict[str, Callable[[tf.Operation, tf.Tensor], int]] = {
    "Add": _broadcast_unless_equal,
    "AddV2": _broadcast_unless_equal,
    "DivNoNan": lambda op, grad: 12,
    "Maximum": lambda op, grad: 13,
    "Mean": _mean,
    "Minimum": lambda op, grad: 13,
    "Mul": lambda op, grad: 2 + _broadcast_unless_equal(op, grad),
    "Pow": lambda op, grad: 16 + _broadcast(op, grad),
    "RealDiv": lambda op, grad: 12,
    "Sign": lambda op, grad: 3,
    "SparseSoftmaxCrossEntropyWithLogits": lambda op, *grads: 4,
    "SquaredDifference": lambda op, grad: 5 + _broadcast(op, grad),
    "StridedSlice": lambda op, grad: 2,
    "Sub": lambda op, grad: 1 + _broadcast_unless_equal(op, grad),
    "Sum": _sum,
}


def more_in_tensordot(built: slice) -> int:
    """How many a call had beyond what it `built`.

    Each factor of known shape was transposed and reshaped, and the result reshaped.
    """
    types = [op.type for op in ops.get_default_graph().get_operations()[built]]
    return 2 * (2 - types.count("Transpose")) + 2 * (3 - types.count("Reshape"))


def more_in_one_hot(call: Call) -> int:
    """A value that a `call` is given as a number was one op more."""
    return sum(
        call[name] is not None and not tf.is_tensor(call[name])
        for name in ("on_value", "off_value")
    )


def more_in_size(call: Call) -> int:
    """The size of the array of a `call` took an op even where it is at hand as a tensor."""
    array = call["self"]
    return int(tf.is_tensor(array._size) and not array._dynamic_size)


def more_in_conv2d_transpose(call: Call) -> int:
    """The shape of the output of a `call` was computed in the graph."""
    return 14 if call["self"].padding == "valid" else 10


def more_in_flatten(call: Call) -> int:
    """The batch size was taken out of the shape of what a `call` is given."""
    inputs = call["inputs"].shape
    return 6 if (inputs.rank or 0) > 1 and inputs.as_list()[0] is None else 0


def more_in_fused_batch_norm(call: Call) -> int:
    """The momentum of a `call` was a constant, and in training one more."""
    if tf.is_tensor(call["training"]):
        return 0
    return 2 if call["training"] else 1


def more_in_standardization(call: Call) -> int:
    """An image of known shape in a `call` had one op more."""
    return 1 if shape(call["image"]) else 0


def more_in_crop_or_pad(call: Call) -> int:
    """A single image of known shape in a `call` had fewer."""
    return -12 if len(shape(call["image"]) or ()) == 3 else 0


def more_in_gradients(call: Call, built: slice) -> int:
    """How many a `call` had beyond what it `built`, for batch normalization.

    That had gradients also for mean and variance; an optimizer waits for all.
    """
    if not call["gate_gradients"]:
        return 0
    gradients = ops.get_default_graph().get_operations()[built]
    normalized = [op for op in gradients if op.type.startswith("FusedBatchNormGrad")]
    return sum(2 for op in normalized if op.get_attr("is_training"))
