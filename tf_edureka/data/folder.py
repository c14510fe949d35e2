"""Reads the four MNIST files, or files in the same format, from a folder of the user."""

import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tf_edureka import _files
from tf_edureka.data import idx, published
from tf_edureka.errors import InputError


def find(folder: Path) -> list[Path]:
    """Finds the four files by their official names, gzipped or unpacked.

    Args:
        folder: folder with the files.

    Returns:
        their paths, in the order of `published.FILES`.

    Raises:
        InputError: if the folder or a file is missing or cannot be accessed.
    """
    if not _is_there(folder) or not folder.is_dir():
        raise InputError(
            f"{folder}: expected a folder with the four MNIST files, but it does not "
            "exist or is not a folder"
        )
    return [_found(folder, name) for name in published.FILES]


def read(paths: Sequence[Path]) -> list[idx.Bytes]:
    """Reads the four files.

    Args:
        paths: paths returned by `find`.

    Returns:
        training images, training labels, test images and test labels: uint8, shape (n, 28, 28) for
        images and (n,) for labels. The numbers of images and labels are not compared.

    Raises:
        InputError: if a file is damaged or holds something else.
    """
    arrays = [idx.read(path, rank=3 if "images" in path.name else 1) for path in paths]
    for path, array in zip(paths, arrays, strict=True):
        if "images" in path.name and array.shape[1:] != (28, 28):
            size = " x ".join(map(str, array.shape[1:]))
            raise InputError(f"{path}: expected images of 28 x 28, got {size}")
        if "labels" in path.name and array.max(initial=0) > 9:
            position = int(np.argmax(array > 9))
            raise InputError(
                f"{path}: expected labels from 0 to 9, got {array[position]} at position {position}"
            )
    return arrays


def decompress(files: Mapping[str, bytes]) -> list[idx.Bytes]:
    """Decompresses the four published files.

    Args:
        files: gzipped content of each file by its name, as returned by `download.fetch`.

    Returns:
        training images, training labels, test images and test labels: uint8, shape (n, 28, 28) for
        images and (n,) for labels.
    """
    return [
        idx.parse(io.BytesIO(files[name]), name, rank=3 if "images" in name else 1)
        for name in published.FILES
    ]


def read_gzipped(folder: Path) -> dict[str, bytes]:
    """Reads the four published .gz files without decompressing them.

    Args:
        folder: folder with the files.

    Returns:
        gzipped content of each file by its name.

    Raises:
        InputError: if a file is missing or not the published one.
    """
    paths = {name: folder / f"{name}.gz" for name in published.FILES}
    if missing := [path.name for path in paths.values() if not _is_there(path)]:
        raise InputError(
            f"{folder}: expected the four published .gz files for TFDS, but these are missing: "
            f"{', '.join(missing)}",
            topic="TFDS needs the .gz files",
        )
    files = {}
    for name, path in paths.items():
        with _files.open_to_read(path, "a .gz file of MNIST") as file:
            files[name] = file.read(published.FILES[name].size + 1)
        if not published.FILES[name].matches_gzip(files[name]):
            raise InputError(
                f"{path}: expected the published file for TFDS, but its SHA-256 differs",
                topic="TFDS needs the published files",
            )
    return files


def _found(folder: Path, name: str) -> Path:
    for path in (folder / f"{name}.gz", folder / name):
        if _is_there(path):
            return path
    raise InputError(
        f"{folder}: expected the four MNIST files ({', '.join(published.FILES)}, with or without "
        f".gz), but {name} is missing"
    )


def _is_there(path: Path) -> bool:
    try:
        os.stat(path)
    except (
        FileNotFoundError,
        NotADirectoryError,
        ValueError,
    ):  # ValueError: a zero byte in the path
        return False
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    return True
