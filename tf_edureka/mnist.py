"""MNIST as arrays, in the original's order: from IDX files, from TFDS, or rendered digits."""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tf_edureka import idx, rendered, tfds_copy
from tf_edureka.config import DATA_SOURCES, MNIST_FOLDER_VARIABLE
from tf_edureka.errors import InputError

# The original's read_data_sets() put the first 5,000 training images aside.
VALIDATION_EXAMPLES = 5000

# The values of the four official files, without their headers: the same whether they come gzipped,
# unpacked or from TFDS. The published .gz files, whose own SHA-256 TFDS checks, unpack to these.
_FILES = {
    "train-images-idx3-ubyte": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "train-labels-idx1-ubyte": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "t10k-images-idx3-ubyte": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "t10k-labels-idx1-ubyte": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}


@dataclass(frozen=True)
class Split:
    """Images with their labels.

    Attributes:
        images: uint8, shape (n, 28, 28); 0 is the background, 255 full ink.
        labels: uint8, shape (n,), 0 to 9.
    """

    images: np.ndarray
    labels: np.ndarray

    def first(self, count: int) -> "Split":
        """The first `count` examples, or all if there are fewer."""
        return Split(self.images[:count], self.labels[:count])


@dataclass(frozen=True)
class Mnist:
    """The three splits, each in the order of the published files.

    Attributes:
        train: 55,000 examples; published training examples 5,000 to 59,999.
        validation: 5,000 examples; published training examples 0 to 4,999.
        test: 10,000 examples.
        source: `"idx"`, `"tfds"` or `"rendered"`.
        title: what the data is, for first lines and pictures.
        notes: what the user has to know about the data, a sentence each.
    """

    train: Split
    validation: Split
    test: Split
    source: str
    title: str
    notes: tuple[str, ...] = ()

    def limited(self, examples: int) -> "Mnist":
        """The same with only the first training examples.

        Raises:
            InputError: when that would leave none, or there are not so many.
        """
        available = len(self.train.labels)
        if not 1 <= examples <= available:
            raise InputError(f"limit: expected 1 to {available} training examples, got {examples}")
        return replace(self, train=self.train.first(examples))


def load(source: str = "auto", folder: str | os.PathLike | None = None) -> Mnist:
    """Loads MNIST.

    Source: `input_data.read_data_sets` of the article: the same split and order. The pixels stay
    bytes here; who trains divides by 255.

    Args:
        source: `"idx"`: the four files of `folder`. `"tfds"`: TensorFlow Datasets: a prepared
            copy, else prepared from the four .gz files of `folder`, else downloaded.
            `"rendered"`: digits drawn from fonts. `"auto"`: the files of `folder` if there is one,
            else TFDS, else, without a network, rendered digits and a note that says so.
        folder: where the four files are; if not given, what the environment variable
            TF_EDUREKA_MNIST_DIR says.

    Returns:
        the three splits.

    Raises:
        InputError: when a folder or file is missing or wrong, or MNIST cannot be had.
    """
    if source not in DATA_SOURCES:
        raise InputError(f"data: expected one of {', '.join(DATA_SOURCES)}, got {source!r}")
    if source == "rendered":
        return _rendered()
    folder = folder or os.environ.get(MNIST_FOLDER_VARIABLE)
    if folder is not None:
        folder = _checked_folder(Path(folder))
    if source == "idx" and folder is None:
        raise InputError(
            f"data idx: expected a folder with the MNIST files; give --data-dir or set "
            f"{MNIST_FOLDER_VARIABLE}"
        )
    if folder is not None and source != "tfds":
        return _from_folder(folder)
    if source == "auto" and not (tfds_copy.is_prepared() or tfds_copy.is_reachable()):
        return _rendered(
            "no folder with the MNIST files was given, TFDS has no prepared copy and there is no "
            f"network: these are rendered digits, not MNIST. Give --data-dir or set "
            f"{MNIST_FOLDER_VARIABLE} to train on MNIST."
        )
    return _from_tfds(folder)


def _from_folder(folder: Path) -> Mnist:
    arrays = [idx.read(_find(folder, name), rank=3 if "images" in name else 1) for name in _FILES]
    for name, array in zip(_FILES, arrays, strict=True):
        if "images" in name and array.shape[1:] != (28, 28):
            size = " x ".join(map(str, array.shape[1:]))
            raise InputError(f"{folder / name}: expected images of 28 x 28, got {size}")
        if "labels" in name and array.max(initial=0) > 9:
            raise InputError(
                f"{folder / name}: expected labels from 0 to 9, got {array.max()} at position "
                f"{int(np.argmax(array > 9))}"
            )
    others = _not_official(arrays)
    notes = tuple(
        f"{name} is not the published MNIST file (its SHA-256 differs)" for name in others
    )
    title = f"not MNIST: IDX files of {folder.name}" if others else "MNIST"
    return _split(arrays, "idx", title, notes)


def _from_tfds(folder: Path | None) -> Mnist:
    arrays = tfds_copy.read(folder)
    if others := _not_official(arrays):
        raise InputError(
            f"the prepared TFDS copy does not hold the published MNIST ({', '.join(others)} "
            f"differ); delete {tfds_copy.location()} and run again"
        )
    return _split(arrays, "tfds", "MNIST")


def _rendered(*notes: str) -> Mnist:
    return _split(rendered.digits(), "rendered", "rendered digits, not MNIST", notes)


def _find(folder: Path, name: str) -> Path:
    """The file of that official name, gzipped or unpacked."""
    for path in (folder / f"{name}.gz", folder / name):
        if path.is_file():
            return path
    raise InputError(
        f"{folder}: expected the four MNIST files ({', '.join(_FILES)}, with or without .gz), "
        f"but {name} is missing"
    )


def _checked_folder(folder: Path) -> Path:
    if not folder.is_dir():
        raise InputError(f"{folder}: expected a folder with the four MNIST files, found none")
    for name in _FILES:
        _find(folder, name)
    return folder


def _not_official(arrays) -> list[str]:
    return [
        name
        for (name, official), array in zip(_FILES.items(), arrays, strict=True)
        if hashlib.sha256(np.ascontiguousarray(array)).hexdigest() != official
    ]


def _split(arrays, source: str, title: str, notes: tuple[str, ...] = ()) -> Mnist:
    train_images, train_labels, test_images, test_labels = arrays
    for name, images, labels in (
        ("training", train_images, train_labels),
        ("test", test_images, test_labels),
    ):
        if len(images) != len(labels):
            raise InputError(
                f"expected a label for each {name} image, got {len(images)} images and "
                f"{len(labels)} labels; the files do not belong together"
            )
    if len(train_labels) <= VALIDATION_EXAMPLES or not len(test_labels):
        raise InputError(
            f"expected more than {VALIDATION_EXAMPLES} training examples (the first "
            f"{VALIDATION_EXAMPLES} are put aside for validation) and at least one test example, "
            f"got {len(train_labels)} and {len(test_labels)}"
        )
    aside = slice(None, VALIDATION_EXAMPLES)
    used = slice(VALIDATION_EXAMPLES, None)
    return Mnist(
        train=Split(train_images[used], train_labels[used]),
        validation=Split(train_images[aside], train_labels[aside]),
        test=Split(test_images, test_labels),
        source=source,
        title=title,
        notes=notes,
    )
