"""Replaces `tensorflow.examples.tutorials.mnist.input_data`: MNIST in batches of NumPy arrays."""

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

_Batch = tuple[Any, Any]  # arrays; lists for fake data


class DataSet:
    """Images and labels in batches, reshuffled whenever all examples have been used.

    Creating a data set seeds NumPy's global generator: with `seed`, else with the graph's seed
    (`tf.set_random_seed`), else with fresh entropy. All data sets sample from that generator.

    Source: `DataSet` of TensorFlow 1.15; the batches have exactly the same indices.

    Args:
        images: uint8, shape (n, rows, columns, depth).
        labels: labels: any dtype, shape (n,) or (n, classes).
        fake_data: whether to have no images and pretend to have 10,000 examples.
        one_hot: whether fake batches have one-hot labels.
        dtype: `tf.float32` for pixels in [0, 1], `tf.uint8` for pixels from 0 to 255.
        reshape: whether to flatten images to shape (n, rows * columns).
        seed: seed for NumPy; None for the graph's seed.

    Raises:
        TypeError: if `dtype` is another.
        ValueError: if the numbers of images and labels differ, or images to reshape have a depth
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
                # Multiplied by 1/255, since a division rounds differently.
                pixels = np.multiply(pixels.astype(np.float32), 1.0 / 255.0)
        self.one_hot = one_hot
        self._images = pixels
        self._labels = labels
        self._epochs_completed = 0
        self._index_in_epoch = 0

    @property
    def images(self) -> npt.NDArray[np.uint8 | np.float32]:
        """Images in the order of the current epoch, in the requested dtype and shape."""
        return self._images

    @property
    def labels(self) -> npt.NDArray[np.generic]:
        """Labels in the order of the current epoch, in their original dtype and shape."""
        return self._labels

    @property
    def num_examples(self) -> int:
        """Number of examples."""
        return self._num_examples

    @property
    def epochs_completed(self) -> int:
        """Number of completed passes over the examples."""
        return self._epochs_completed

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True) -> _Batch:
        """Returns images and labels of the next examples, continuing into the next epoch if needed.

        Args:
            batch_size: number of examples.
            fake_data: whether to return lists of ones, labelled 0, instead.
            shuffle: whether to shuffle at the start and at the end of each epoch.
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
        # Shuffles the current order again, so each order depends on the one before.
        order = np.arange(self._num_examples)
        np.random.shuffle(order)
        self._images = self._images[order]
        self._labels = self._labels[order]


class Datasets(NamedTuple):
    """The three splits of MNIST."""

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
    """Reads MNIST; downloads files that do not exist yet.

    Source: `read_data_sets` of TensorFlow 1.15, which searched only `train_dir`.

    Args:
        train_dir: folder with the four files, gzipped or unpacked. A missing file is read from the
            folder in TF_EDUREKA_MNIST_DIR, else from Keras' data folder, else downloaded: to
            `train_dir` (created if needed) or, if that is not writable, to Keras' data folder.
        fake_data: whether to read no files; only `next_batch(n, fake_data=True)` then works.
        one_hot: whether labels are one-hot, float64, shape (n, 10); otherwise uint8, shape (n,).
        dtype: `tf.float32` for pixels in [0, 1], `tf.uint8` for pixels from 0 to 255.
        reshape: whether images have shape (n, 784); otherwise (n, 28, 28, 1).
        validation_size: number of training examples, the first ones, to use for validation.
        seed: seed for NumPy's global generator; None for the graph's seed.
        source_url: web folder of the files. The default stands for all known mirrors of MNIST, and
            checks downloads against their SHA-256.

    Returns:
        the data sets `train`, `validation` and `test`.

    Raises:
        TypeError: if `dtype` is another.
        ValueError: if `validation_size` exceeds the number of training examples.
        InputError: if a file can neither be found nor downloaded, or is damaged.

    Example:
        >>> from tf_edureka.legacy import input_data
        >>> mnist = input_data.read_data_sets("MNIST_data", fake_data=True)  # downloads nothing
        >>> images, labels = mnist.train.next_batch(100, fake_data=True)
        >>> len(images), len(images[0]), labels[0]
        (100, 784, 0)
    """
    if fake_data:
        none: Any = []  # as in TensorFlow 1
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
    """Converts labels to one-hot rows.

    Args:
        labels_dense: labels below `num_classes`: any integer dtype, shape (n,).
        num_classes: number of classes.

    Returns:
        float64, shape (n, num_classes).

    Raises:
        InputError: if a label is too large. TensorFlow 1.15 marked a class of another row.
    """
    largest = labels_dense.max(initial=0)
    if largest >= num_classes:
        raise InputError(f"labels: expected values below {num_classes}, got {largest}")
    return np.eye(num_classes)[labels_dense.ravel()]


def _graph_seed(seed: int | None) -> int | None:
    if not tf.executing_eagerly():
        return tf.compat.v1.get_default_graph().seed
    # With an op seed, `get_seed` does not change later random numbers; without one it counts as an
    # op, as it did in TensorFlow 1. Its result cannot tell "no seed" from the default graph seed.
    first, _ = tf.compat.v1.get_seed(seed if tf.__version__.startswith("1.") else 0)
    return None if first == seeds.DEFAULT_GRAPH_SEED else first


def _maybe_download(name: str, train_dir: str | os.PathLike[str], source_url: str) -> str:
    """Returns the path of the file, starting with the caller's own spelling of its folder."""
    is_published = source_url == DEFAULT_SOURCE_URL
    given = os.environ.get(MNIST_FOLDER_VARIABLE) if is_published else None
    for place in (train_dir, given):
        for candidate in (f"{name}.gz", name):
            if place and os.path.exists(found := os.path.join(place, candidate)):
                return found
    if given:
        raise InputError(
            f"{given}: expected the four MNIST files in this folder, set by "
            f"{MNIST_FOLDER_VARIABLE}, but {name}.gz is missing"
        )
    places = [os.fspath(train_dir)]
    if is_published:  # the folder may come from another machine; Keras has its own folder for data
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
            f"{train_dir}: {error}; put the four MNIST files into this folder, or set "
            f"{MNIST_FOLDER_VARIABLE} to the folder that has them"
        ) from None
    return _write_to_first_writable(fetched[name], f"{name}.gz", places)


def _write_to_first_writable(content: bytes, name: str, places: Sequence[str]) -> str:
    """Writes the file atomically to the first of `places` that is writable."""
    failures = []
    for place in places:
        target = os.path.join(place, name)
        try:
            os.makedirs(place, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=place) as partial:
                whole = Path(partial) / name
                whole.write_bytes(content)
                os.replace(whole, target)
        except (OSError, ValueError) as error:  # ValueError for a zero byte in the name
            reason = getattr(error, "strerror", None) or error
            failures.append(f"{place}: cannot be written to ({reason})")
        else:
            print("Successfully downloaded", name, len(content), "bytes.")
            return target
    raise InputError(f"{'; '.join(failures)}; choose another folder")
