"""MNIST from TensorFlow Datasets (TFDS), put back into the published order."""

import contextlib
import hashlib
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tf_edureka.data.idx import Bytes
from tf_edureka.errors import InputError

if TYPE_CHECKING:
    import tensorflow_datasets as tfds

PROBE_SECONDS = 4


def location() -> Path:
    """The folder of the prepared copy, whether or not it exists yet.

    TFDS decides it: below the environment variable TFDS_DATA_DIR, else ~/tensorflow_datasets.
    """
    return Path(_builder().data_dir)


def is_prepared() -> bool:
    """Whether there is a copy, so that neither files nor network are needed to prepare one.

    Raises:
        InputError: when TFDS cannot open it.
    """
    folder = location()
    return folder.is_dir() and any(folder.iterdir())


def is_reachable() -> bool:
    """Whether the server that TFDS downloads MNIST from has it, found out within seconds.

    TFDS itself tries for over three minutes before it gives up.
    """
    import requests

    smallest = min(_builder().url_infos.items(), key=lambda item: item[1].size)[0]
    answers = []

    def probe() -> None:
        with contextlib.suppress(OSError, ValueError):
            answer = requests.head(smallest, timeout=PROBE_SECONDS, allow_redirects=True)
            answers.append(answer.ok)

    # In a thread that can be left behind: the time-out does not cover looking up the name.
    thread = threading.Thread(target=probe, daemon=True)
    thread.start()
    thread.join(PROBE_SECONDS)
    return answers == [True]


def read(folder: Path | None) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Reads MNIST through TFDS, which prepares its copy first if there is none.

    TFDS stores examples in the order of a hash of their index, whatever the file format. The
    order is computed here and undone, so any copy that `tfds.load("mnist")` ever prepared serves.

    Args:
        folder: where the four published .gz files are, to prepare from without a network; None to
            download them. Not looked at when a copy is prepared already.

    Returns:
        uint8, in the order of the published files: training images, shape (60000, 28, 28); training
        labels, shape (60000,); test images, shape (10000, 28, 28); test labels, shape (10000,).

    Raises:
        InputError: when the copy cannot be prepared.
    """
    builder = _builder()
    if not is_prepared():
        _prepare(builder, folder)
    try:
        return (*_read_split(builder, "train"), *_read_split(builder, "test"))
    except Exception as error:  # TensorFlow, protobuf and TFDS each have their own
        raise InputError(
            f"the TFDS copy in {location()} is damaged ({_first_line(error)}); delete that folder "
            "and run again"
        ) from error


def _builder() -> "tfds.core.DatasetBuilder":
    import tensorflow_datasets as tfds

    try:
        # TFDS reads that variable too, but once for all when it is imported.
        return tfds.image_classification.MNIST(data_dir=os.environ.get("TFDS_DATA_DIR") or None)
    except Exception as error:  # of the file system, protobuf or TFDS
        raise InputError(
            f"the TFDS copy of MNIST cannot be opened ({_first_line(error)}); delete the folder "
            "mnist below TFDS_DATA_DIR, which is ~/tensorflow_datasets if not set"
        ) from error


def _prepare(builder: "tfds.core.DatasetBuilder", folder: Path | None) -> None:
    import tensorflow_datasets as tfds

    if folder is not None:
        # What TFDS does not find there it would download.
        names = [url.rsplit("/", 1)[-1] for url in builder.url_infos]
        if missing := [name for name in names if not (folder / name).is_file()]:
            raise InputError(
                f"{folder}: TFDS expects the four published .gz files, but these are "
                f"missing: {', '.join(missing)}",
                topic="TFDS needs the .gz files",
            )
    elif not is_reachable():
        raise InputError(
            "data tfds: expected a prepared copy, a network, or a folder with the four published "
            ".gz files to prepare one from, got none of them",
            topic="no MNIST folder",
        )
    if not sys.stderr.isatty():
        tfds.disable_progress_bar()
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what TFDS prints is no result of ours
            builder.download_and_prepare(
                download_config=tfds.download.DownloadConfig(manual_dir=folder)
            )
    except Exception as error:  # TFDS has no common class for what can go wrong
        if type(error).__name__ == "NonMatchingChecksumError":
            raise InputError(
                f"{folder or builder.URL}: TFDS expects the published MNIST files, but a SHA-256 "
                f"differs ({_first_line(error)})",
                topic="TFDS needs the published files",
            ) from error
        raise InputError(
            f"TFDS could not prepare MNIST in {location()} ({_first_line(error)}); it goes below "
            "TFDS_DATA_DIR if that is set"
        ) from error


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
