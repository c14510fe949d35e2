"""What both paths compute, side by side: the trainings and arrays that `judge` compares."""

import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from tf_edureka import mlp
from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.config import CLASSES, MlpConfig
from tf_edureka.data.mnist import Mnist
from tf_edureka.legacy import mlp as legacy_mlp
from tf_edureka.mlp.epoch import call, logits_and_gradients
from tf_edureka.mlp.model import pixels
from tf_edureka.parity.article.checks import rounding_of_sums
from tf_edureka.results import Floats, MlpResult

v1 = tf.compat.v1
Arrays = Sequence[Floats]


@dataclass(frozen=True, kw_only=True, eq=False)
class Measurements:
    """All that the ladder compares; of a pair the legacy path's comes first.

    Attributes:
        initial_values: kernel and bias of each layer.
        logits: float, shape (n, 10), of the examples of the first batch in which no hidden unit is
            so near 0 that rounding turns it on or off.
        gradients: of each variable, on the same examples.
        stepped: each variable after one step of Adam from 0 by the legacy path's gradients.
        batches: how many batches were made: two epochs, to see how the second follows the first.
        differing_batches: how many of them have another pixel or label on the other path.
        first_epoch: SHA-256 of images and labels of the first epoch, by the name of the path.
        legacy: the whole training on the legacy path.
        modern: the same on the modern path.
        without_xla: the same on the modern path without XLA.
        double: one epoch in float64: on the legacy path, on the modern one, and there without XLA.
        test_images: how many images the accuracies are of.
    """

    initial_values: tuple[Arrays, Arrays]
    logits: tuple[Floats, Floats]
    gradients: tuple[Arrays, Arrays]
    stepped: tuple[Arrays, Arrays]
    batches: int
    differing_batches: int
    first_epoch: dict[str, str]
    legacy: MlpResult
    modern: MlpResult
    without_xla: MlpResult
    double: tuple[MlpResult, MlpResult, MlpResult]
    test_images: int


class _FirstStep(TypedDict):
    """What `_first_step` gives, by the names in `Measurements`."""

    initial_values: tuple[Arrays, Arrays]
    logits: tuple[Floats, Floats]
    gradients: tuple[Arrays, Arrays]
    stepped: tuple[Arrays, Arrays]


class _Batches(TypedDict):
    """What `_batches` gives, by the names in `Measurements`."""

    batches: int
    differing_batches: int
    first_epoch: dict[str, str]


def measure(config: MlpConfig, data: Mnist, *, on_epoch: Callable[[str], None]) -> Measurements:
    """Computes on both paths what is to be compared.

    Args:
        config: of the article's recipe.
        data: what both train and are tested on.
        on_epoch: as for `climb`.
    """

    def told(path: str) -> Callable[[int, float, float], None]:
        """What tells `on_epoch` of a path, and ends no training whatever that returns."""

        def tell(epoch: int, cost: float, accuracy: float) -> None:
            on_epoch(path)

        return tell

    double = replace(config, dtype="float64", epochs=1)
    return Measurements(
        **_first_step(config, data),
        **_batches(config, data),
        legacy=legacy_mlp.train(config, data, on_epoch=told("legacy")),
        modern=mlp.train(config, data, on_epoch=told("modern")),
        without_xla=mlp.train(
            config, data, on_epoch=told("modern, without XLA"), jit_compile=False
        ),
        double=(
            legacy_mlp.train(double, data, on_epoch=told("legacy, float64")),
            mlp.train(double, data, on_epoch=told("modern, float64")),
            mlp.train(double, data, on_epoch=told("modern, float64"), jit_compile=False),
        ),
        test_images=len(data.test.labels),
    )


def _first_step(config: MlpConfig, data: Mnist) -> _FirstStep:
    model = mlp.build(config, total_steps=1)
    initial = model.get_weights()
    images, labels = _batch(data, next(mlp.epoch_orders(config, len(data.train.labels)))[0])
    away = _away_from_kinks(images, initial)
    images, one_hot = images[away], np.eye(CLASSES, dtype=config.dtype)[labels[away]]

    built = legacy_mlp.build_graph(config)
    with built.graph.as_default():
        to_zero = [v1.assign(variable, tf.zeros_like(variable)) for variable in built.variables]
    with legacy_mlp.session(built) as session:
        their_initial = session.run(built.variables)
        feed = {built.pixels: images, built.labels: one_hot}
        their_logits, their_gradients = session.run([built.logits, built.gradients], feed)
        # Adam divides each gradient by its own size: where one is all rounding, so is its step.
        # Hence both sides are given the same. From 0 on all that is left in the end is the step.
        session.run(to_zero)
        session.run(built.train, feed | dict(zip(built.gradients, their_gradients, strict=True)))
        their_weights = session.run(built.variables)
    logits, gradients = _compiled_gradients(model, images, one_hot)
    model.set_weights([np.zeros_like(values) for values in initial])
    model.optimizer.build(model.trainable_variables)
    model.optimizer.apply(list(map(tf.constant, their_gradients)), model.trainable_variables)
    return {
        "initial_values": (their_initial, initial),
        "logits": (their_logits, logits),
        "gradients": (their_gradients, gradients),
        "stepped": (their_weights, model.get_weights()),
    }


def _batches(config: MlpConfig, data: Mnist) -> _Batches:
    examples = len(data.train.labels)
    steps = config.steps_per_epoch(examples)
    orders = itertools.chain.from_iterable(mlp.epoch_orders(config, examples))
    digests = {"legacy": hashlib.sha256(), "modern": hashlib.sha256()}
    differing = 0
    with legacy_mlp.numpy_put_back():
        with tf.Graph().as_default():
            v1.set_random_seed(config.seed)
            data_set = legacy_mlp.data_set(data.train)
        for step, order in zip(range(2 * steps), orders, strict=False):
            images, one_hot = data_set.next_batch(config.batch_size)
            legacy = images, one_hot.argmax(axis=1).astype(np.uint8)
            modern = _batch(data, order)
            same = np.array_equal(legacy[0], modern[0]) and np.array_equal(legacy[1], modern[1])
            differing += not same
            if step < steps:
                for digest, arrays in zip(digests.values(), (legacy, modern), strict=True):
                    for array in arrays:
                        digest.update(np.ascontiguousarray(array).data)
    return {
        "batches": 2 * steps,
        "differing_batches": differing,
        "first_epoch": {name: digest.hexdigest() for name, digest in digests.items()},
    }


def _batch(
    data: Mnist, order: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Pixels and labels of a batch as the modern path has them."""
    return pixels(data.train.images[order]).numpy(), data.train.labels[order]


def _compiled_gradients(
    model: keras.Model, images: npt.NDArray[np.float32], one_hot: Floats
) -> tuple[Floats, list[Floats]]:
    """Logits and gradients as the compiled epoch has them."""
    compute = tf.function(logits_and_gradients, jit_compile=True, autograph=False)
    logits, gradients = call(compute, model, tf.constant(images), tf.constant(one_hot))
    return logits.numpy(), [gradient.numpy() for gradient in gradients]


def _away_from_kinks(images: npt.NDArray[np.float32], weights: Arrays) -> npt.NDArray[np.bool_]:
    """Which examples have no hidden unit where rounding decides on which side of 0 it is."""
    values = images.astype(np.float64)
    away = np.full(len(images), True)
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        size = np.abs(values) @ np.abs(kernel) + np.abs(bias)
        values = values @ kernel.astype(np.float64) + bias
        away &= (np.abs(values) > rounding_of_sums(len(kernel)) * size).all(axis=1)
        values = np.maximum(values, 0)
    return away
