"""The four files of MNIST, or of data in the same form, where a user has put them."""

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
        folder: where they are.

    Returns:
        their paths, in the order of `published.FILES`.

    Raises:
        InputError: when the folder or a file is missing or cannot be looked at.
    """
    if not _is_there(folder) or not folder.is_dir():
        raise InputError(f"{folder}: expected a folder with the four MNIST files, found none")
    return [_found(folder, name) for name in published.FILES]


def read(paths: Sequence[Path]) -> list[idx.Bytes]:
    """Reads the four files.

    Args:
        paths: as `find` gives them.

    Returns:
        uint8: training images, shape (n, 28, 28); training labels, shape (n,); test images and
        labels likewise. The counts are as they are in the files.

    Raises:
        InputError: when a file is damaged, or holds something else.
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
    """Reads the four published files from their gzipped content.

    Args:
        files: the contents by name, as `download.fetch` gives them.

    Returns:
        uint8, as `read` gives them.
    """
    return [
        idx.parse(io.BytesIO(files[name]), name, rank=3 if "images" in name else 1)
        for name in published.FILES
    ]


def read_gzipped(folder: Path) -> dict[str, bytes]:
    """Reads the four published .gz files without unpacking them.

    Args:
        folder: where they are.

    Returns:
        the contents by name, as `download.fetch` gives them.

    Raises:
        InputError: when a file is missing, or not the published one.
    """
    paths = {name: folder / f"{name}.gz" for name in published.FILES}
    if missing := [path.name for path in paths.values() if not _is_there(path)]:
        raise InputError(
            f"{folder}: TFDS expects the four published .gz files, but these are "
            f"missing: {', '.join(missing)}",
            topic="TFDS needs the .gz files",
        )
    files = {}
    for name, path in paths.items():
        with _files.open_to_read(path, "a .gz file of MNIST") as file:
            files[name] = file.read(published.FILES[name].size + 1)
        if not published.FILES[name].matches_gzip(files[name]):
            raise InputError(
                f"{path}: TFDS expects the published file, but the SHA-256 differs",
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
    except (FileNotFoundError, NotADirectoryError, ValueError):  # a zero byte is in no name
        return False
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    return True
