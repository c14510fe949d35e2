"""Validated arrays of labelled images: `Split` and `Mnist`."""

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

    The arrays are read-only. An argument that is writable is copied.

    Attributes:
        images: images of digits: uint8, shape (n, 28, 28); 0 is the background, 255 full ink.
        labels: digit on each image, 0 to 9: uint8, shape (n,); converted from other integer dtypes.

    Raises:
        InputError: if an array has another dtype or shape, or a label is not from 0 to 9.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import Split
        >>> split = Split(np.zeros((3, 28, 28), np.uint8), labels=[7, 2, 1])
        >>> split.first(2).labels.tolist()
        [7, 2]
    """

    images: idx.Bytes
    labels: idx.Bytes

    def __post_init__(self) -> None:
        """Validates the arrays and makes them read-only."""
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
        """Makes the arrays read-only after copying and unpickling, too."""
        vars(self).update(state)
        self.images.flags.writeable = self.labels.flags.writeable = False

    def first(self, count: int) -> "Split":
        """Returns the first `count` examples, or all if there are fewer."""
        count = whole_number("count", count, 0, 2**31 - 1)
        return Split(self.images[:count], self.labels[:count])


@dataclass(frozen=True, eq=False)
class Mnist:
    """Training, validation and test examples, each in the order of the published files.

    Attributes:
        train: training examples; for MNIST the last 55,000 of the 60,000 published ones.
        validation: validation examples: the first 5,000 of the published training examples.
        test: test examples; for MNIST the 10,000 published ones.
        source: source of the data: `"idx"`, `"tfds"` or `"rendered"`.
        title: name of the data for printed lines and pictures, such as `"MNIST"`.

    Raises:
        InputError: if there is no test example.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import Mnist, Split
        >>> split = Split(np.zeros((10, 28, 28), np.uint8), labels=range(10))
        >>> digits = Mnist(split, split, test=split, source="idx", title="blank images")
        >>> digits.limited(4).train.labels.tolist()
        [0, 1, 2, 3]
        >>> digits.is_mnist
        False
    """

    train: Split
    validation: Split
    _: KW_ONLY
    test: Split
    source: str
    title: str

    def __post_init__(self) -> None:
        """Checks that there are test examples."""
        if not len(self.test.labels):
            raise InputError("test: expected at least one example, got none")

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the shapes and values of all three splits, as a hexadecimal text."""
        digest = hashlib.sha256()
        for split in (self.train, self.validation, self.test):
            for array in (split.images, split.labels):
                digest.update(str(array.shape).encode())
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    @property
    def is_mnist(self) -> bool:
        """True if the examples are exactly those of the published files."""
        return self.fingerprint == published.FINGERPRINT

    def limited(self, examples: int) -> "Mnist":
        """Returns the data with only the first `examples` training examples.

        Raises:
            InputError: if `examples` is below 1 or above the number of training examples.
        """
        count = whole_number("limit", examples, 1, len(self.train.labels))
        return replace(self, train=self.train.first(count))

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Writes the examples as the four MNIST files, which TensorFlow 1 programs read.

        The validation examples come first in the training files, as in the published ones.

        Args:
            folder: existing folder; files with the same names in it are replaced.

        Raises:
            InputError: if a file cannot be written.
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
    """Checks dtype and shape of images of digits.

    Args:
        images: array to check; expected are uint8, shape (n, 28, 28).

    Raises:
        InputError: if the dtype or the shape differs.
    """
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28):
        raise InputError(
            f"images: expected uint8 of shape (n, 28, 28), 0 to 255, got {images.dtype} of shape "
            f"{images.shape}"
        )


def _read_only(array: idx.Bytes) -> idx.Bytes:
    """Returns the array itself if it is read-only, else a read-only copy."""
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array
