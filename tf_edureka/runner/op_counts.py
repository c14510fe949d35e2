"""How many more ops a graph had in TensorFlow 1.15, and how many the gradient of each op had."""

import weakref

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import ops, tensor_util

# By graph: how many ops 1.15 would have had more; and the shapes for which it would have built some
# ops already, whose results it kept.
_more: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
_known: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def more(graph: tf.Graph) -> int:
    """How many ops 1.15 would have had in `graph` beyond those that are there."""
    return _more.get(graph, 0)


def add(count: int) -> None:
    """Adds `count` to that number of the default graph."""
    graph = ops.get_default_graph()
    _more[graph] = more(graph) + count


def _is_first(*key) -> bool:
    """Whether the graph has not had this yet; 1.15 kept shapes that it had computed."""
    known = _known.setdefault(ops.get_default_graph(), set())
    is_first = key not in known
    known.add(key)
    return is_first


def shape(tensor) -> tuple[int, ...] | None:
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


def _sum(op: tf.Operation, _) -> int:
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
GRADIENTS = {
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
