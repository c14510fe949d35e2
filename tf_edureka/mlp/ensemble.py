"""Training of many networks from different seeds in one compiled epoch."""

import dataclasses
import time
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
from tf_edureka.mlp.batches import epoch_orders, parts_of_epoch
from tf_edureka.mlp.epoch import call_concrete, count_right, to_device
from tf_edureka.mlp.model import network, optimizer, pixels
from tf_edureka.results import Floats, MlpResult, asks_to_stop

TEST_BATCH = 10_000  # images per pass, over all networks; the pixels of each take 3 kB


def train(
    config: MlpConfig,
    data: Mnist,
    *,
    seeds: Iterable[int],
    on_epoch: Callable[[int, npt.NDArray[np.float64], npt.NDArray[np.float64]], object]
    | None = None,
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

    Returns:
        result of each network, as from `mlp.train`. All share `epoch_seconds`, measured for all
        networks together.

    Raises:
        InputError: if a seed is invalid, or the batch size exceeds the number of training examples.

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
    networks = Networks(configs, data, steps * config.epochs)
    orders = [epoch_orders(one, examples) for one in configs]
    parts = parts_of_epoch(steps, networks.model.count_params(), config.batch_size)
    costs, accuracies, seconds = [], [], []
    first_costs = np.zeros((0, len(seeds)), np.float32)
    for epoch in range(config.epochs):
        began = time.perf_counter()
        order = np.stack([next(order) for order in orders], axis=1)
        step_costs = np.concatenate(
            [networks.train(order[first:end], epoch * steps + first) for first, end in parts]
        )
        accuracies.append(networks.test())
        costs.append(step_costs.mean(axis=0, dtype=np.float64))
        for values in (accuracies[-1], costs[-1]):
            values.flags.writeable = False  # they become part of the results
        seconds.append(time.perf_counter() - began)
        if epoch == 0:
            first_costs = step_costs
        stop = asks_to_stop(on_epoch and on_epoch(epoch, costs[-1], accuracies[-1]))
        if stop or not np.isfinite(costs[-1]).any():
            break
    weights = networks.weights()
    return [
        MlpResult(
            np.array(costs)[:, i],
            np.array(accuracies)[:, i],
            step_cost=first_costs[:, i],
            epoch_seconds=np.array(seconds),
            weights=weights[i],
        )
        for i in range(len(seeds))
    ]


class Networks:
    """Many networks of the same shape that take each step together, in one compiled call.

    `Y[n] = relu(X[n] K[n] + b[n])`

    Kernels and biases have a leading dimension for the networks, so one operation computes the
    matrix products of all. The optimizer works element by element and is the same as for one
    network.

    Args:
        configs: configuration of each network; they may differ only in their seeds.
        data: training images in `data.train`, test images in `data.test`.
        total_steps: steps of the whole training, which set the length of the tuned schedule.

    Attributes:
        model: maps float32 pixels in [0, 1], shape (networks, n, 784), to logits, shape
            (networks, n, 10).
        compiled_steps: compiled steps, a `tf.function` of images, labels, and the `order` and
            `first` of `train`.
    """

    def __init__(self, configs: Sequence[MlpConfig], data: Mnist, total_steps: int) -> None:
        self._config, self._seeds = configs[0], [config.seed for config in configs]
        one = network(self._config)
        self.model = _stacked(one, len(configs))
        self._shapes = [variable.shape for variable in one.weights]
        each = (network(config).get_weights() for config in configs)
        for variable, values in zip(self.model.weights, zip(*each, strict=True), strict=True):
            variable.assign(np.stack(values).reshape(variable.shape))
        self._optimizer = optimizer(self._config, total_steps)
        self._optimizer.build(self.model.trainable_variables)
        self._train_data, self._test = to_device(data.train), to_device(data.test)
        self.compiled_steps = tf.function(self._steps, jit_compile=True, autograph=False)
        self._compiled_test = tf.function(self._count_right, autograph=False)

    def train(self, order: npt.NDArray[np.int32], first: int) -> Floats:
        """Takes steps with all networks.

        Args:
            order: examples of each batch: int32, shape (steps, networks, batch_size).
            first: number of the first step, which seeds the distortions.

        Returns:
            cross-entropy of each step, in the variables' dtype, shape (steps, networks).
        """
        with runtime.tf32(self._config.precision == "tf32"):
            # The images are arguments for the reason given in `CompiledEpoch.train`.
            arguments = *self._train_data, tf.constant(order), tf.constant(first)
            costs: Floats = call_concrete(self.compiled_steps, *arguments).numpy()
        return costs

    def test(self) -> npt.NDArray[np.float64]:
        """Tests all networks.

        Returns:
            share of the test images that each network classifies correctly: float64, shape
            (networks,), in [0, 1].
        """
        images, labels = self._test
        at_once = max(1, TEST_BATCH // len(self._seeds))
        right = np.zeros(len(self._seeds), np.int64)
        with runtime.tf32(self._config.precision == "tf32"):
            for first in range(0, len(labels), at_once):
                some = slice(first, first + at_once)
                right += call_concrete(self._compiled_test, images[some], labels[some]).numpy()
        return right / len(labels)

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

    def _steps(
        self, images: tf.Tensor, labels: tf.Tensor, order: tf.Tensor, first: tf.Tensor
    ) -> tf.Tensor:
        steps = order.shape[0]
        costs = tf.TensorArray(self._config.dtype, steps, element_shape=(len(self._seeds),))
        _, costs = tf.while_loop(
            lambda step, _: step < steps,
            lambda step, costs: (
                step + 1,
                costs.write(step, self._step(images, labels, order[step], first + step)),
            ),
            (0, costs),
        )
        return costs.stack()

    def _step(
        self, images: tf.Tensor, labels: tf.Tensor, batches: tf.Tensor, step: tf.Tensor
    ) -> tf.Tensor:
        networks, batch_size = batches.shape
        images = tf.gather(images, tf.reshape(batches, [-1]))
        labels = tf.gather(labels, batches)
        if self._config.distortion is not None:
            # A loop keeps the program's size independent of the number of networks.
            draws = tf.map_fn(
                lambda seed: random_amounts(batch_size, tf.stack([seed, step])),
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
        self._optimizer.apply(tape.gradient(loss, variables), variables)
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
