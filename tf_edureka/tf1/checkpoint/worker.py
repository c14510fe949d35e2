"""Runs in the process that reads checkpoints: opens one and returns its names and values."""

import functools
import os
from dataclasses import replace
from pathlib import Path

from tf_edureka.tf1.checkpoint import bundles, frozen, graphs, hdf5, places
from tf_edureka.tf1.checkpoint.content import Array, Checkpoint


def describe(folder: str, path: str) -> Checkpoint:
    """Returns a checkpoint without values; a relative `path` starts from `folder`."""
    os.chdir(folder)
    _open.cache_clear()  # the files may have changed
    return replace(_open(path), reader=None)


def value(folder: str, path: str, name: str) -> Array:
    """Returns a value of a checkpoint.

    Args:
        folder: folder that a relative path starts from.
        path: path of the checkpoint, as for `read`.
        name: name of a tensor in it.

    Returns:
        the value, in the dtype and shape of its entry.
    """
    os.chdir(folder)
    return _open(path)[name]


@functools.lru_cache(maxsize=2)
def _open(text: str) -> Checkpoint:
    path = Path(text)
    place = places.find(path)
    if place.kind == "hdf5":
        return hdf5.read(path, place)
    if place.kind == "graph":
        return frozen.read(path, place)
    if place.kind == "saved_model":
        graph = graphs.of_saved_model(place.path)
        found = bundles.read(path, places.of_saved_model(place.path), graph)
        return replace(found, format="SavedModel")
    return bundles.read(path, place)
