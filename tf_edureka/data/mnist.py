"""MNIST as arrays, in the original's order: from IDX files, from TFDS, or rendered digits."""

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
# Where the four files are, if no folder is named.
MNIST_FOLDER_VARIABLE = "TF_EDUREKA_MNIST_DIR"
# The original's read_data_sets() put the first 5,000 training images aside.
VALIDATION_EXAMPLES = 5000
_Display = contextlib.AbstractContextManager[download.Report | None]


def load(source: Source = "auto", folder: str | os.PathLike[str] | None = None) -> Mnist:
    """Loads MNIST.

    Source: `input_data.read_data_sets` of the article: the same split and order. The pixels stay
    bytes here; who trains divides by 255.

    Args:
        source: `"idx"`: the four files of `folder`. `"tfds"`: TensorFlow Datasets: a prepared
            copy, else one prepared from the four .gz files of `folder`, else from downloaded ones.
            `"rendered"`: digits drawn from fonts. `"auto"`: the files of `folder` if there is one,
            else TFDS, else, where MNIST cannot be downloaded, rendered digits and an
            `InputWarning`.
        folder: where the four files are; if not given, what the environment variable
            TF_EDUREKA_MNIST_DIR says.

    Returns:
        the three splits.

    Raises:
        InputError: when a folder or file is missing or wrong, or MNIST cannot be had.

    Warns:
        InputWarning: when it comes to other digits than MNIST's that were not asked for by name, or
            a downloaded MNIST could not be kept.
    """
    data, warning = _find(source, folder, contextlib.nullcontext())
    if warning is not None:
        warnings.warn(warning, stacklevel=2)
    return data


def find(
    source: Source = "auto", folder: str | os.PathLike[str] | None = None
) -> tuple[Mnist, InputWarning | None]:
    """Loads MNIST as `load` does, for a command, which may do it in a thread of its own.

    How far a download is stands on stderr, and the warning is a result.

    Args:
        source: as for `load`.
        folder: as for `load`.

    Returns:
        the three splits, and what `load` would warn of.

    Raises:
        InputError: as `load` does.
    """
    return _find(source, folder, progress.on_stderr())


def _find(
    source: Source, folder: str | os.PathLike[str] | None, display: _Display
) -> tuple[Mnist, InputWarning | None]:
    expect_choice("data", source, DATA_SOURCES)
    if source == "rendered":
        if folder is not None:
            raise InputError(f"data rendered: expected no MNIST folder, got {folder}; leave it out")
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
            f"data idx: expected a folder with the MNIST files, got none, neither as an argument "
            f"nor by {MNIST_FOLDER_VARIABLE}",
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
        warning = InputWarning(f"MNIST was downloaded, but not kept: {failure}")
        return _split(folders.decompress(files), "idx", "MNIST"), warning
    return _rendered(), InputWarning(
        "these are rendered digits, not MNIST: no folder with its files was given, neither as "
        f"an argument nor by {MNIST_FOLDER_VARIABLE}, TFDS has no prepared copy, and {failure}",
        topic="no MNIST folder",
    )


def _from_files(folder: Path, arrays: Sequence[idx.Bytes]) -> tuple[Mnist, InputWarning | None]:
    others = published.differing_files(arrays)
    if not others:
        return _split(arrays, "idx", "MNIST"), None
    warning = f"{folder}: not the published MNIST, by the SHA-256 of {', '.join(others)}"
    # Any bytes can name a folder, those of a terminal's commands among them.
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
    from tf_edureka.data import rendered  # which imports matplotlib

    return _split(rendered.digits(), "rendered", "rendered digits, not MNIST")


def _split(arrays: Sequence[idx.Bytes], source: str, title: str) -> Mnist:
    for array in arrays:
        array.flags.writeable = False  # or each split would take a copy
    images, labels, test_images, test_labels = arrays
    for name, count, of_labels in (
        ("training", len(images), len(labels)),
        ("test", len(test_images), len(test_labels)),
    ):
        if count != of_labels:
            raise InputError(
                f"expected a label for each {name} image, got {count} images and {of_labels} "
                "labels; the files do not belong together"
            )
    if len(labels) <= VALIDATION_EXAMPLES or not len(test_labels):
        raise InputError(
            f"expected more than {VALIDATION_EXAMPLES} training examples (the first "
            f"{VALIDATION_EXAMPLES} are put aside for validation) and at least one test example, "
            f"got {len(labels)} and {len(test_labels)}"
        )
    return Mnist(
        Split(images[VALIDATION_EXAMPLES:], labels[VALIDATION_EXAMPLES:]),
        Split(images[:VALIDATION_EXAMPLES], labels[:VALIDATION_EXAMPLES]),
        test=Split(test_images, test_labels),
        source=source,
        title=title,
    )
