"""The task of all implementations: same network, initial weights and batches."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tf_edureka.config import CLASSES, PIXELS
from tf_edureka.data.mnist import Mnist


@dataclass(frozen=True)
class Task:
    """The training that is timed.

    Softmax cross-entropy on one-hot labels and Adam with a constant learning rate, as in the
    article. Kernels are He normal and biases 0, so that all implementations reach a good accuracy
    within an epoch.

    Attributes:
        data: training examples in `data.train`, test examples in `data.test`.
        device: device to train on, `"cpu"` or `"gpu"`.
        hidden_units: number of units in each hidden layer.
        batch_size: examples per step.
        learning_rate: Adam's learning rate.
        epsilon: Adam's epsilon.
        seed: seed of the initial weights and of the order of the examples.
        most_steps: largest number of steps per epoch; None for all.
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
        """Sizes of all layers, from the pixels to the classes."""
        return [PIXELS, *self.hidden_units, CLASSES]

    @property
    def steps(self) -> int:
        """Number of steps per epoch, each on one complete batch."""
        batches = len(self.data.train.labels) // self.batch_size
        return min(batches, self.most_steps or batches)

    @property
    def flops(self) -> int:
        """Floating-point operations of the matrix products in an epoch.

        Each example needs `2 a b` operations for each of three products of a layer with `a` inputs
        and `b` units: forward, gradient of the kernel, gradient of the inputs. The first layer
        needs no gradient of its inputs.
        """
        products = [a * b for a, b in itertools.pairwise(self.sizes)]
        return (6 * sum(products) - 2 * products[0]) * self.batch_size * self.steps

    @property
    def least_bytes(self) -> int:
        """Lower bound of the memory in bytes: examples; weights, gradient and two moments."""
        train = self.data.train
        numbers = sum(values.size for values in self.initial_weights())
        return train.images.nbytes + train.labels.nbytes + 4 * 4 * numbers

    def initial_weights(self) -> list[npt.NDArray[np.float32]]:
        """Returns the initial weights.

        Returns:
            kernel and bias of each layer in turn: float32, shapes (inputs, units) and (units,).
        """
        random, weights = np.random.default_rng(self.seed), []
        for inputs, units in itertools.pairwise(self.sizes):
            kernel = random.standard_normal((inputs, units)) * np.sqrt(2 / inputs)
            weights += [kernel.astype(np.float32), np.zeros(units, np.float32)]
        return weights

    def order(self, epoch: int) -> npt.NDArray[np.int32]:
        """Returns the batches of an epoch.

        Args:
            epoch: number of the epoch; each has its own order.

        Returns:
            indices of the training examples in each batch, each used at most once: int32, shape
            (steps, batch_size).
        """
        examples = len(self.data.train.labels)
        mixed = np.random.default_rng((self.seed, epoch)).permutation(examples)
        return mixed[: self.steps * self.batch_size].reshape(self.steps, -1).astype(np.int32)

    def accuracy(self, weights: Sequence[npt.NDArray[np.float32]]) -> float:
        """Computes the accuracy of a network on the test images.

        Args:
            weights: kernel and bias of each layer in turn: float32, shapes (inputs, units) and
                (units,).

        Returns:
            the fraction of images classified correctly, in [0, 1].
        """
        values = unit_pixels(self.data.test.images)
        for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
            values = (
                np.maximum(values, 0) @ kernel + bias
            )  # no effect on the pixels, which are not negative
        return float(np.mean(values.argmax(axis=1) == self.data.test.labels))


@dataclass(frozen=True)
class Trainer:
    """A trainer that is ready to start.

    Attributes:
        train: function that trains for the epoch with the given number and waits for the end.
        weights: function that returns kernel and bias of each layer in turn: float32, shapes
            (inputs, units) and (units,).
    """

    train: Callable[[int], None]
    weights: Callable[[], Sequence[npt.NDArray[np.float32]]]


def unit_pixels(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Converts images to flat pixels in [0, 1], for implementations that need floats.

    Args:
        images: images to convert: uint8, shape (n, 28, 28).

    Returns:
        the pixels: float32, shape (n, 784).
    """
    return images.reshape(len(images), -1) * np.float32(1 / 255)
