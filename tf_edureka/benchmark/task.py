"""What every way trains: the same network, from the same weights, on the same batches."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tf_edureka.config import CLASSES, PIXELS
from tf_edureka.data.mnist import Mnist


@dataclass(frozen=True)
class Task:
    """The work that is timed.

    Softmax cross-entropy on one-hot labels and Adam at a constant rate, as in the article; He's
    normal kernels and biases of 0, with which all ways reach a good accuracy within an epoch.

    Attributes:
        data: trained on `data.train`, tested on `data.test`.
        device: `"cpu"` or `"gpu"`.
        hidden_units: units of each hidden layer.
        batch_size: examples per step.
        learning_rate: Adam's.
        epsilon: Adam's.
        seed: decides initial weights and order.
        most_steps: how many steps of an epoch are taken at most; None for all.
    """

    data: Mnist
    device: str = "cpu"
    hidden_units: tuple[int, ...] = (256, 256)
    batch_size: int = 100
    learning_rate: float = 0.001
    epsilon: float = 1e-7
    seed: int = 1
    most_steps: int | None = None

    @property
    def sizes(self) -> list[int]:
        """Units of each layer, with the pixels before and the classes after them."""
        return [PIXELS, *self.hidden_units, CLASSES]

    @property
    def steps(self) -> int:
        """How many of the whole batches that the training examples make are taken."""
        batches = len(self.data.train.labels) // self.batch_size
        return min(batches, self.most_steps or batches)

    @property
    def flops(self) -> int:
        """Floating-point operations of the matrix products of all steps that are taken.

        `2 a b` for each example and each of three products of a layer of `a` inputs and `b` units:
        forward, gradient of the kernel, gradient of the inputs. Pixels need no gradient.
        """
        products = [a * b for a, b in itertools.pairwise(self.sizes)]
        return (6 * sum(products) - 2 * products[0]) * self.batch_size * self.steps

    @property
    def least_bytes(self) -> int:
        """Memory that all ways need: the examples as bytes; weights, gradient and two moments."""
        train = self.data.train
        numbers = sum(values.size for values in self.initial_weights())
        return train.images.nbytes + train.labels.nbytes + 4 * 4 * numbers

    def initial_weights(self) -> list[npt.NDArray[np.float32]]:
        """The weights that training begins with.

        Returns:
            kernel and bias of each layer, float32: shapes (inputs, units) and (units,).
        """
        random, weights = np.random.default_rng(self.seed), []
        for inputs, units in itertools.pairwise(self.sizes):
            kernel = random.standard_normal((inputs, units)) * np.sqrt(2 / inputs)
            weights += [kernel.astype(np.float32), np.zeros(units, np.float32)]
        return weights

    def order(self, epoch: int) -> npt.NDArray[np.int32]:
        """Which examples make up each batch.

        Args:
            epoch: its number; each has an order of its own.

        Returns:
            int32, shape (steps, batch_size): indices of training examples, none of them twice.
        """
        examples = len(self.data.train.labels)
        mixed = np.random.default_rng((self.seed, epoch)).permutation(examples)
        return mixed[: self.steps * self.batch_size].reshape(self.steps, -1).astype(np.int32)

    def accuracy(self, weights: Sequence[npt.NDArray[np.float32]]) -> float:
        """How many of the test images a network classifies rightly.

        Args:
            weights: kernel and bias of each layer, as in `initial_weights`.

        Returns:
            their share, in [0, 1].
        """
        values = unit_pixels(self.data.test.images)
        for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
            values = np.maximum(values, 0) @ kernel + bias  # of the pixels none is negative
        return float(np.mean(values.argmax(axis=1) == self.data.test.labels))


@dataclass(frozen=True)
class Trainer:
    """A way, ready to train.

    Attributes:
        train: trains for the epoch of that number and returns when all is computed.
        weights: gives kernel and bias of each layer, as in `Task.initial_weights`.
    """

    train: Callable[[int], None]
    weights: Callable[[], Sequence[npt.NDArray[np.float32]]]


def unit_pixels(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Flat pixels in [0, 1] for the ways that want numbers.

    Args:
        images: uint8, shape (n, 28, 28).

    Returns:
        float32, shape (n, 784).
    """
    return images.reshape(len(images), -1) * np.float32(1 / 255)
