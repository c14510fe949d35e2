"""MNIST as arrays, in the original's order: from IDX files, from TFDS, or rendered digits."""

import functools
import hashlib
import os
import warnings
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from tf_edureka._numbers import expect_choice, whole_number
from tf_edureka.data import idx, published, tfds
from tf_edureka.errors import InputError, InputWarning

Source = Literal["auto", "tfds", "idx", "rendered"]
DATA_SOURCES: tuple[Source, ...] = get_args(Source)
# Where the four files are, if no folder is named.
MNIST_FOLDER_VARIABLE = "TF_EDUREKA_MNIST_DIR"
# The original's read_data_sets() put the first 5,000 training images aside.
VALIDATION_EXAMPLES = 5000


@dataclass(frozen=True, eq=False)
class Split:
    """Images with their labels.

    Attributes:
        images: uint8, shape (n, 28, 28); 0 is the background, 255 full ink. Read-only, and a copy
            of what was given unless that is read-only, too.
        labels: uint8, shape (n,), 0 to 9; whole numbers of another dtype may be given. Read-only
            likewise.

    Raises:
        InputError: when an array has another dtype or shape, or a label is not one of the ten.
    """

    images: idx.Bytes
    labels: idx.Bytes

    def __post_init__(self) -> None:
        """Refuses arrays that would be trained on, but as something else."""
        images, labels = np.asarray(self.images), np.asarray(self.labels)
        expect_images(images)
        if labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]:
            raise InputError(
                f"labels: expected whole numbers of shape ({len(images)},), one for each image, "
                f"got {labels.dtype} of shape {labels.shape}"
            )
        if wrong := np.flatnonzero((labels < 0) | (labels > 9))[:1].tolist():
            raise InputError(
                f"labels: expected 0 to 9, got {labels[wrong[0]]} at position {wrong[0]}"
            )
        object.__setattr__(self, "images", _read_only(images))
        object.__setattr__(self, "labels", _read_only(labels.astype(np.uint8, copy=False)))

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Keeps the arrays read-only after copying and unpickling, too."""
        vars(self).update(state)
        self.images.flags.writeable = self.labels.flags.writeable = False

    def first(self, count: int) -> "Split":
        """The first `count` examples, or all if there are fewer."""
        count = whole_number("count", count, 0, 2**31 - 1)
        return Split(self.images[:count], self.labels[:count])


@dataclass(frozen=True, eq=False)
class Mnist:
    """The three splits, each in the order of the published files.

    Attributes:
        train: what is trained on: of MNIST the 55,000 published training examples from 5,000 on.
        validation: the first 5,000 published training examples.
        test: the published test examples, 10,000 of MNIST.
        source: `"idx"`, `"tfds"` or `"rendered"`.
        title: what the data is, for first lines and pictures.
    """

    train: Split
    validation: Split
    _: KW_ONLY
    test: Split
    source: str
    title: str

    def __post_init__(self) -> None:
        """Refuses data that a training could not be tested on."""
        if not len(self.test.labels):
            raise InputError("test: expected at least one example, got none")

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the examples of all three splits, and of how many they are."""
        digest = hashlib.sha256()
        for split in (self.train, self.validation, self.test):
            for array in (split.images, split.labels):
                digest.update(str(array.shape).encode())
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    @property
    def is_mnist(self) -> bool:
        """Whether the examples are those of the published files, and all of them."""
        return self.fingerprint == published.FINGERPRINT

    def limited(self, examples: int) -> "Mnist":
        """The same with only the first `examples` training examples.

        Raises:
            InputError: when that would leave none, or there are not so many.
        """
        count = whole_number("limit", examples, 1, len(self.train.labels))
        return replace(self, train=self.train.first(count))


def expect_images(images: npt.NDArray[Any]) -> None:
    """Refuses what would be taken for images of digits, but as something else.

    Args:
        images: uint8, shape (n, 28, 28), if they are what they have to be.

    Raises:
        InputError: when the dtype or the shape is another.
    """
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28):
        raise InputError(
            f"images: expected uint8 of shape (n, 28, 28), 0 to 255, got {images.dtype} of shape "
            f"{images.shape}"
        )


def load(source: Source = "auto", folder: str | os.PathLike[str] | None = None) -> Mnist:
    """Loads MNIST.

    Source: `input_data.read_data_sets` of the article: the same split and order. The pixels stay
    bytes here; who trains divides by 255.

    Args:
        source: `"idx"`: the four files of `folder`. `"tfds"`: TensorFlow Datasets: a prepared
            copy, else prepared from the four .gz files of `folder`, else downloaded.
            `"rendered"`: digits drawn from fonts. `"auto"`: the files of `folder` if there is one,
            else TFDS, else, without a network, rendered digits and an `InputWarning`.
        folder: where the four files are; if not given, what the environment variable
            TF_EDUREKA_MNIST_DIR says.

    Returns:
        the three splits.

    Raises:
        InputError: when a folder or file is missing or wrong, or MNIST cannot be had.

    Warns:
        InputWarning: when it comes to other digits than MNIST's that were not asked for by name.
    """
    data, warning = find(source, folder)
    if warning is not None:
        warnings.warn(warning, stacklevel=2)
    return data


def find(
    source: Source = "auto", folder: str | os.PathLike[str] | None = None
) -> tuple[Mnist, InputWarning | None]:
    """Loads MNIST as `load` does, and gives the warning as a result: for a thread of one's own.

    Args:
        source: as for `load`.
        folder: as for `load`.

    Returns:
        the three splits, and what `load` would warn of.

    Raises:
        InputError: as `load` does.
    """
    expect_choice("data", source, DATA_SOURCES)
    if source == "rendered":
        if folder is not None:
            raise InputError(f"data rendered: expected no MNIST folder, got {folder}; leave it out")
        return _rendered(), None
    folder = folder or os.environ.get(MNIST_FOLDER_VARIABLE)
    if folder:
        folder = Path(folder)
        paths = _find_files(folder)
        return (_from_tfds(folder), None) if source == "tfds" else _from_files(folder, paths)
    if source == "idx":
        raise InputError(
            f"data idx: expected a folder with the MNIST files, got none, neither as an argument "
            f"nor by {MNIST_FOLDER_VARIABLE}",
            topic="no MNIST folder",
        )
    if source == "auto" and not (tfds.is_prepared() or tfds.is_reachable()):
        return _rendered(), InputWarning(
            "these are rendered digits, not MNIST: no folder with its files was given, neither as "
            f"an argument nor by {MNIST_FOLDER_VARIABLE}, TFDS has no prepared copy, and there is "
            "no network",
            topic="no MNIST folder",
        )
    return _from_tfds(None), None


def _from_files(folder: Path, paths: list[Path]) -> tuple[Mnist, InputWarning | None]:
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
    others = _not_official(arrays)
    if not others:
        return _split(arrays, "idx", "MNIST"), None
    warning = f"{folder}: not the published MNIST, by the SHA-256 of {', '.join(others)}"
    name = folder.resolve().name.encode(errors="replace").decode()  # any bytes can name a folder
    data = _split(arrays, "idx", f"not MNIST: IDX files of {name}")
    return data, InputWarning(warning)


def _from_tfds(folder: Path | None) -> Mnist:
    arrays = tfds.read(folder)
    if others := _not_official(arrays):
        raise InputError(
            f"the prepared TFDS copy does not hold the published MNIST ({', '.join(others)} "
            f"differ); delete {tfds.location()} and run again"
        )
    return _split(arrays, "tfds", "MNIST")


def _rendered() -> Mnist:
    from tf_edureka.data import rendered  # which imports matplotlib

    return _split(rendered.digits(), "rendered", "rendered digits, not MNIST")


def _find_files(folder: Path) -> list[Path]:
    """The four files by their official names, gzipped or unpacked."""
    try:
        if not folder.is_dir():
            raise InputError(f"{folder}: expected a folder with the four MNIST files, found none")
        found = {entry.name for entry in folder.iterdir()}
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror or error})") from None
    for name in published.FILES:
        if not found & {f"{name}.gz", name}:
            raise InputError(
                f"{folder}: expected the four MNIST files ({', '.join(published.FILES)}, with or "
                f"without .gz), but {name} is missing"
            )
    return [folder / (f"{name}.gz" if f"{name}.gz" in found else name) for name in published.FILES]


def _not_official(arrays: Sequence[idx.Bytes]) -> list[str]:
    return [
        name
        for (name, official), array in zip(published.FILES.items(), arrays, strict=True)
        if hashlib.sha256(np.ascontiguousarray(array).data).hexdigest() != official.values
    ]


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


def _read_only(array: idx.Bytes) -> idx.Bytes:
    """The array itself if nobody writes to it, else a copy: what is trained on stays as it is."""
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array
