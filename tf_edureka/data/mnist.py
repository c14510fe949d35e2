"""MNIST as arrays, in the original's order: from IDX files, from TFDS, or rendered digits."""

import hashlib
import os
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path

import numpy as np

from tf_edureka.data import idx, tfds
from tf_edureka.errors import InputError

DATA_SOURCES = ("auto", "tfds", "idx", "rendered")
# Where the four files are, if no folder is named.
MNIST_FOLDER_VARIABLE = "TF_EDUREKA_MNIST_DIR"
# The original's read_data_sets() put the first 5,000 training images aside.
VALIDATION_EXAMPLES = 5000
_MNIST = "MNIST"  # the title of the published examples

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
        train: what is trained on: of MNIST the 55,000 published training examples from 5,000 on.
        validation: the first 5,000 published training examples.
        test: the published test examples, 10,000 of MNIST.
        source: `"idx"`, `"tfds"` or `"rendered"`.
        title: what the data is, for first lines and pictures.
        notes: what the user has to know about the data, a sentence each.
    """

    train: Split
    validation: Split
    _: KW_ONLY
    test: Split
    source: str
    title: str
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the examples that are trained and tested on, and of how many they are."""
        digest = hashlib.sha256()
        for array in (self.train.images, self.train.labels, self.test.images, self.test.labels):
            digest.update(str(array.shape).encode())
            digest.update(np.ascontiguousarray(array))
        return digest.hexdigest()

    @property
    def is_mnist(self) -> bool:
        """Whether the examples are those of the published files, and all of them."""
        return self.title == _MNIST and len(self.train.labels) == 60_000 - VALIDATION_EXAMPLES

    def limited(self, examples: int) -> "Mnist":
        """The same with only the first `examples` training examples.

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
        if folder is not None:
            raise InputError(f"data rendered: expected no MNIST folder, got {folder}; leave it out")
        return _rendered()
    folder = folder or os.environ.get(MNIST_FOLDER_VARIABLE)
    if folder:
        folder = Path(folder)
        paths = _find_files(folder)
        return _from_tfds(folder) if source == "tfds" else _from_files(folder, paths)
    if source == "idx":
        raise InputError(
            f"data idx: expected a folder with the MNIST files; give --data-dir or set "
            f"{MNIST_FOLDER_VARIABLE}"
        )
    if source == "auto" and not (tfds.is_prepared() or tfds.is_reachable()):
        return _rendered(
            "no folder with the MNIST files was given, TFDS has no prepared copy and there is no "
            f"network: these are rendered digits, not MNIST. Give --data-dir or set "
            f"{MNIST_FOLDER_VARIABLE} to train on MNIST."
        )
    return _from_tfds(None)


def _from_files(folder: Path, paths: list[Path]) -> Mnist:
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
    notes = tuple(f"{name}: its SHA-256 is not that of the published MNIST" for name in others)
    name = folder.resolve().name.encode(errors="replace").decode()  # any bytes can name a folder
    title = f"not MNIST: IDX files of {name}" if others else _MNIST
    return _split(arrays, "idx", title, notes)


def _from_tfds(folder: Path | None) -> Mnist:
    arrays = tfds.read(folder)
    if others := _not_official(arrays):
        raise InputError(
            f"the prepared TFDS copy does not hold the published MNIST ({', '.join(others)} "
            f"differ); delete {tfds.location()} and run again"
        )
    return _split(arrays, "tfds", _MNIST)


def _rendered(*notes: str) -> Mnist:
    from tf_edureka.data import rendered  # which imports matplotlib

    return _split(rendered.digits(), "rendered", "rendered digits, not MNIST", notes)


def _find_files(folder: Path) -> list[Path]:
    """The four files by their official names, gzipped or unpacked."""
    try:
        if not folder.is_dir():
            raise InputError(f"{folder}: expected a folder with the four MNIST files, found none")
        found = {entry.name for entry in folder.iterdir()}
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror or error})") from None
    for name in _FILES:
        if not found & {f"{name}.gz", name}:
            raise InputError(
                f"{folder}: expected the four MNIST files ({', '.join(_FILES)}, with or without "
                f".gz), but {name} is missing"
            )
    return [folder / (f"{name}.gz" if f"{name}.gz" in found else name) for name in _FILES]


def _not_official(arrays) -> list[str]:
    return [
        name
        for (name, official), array in zip(_FILES.items(), arrays, strict=True)
        if hashlib.sha256(np.ascontiguousarray(array)).hexdigest() != official
    ]


def _split(arrays, source: str, title: str, notes: tuple[str, ...] = ()) -> Mnist:
    published, test = Split(*arrays[:2]), Split(*arrays[2:])
    for name, part in (("training", published), ("test", test)):
        if len(part.images) != len(part.labels):
            raise InputError(
                f"expected a label for each {name} image, got {len(part.images)} images and "
                f"{len(part.labels)} labels; the files do not belong together"
            )
    if len(published.labels) <= VALIDATION_EXAMPLES or not len(test.labels):
        raise InputError(
            f"expected more than {VALIDATION_EXAMPLES} training examples (the first "
            f"{VALIDATION_EXAMPLES} are put aside for validation) and at least one test example, "
            f"got {len(published.labels)} and {len(test.labels)}"
        )
    validation = published.first(VALIDATION_EXAMPLES)
    train = Split(published.images[VALIDATION_EXAMPLES:], published.labels[VALIDATION_EXAMPLES:])
    return Mnist(train, validation, test=test, source=source, title=title, notes=notes)
