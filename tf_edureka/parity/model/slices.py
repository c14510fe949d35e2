"""Sparse gradients, as embeddings have them: the rows that they name, and what each is given."""

from collections.abc import Mapping
from typing import Any

from tf_edureka._tensorflow import tf
from tf_edureka.trace import Array, Trace

Slices = tuple[Array, Array]  # int, shape (rows,), a row several times; float, shape (rows, ...)


def from_tensor(gradient: tf.IndexedSlices) -> Slices:
    """A sparse `gradient` as arrays."""
    return gradient.indices.numpy(), gradient.values.numpy()


def read(trace: Trace, gradients: Mapping[str, Any]) -> dict[str, Slices]:
    """The sparse ones of a step's gradients.

    Args:
        trace: of the run.
        gradients: by weight, what the trace has for them.

    Returns:
        by weight.
    """
    return {
        name: (trace.array(one["indices"]), trace.array(one["values"]))
        for name, one in gradients.items()
        if isinstance(one, Mapping)
    }


def to_tensor(given: Slices, variable: Any) -> tf.IndexedSlices:
    """What an optimizer is `given` for a `variable` of Keras."""
    rows, values = given
    return tf.IndexedSlices(tf.constant(values, variable.dtype), tf.constant(rows), variable.shape)
