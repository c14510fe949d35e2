"""Graphs in `.meta` files, SavedModels and frozen graphs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

from tf_edureka import _files
from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.tf1.checkpoint.content import Array
from tf_edureka.tf1.checkpoint.places import EXPECTED
from tf_edureka.tf1.graph_nodes import VARIABLES, parse

v1 = tf.compat.v1
_MOST = 2**31 - 1  # bytes of a protocol buffer
# Positions of names, slices and tensors among the inputs of a save op.
_SAVES = {"SaveV2": (1, 2, 3), "SaveSlices": (1, 2, 3), "Save": (1, None, 2)}
_SCALAR = 1


@dataclass(frozen=True, eq=False)
class Graph:
    """A saved graph.

    Attributes:
        definition: the `GraphDef`.
        trained: names of the variables that the graph trains; None if not known.
    """

    definition: Any
    trained: tuple[str, ...] | None = None


def _parsed(kind: Any, path: Path, what: str) -> Any:
    try:
        return kind.FromString(_files.read(path, _MOST, what))
    except DecodeError:
        raise InputError(f"{path}: expected {what}, got a damaged one or another file") from None


def of_meta(path: Path) -> Graph:
    """Reads the graph of a `.meta` file at `path`; raises `InputError` if it is damaged."""
    meta = _parsed(v1.MetaGraphDef, path, "the graph of a checkpoint")
    if not meta.graph_def.node:
        raise InputError(f"{path}: expected the graph of a checkpoint, got an empty one")
    return _of_meta_graph(meta)


def of_saved_model(path: Path) -> Graph:
    """Reads the graph of a SavedModel; of several graphs the one tagged `serve`, if any.

    Args:
        path: path of its `saved_model.pb`.

    Raises:
        InputError: if the file is damaged or has no graph.
    """
    from tensorflow.core.protobuf import saved_model_pb2

    metas = _parsed(saved_model_pb2.SavedModel, path, "a SavedModel").meta_graphs
    if not metas:
        raise InputError(f"{path}: expected a SavedModel, got one without a graph")
    return _of_meta_graph(
        next((one for one in metas if "serve" in one.meta_info_def.tags), metas[0])
    )


def of_frozen(path: Path) -> Graph:
    """Reads a frozen graph from a `.pb` file at `path`; raises `InputError` if it is not one."""
    graph = _parsed(v1.GraphDef, path, EXPECTED)
    if not graph.node or not all(node.op and node.name for node in graph.node):
        raise InputError(f"{path}: expected {EXPECTED}, got another file")
    return Graph(graph)


def _of_meta_graph(meta: Any) -> Graph:
    from tensorflow.core.framework import variable_pb2

    if "trainable_variables" not in meta.collection_def:
        return Graph(meta.graph_def)
    names = []
    for content in meta.collection_def["trainable_variables"].bytes_list.value:
        try:
            one = variable_pb2.VariableDef.FromString(content)
        except DecodeError:
            return Graph(meta.graph_def)
        part_of = one.save_slice_info_def.full_name
        names.append(part_of or one.variable_name.removesuffix(":0"))
    return Graph(meta.graph_def, (*dict.fromkeys(names),))


def constants(graph: Any) -> Iterator[tuple[str, Any]]:
    """Yields the constants that were variables before a graph was frozen.

    These are the constants with a read op named after them. If there are none, as after an
    optimization, all float constants with more than one entry are used.

    Args:
        graph: a `GraphDef`.

    Yields:
        name and `TensorProto` of each constant.
    """
    values = {node.name: node.attr["value"].tensor for node in graph.node if node.op == "Const"}
    reads = {
        parse(node.input[0])[0]
        for node in graph.node
        if node.op == "Identity"
        and node.input
        and node.name.startswith(f"{parse(node.input[0])[0]}/")
        and node.name.rpartition("/")[2].rstrip("_0123456789").lower() in ("read", "readvariableop")
    }
    named = [name for name in values if name in reads]
    floats = [
        name
        for name, value in values.items()
        if tf.as_dtype(value.dtype).is_floating and np.prod(shape_of(value)) > _SCALAR
    ]
    for name in named or floats:
        yield name, values[name]


def shape_of(tensor: Any) -> tuple[int, ...]:
    """Returns the shape of a `tensor`, a `TensorProto`."""
    return tuple(dim.size for dim in tensor.tensor_shape.dim)


def variables(graph: Any) -> list[Any]:
    """Returns the variable nodes of a `graph`, a `GraphDef`, in the order of their creation."""
    return [node for node in graph.node if node.op in VARIABLES]


def saved_as(graph: Any) -> dict[str, tuple[str, str]]:
    """Returns the name and slice with which the graph's savers save each variable.

    Args:
        graph: a `GraphDef`.

    Returns:
        name in the checkpoint and slice, by the name of the variable's node. The slice is in
        TensorFlow's notation (`"10 4 0,5:0,4"`: shape, then begin and length of each axis); empty
        for the whole variable.
    """
    nodes = {node.name: node for node in graph.node}
    found: dict[str, tuple[str, str]] = {}
    for node in graph.node:
        if node.op not in _SAVES:
            continue
        at_names, at_slices, at_tensors = _SAVES[node.op]
        names = _strings(nodes, node.input[at_names])
        slices = _strings(nodes, node.input[at_slices]) if at_slices else [""] * len(names)
        tensors = [one for one in node.input[at_tensors:] if not one.startswith("^")]
        for name, part, tensor in zip(names, slices, tensors, strict=False):
            source = _variable(nodes, tensor)
            if source:
                found.setdefault(source, (name, part))
    return found


def _strings(nodes: Mapping[str, Any], name: str) -> list[str]:
    node = nodes.get(parse(name)[0])
    if node is None or node.op != "Const":
        return []
    tensor = node.attr["value"].tensor
    texts = [one.decode("utf-8", "replace") for one in tensor.string_val]
    count = int(np.prod(shape_of(tensor)))
    # A repeated last value is stored once.
    return texts + texts[-1:] * (min(count, len(nodes)) - len(texts))


def _variable(nodes: Mapping[str, Any], name: str) -> str:
    """The variable whose value a tensor is; empty if there is none."""
    for _ in range(8):
        node = nodes.get(parse(name)[0])
        if node is None:
            return ""
        if node.op in VARIABLES:
            return str(node.name)
        if node.op not in ("Identity", "ReadVariableOp") or not node.input:
            return ""
        name = node.input[0]
    return ""


def slice_index(part: str) -> tuple[slice, ...]:
    """Converts a slice in TensorFlow's notation to an index.

    Args:
        part: slice, as `saved_as` returns it.

    Returns:
        index into an array; the empty index, which selects all, for an empty slice.
    """
    places = []
    for one in part.split(" ")[-1].split(":") if part else ():
        begin, _, length = one.partition(",")
        places.append(slice(None) if one == "-" else slice(int(begin), int(begin) + int(length)))
    return (*places,)


def state(graph: Any, checkpoint: Mapping[str, Array]) -> dict[str, Array]:
    """Returns the values of a graph's variables, as far as the checkpoint has them.

    Args:
        graph: a `GraphDef`.
        checkpoint: values by the name in the checkpoint, any dtype and shape.

    Returns:
        values by the name of the variable's node, in its dtype and shape.
    """
    saved, found = saved_as(graph), {}
    for node in variables(graph):
        shared = node.attr["shared_name"].s.decode("utf-8", "replace")
        candidates = [saved.get(node.name, (node.name, "")), (node.name, ""), (shared, "")]
        for name, part in candidates:
            if name in checkpoint:
                found[node.name] = checkpoint[name][slice_index(part)]
                break
    return found
