"""MNIST from TensorFlow Datasets (TFDS), put back into the published order."""

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

_TEMPORARY_PREFIX = ".mnist-"  # the beginning of its name
_MAX_WAIT_SECONDS = 60
_MOST_BYTES = 2**28  # of a copy; as TFRecord it has 21 MB


def location() -> Path:
    """The folder of the prepared copy, whether or not it exists yet.

    Below the environment variable TFDS_DATA_DIR, else ~/tensorflow_datasets, as TFDS has it.

    Raises:
        InputError: when there is no home folder.
    """
    import tensorflow_datasets as tfds

    builder = tfds.image_classification.MNIST
    # TFDS reads that variable too, but once for all when it is imported.
    root = Path(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets")
    try:
        return root.expanduser() / builder.name / str(builder.VERSION)
    except RuntimeError as error:
        raise InputError(f"{root}: {error}; TFDS_DATA_DIR can name another folder") from None


def source() -> str:
    """The folder on the web that TFDS takes MNIST from."""
    import tensorflow_datasets as tfds

    return tfds.image_classification.MNIST.URL


def is_prepared() -> bool:
    """Whether there is a copy, so that neither files nor network are needed to prepare one.

    Raises:
        InputError: when there is no home folder.
    """
    return _holds_files(location())


def prepare(files: Mapping[str, bytes], report: Report | None = None) -> None:
    """Makes the copy, which takes some ten seconds; whole, or, whatever goes wrong, not at all.

    Args:
        files: the content of the four published .gz files by their names, without .gz.
        report: is told of it.

    Raises:
        InputError: when that fails.
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
    except Exception as error:  # TFDS has no common class for what can go wrong
        if _holds_files(place):  # another process was faster
            return
        raise InputError(
            f"TFDS could not prepare MNIST in {place} ({_first_line(error)}); the environment "
            "variable TFDS_DATA_DIR can name another folder"
        ) from error
    finally:
        if not was_there:
            with contextlib.suppress(OSError):  # it holds a copy now
                root.rmdir()


def read() -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Reads the prepared copy.

    TFDS stores examples in the order of a hash of their index, whatever the file format. The
    order is computed here and undone, so any copy that `tfds.load("mnist")` ever prepared serves.

    Returns:
        uint8, in the order of the published files: training images, shape (60000, 28, 28); training
        labels, shape (60000,); test images, shape (10000, 28, 28); test labels, shape (10000,).

    Raises:
        InputError: when the copy is damaged.
    """
    place = location()
    _expect_regular_files(place)
    try:
        builder = _builder(place.parents[1])
        return (*_read_split(builder, "train"), *_read_split(builder, "test"))
    except Exception as error:  # TensorFlow, protobuf and TFDS each have their own
        raise InputError(
            f"the TFDS copy in {place} is damaged ({_first_line(error)}); delete that folder and "
            "run again"
        ) from error


def _builder(root: Path) -> "tfds.core.DatasetBuilder":
    import_module("tf_edureka._tensorflow")  # TFDS imports TensorFlow, too, but not quietly
    import tensorflow_datasets as tfds

    # What it does where there is no copy: it makes a temporary folder, and leaves it.
    with unittest.mock.patch.object(tfds.core.DatasetInfo, "initialize_from_bucket"):
        return tfds.image_classification.MNIST(data_dir=root)


def _expect_regular_files(place: Path) -> None:
    """Refuses what TensorFlow would wait for, or read without an end."""
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
    except OSError:  # there is none, or none for this user
        return False


def _wait_for_other_processes(root: Path) -> None:
    """Waits for a process that prepares MNIST, too, and removes what one that was killed has left.

    A lock ends with its process. One that is held for too long is no reason to wait on.
    """
    for lock in root.glob(f"{_TEMPORARY_PREFIX}*/lock"):
        with contextlib.suppress(OSError), filelock.FileLock(lock, timeout=_MAX_WAIT_SECONDS):
            shutil.rmtree(lock.parent, ignore_errors=True)


@contextlib.contextmanager
def _temporary_folder(root: Path) -> Iterator[Path]:
    """A folder below `root` for this process, locked while it is used, and gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix=_TEMPORARY_PREFIX, dir=root) as folder,
        filelock.FileLock(Path(folder) / "lock"),
    ):
        yield Path(folder)


def _write_downloads(files: Mapping[str, bytes], folder: Path) -> None:
    # TFDS would unpack them in threads, which go on after Ctrl-C and make anew what is removed. It
    # holds the packed ones against their SHA-256.
    unpacked = folder / "downloads" / "extracted"
    unpacked.mkdir(parents=True)
    for name, content in files.items():
        (folder / f"{name}.gz").write_bytes(content)
        (unpacked / f"GZIP.{name}.gz").write_bytes(gzip.decompress(content))


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """Lets TFDS show nothing: who prepares says so, and what TFDS prints names the workplace."""
    from tensorflow_datasets.core.utils import tqdm_utils

    # Its public switch cannot be asked how it was.
    without_bars = unittest.mock.patch.object(tqdm_utils, "_active", False, create=True)
    with without_bars, contextlib.redirect_stdout(io.StringIO()):
        yield


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _read_split(builder: "tfds.core.DatasetBuilder", split: str) -> tuple[Bytes, Bytes]:
    """The examples in the published order, in which TFDS does not store them.

    It sorts by the MD5 of the split's name and the example's key, which for MNIST is its index.
    """
    stored = builder.as_dataset(split=split, batch_size=-1)
    hashes = [hashlib.md5(f"{split}{i}".encode()).digest() for i in range(len(stored["label"]))]
    place = np.argsort(np.argsort(hashes))  # in the copy, of each published example
    return stored["image"].numpy()[place, ..., 0], stored["label"].numpy()[place].astype(np.uint8)
