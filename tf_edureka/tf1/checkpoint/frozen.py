"""Frozen graphs, whose variables have become constants."""

from math import prod
from pathlib import Path

import numpy as np

from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.tf1.checkpoint import graphs
from tf_edureka.tf1.checkpoint.content import Array, Checkpoint, Entry
from tf_edureka.tf1.checkpoint.places import Place
from tf_edureka.tf1.checkpoint.roles import with_roles

_MOST = 2**30  # entries of a constant, as a graph has at most 2 GB


def read(path: Path, place: Place) -> Checkpoint:
    """Reads the constants of a frozen graph.

    Args:
        path: path that the user gave, for messages.
        place: location of the file.

    Raises:
        InputError: if the file cannot be read.
    """
    graph = graphs.of_frozen(place.path)
    tensors = dict(graphs.constants(graph.definition))

    def value(name: str) -> Array:
        tensor = tensors[name]
        # The array is allocated with the shape in the file, however few values there are.
        if prod(graphs.shape_of(tensor)) > _MOST:
            shape = list(graphs.shape_of(tensor))
            raise InputError(f"{path}: {name} cannot be read (shape {shape} is too large)")
        try:
            return np.asarray(tf.make_ndarray(tensor))
        except (TypeError, ValueError, MemoryError) as error:
            raise InputError(f"{path}: {name} cannot be read ({error})") from None

    entries = [
        Entry(
            name=name,
            shape=graphs.shape_of(tensor),
            dtype=str(np.dtype(tf.as_dtype(tensor.dtype).as_numpy_dtype)),
        )
        for name, tensor in tensors.items()
    ]
    return Checkpoint(
        path=path,
        format="frozen graph",
        entries=(*with_roles(entries),),
        graph=graph.definition.SerializeToString(),
        is_ordered=True,
        reader=value,
    )
