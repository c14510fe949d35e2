"""The article's first program the modern way: `tf.Variable`, `GradientTape`, one compiled loop.

A neuron alone is a column of a kernel. As the columns do not mix, any number of them trains in one
computation, each as if it were alone: that is how a sweep trains many seeds at once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from tf_edureka._numbers import op_seeds
from tf_edureka._tensorflow import tf
from tf_edureka.config import PerceptronConfig
from tf_edureka.perceptron.activations import ACTIVATIONS
from tf_edureka.perceptron.gates import Gate
from tf_edureka.results import PerceptronResult, SweepResult, asks_to_stop
from tf_edureka.tf1.initializers import random_normals

# What the compiled loop does at most before it hands out what it recorded: epochs, and weights.
MAX_EPOCHS_PER_CALL, MAX_WEIGHTS_PER_CALL = 1000, 2**22


def outputs(
    activation: str, inputs: npt.NDArray[np.float32] | tf.Tensor, *, kernel: tf.Tensor
) -> tf.Tensor:
    """What perceptrons give.

    `outputs = f(inputs kernel)`

    Source: the article's `tf.nn.relu(tf.matmul(x, w))`.

    Args:
        activation: name of f.
        inputs: float32, shape (rows, 3): two inputs and a column of ones, for the bias.
        kernel: float32, shape (3, n): the weights of n perceptrons.

    Returns:
        float32, shape (rows, n).
    """
    return ACTIVATIONS[activation].neuron_output(tf.matmul(inputs, kernel))


def train(
    config: PerceptronConfig,
    data: Gate,
    *,
    on_epoch: Callable[[int, np.float32], object] | None = None,
) -> PerceptronResult:
    """Trains one perceptron.

    Each epoch is one step on all four rows, as in the article:
    `kernel -= learning_rate * d/dkernel sum((outputs - targets)^2)`.
    The step function has no gradient, so it learns by Rosenblatt's rule instead, row by row:
    `kernel += learning_rate * (target - output) * row`.

    Ends early when the loss is no longer a finite number: nothing could come of it.

    Args:
        config: what to train.
        data: the gate.
        on_epoch: called after each epoch with its number from 0 and the loss. If it returns True,
            the training ends; anything else it returns does not matter.

    Returns:
        the course of the training and the weights. On a CPU and with identity, relu or softmax
        they are, bit for bit, those of TensorFlow 1.15.5.
    """
    kernel = _initial_kernel([config.seed])
    losses, weights = [], [kernel[:, 0].numpy()]
    for epoch, (loss, after) in enumerate(_train_epochs(config, data, kernel)):
        losses.append(loss[0])
        weights.append(after[:, 0])
        stop = asks_to_stop(on_epoch and on_epoch(epoch, loss[0]))
        if stop or not np.isfinite(loss[0]):
            break
    trained = outputs(
        config.activation, data.inputs, kernel=tf.constant(weights[-1][:, np.newaxis])
    )
    return PerceptronResult(np.array(losses), np.array(weights), outputs=trained.numpy()[:, 0])


def sweep(
    config: PerceptronConfig,
    data: Gate,
    *,
    seeds: Iterable[int],
    on_progress: Callable[[int, npt.NDArray[np.float32]], object] | None = None,
) -> SweepResult:
    """Trains a perceptron from each of many seeds, all in one computation.

    Args:
        config: what to train; its own seed is ignored.
        data: the gate.
        seeds: op seeds of the initial weights, a perceptron for each.
        on_progress: called after each epoch with its number from 0 and the losses, float32, shape
            (n,). If it returns True, the training ends.

    Returns:
        what `train` gives for each of them at its last epoch: on a CPU to the last bit, but for
        sigmoid, which TensorFlow computes in another way for many numbers than for four.

    Raises:
        InputError: when there is no seed, or one is not a whole number from 0 to 2**31 - 1.
    """
    seeds = op_seeds(seeds)
    kernel = _initial_kernel(seeds)
    initial = kernel.numpy()
    final = initial
    last = least = np.full(len(seeds), np.inf, np.float32)
    for epoch, (loss, after) in enumerate(_train_epochs(config, data, kernel)):
        loss.flags.writeable = False  # it becomes the result
        last, final, least = loss, after, np.fmin(least, loss)
        if asks_to_stop(on_progress and on_progress(epoch, loss)):
            break
    trained = outputs(config.activation, data.inputs, kernel=tf.constant(final))
    return SweepResult(
        last,
        least,
        initial_weights=initial.T,
        final_weights=final.T,
        outputs=trained.numpy().T,
    )


def _initial_kernel(seeds: Sequence[int]) -> tf.Variable:
    """Shape (3, n): a column from each op seed, as the article's `tf.random_normal` draws it."""
    drawn = tf.transpose(random_normals(None, seeds, shape=[3]))
    # With the number of seeds left open, one compiled loop does for any.
    return tf.Variable(drawn, shape=(3, None))


def _train_epochs(
    config: PerceptronConfig, data: Gate, kernel: tf.Variable
) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
    """The losses, shape (n,), and the kernel, shape (3, n), after each epoch."""
    at_once = max(1, min(MAX_EPOCHS_PER_CALL, MAX_WEIGHTS_PER_CALL // int(tf.size(kernel))))
    for start in range(0, config.epochs, at_once):
        arguments = (
            config.activation,
            kernel,
            tf.constant(data.inputs),
            tf.constant(data.targets),
            tf.constant(config.learning_rate, tf.float32),
            tf.constant(min(at_once, config.epochs - start)),
        )
        # Traced once for each activation. Called plainly, it would warn of the sixth.
        losses, kernels = _epochs.get_concrete_function(*arguments)(*arguments)
        yield from zip(losses.numpy(), kernels.numpy(), strict=True)


# Without XLA, which would round in another way than TensorFlow 1.
@tf.function
def _epochs(
    activation: str,
    kernel: tf.Variable,
    inputs: tf.Tensor,
    targets: tf.Tensor,
    learning_rate: tf.Tensor,
    count: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Trains for some epochs and records the losses and the kernel after each."""
    losses, kernels = tf.TensorArray(tf.float32, count), tf.TensorArray(tf.float32, count)
    for epoch in tf.range(count):
        if activation == "step":
            _rosenblatt_step(activation, kernel, inputs, targets, learning_rate)
        else:
            _gradient_step(activation, kernel, inputs, targets, learning_rate)
        errors = outputs(activation, inputs, kernel=kernel) - targets
        losses = losses.write(epoch, tf.reduce_sum(tf.square(errors), axis=0))
        kernels = kernels.write(epoch, kernel)
    return losses.stack(), kernels.stack()


def _gradient_step(
    activation: str,
    kernel: tf.Variable,
    inputs: tf.Tensor,
    targets: tf.Tensor,
    learning_rate: tf.Tensor,
) -> None:
    """One step of gradient descent; the sum over all columns leaves each its own gradient."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(outputs(activation, inputs, kernel=kernel) - targets))
    kernel.assign_sub(learning_rate * tape.gradient(loss, kernel))


def _rosenblatt_step(
    activation: str,
    kernel: tf.Variable,
    inputs: tf.Tensor,
    targets: tf.Tensor,
    learning_rate: tf.Tensor,
) -> None:
    """One pass of Rosenblatt's rule, which moves the weights after each row that is wrong."""
    for row, target in zip(tf.split(inputs, 4), tf.split(targets, 4), strict=True):
        error = target - outputs(activation, row, kernel=kernel)
        kernel.assign_add(learning_rate * tf.matmul(row, error, transpose_a=True))
