"""The compiled epoch: all its steps in one call of one program, followed by the test pass."""

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

    Images and labels are copied to the device once, as bytes. The loop over the steps is part of
    the compiled program, so Python, data transfer and dispatch cost time once per call only. The
    model keeps the loss, optimizer, regularisers and metrics set by `compile()`.

    Args:
        model: built and compiled model from float32 pixels in [0, 1], shape (n, 784), to logits,
            shape (n, 10).
        train: examples to train on.
        test: examples to test on after the last step.
        validation: examples for the metrics of `validate`; None for no metrics.
        distortion: augmentation of the images of each batch; None for none.
        jit_compile: whether to compile the steps with XLA; False for TensorFlow's own kernels.
        tf32: whether a GPU may multiply in TF32 (10 of float32's 23 mantissa bits), TensorFlow's
            default on GPUs.
        search: whether XLA searches the fastest program for each matrix product on a GPU and
            unrolls several steps: the start takes many seconds longer, later epochs are faster.
            Ignored on CPUs and with deterministic ops.

    Attributes:
        model: the model as passed.
        train_data: training images and labels on the device: uint8, shapes (n, 28, 28) and (n,).
        compiled_steps: compiled steps, a `tf.function` of images, labels, and the `order` and
            `seed` of `train`.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import MlpConfig, Split, mlp
        >>> config = MlpConfig.tuned(batch_size=5, hidden_units=(8,))
        >>> images = np.zeros((10, 28, 28), np.uint8)
        >>> images[range(10), range(10)] = 255  # a line whose height tells the digit
        >>> split = Split(images, np.arange(10, dtype=np.uint8))
        >>> epoch = mlp.CompiledEpoch(mlp.build(config, 2), split, test=split, jit_compile=False)
        >>> order = next(mlp.epoch_orders(config, examples=10))
        >>> epoch.train(order, seed=(0, 0)).shape  # the cost of each of the two steps
        (2,)
        >>> 0 <= epoch.test() <= 10
        True
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
        # Keras creates the metrics' variables at their first batch. Created here, they exist when
        # the program is traced, and are part of `state`.
        nothing = tf.zeros((1, CLASSES))
        model.compute_metrics(None, nothing, nothing)
        model.reset_metrics()
        self.train_data, self._test = to_device(train), to_device(test)
        self._validation = None if validation is None else to_device(validation)
        self._distortion, self._tf32 = distortion, tf32
        searches = search and jit_compile and not runtime.deterministic()
        self._platform = products.search_platform(self.train_data[0]) if searches else None
        self._tf32_changes_nothing: bool | None = None  # set when the steps are traced
        self._cost_shape: tuple[int, ...] = ()  # of one step
        self.compiled_steps = tf.function(self._steps, jit_compile=jit_compile, autograph=False)
        # Compiling a single pass with XLA would take longer than it saves.
        self._compiled_test = tf.function(self._count_right, autograph=False)
        self._compiled_validation = tf.function(self._validated, autograph=False)

    def train(self, order: npt.NDArray[np.int32], seed: tuple[int, int]) -> Floats:
        """Takes steps.

        Args:
            order: examples of each batch: int32, shape (steps, batch_size).
            seed: seed of the distortions, two int32; each step adds its number to the second.

        Returns:
            cross-entropy of each step, in the variables' dtype, shape (steps,).
        """
        # The images are arguments instead of captured: TensorFlow 2.21 never frees the graph of an
        # optimizer step, nor what the graph captured.
        arguments = *self.train_data, tf.constant(order), tf.constant(seed, tf.int32)
        if self._platform and self._tf32_changes_nothing is None:
            program = self.compiled_steps.get_concrete_function(*arguments)
            self._tf32_changes_nothing = products.tf32_changes_nothing(program.graph)
        with runtime.tf32(self._tf32 or bool(self._tf32_changes_nothing)):
            costs: Floats = call_concrete(self.compiled_steps, *arguments).numpy()
        return costs

    def test(self) -> int | npt.NDArray[np.int64]:
        """Tests the network on all test images.

        Returns:
            number of images that are classified correctly: int64, a scalar.
        """
        with runtime.tf32(self._tf32):
            return int(call_concrete(self._compiled_test, *self._test))

    def validate(self) -> dict[str, float]:
        """Computes the metrics of the validation examples.

        Returns:
            `loss`, the average cross-entropy in nats, without label smoothing; and `accuracy`, the
            share that is classified correctly, in [0, 1]. Empty if there are no validation
            examples.
        """
        if self._validation is None or not len(self._validation[1]):
            return {}
        with runtime.tf32(self._tf32):
            loss, right = call_concrete(self._compiled_validation, *self._validation)
        return {"loss": float(loss), "accuracy": int(right) / len(self._validation[1])}

    def state(self) -> list[Array]:
        """Returns all state that steps change: weights, optimizer, metrics, and random layers.

        Returns:
            one array per variable, in its shape and dtype.
        """
        return [variable.value.numpy() for variable in self._variables()]

    def restore(self, state: Sequence[Array]) -> None:
        """Restores a state from `state`, of this process or another.

        Args:
            state: arrays from `state` of a model with the same layers: one per variable, in its
                shape and dtype.

        Raises:
            InputError: if the arrays do not fit this model.
        """
        variables = self._variables()
        there, here = ([(tuple(v.shape), str(v.dtype)) for v in s] for s in (state, variables))
        if there != here:
            raise InputError(
                f"state: expected {len(here)} variables with the shapes and dtypes of this model, "
                f"got {len(there)} others; it belongs to another network or version of Keras"
            )
        for variable, value in zip(variables, state, strict=True):
            variable.assign(value)

    def reset_metrics(self) -> None:
        """Resets the metrics of `compile()` for a new epoch."""
        self.model.reset_metrics()

    def metrics(self) -> dict[str, float]:
        """Returns the metrics of `compile()` on the training batches since the last reset."""
        results = self.model.get_metrics_result().items()
        return {name: float(x) for name, x in results if name != "loss"}  # no step updates it

    def any_stops(self, stop: bool) -> bool:
        """True if any process ends the training; `stop` is the decision of this process."""
        return stop

    def _variables(self) -> list[keras.Variable]:
        return [*self.model.variables, *self.model.optimizer.variables]

    def _steps(
        self, images: tf.Tensor, labels: tf.Tensor, order: tf.Tensor, seed: tf.Tensor
    ) -> tf.Tensor:
        # XLA knows the size of a row of `order`. For a slice with computed bounds it would assume
        # the size of the whole data set, and compute with that many examples at each step.
        steps = order.shape[0]
        most = _UNROLLED_STEPS if self._platform else 1
        at_once = max(n for n in range(1, most + 1) if not steps % n)

        def turn(first: tf.Tensor, costs: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
            for step in (first + i for i in range(at_once)):
                cost = self._step(images, labels, order[step], seed + tf.stack([0, step]))
                costs = costs.write(step, cost)
            return first + at_once, costs

        dtype = self.model.trainable_variables[0].dtype
        costs = tf.TensorArray(dtype, steps, element_shape=self._cost_shape)
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
    """Calls a `tf.function` that each training creates for itself.

    With a plain call TensorFlow would warn about retracing from the fifth training on.

    Args:
        compiled: function to call.
        *arguments: its arguments: tensors, and Python values that it is traced for.

    Returns:
        the function's result.
    """
    return compiled.get_concrete_function(*arguments)(*arguments)


def logits_and_gradients(
    model: keras.Model, inputs: tf.Tensor, one_hot: tf.Tensor
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Computes the forward and backward pass of a step.

    Args:
        model: built and compiled model that outputs logits.
        inputs: pixels: float32 or the variables' dtype, shape (n, 784).
        one_hot: one-hot labels: float32 or the variables' dtype, shape (n, 10).

    Returns:
        logits, shape (n, 10), and the gradient of the model's loss for each trainable variable, in
        its shape; all in the variables' dtype.
    """
    with tf.GradientTape() as tape:
        logits = model(inputs, training=True)
        loss = model.compute_loss(x=inputs, y=one_hot, y_pred=logits)
    return logits, tape.gradient(loss, model.trainable_variables)


def cross_entropy(one_hot: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Returns the article's cost: cross-entropy averaged over a batch, in nats, no label smoothing.

    Args:
        one_hot: one-hot labels: float, shape (n, 10).
        logits: float, shape (n, 10).

    Returns:
        a scalar in the dtype of the logits.
    """
    return tf.reduce_mean(keras.losses.categorical_crossentropy(one_hot, logits, True))


def count_right(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Counts the examples that are classified correctly.

    Args:
        logits: float, shape (..., n, 10).
        labels: uint8, shape (n,).

    Returns:
        int64, shape (...).
    """
    return tf.math.count_nonzero(tf.argmax(logits, axis=-1) == tf.cast(labels, tf.int64), axis=-1)


def to_device(split: Split) -> tuple[tf.Tensor, tf.Tensor]:
    """Copies images and labels to the device, as bytes.

    Args:
        split: examples to copy.

    Returns:
        images, uint8, shape (n, 28, 28), and labels, uint8, shape (n,).
    """
    # A constant may stay in host memory; the output of an op does not.
    return tf.identity(tf.constant(split.images)), tf.identity(tf.constant(split.labels))
