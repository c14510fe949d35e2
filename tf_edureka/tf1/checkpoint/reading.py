"""Reads checkpoints of all kinds in a separate process, which a damaged file may crash."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from tf_edureka.errors import InputError
from tf_edureka.tf1 import child_process
from tf_edureka.tf1.checkpoint.content import Checkpoint

_SECONDS = 600.0  # time limit for reading the names, or one value


def read(path: str | os.PathLike[str]) -> Checkpoint:
    """Reads a checkpoint of TensorFlow 1, a frozen graph, a SavedModel or a file of Keras 2.

    No graph is built and nothing in the file is run. The file is read in a separate process, since
    a maliciously damaged file can crash TensorFlow's reader.

    Args:
        path: prefix of a checkpoint (`model.ckpt-100`) or one of its files, of version 1 or 2; a
            frozen graph; an HDF5 file of Keras 2 or `tf.keras`; or a folder: that of a SavedModel,
            one with a single checkpoint, or one with a file `checkpoint` that names the latest.

    Returns:
        a mapping of names to arrays, which are read on access; `entries` has a record for each.

    Raises:
        InputError: if there is no checkpoint, a part of it is missing, or it is damaged.

    Example:
        >>> from tf_edureka import tf1
        >>> checkpoint = tf1.checkpoint.read("model.ckpt-7")
        >>> checkpoint["hidden/weights"].shape
        (6, 5)
        >>> [entry.name for entry in checkpoint.of_role("slot")]
        ['hidden/weights/Momentum', 'hidden/biases/Momentum', ...]
    """
    path = Path(path)
    found: Checkpoint = _call(path, "describe", str(path))
    return replace(found, reader=lambda name: _call(path, "value", str(path), name))


def _call(path: Path, function: str, *arguments: Any) -> Any:
    name = f"tf1.checkpoint.worker:{function}"
    try:
        # A relative path starts from this process's folder in the other process, too.
        return child_process.shared.call(name, os.getcwd(), *arguments, seconds=_SECONDS)
    except child_process.ChildFailedError as error:
        raise InputError(f"{path}: cannot be read, it is damaged ({error})") from None
