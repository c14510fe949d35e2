"""Training of perceptrons in TensorFlow 2: `tf.Variable`, `GradientTape` and one compiled loop.

A neuron is one column of a kernel. The columns do not influence each other, so one computation
trains any number of independent neurons: a sweep trains many seeds at the same time.
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

# Limits of one call of the compiled loop: epochs, and weights that it records.
MAX_EPOCHS_PER_CALL, MAX_WEIGHTS_PER_CALL = 1000, 2**22


def outputs(
    activation: str, inputs: npt.NDArray[np.float32] | tf.Tensor, *, kernel: tf.Tensor
) -> tf.Tensor:
    """Returns the outputs of perceptrons with given weights.

    `outputs = f(inputs kernel)`

    Source: the article's `tf.nn.relu(tf.matmul(x, w))`.

    Args:
        activation: name of the activation function f.
        inputs: two inputs and a column of ones for the bias: float32, shape (rows, 3).
        kernel: weights of n perceptrons: float32, shape (3, n).

    Returns:
        outputs for each row and perceptron: float32, shape (rows, n).

    Example:
        >>> import tensorflow as tf
        >>> from tf_edureka import perceptron
        >>> kernel = tf.constant([[1.0], [1.0], [-0.5]])  # both inputs count 1, the bias is -0.5
        >>> perceptron.outputs("step", perceptron.GATES["or"].inputs, kernel=kernel).numpy()[:, 0]
        array([0., 1., 1., 1.], dtype=float32)
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
    The step function has no gradient, so it is trained by Rosenblatt's rule, row by row:
    `kernel += learning_rate * (target - output) * row`.

    Stops early when the loss is NaN or infinite.

    Args:
        config: learning rate, epochs, seed and activation.
        data: gate to learn.
        on_epoch: called after each epoch with the epoch number (from 0) and the loss. The training
            stops if it returns True; any other return value is ignored.

    Returns:
        loss and weights of each epoch, and the final outputs. On a CPU and with identity, relu or
        softmax they are bit-identical to those of TensorFlow 1.15.5.

    Example:
        The article's perceptron learns OR with seed 15:

        >>> from tf_edureka import GATES, PerceptronConfig, train_perceptron
        >>> result = train_perceptron(PerceptronConfig(seed=15), GATES["or"])
        >>> print(f"{result.loss[0]:.7f} to {result.loss[-1]:.7f}")
        2.0738316 to 0.2716712
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
    """Trains one perceptron from each of many seeds, all in one computation.

    Args:
        config: learning rate, epochs and activation; its seed is ignored.
        data: gate to learn.
        seeds: op seeds of the initial weights, one perceptron for each.
        on_progress: called after each epoch with the epoch number (from 0) and the losses, float32,
            shape (n,). The training stops if it returns True.

    Returns:
        final state of each perceptron. On a CPU each is bit-identical to the result of `train`,
        except with sigmoid, which TensorFlow computes differently for many values than for four.

    Raises:
        InputError: if there is no seed, or one is not a whole number from 0 to 2**31 - 1.

    Example:
        >>> from tf_edureka import PerceptronConfig, perceptron
        >>> result = perceptron.sweep(PerceptronConfig(), perceptron.GATES["or"], seeds=range(1000))
        >>> result.final_weights.shape
        (1000, 3)
        >>> learned = perceptron.diagnosis.is_correct(result.outputs, perceptron.GATES["or"])
        >>> round(float(learned.all(axis=1).mean()), 1)  # share of the seeds that learn OR
        0.3
    """
    seeds = op_seeds(seeds)
    kernel = _initial_kernel(seeds)
    initial = kernel.numpy()
    final = initial
    last = least = np.full(len(seeds), np.inf, np.float32)
    for epoch, (loss, after) in enumerate(_train_epochs(config, data, kernel)):
        loss.flags.writeable = False  # it becomes part of the result
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
    """Returns a kernel of shape (3, n): one column per op seed, sampled like the article's."""
    drawn = tf.transpose(random_normals(None, seeds, shape=[3]))
    # The number of seeds is left open, so one compiled loop serves any number.
    return tf.Variable(drawn, shape=(3, None))


def _train_epochs(
    config: PerceptronConfig, data: Gate, kernel: tf.Variable
) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
    """Yields the losses, shape (n,), and the kernel, shape (3, n), after each epoch."""
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
        # Traced once per activation. A plain call would warn about retracing at the sixth.
        losses, kernels = _epochs.get_concrete_function(*arguments)(*arguments)
        yield from zip(losses.numpy(), kernels.numpy(), strict=True)


# Without XLA, which rounds differently from TensorFlow 1.
@tf.function
def _epochs(
    activation: str,
    kernel: tf.Variable,
    inputs: tf.Tensor,
    targets: tf.Tensor,
    learning_rate: tf.Tensor,
    count: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Trains for `count` epochs and returns the losses and the kernel after each."""
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
    """One step of gradient descent; summing over all columns keeps their gradients independent."""
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
    """One pass of Rosenblatt's rule, which changes the weights after each wrong row."""
    for row, target in zip(tf.split(inputs, 4), tf.split(targets, 4), strict=True):
        error = target - outputs(activation, row, kernel=kernel)
        kernel.assign_add(learning_rate * tf.matmul(row, error, transpose_a=True))
