"""What `tensorflow.examples.tutorials.mnist.input_data` was: MNIST in batches of NumPy arrays."""

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tf_edureka import _files
from tf_edureka._tensorflow import tf
from tf_edureka.config import CLASSES, PIXELS
from tf_edureka.data import download, idx, progress
from tf_edureka.data.mnist import MNIST_FOLDER_VARIABLE
from tf_edureka.data.published import FILES
from tf_edureka.errors import InputError
from tf_edureka.tf1 import seeds

DEFAULT_SOURCE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"

_Batch = tuple[Any, Any]  # arrays; lists where the data is fake


class DataSet:
    """Images and labels that come in batches, shuffled anew each time they are used up.

    Making one seeds NumPy's global generator, and so does the next: with `seed`, else with the
    graph's seed (`tf.set_random_seed`), else with something new. The batches of all draw from it.

    Source: `DataSet` of TensorFlow 1.15, the same batches to the last index.

    Args:
        images: uint8, shape (n, rows, columns, depth).
        labels: any dtype, shape (n,) or (n, classes).
        fake_data: whether there are no images, and 10,000 examples are only spoken of.
        one_hot: what the labels of fake batches are.
        dtype: `tf.float32` for pixels in [0, 1], `tf.uint8` to leave them from 0 to 255.
        reshape: whether images become rows of shape (n, rows * columns).
        seed: NumPy's; None to take the graph's.

    Raises:
        TypeError: when `dtype` is neither.
        ValueError: when there is not a label for each image, or images to reshape have a depth
            other than 1. TensorFlow 1.15 had assertions.
    """

    def __init__(
        self,
        images: npt.NDArray[np.uint8],
        labels: npt.NDArray[np.generic],
        fake_data: bool = False,
        one_hot: bool = False,
        dtype: tf.DType = tf.float32,
        reshape: bool = True,
        seed: int | None = None,
    ) -> None:
        np.random.seed(seeds.numpy_seed(_graph_seed(seed), seed))
        dtype = tf.as_dtype(dtype).base_dtype
        if dtype not in (tf.uint8, tf.float32):
            raise TypeError(f"Invalid image dtype {dtype!r}, expected uint8 or float32")
        pixels: npt.NDArray[np.uint8 | np.float32] = images
        self._num_examples = 10000 if fake_data else len(images)
        if not fake_data:
            if len(images) != len(labels):
                raise ValueError(
                    f"expected a label for each image, got {len(images)} images and "
                    f"{len(labels)} labels"
                )
            if reshape:
                if images.shape[3] != 1:
                    raise ValueError(f"reshape: expected images of depth 1, got {images.shape}")
                pixels = images.reshape(len(images), images.shape[1] * images.shape[2])
            if dtype == tf.float32:
                # Not divided by 255: that would round otherwise.
                pixels = np.multiply(pixels.astype(np.float32), 1.0 / 255.0)
        self.one_hot = one_hot
        self._images = pixels
        self._labels = labels
        self._epochs_completed = 0
        self._index_in_epoch = 0

    @property
    def images(self) -> npt.NDArray[np.uint8 | np.float32]:
        """The images in the order of the running epoch, in the dtype and shape asked for."""
        return self._images

    @property
    def labels(self) -> npt.NDArray[np.generic]:
        """The labels in the order of the running epoch, in the dtype and shape they came in."""
        return self._labels

    @property
    def num_examples(self) -> int:
        """How many examples there are."""
        return self._num_examples

    @property
    def epochs_completed(self) -> int:
        """How often the examples were used up."""
        return self._epochs_completed

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True) -> _Batch:
        """Gives the next examples, across the end of an epoch into the next where need be.

        Args:
            batch_size: how many.
            fake_data: whether to give lists of ones, labelled 0, instead.
            shuffle: whether to shuffle at the start and at the end of each epoch.

        Returns:
            images and labels of the batch.
        """
        if fake_data:
            label = [1] + [0] * (CLASSES - 1) if self.one_hot else 0
            return [[1] * PIXELS for _ in range(batch_size)], [label for _ in range(batch_size)]
        start = self._index_in_epoch
        if shuffle and self._epochs_completed == 0 and start == 0:
            self._shuffle()
        end = start + batch_size
        if end <= self._num_examples:
            self._index_in_epoch = end
            return self._images[start:end], self._labels[start:end]
        self._epochs_completed += 1
        images, labels = self._images[start:], self._labels[start:]
        if shuffle:
            self._shuffle()
        end = self._index_in_epoch = end - self._num_examples
        return (
            np.concatenate((images, self._images[:end])),
            np.concatenate((labels, self._labels[:end])),
        )

    def _shuffle(self) -> None:
        # What was shuffled before is shuffled again, so the orders build on each other.
        order = np.arange(self._num_examples)
        np.random.shuffle(order)
        self._images = self._images[order]
        self._labels = self._labels[order]


class Datasets(NamedTuple):
    """The three parts of MNIST."""

    train: DataSet
    validation: DataSet
    test: DataSet


def read_data_sets(
    train_dir: str | os.PathLike[str],
    fake_data: bool = False,
    one_hot: bool = False,
    dtype: tf.DType = tf.float32,
    reshape: bool = True,
    validation_size: int = 5000,
    seed: int | None = None,
    source_url: str = DEFAULT_SOURCE_URL,
) -> Datasets:
    """Reads MNIST, after downloading what is not there yet.

    Source: `read_data_sets` of TensorFlow 1.15, which knew no other folder.

    Args:
        train_dir: folder of the four files, gzipped or unpacked. A file that is missing there is
            taken from the folder that the environment variable TF_EDUREKA_MNIST_DIR names, else
            from Keras' folder for data, else downloaded: into `train_dir`, which is made if need
            be, or where that cannot be, into Keras' folder.
        fake_data: whether to read nothing, and give data sets of which only
            `next_batch(n, fake_data=True)` can be used.
        one_hot: whether labels are float64 of shape (n, 10), with a 1 at the digit; else uint8 of
            shape (n,).
        dtype: `tf.float32` for pixels in [0, 1], `tf.uint8` to leave them from 0 to 255.
        reshape: whether images have shape (n, 784); else (n, 28, 28, 1).
        validation_size: how many of the first training examples are put aside for validation.
        seed: what NumPy's global generator is seeded with; None for the graph's seed.
        source_url: the folder on the web that the files come from. The default one stands for all
            that are known to have MNIST, and what comes is held against its SHA-256.

    Returns:
        `train`, `validation` and `test`.

    Raises:
        TypeError: when `dtype` is neither.
        ValueError: when there are not so many training examples.
        InputError: when a file can neither be found nor downloaded, or is damaged.
    """
    if fake_data:
        none: Any = []  # as TensorFlow 1 had it
        fakes = (DataSet(none, none, True, one_hot, dtype, seed=seed) for _ in Datasets._fields)
        return Datasets(*fakes)
    images: list[npt.NDArray[np.uint8]] = []
    labels: list[npt.NDArray[np.generic]] = []
    for name in FILES:
        path = _maybe_download(name, train_dir, source_url or DEFAULT_SOURCE_URL)
        print("Extracting", path)
        if "images" in name:
            images.append(idx.read(Path(path), rank=3)[..., np.newaxis])
        else:
            numbers = idx.read(Path(path), rank=1)
            labels.append(dense_to_one_hot(numbers, CLASSES) if one_hot else numbers)
    (train_images, test_images), (train_labels, test_labels) = images, labels
    if not 0 <= validation_size <= len(train_images):
        raise ValueError(
            f"Validation size should be between 0 and {len(train_images)}. "
            f"Received: {validation_size}."
        )
    options = {"dtype": dtype, "reshape": reshape, "seed": seed}
    aside, used = slice(None, validation_size), slice(validation_size, None)
    return Datasets(
        train=DataSet(train_images[used], train_labels[used], **options),
        validation=DataSet(train_images[aside], train_labels[aside], **options),
        test=DataSet(test_images, test_labels, **options),
    )


def dense_to_one_hot(
    labels_dense: npt.NDArray[np.integer[Any]], num_classes: int
) -> npt.NDArray[np.float64]:
    """Labels as rows with a single 1.

    Args:
        labels_dense: any integer dtype, shape (n,): numbers under `num_classes`.
        num_classes: how many there are.

    Returns:
        float64, shape (n, num_classes).

    Raises:
        InputError: when a label is larger. TensorFlow 1.15 marked another row's class.
    """
    largest = labels_dense.max(initial=0)
    if largest >= num_classes:
        raise InputError(f"labels: expected them under {num_classes}, got {largest}")
    return np.eye(num_classes)[labels_dense.ravel()]


def _graph_seed(seed: int | None) -> int | None:
    if not tf.executing_eagerly():
        return tf.compat.v1.get_default_graph().seed
    # With an op seed, asking leaves the draws that follow as they are; without one it counts as a
    # draw, as it did in an old script. The answer cannot tell no seed from what stands for it.
    first, _ = tf.compat.v1.get_seed(seed if tf.__version__.startswith("1.") else 0)
    return None if first == seeds.DEFAULT_GRAPH_SEED else first


def _maybe_download(name: str, train_dir: str | os.PathLike[str], source_url: str) -> str:
    """Where the file is, in the words of who asked for it."""
    is_published = source_url == DEFAULT_SOURCE_URL
    given = os.environ.get(MNIST_FOLDER_VARIABLE) if is_published else None
    for place in (train_dir, given):
        for candidate in (f"{name}.gz", name):
            if place and os.path.exists(found := os.path.join(place, candidate)):
                return found
    if given:
        raise InputError(
            f"{given}: expected the four MNIST files, as {MNIST_FOLDER_VARIABLE} says, but "
            f"{name}.gz is missing"
        )
    places = [os.fspath(train_dir)]
    if is_published:  # the folder may be another machine's; Keras has one of its own for data
        home = os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras")
        places.append(os.path.join(home, "datasets"))
        kept = os.path.join(places[-1], f"{name}.gz")
        with contextlib.suppress(InputError):
            if FILES[name].matches_gzip(_files.read(Path(kept), FILES[name].size)):
                return kept
    try:
        with progress.on_stderr() as report:
            mirrors = (source_url, *(download.MIRRORS if is_published else ()))
            fetched = download.fetch([name], mirrors, published=is_published, report=report)
    except InputError as error:
        raise InputError(
            f"{train_dir}: {error}; put the four MNIST files there, or set "
            f"{MNIST_FOLDER_VARIABLE} to their folder"
        ) from None
    return _keep(fetched[name], f"{name}.gz", places)


def _keep(content: bytes, name: str, places: Sequence[str]) -> str:
    """Writes the file, whole or not at all, to the first of the places that can be written to."""
    failures = []
    for place in places:
        target = os.path.join(place, name)
        try:
            os.makedirs(place, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=place) as partial:
                whole = Path(partial) / name
                whole.write_bytes(content)
                os.replace(whole, target)
        except (OSError, ValueError) as error:  # a zero byte is in no name
            said = getattr(error, "strerror", None) or error
            failures.append(f"{place}: cannot be written to ({said})")
        else:
            print("Successfully downloaded", name, len(content), "bytes.")
            return target
    raise InputError(f"{'; '.join(failures)}; name another folder")
