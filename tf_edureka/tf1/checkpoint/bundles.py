"""Checkpoints of `tf.train.Saver`, read by TensorFlow: version 1 (tables) and 2 (bundles)."""

from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from tf_edureka import _files
from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.tf1.checkpoint import graphs
from tf_edureka.tf1.checkpoint.content import Array, Checkpoint, Entry
from tf_edureka.tf1.checkpoint.places import Place
from tf_edureka.tf1.checkpoint.roles import natural_key, with_roles

_OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


def read(path: Path, place: Place, graph: graphs.Graph | None = None) -> Checkpoint:
    """Reads the index of a checkpoint; values are read on access.

    Args:
        path: path that the user gave, for messages.
        place: location of the checkpoint.
        graph: graph of a SavedModel; None to look for a `.meta` file next to the checkpoint.

    Raises:
        InputError: if the checkpoint cannot be read.
    """
    for file in place.files:
        _files.expect_file(file)
    pattern = str(place.path)
    if place.kind == "tables" and len(place.files) > 1:
        pattern += f"-?????-of-{len(place.files):05d}"
    reader = _open(path, pattern)
    shapes = reader.get_variable_to_shape_map()
    kinds = reader.get_variable_to_dtype_map()

    def value(name: str) -> Array:
        try:
            return _value(reader, pattern, name, kinds[name])
        except (tf.errors.OpError, RuntimeError, ValueError, MemoryError) as error:
            raise InputError(f"{path}: {name} cannot be read ({_first_line(error)})") from None

    meta = Path(f"{place.path}.meta")
    if graph is None and meta.is_file():
        graph = graphs.of_meta(meta)
    names = _in_graph_order([name for name in shapes if name != _OBJECT_GRAPH], graph)
    entries = [
        Entry(name=name, shape=tuple(shapes[name]), dtype=_dtype(kinds[name])) for name in names
    ]
    held = sum(file.stat().st_size for file in place.files)
    for one in entries:  # TensorFlow would allocate this size before it reads the values
        if prod(one.shape) > held:
            raise InputError(
                f"{path}: {one.name} cannot be read (shape {list(one.shape)} in {held} bytes of "
                "values)"
            )
    version = 2 if place.kind == "bundle" else 1
    files = f", {len(place.files)} files" if len(place.files) > 1 else ""
    return Checkpoint(
        path=path,
        format=f"checkpoint of version {version}{files}",
        entries=(*with_roles(entries),),
        graph=graph.definition.SerializeToString() if graph else None,
        is_ordered=graph is not None,
        trained=graph.trained if graph else None,
        reader=value,
    )


def _open(path: Path, pattern: str) -> Any:
    try:
        return tf.compat.v1.train.NewCheckpointReader(pattern)
    except (tf.errors.OpError, RuntimeError, ValueError) as error:
        raise InputError(f"{path}: the checkpoint cannot be read ({_first_line(error)})") from None


def _value(reader: Any, pattern: str, name: str, kind: Any) -> Array:
    try:
        return np.asarray(reader.get_tensor(name))
    except (tf.errors.OpError, RuntimeError) as error:
        if "Sliced" not in str(error):
            raise
    # The reader does not join slices in tables, but the restore op does.
    whole = tf.raw_ops.RestoreV2(
        prefix=pattern, tensor_names=[name], shape_and_slices=[""], dtypes=[kind]
    )
    return np.asarray(whole[0].numpy())


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _dtype(kind: Any) -> str:
    return "object" if kind == tf.string else str(np.dtype(tf.as_dtype(kind).as_numpy_dtype))


def _in_graph_order(names: list[str], graph: graphs.Graph | None) -> list[str]:
    """Names in the order of the graph's variables; then the others, sorted by name."""
    places: dict[str, int] = {}
    if graph is not None:
        saved = graphs.saved_as(graph.definition)
        for place, node in enumerate(graphs.variables(graph.definition)):
            places.setdefault(saved.get(node.name, (node.name, ""))[0], place)
    return sorted(names, key=lambda name: (places.get(name, len(places)), natural_key(name)))
