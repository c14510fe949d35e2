"""The compiled epoch: all its steps in one call of one program; then its test pass."""

import contextlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka import runtime
from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.config import CLASSES, Distortion
from tf_edureka.data.mnist import Split
from tf_edureka.errors import InputError
from tf_edureka.mlp import products
from tf_edureka.mlp.augmentation import augment
from tf_edureka.mlp.model import pixels
from tf_edureka.results import Floats
from tf_edureka.runs.state import Array

_UNROLLED_STEPS = 5  # steps per loop iteration when speed matters more than compile time


class CompiledEpoch:
    """Trains a Keras classifier for an epoch, or a part of one, in a single compiled call.

    Images and labels are put on the device once, as bytes. The loop over the steps is inside the
    program, so Python, data transfer and dispatch are paid once a call. The model keeps its own
    loss, optimizer, regularisers and metrics, as `compile()` set them.

    Args:
        model: built and compiled; takes float32 pixels in [0, 1], shape (n, 784), and gives
            logits, shape (n, 10).
        train: the examples to train on.
        test: the examples to test on after the last step.
        validation: the examples that `validate` computes metrics of; None without any.
        distortion: how the images of each batch are distorted; None for not at all.
        jit_compile: whether XLA makes the program of the steps; else TensorFlow's own kernels run
            one by one.
        tf32: whether a GPU may multiply with 10 bits of float32's 23, TensorFlow's default there.
        search: whether XLA looks for the quickest program of each matrix product that a GPU can
            run, and takes several steps in each turn of the loop: many seconds at first, quicker
            epochs then. On a CPU, and with deterministic ops, it changes nothing.

    Attributes:
        model: as given.
        train_data: images and labels to train on, on the device: uint8, shape (n, 28, 28) and (n,).
        compiled_steps: the program of the steps, a `tf.function` of images, labels, and order and
            seed as in `train`.
    """

    def __init__(
        self,
        model: keras.Model,
        train: Split,
        *,
        test: Split,
        validation: Split | None = None,
        distortion: Distortion | None = None,
        jit_compile: bool = True,
        tf32: bool = False,
        search: bool = False,
    ) -> None:
        self.model = model
        model.optimizer.build(model.trainable_variables)
        # Keras makes the metrics' variables with their first batch. Made here, they are there
        # when the program is traced, and a part of `state`.
        nothing = tf.zeros((1, CLASSES))
        model.compute_metrics(None, nothing, nothing)
        model.reset_metrics()
        self.train_data, self._test = to_device(train), to_device(test)
        self._validation = None if validation is None else to_device(validation)
        self._distortion, self._tf32 = distortion, tf32
        searches = search and jit_compile and not runtime.deterministic()
        self._platform = products.search_platform(self.train_data[0]) if searches else None
        self._tf32_changes_nothing: bool | None = None  # known when the steps are traced
        self.compiled_steps = tf.function(self._steps, jit_compile=jit_compile, autograph=False)
        # Of one pass XLA's compiling takes longer than all that it could save.
        self._compiled_test = tf.function(self._count_right, autograph=False)
        self._compiled_validation = tf.function(self._validated, autograph=False)

    def train(self, order: npt.NDArray[np.int32], seed: tuple[int, int]) -> Floats:
        """Takes steps.

        Args:
            order: int32, shape (steps, batch_size): the examples of each batch.
            seed: two int32, for the distortions; each step adds its number to the second.

        Returns:
            cross-entropy of each step, in the variables' dtype, shape (steps,).
        """
        # The images are arguments and not captured: TensorFlow 2.21 keeps the graph of each
        # optimizer step for good, and with it all that the graph captured.
        arguments = *self.train_data, tf.constant(order), tf.constant(seed, tf.int32)
        if self._platform and self._tf32_changes_nothing is None:
            program = self.compiled_steps.get_concrete_function(*arguments)
            self._tf32_changes_nothing = products.tf32_changes_nothing(program.graph)
        with runtime.tf32(self._tf32 or bool(self._tf32_changes_nothing)):
            costs: Floats = call_concrete(self.compiled_steps, *arguments).numpy()
        return costs

    def test(self) -> int:
        """Counts the test images that are classified rightly."""
        with runtime.tf32(self._tf32):
            return int(call_concrete(self._compiled_test, *self._test))

    def validate(self) -> dict[str, float]:
        """Computes the metrics of the validation examples.

        Returns:
            `loss`, their average cross-entropy in nats, never with smoothed labels, and `accuracy`,
            the share that is classified rightly, in [0, 1]; nothing where there are no examples.
        """
        if self._validation is None or not len(self._validation[1]):
            return {}
        with runtime.tf32(self._tf32):
            loss, right = call_concrete(self._compiled_validation, *self._validation)
        return {"loss": float(loss), "accuracy": int(right) / len(self._validation[1])}

    def state(self) -> list[Array]:
        """All that steps change: weights, optimizer, metrics, and the states of random layers.

        Returns:
            an array for each variable, in its shape and dtype.
        """
        return [variable.value.numpy() for variable in self._variables()]

    def restore(self, state: Sequence[Array]) -> None:
        """Puts back what `state` gave, in this process or in another.

        Args:
            state: arrays as of `state`, of a model of the same kind.

        Raises:
            InputError: when it is not the state of such a model.
        """
        variables = self._variables()
        there, here = ([(tuple(v.shape), str(v.dtype)) for v in s] for s in (state, variables))
        if there != here:
            raise InputError(
                f"state: expected {len(here)} variables of the shapes and types of this network, "
                f"got {len(there)} others; it is of another network or another version of Keras"
            )
        for variable, value in zip(variables, state, strict=True):
            variable.assign(value)

    def reset_metrics(self) -> None:
        """Lets the metrics of `compile()` begin anew, as an epoch does."""
        self.model.reset_metrics()

    def metrics(self) -> dict[str, float]:
        """What they came to, on the training batches."""
        found = {name: float(value) for name, value in self.model.get_metrics_result().items()}
        found.pop("loss", None)  # no step updates it
        return found

    def any_stops(self, stop: bool) -> bool:
        """Whether to end the training; `stop` says whether this process would."""
        return stop

    def _variables(self) -> list[keras.Variable]:
        return [*self.model.variables, *self.model.optimizer.variables]

    def _steps(
        self, images: tf.Tensor, labels: tf.Tensor, order: tf.Tensor, seed: tf.Tensor
    ) -> tf.Tensor:
        # A row of `order` has a size that XLA knows. Of a slice between two numbers it only knows
        # that it has at most all examples, and computes with that many in every step.
        steps = order.shape[0]
        at_once = (
            max(n for n in range(1, _UNROLLED_STEPS + 1) if not steps % n) if self._platform else 1
        )

        def turn(first: tf.Tensor, costs: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
            for step in (first + i for i in range(at_once)):
                cost = self._step(images, labels, order[step], seed + tf.stack([0, step]))
                costs = costs.write(step, cost)
            return first + at_once, costs

        dtype = self.model.trainable_variables[0].dtype
        costs = tf.TensorArray(dtype, steps, element_shape=())
        with contextlib.ExitStack() as stack:
            if self._platform and not self._tf32:
                stack.enter_context(products.explicit_float32(self._platform))
            _, costs = tf.while_loop(lambda step, _: step < steps, turn, (0, costs))
        return costs.stack()

    def _step(
        self, images: tf.Tensor, labels: tf.Tensor, batch: tf.Tensor, seed: tf.Tensor
    ) -> tf.Tensor:
        images, labels = tf.gather(images, batch), tf.gather(labels, batch)
        if self._distortion is not None:
            images = augment(images, self._distortion, seed)
        inputs, one_hot = pixels(images), tf.one_hot(labels, CLASSES)
        model = self.model
        logits, gradients = logits_and_gradients(model, inputs, one_hot)
        model.optimizer.apply(gradients, model.trainable_variables)
        model.compute_metrics(inputs, one_hot, logits)
        return cross_entropy(one_hot, logits)

    def _count_right(self, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        return count_right(self.model(pixels(images), training=False), labels)

    def _validated(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        logits = self.model(pixels(images), training=False)
        return cross_entropy(tf.one_hot(labels, CLASSES), logits), count_right(logits, labels)


def call_concrete(compiled: tf.types.experimental.PolymorphicFunction, *arguments: Any) -> Any:
    """Calls a `tf.function` of which each training makes one of its own.

    Called plainly the fifth would warn: TensorFlow takes them for one that is traced again.

    Args:
        compiled: the function.
        *arguments: tensors for it, and what else it is traced for.

    Returns:
        what it returns.
    """
    return compiled.get_concrete_function(*arguments)(*arguments)


def logits_and_gradients(
    model: keras.Model, inputs: tf.Tensor, one_hot: tf.Tensor
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Computes what a step needs: forward, and back.

    Args:
        model: built and compiled; gives logits.
        inputs: as the model takes them, float32 or the variables' dtype, shape (n, 784).
        one_hot: labels, of either dtype, shape (n, 10).

    Returns:
        the logits, shape (n, 10), and the gradient of the model's loss for each of its trainable
        variables, each in its shape; all in the variables' dtype.
    """
    with tf.GradientTape() as tape:
        logits = model(inputs, training=True)
        loss = model.compute_loss(x=inputs, y=one_hot, y_pred=logits)
    return logits, tape.gradient(loss, model.trainable_variables)


def cross_entropy(one_hot: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """The cost as the article has it, averaged over a batch, in nats; never with smoothed labels.

    Args:
        one_hot: labels, float, shape (n, 10).
        logits: float, shape (n, 10).

    Returns:
        scalar, in the dtype of the logits.
    """
    return tf.reduce_mean(keras.losses.categorical_crossentropy(one_hot, logits, True))


def count_right(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """How many examples are classified rightly.

    Args:
        logits: float, shape (..., n, 10).
        labels: uint8, shape (n,).

    Returns:
        int64, shape (...).
    """
    return tf.math.count_nonzero(tf.argmax(logits, axis=-1) == tf.cast(labels, tf.int64), axis=-1)


def to_device(split: Split) -> tuple[tf.Tensor, tf.Tensor]:
    """Images and labels where TensorFlow computes, as bytes.

    Args:
        split: the examples.

    Returns:
        uint8, shape (n, 28, 28), and uint8, shape (n,).
    """
    # A constant may stay in the host's memory; what an op makes does not.
    return tf.identity(tf.constant(split.images)), tf.identity(tf.constant(split.labels))
