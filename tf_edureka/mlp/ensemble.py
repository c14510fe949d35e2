"""Training of many networks from different seeds in one compiled epoch."""

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka import runtime
from tf_edureka._keras import keras
from tf_edureka._numbers import op_seeds
from tf_edureka._tensorflow import tf
from tf_edureka.config import CLASSES, PIXELS, MlpConfig
from tf_edureka.data.mnist import Mnist
from tf_edureka.mlp.augmentation import apply_distortions, random_amounts
from tf_edureka.mlp.batches import epoch_orders
from tf_edureka.mlp.epoch import CompiledEpoch, call_concrete, count_right
from tf_edureka.mlp.loop import run_epochs
from tf_edureka.mlp.model import network, optimizer, pixels
from tf_edureka.results import Floats, MlpResult, asks_to_stop
from tf_edureka.runs.progress import TrainingProgress
from tf_edureka.runs.state import TrainingState, identity

TEST_BATCH = 10_000  # images per pass, over all networks; the pixels of each take 3 kB
_OnEpoch = Callable[[int, npt.NDArray[np.float64], npt.NDArray[np.float64]], object]


def train(
    config: MlpConfig,
    data: Mnist,
    *,
    seeds: Iterable[int],
    on_epoch: _OnEpoch | None = None,
    start: TrainingState | None = None,
    save: Callable[[TrainingState], object] | None = None,
) -> list[MlpResult]:
    """Trains one network from each seed, all in the same steps, and tests them after each epoch.

    Each network has the same initial values, batches and distortions as with `mlp.train` and its
    seed; the results differ only by the order of float sums. On a GPU, which one small network
    leaves mostly idle, many networks take little longer than one. A CPU with few cores is busy with
    one; it saves only the start-up time.

    Args:
        config: configuration of the training; its seed is ignored.
        data: training images in `data.train`, test images in `data.test`.
        seeds: seed of each network.
        on_epoch: called after each epoch with the epoch number (from 0), and the cost and accuracy
            of each network, float64, shape (networks,). The training stops if it returns True.
        start: state from an earlier call's `save`, to resume from. On the same kind of machine the
            results are bit-identical to those of an uninterrupted training.
        save: called with the state of all networks after each epoch, and every ten seconds within
            long epochs. The training stops if it returns True.

    Returns:
        result of each network, as from `mlp.train`. All share `epoch_seconds`, measured for all
        networks together.

    Raises:
        InputError: if a seed is invalid, the batch size exceeds the number of training examples, or
            `start` belongs to another training.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import Mnist, MlpConfig, Split, mlp
        >>> random = np.random.default_rng(0)
        >>> images = random.integers(0, 256, (30, 28, 28), np.uint8)
        >>> split = Split(images, np.arange(30, dtype=np.uint8) % 10)
        >>> data = Mnist(split, split, test=split, source="NumPy", title="noise")
        >>> config = MlpConfig.article(epochs=2, batch_size=10, hidden_units=(8,))
        >>> results = mlp.ensemble.train(config, data, seeds=[0, 1, 2])
        >>> [result.cost.shape for result in results]
        [(2,), (2,), (2,)]
    """
    seeds = op_seeds(seeds)
    configs = [dataclasses.replace(config, seed=seed) for seed in seeds]
    examples = len(data.train.labels)
    steps = config.steps_per_epoch(examples)
    training = identity("modern", config, data) | {"seed": list(seeds)}
    shape = (len(seeds),)
    progress = TrainingProgress(start, save, training=training, steps=steps, networks=shape)
    networks = Networks(configs, data, steps * config.epochs)
    if start is not None:
        networks.restore(start.variables)
    orders = zip(*(epoch_orders(one, examples) for one in configs), strict=True)
    remaining = itertools.islice(orders, progress.epoch, None)

    def on_end(epoch: int, costs: Any, accuracies: Any) -> bool:
        for values in (costs, accuracies):
            values.flags.writeable = False  # they become part of the results
        return asks_to_stop(on_epoch and on_epoch(epoch, costs, accuracies))

    run_epochs(
        networks,
        progress,
        map(functools.partial(np.stack, axis=1), remaining),
        seed=0,
        test_images=len(data.test.labels),
        on_end=on_end,
    )
    together = progress.result(())
    return [
        MlpResult(
            together.cost[:, i],
            together.accuracy[:, i],
            step_cost=together.step_cost[:, i],
            epoch_seconds=together.epoch_seconds,
            weights=weights,
        )
        for i, weights in enumerate(networks.weights())
    ]


class Networks(CompiledEpoch):
    """A `CompiledEpoch` of many networks of the same shape that take each step together.

    `Y[n] = relu(X[n] K[n] + b[n])`

    Kernels and biases have a leading dimension for the networks, so one operation computes the
    matrix products of all. The optimizer works element by element and is the same as for one
    network.

    `train` reads the batches of each network from an `order` of shape (steps, networks,
    batch_size) and returns costs of shape (steps, networks). Each network adds its own seed to the
    first number of the `seed`.

    Args:
        configs: configuration of each network; they may differ only in their seeds.
        data: training images in `data.train`, test images in `data.test`.
        total_steps: steps of the whole training, which set the length of the tuned schedule.

    Attributes:
        model: maps float32 pixels in [0, 1], shape (networks, n, 784), to logits, shape
            (networks, n, 10).
    """

    def __init__(self, configs: Sequence[MlpConfig], data: Mnist, total_steps: int) -> None:
        self._config, self._seeds = configs[0], [config.seed for config in configs]
        one = network(self._config)
        model = _stacked(one, len(configs))
        self._shapes = [variable.shape for variable in one.weights]
        each = (network(config).get_weights() for config in configs)
        for variable, values in zip(model.weights, zip(*each, strict=True), strict=True):
            variable.assign(np.stack(values).reshape(variable.shape))
        model.compile(optimizer(self._config, total_steps))
        tf32 = self._config.precision == "tf32"
        super().__init__(model, data.train, test=data.test, tf32=tf32)
        self._cost_shape = (len(configs),)

    def test(self) -> npt.NDArray[np.int64]:
        """Tests all networks.

        Returns:
            number of test images that each network classifies correctly: int64, shape (networks,).
        """
        images, labels = self._test
        at_once = max(1, TEST_BATCH // len(self._seeds))
        right = np.zeros(len(self._seeds), np.int64)
        with runtime.tf32(self._tf32):
            for first in range(0, len(labels), at_once):
                some = slice(first, first + at_once)
                right += call_concrete(self._compiled_test, images[some], labels[some]).numpy()
        return right

    def weights(self) -> list[tuple[Floats, ...]]:
        """Returns the current weights of all networks.

        Returns:
            kernel, shape (inputs, units), and bias, shape (units,), of each layer, for each
            network: float32 or float64, in the order of `MlpResult.weights`.
        """
        stacked = list(zip(self.model.get_weights(), self._shapes, strict=True))
        return [
            tuple(values[i].reshape(shape) for values, shape in stacked)
            for i in range(len(self._seeds))
        ]

    def _step(
        self, images: tf.Tensor, labels: tf.Tensor, batch: tf.Tensor, seed: tf.Tensor
    ) -> tf.Tensor:
        networks, batch_size = batch.shape
        images = tf.gather(images, tf.reshape(batch, [-1]))
        labels = tf.gather(labels, batch)
        if self._config.distortion is not None:
            # A loop keeps the program's size independent of the number of networks.
            draws = tf.map_fn(
                lambda own: random_amounts(batch_size, seed + tf.stack([own, 0])),
                tf.constant(self._seeds),
                fn_output_signature=tf.TensorSpec((6, batch_size), tf.float32),
            )
            draws = tf.reshape(tf.transpose(draws, (1, 0, 2)), (6, networks * batch_size))
            images = apply_distortions(images, self._config.distortion, draws)
        inputs = pixels(images)
        inputs = tf.reshape(inputs, (networks, batch_size, PIXELS))
        one_hot = tf.one_hot(labels, CLASSES)
        smooth = self._config.label_smoothing
        with tf.GradientTape() as tape:
            logits = self.model(inputs, training=True)
            losses = keras.losses.categorical_crossentropy(one_hot, logits, True, smooth)
            # The networks share no weights, so each gets the gradient of its own mean loss.
            loss = tf.reduce_sum(tf.reduce_mean(losses, axis=1))
        variables = self.model.trainable_variables
        self.model.optimizer.apply(tape.gradient(loss, variables), variables)
        costs = keras.losses.categorical_crossentropy(one_hot, logits, True)
        return tf.reduce_mean(costs, axis=1)

    def _count_right(self, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        inputs = tf.broadcast_to(pixels(images), (len(self._seeds), labels.shape[0], PIXELS))
        return count_right(self.model(inputs, training=False), labels)


class _StackedDense(keras.layers.Layer):
    """Keras' dense layer for many networks, with one matrix product.

    Keras' `EinsumDense` could do the same, but XLA compiles it to a program that is a fifth slower.
    """

    def __init__(
        self, units: int, activation: Callable[[tf.Tensor], tf.Tensor], **options: Any
    ) -> None:
        super().__init__(**options)
        self._units, self._activation = units, activation

    def build(self, shape: tuple[int | None, ...]) -> None:
        networks, _, inputs = shape
        self._kernel = self.add_weight((networks, inputs, self._units), name="kernel")
        self._bias = self.add_weight((networks, 1, self._units), "zeros", name="bias")

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return self._activation(tf.matmul(inputs, self._kernel) + self._bias)


def _stacked(one: keras.Sequential, networks: int) -> keras.Sequential:
    """Returns a model of many networks with the layers of `one`."""
    layers = [
        _StackedDense(layer.units, layer.activation, name=layer.name, dtype=layer.dtype_policy)
        for layer in one.layers
    ]
    return keras.Sequential([keras.Input(batch_shape=(networks, None, PIXELS)), *layers])
