"""The inputs of an original graph: placeholders, and outputs of iterators and queues."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tf_edureka._tensorflow import tf
from tf_edureka.tf1.checkpoint.content import Array
from tf_edureka.tf1.graph_nodes import Unreplayable, output_types, parse

_PLACEHOLDERS = ("Placeholder", "PlaceholderV2", "PlaceholderWithDefault")
_FED = re.compile(
    r"Placeholder(V2|WithDefault)?|IteratorGetNext(Sync)?|QueueDequeue\w*|Parse(Single)?Example(V2)?"
)
_FIRST_WITH_SCALARS = 24  # in older graphs an empty shape means an unknown one


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """A tensor that the original program fed, or got from a queue or an iterator.

    Attributes:
        name: name of the tensor, such as `x` or `iterator:1`.
        dtype: NumPy's name of the dtype.
        shape: sizes of the axes, None for an unknown size; None if the rank is unknown.
        examples: batch size if a queue fixes it; else None.
        is_placeholder: True for a placeholder; False for a queue, a dataset or parsed examples.
        default: value if it is not fed, in its dtype and shape; None if it must be fed.
    """

    name: str
    dtype: str
    shape: tuple[int | None, ...] | None
    examples: int | None = None
    is_placeholder: bool = True
    default: Array | None = None


def of_graph(graph: Any, nodes: Mapping[str, Any]) -> Iterator[Source]:
    """Yields the numeric sources of a graph.

    Args:
        graph: a `GraphDef`.
        nodes: nodes of the graph by name.
    """
    for node in graph.node:
        if not _FED.fullmatch(node.op):
            continue
        shapes: list[Any] = [*node.attr["output_shapes"].list.shape]
        default = None
        if node.op in _PLACEHOLDERS:
            shapes = [node.attr["shape"].shape] if "shape" in node.attr else []
            if graph.versions.producer < _FIRST_WITH_SCALARS and shapes and not shapes[0].dim:
                shapes = []
            constant = nodes[parse(node.input[0])[0]] if node.input else None
            if constant is not None and constant.op == "Const":
                default = tf.make_ndarray(constant.attr["value"].tensor)
        # Dense outputs follow sparse ones, whose shapes are unknown.
        if "dense_shapes" in node.attr:
            dense = [_batch_of(one) for one in node.attr["dense_shapes"].list.shape]
            shapes = [_UNKNOWN] * (len([*outputs(node)]) - len(dense)) + dense
        for place, (name, kind) in enumerate(outputs(node)):
            dtype = tf.as_dtype(kind)
            if dtype.is_floating or dtype.is_integer or dtype.is_bool:
                yield Source(
                    name=name,
                    dtype=str(np.dtype(dtype.as_numpy_dtype)),
                    shape=_known(shapes[place]) if place < len(shapes) else None,
                    examples=_examples(node, nodes),
                    is_placeholder=node.op in _PLACEHOLDERS,
                    default=default,
                )


def _examples(node: Any, nodes: Mapping[str, Any]) -> int | None:
    """Number of examples that a node takes out of a queue at a time."""
    if "DequeueMany" not in node.op or len(node.input) < 2:
        return None
    count = nodes[parse(node.input[1])[0]]
    return int(tf.make_ndarray(count.attr["value"].tensor)) if count.op == "Const" else None


def outputs(node: Any) -> Iterator[tuple[str, int]]:
    """Yields the name and the dtype enum of each output of a `node`."""
    try:
        kinds = output_types(node)
    except (Unreplayable, StopIteration):
        return
    for place, kind in enumerate(kinds):
        # The other outputs serve its gradient only.
        if place and node.op.startswith("FusedBatchNorm"):
            return
        yield (f"{node.name}:{place}" if place else str(node.name)), kind


_UNKNOWN = tf.TensorShape(None).as_proto()


def _batch_of(shape: Any) -> Any:
    return tf.TensorShape([None]).concatenate(tf.TensorShape(shape)).as_proto()


def _known(shape: Any) -> tuple[int | None, ...] | None:
    if shape.unknown_rank:
        return None
    return tuple(None if dim.size < 0 else int(dim.size) for dim in shape.dim)
