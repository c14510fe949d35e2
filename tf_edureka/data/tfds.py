"""Loads MNIST from TensorFlow Datasets (TFDS) and restores the published order."""

import contextlib
import gzip
import hashlib
import io
import os
import shutil
import tempfile
import unittest.mock
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import numpy as np

from tf_edureka import _files
from tf_edureka.data.download import Report
from tf_edureka.data.idx import Bytes
from tf_edureka.errors import InputError

if TYPE_CHECKING:
    import tensorflow_datasets as tfds

_TEMPORARY_PREFIX = ".mnist-"  # prefix of the temporary folder's name
_MAX_WAIT_SECONDS = 60
_MOST_BYTES = 2**28  # largest accepted copy; as TFRecord it has 21 MB


def location() -> Path:
    """Returns the folder of the prepared copy, whether or not it exists.

    It is below the folder in TFDS_DATA_DIR, else below ~/tensorflow_datasets, as in TFDS.

    Raises:
        InputError: if there is no home folder.
    """
    import tensorflow_datasets as tfds

    builder = tfds.image_classification.MNIST
    # TFDS reads that variable too, but only when it is imported.
    root = Path(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets")
    try:
        return root.expanduser() / builder.name / str(builder.VERSION)
    except RuntimeError as error:
        raise InputError(f"{root}: {error}; set TFDS_DATA_DIR to another folder") from None


def source() -> str:
    """Returns the URL of the folder from which TFDS downloads MNIST."""
    import tensorflow_datasets as tfds

    return tfds.image_classification.MNIST.URL


def is_prepared() -> bool:
    """True if a prepared copy exists, so that neither files nor a network are needed.

    Raises:
        InputError: if there is no home folder.
    """
    return _holds_files(location())


def prepare(files: Mapping[str, bytes], report: Report | None = None) -> None:
    """Prepares the copy atomically, which takes about ten seconds.

    Args:
        files: content of the four published .gz files by their names without .gz.
        report: progress callback; None for none.

    Raises:
        InputError: if that fails.
    """
    import tensorflow_datasets as tfds

    place = location()
    if report is not None:
        report(f"preparing MNIST for TensorFlow Datasets in {place}", 0, 0)
    root = place.parents[1]
    was_there = os.path.exists(root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        _wait_for_other_processes(root)
        if _holds_files(place):
            return
        with _temporary_folder(root) as folder, _silenced():
            _write_downloads(files, folder)
            builder = _builder(folder)
            builder.download_and_prepare(
                download_dir=folder / "downloads",
                download_config=tfds.download.DownloadConfig(
                    manual_dir=folder, try_download_gcs=False
                ),
            )
            place.parent.mkdir(exist_ok=True)
            os.replace(builder.data_dir, place)
    except Exception as error:  # TFDS raises unrelated exception types
        if _holds_files(place):  # another process was faster
            return
        raise InputError(
            f"TFDS could not prepare MNIST in {place} ({_first_line(error)}); set TFDS_DATA_DIR to "
            "another folder"
        ) from error
    finally:
        if not was_there:
            with contextlib.suppress(OSError):  # not empty: it holds a copy
                root.rmdir()


def read() -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Reads the prepared copy.

    TFDS stores examples in the order of a hash of their index, in every file format. That order
    is computed and undone, so any copy prepared by `tfds.load("mnist")` can be used.

    Returns:
        training images, shape (60000, 28, 28); training labels, shape (60000,); test images, shape
        (10000, 28, 28); test labels, shape (10000,). All uint8, in the published order.

    Raises:
        InputError: if the copy is damaged.
    """
    place = location()
    _expect_regular_files(place)
    try:
        builder = _builder(place.parents[1])
        return (*_read_split(builder, "train"), *_read_split(builder, "test"))
    except Exception as error:  # TensorFlow, protobuf and TFDS each raise their own types
        raise InputError(
            f"the TFDS copy in {place} is damaged ({_first_line(error)}); delete that folder and "
            "run again"
        ) from error


def _builder(root: Path) -> "tfds.core.DatasetBuilder":
    import_module(
        "tf_edureka._tensorflow"
    )  # TFDS would import TensorFlow with all its log messages
    import tensorflow_datasets as tfds

    # Without a copy this method would create a temporary folder and never delete it.
    with unittest.mock.patch.object(tfds.core.DatasetInfo, "initialize_from_bucket"):
        return tfds.image_classification.MNIST(data_dir=root)


def _expect_regular_files(place: Path) -> None:
    """Rejects pipes and devices, on which TensorFlow would block, and copies that are too large."""
    size = 0
    for path in place.iterdir():
        if not path.is_dir():
            _files.expect_file(path)
            size += path.stat().st_size
    if size > _MOST_BYTES:
        raise InputError(
            f"the TFDS copy in {place} is damaged (it has {size} bytes); delete that folder and "
            "run again"
        )


def _holds_files(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:  # it does not exist, or this user may not read it
        return False


def _wait_for_other_processes(root: Path) -> None:
    """Waits for other processes that prepare MNIST; deletes the folders of killed ones.

    A lock is released when its process ends. After `_MAX_WAIT_SECONDS` the wait is given up.
    """
    for lock in root.glob(f"{_TEMPORARY_PREFIX}*/lock"):
        with contextlib.suppress(OSError), filelock.FileLock(lock, timeout=_MAX_WAIT_SECONDS):
            shutil.rmtree(lock.parent, ignore_errors=True)


@contextlib.contextmanager
def _temporary_folder(root: Path) -> Iterator[Path]:
    """Yields a folder below `root`, locked while it is used and deleted afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix=_TEMPORARY_PREFIX, dir=root) as folder,
        filelock.FileLock(Path(folder) / "lock"),
    ):
        yield Path(folder)


def _write_downloads(files: Mapping[str, bytes], folder: Path) -> None:
    # TFDS would decompress them in threads, which continue after Ctrl-C and rewrite deleted files.
    # It verifies the SHA-256 of the .gz files.
    unpacked = folder / "downloads" / "extracted"
    unpacked.mkdir(parents=True)
    for name, content in files.items():
        (folder / f"{name}.gz").write_bytes(content)
        (unpacked / f"GZIP.{name}.gz").write_bytes(gzip.decompress(content))


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """Hides the output of TFDS, which names the temporary folder; `report` replaces it."""
    from tensorflow_datasets.core.utils import tqdm_utils

    # The public switch does not return its previous state.
    without_bars = unittest.mock.patch.object(tqdm_utils, "_active", False, create=True)
    with without_bars, contextlib.redirect_stdout(io.StringIO()):
        yield


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _read_split(builder: "tfds.core.DatasetBuilder", split: str) -> tuple[Bytes, Bytes]:
    """Returns the images and labels of a split in the published order.

    TFDS sorts by the MD5 of the split's name and the example's key, for MNIST its index.
    """
    stored = builder.as_dataset(split=split, batch_size=-1)
    hashes = [hashlib.md5(f"{split}{i}".encode()).digest() for i in range(len(stored["label"]))]
    place = np.argsort(np.argsort(hashes))  # position of each published example in the copy
    return stored["image"].numpy()[place, ..., 0], stored["label"].numpy()[place].astype(np.uint8)
