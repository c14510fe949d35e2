"""What an old program fed its graph: placeholders, and what iterators and queues gave."""

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
_FIRST_WITH_SCALARS = 24  # before this version of graphs no size meant that the shape is not known


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """A tensor that the old program fed, or got from a queue or an iterator.

    Attributes:
        name: of it, such as `x` or `iterator:1`.
        dtype: NumPy's name of it.
        shape: of it, with None for what is not known; None if not even the rank is.
        examples: how many there are in a batch, where a queue says so; else None.
        is_placeholder: whether the old program fed it; else it came from a queue, a dataset or
            parsed examples.
        default: what it is if it is not fed, in its dtype and shape; None if it has to be.
    """

    name: str
    dtype: str
    shape: tuple[int | None, ...] | None
    examples: int | None = None
    is_placeholder: bool = True
    default: Array | None = None


def of_graph(graph: Any, nodes: Mapping[str, Any]) -> Iterator[Source]:
    """The sources of a graph that numbers can be fed to.

    Args:
        graph: a `GraphDef`.
        nodes: of it, by name.
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
        if "dense_shapes" in node.attr:  # after what is sparse, of which no shape is known
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
    """How many examples a node takes out of a queue at once."""
    if "DequeueMany" not in node.op or len(node.input) < 2:
        return None
    count = nodes[parse(node.input[1])[0]]
    return int(tf.make_ndarray(count.attr["value"].tensor)) if count.op == "Const" else None


def outputs(node: Any) -> Iterator[tuple[str, int]]:
    """The tensors that a `node` gives: their names and types."""
    try:
        kinds = output_types(node)
    except (Unreplayable, StopIteration):
        return
    for place, kind in enumerate(kinds):
        if place and node.op.startswith("FusedBatchNorm"):  # what only its gradient is for
            return
        yield (f"{node.name}:{place}" if place else str(node.name)), kind


_UNKNOWN = tf.TensorShape(None).as_proto()


def _batch_of(shape: Any) -> Any:
    return tf.TensorShape([None]).concatenate(tf.TensorShape(shape)).as_proto()


def _known(shape: Any) -> tuple[int | None, ...] | None:
    if shape.unknown_rank:
        return None
    return tuple(None if dim.size < 0 else int(dim.size) for dim in shape.dim)
