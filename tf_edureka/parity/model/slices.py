"""Sparse gradients, such as those of embeddings, as row indices and values."""

from collections.abc import Mapping
from typing import Any

from tf_edureka._tensorflow import tf
from tf_edureka.trace import Array, Trace

Slices = tuple[Array, Array]  # indices, which may repeat: int, (rows,); values: float, (rows, ...)


def from_tensor(gradient: tf.IndexedSlices) -> Slices:
    """Returns the indices and values of a sparse `gradient`."""
    return gradient.indices.numpy(), gradient.values.numpy()


def read(trace: Trace, gradients: Mapping[str, Any]) -> dict[str, Slices]:
    """Reads the sparse gradients of a step.

    Args:
        trace: the recorded run.
        gradients: references of the gradients in the trace, by weight.

    Returns:
        indices and values of each sparse gradient, by weight.
    """
    return {
        name: (trace.array(one["indices"]), trace.array(one["values"]))
        for name, one in gradients.items()
        if isinstance(one, Mapping)
    }


def to_tensor(given: Slices, variable: Any) -> tf.IndexedSlices:
    """Returns indices and values, `given` as arrays, as a gradient for a Keras `variable`."""
    rows, values = given
    return tf.IndexedSlices(tf.constant(values, variable.dtype), tf.constant(rows), variable.shape)
