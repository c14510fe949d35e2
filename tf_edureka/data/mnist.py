"""Loads MNIST in the published order from IDX files or TFDS, or rendered digits instead."""

import contextlib
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from tf_edureka._numbers import expect_choice
from tf_edureka.data import download, folder as folders, idx, progress, published, tfds
from tf_edureka.data.examples import Mnist as Mnist, Split as Split, expect_images as expect_images
from tf_edureka.errors import InputError, InputWarning

Source = Literal["auto", "tfds", "idx", "rendered"]
DATA_SOURCES: tuple[Source, ...] = get_args(Source)
# Environment variable with the folder of the four files, if no folder is given.
MNIST_FOLDER_VARIABLE = "TF_EDUREKA_MNIST_DIR"
# The article's read_data_sets() keeps the first 5,000 training images for validation.
VALIDATION_EXAMPLES = 5000
_Display = contextlib.AbstractContextManager[download.Report | None]


def load(source: Source = "auto", folder: str | os.PathLike[str] | None = None) -> Mnist:
    """Loads MNIST.

    Source: `input_data.read_data_sets` of the article, with the same splits and order. The pixels
    stay bytes; the training divides them by 255.

    Args:
        source: source of the digits. `"idx"`: the four files in `folder`. `"tfds"`: TensorFlow
            Datasets, prepared from the .gz files in `folder` or a download if necessary.
            `"rendered"`: digits drawn from fonts, not MNIST. `"auto"`: `"idx"` if there is a
            folder, else `"tfds"`, else `"rendered"` if MNIST cannot be downloaded.
        folder: folder with the four files; by default that in the environment variable
            TF_EDUREKA_MNIST_DIR, if set.

    Returns:
        training, validation and test examples.

    Raises:
        InputError: if a folder or file is missing or invalid, or MNIST is not available.

    Warns:
        InputWarning: if the files are not MNIST's, `"auto"` falls back to rendered digits, or a
            downloaded MNIST could not be stored.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import Mnist, Split, load_mnist
        >>> def blank(count):
        ...     return Split(np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.uint8))
        >>> parts = {"test": blank(10), "source": "idx", "title": "blank images"}
        >>> Mnist(blank(100), blank(5000), **parts).write(".")  # four files, as MNIST has them
        >>> digits = load_mnist("idx", ".")
        >>> digits.train.images.shape, len(digits.validation.labels), len(digits.test.labels)
        ((100, 28, 28), 5000, 10)
    """
    data, warning = _find(source, folder, contextlib.nullcontext())
    if warning is not None:
        warnings.warn(warning, stacklevel=2)
    return data


def find(
    source: Source = "auto", folder: str | os.PathLike[str] | None = None
) -> tuple[Mnist, InputWarning | None]:
    """Loads MNIST as `load` does, for commands, which may call it in a thread.

    It shows the progress of a download on stderr, and returns the warning instead of issuing it.

    Args:
        source: source of the digits; see `load`.
        folder: folder with the four files; see `load`.

    Returns:
        training, validation and test examples, and the warning of `load` or None.

    Raises:
        InputError: if a folder or file is missing or invalid, or MNIST is not available.
    """
    return _find(source, folder, progress.on_stderr())


def _find(
    source: Source, folder: str | os.PathLike[str] | None, display: _Display
) -> tuple[Mnist, InputWarning | None]:
    expect_choice("data", source, DATA_SOURCES)
    if source == "rendered":
        if folder is not None:
            raise InputError(
                f"data rendered: expected no MNIST folder, got {folder}; leave out the folder"
            )
        return _rendered(), None
    folder = folder or os.environ.get(MNIST_FOLDER_VARIABLE)
    if folder:
        folder = Path(folder)
        paths = folders.find(folder)
        if source != "tfds":
            return _from_files(folder, folders.read(paths))
        if not tfds.is_prepared():
            with display as report:
                tfds.prepare(folders.read_gzipped(folder), report)
        return _from_tfds(), None
    if source == "idx":
        raise InputError(
            "data idx: expected a folder with the MNIST files, got none, neither as an argument "
            f"nor in {MNIST_FOLDER_VARIABLE}",
            topic="no MNIST folder",
        )
    if tfds.is_prepared():
        return _from_tfds(), None
    return _downloaded(source, display)


def _downloaded(source: Source, display: _Display) -> tuple[Mnist, InputWarning | None]:
    files: dict[str, bytes] = {}
    with display as report:
        try:
            files = download.fetch(mirrors=(tfds.source(), *download.MIRRORS), report=report)
            tfds.prepare(files, report)
        except InputError as error:
            if source == "tfds":
                raise
            failure = error
        else:
            return _from_tfds(), None
    if files:
        warning = InputWarning(f"MNIST was downloaded, but could not be stored: {failure}")
        return _split(folders.decompress(files), "idx", "MNIST"), warning
    return _rendered(), InputWarning(
        "these are rendered digits, not MNIST: no folder with the MNIST files was given, neither "
        f"as an argument nor in {MNIST_FOLDER_VARIABLE}, TFDS has no prepared copy, and {failure}",
        topic="no MNIST folder",
    )


def _from_files(folder: Path, arrays: Sequence[idx.Bytes]) -> tuple[Mnist, InputWarning | None]:
    others = published.differing_files(arrays)
    if not others:
        return _split(arrays, "idx", "MNIST"), None
    warning = f"{folder}: not the published MNIST; the SHA-256 differs for {', '.join(others)}"
    # The name of a folder may contain control characters.
    name = "".join(one if one.isprintable() else "?" for one in folder.resolve().name)
    data = _split(arrays, "idx", f"not MNIST: IDX files of {name}")
    return data, InputWarning(warning)


def _from_tfds() -> Mnist:
    arrays = tfds.read()
    if others := published.differing_files(arrays):
        raise InputError(
            f"the prepared TFDS copy does not hold the published MNIST ({', '.join(others)} "
            f"differ); delete {tfds.location()} and run again"
        )
    return _split(arrays, "tfds", "MNIST")


def _rendered() -> Mnist:
    from tf_edureka.data import rendered  # imports matplotlib

    return _split(rendered.digits(), "rendered", "rendered digits, not MNIST")


def _split(arrays: Sequence[idx.Bytes], source: str, title: str) -> Mnist:
    for array in arrays:
        array.flags.writeable = False  # otherwise each split would copy it
    images, labels, test_images, test_labels = arrays
    for name, count, label_count in (
        ("training", len(images), len(labels)),
        ("test", len(test_images), len(test_labels)),
    ):
        if count != label_count:
            raise InputError(
                f"expected a label for each {name} image, got {count} images and {label_count} "
                "labels; the files do not belong together"
            )
    if len(labels) <= VALIDATION_EXAMPLES or not len(test_labels):
        raise InputError(
            f"expected more than {VALIDATION_EXAMPLES} training examples (the first "
            f"{VALIDATION_EXAMPLES} are kept for validation) and at least one test example, "
            f"got {len(labels)} and {len(test_labels)}"
        )
    return Mnist(
        Split(images[VALIDATION_EXAMPLES:], labels[VALIDATION_EXAMPLES:]),
        Split(images[:VALIDATION_EXAMPLES], labels[:VALIDATION_EXAMPLES]),
        test=Split(test_images, test_labels),
        source=source,
        title=title,
    )
