"""MNIST's examples as arrays, and what is refused in their place."""

import functools
import hashlib
import os
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka import _files
from tf_edureka._numbers import whole_number
from tf_edureka.data import idx, published
from tf_edureka.errors import InputError


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

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Writes the examples as MNIST's four files, which old programs read.

        The examples for validation come first in the training files, as in the published ones.

        Args:
            folder: that is there; files of these names in it are replaced.

        Raises:
            InputError: when a file cannot be written.
        """
        arrays = (
            np.concatenate([self.validation.images, self.train.images]),
            np.concatenate([self.validation.labels, self.train.labels]),
            self.test.images,
            self.test.labels,
        )
        for name, array in zip(published.FILES, arrays, strict=True):
            path = Path(folder, name)
            try:
                with _files.atomic_write(path) as partial:
                    partial.write_bytes(idx.encode(array))
            except OSError as error:
                raise InputError(f"{path}: cannot be written ({error.strerror})") from None


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


def _read_only(array: idx.Bytes) -> idx.Bytes:
    """The array itself if nobody writes to it, else a copy: what is trained on stays as it is."""
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array
