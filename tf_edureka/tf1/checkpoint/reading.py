"""Reads a checkpoint, whatever it is, in a process that may end by it."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from tf_edureka.errors import InputError
from tf_edureka.tf1 import apart
from tf_edureka.tf1.checkpoint.content import Checkpoint

_SECONDS = 600.0  # that reading the names, or one value, may take


def read(path: str | os.PathLike[str]) -> Checkpoint:
    """Reads what a TensorFlow 1 program, or Keras 2, has left.

    No graph is built and nothing in the file is run. Another process reads, since a file that is
    damaged on purpose can end TensorFlow's reader.

    Args:
        path: a checkpoint's prefix (`model.ckpt-100`) or one of its files, of version 1 or 2; a
            frozen graph; the folder of a SavedModel, or one with a single checkpoint or a file
            `checkpoint` that names the latest; or an HDF5 file of Keras 2 or `tf.keras`.

    Returns:
        a mapping of names to arrays, which are read when they are asked for, with a record for each
        tensor in `entries`.

    Raises:
        InputError: when it cannot be read: none there, a part missing, or a damaged one.
    """
    path = Path(path)
    found: Checkpoint = _call(path, "describe", str(path))
    return replace(found, reader=lambda name: _call(path, "value", str(path), name))


def _call(path: Path, function: str, *arguments: Any) -> Any:
    name = f"tf1.checkpoint.worker:{function}"
    try:
        # There a relative path is to mean what it means here.
        return apart.shared.call(name, os.getcwd(), *arguments, seconds=_SECONDS)
    except apart.EndedError as error:
        raise InputError(f"{path}: cannot be read, it is damaged ({error})") from None
