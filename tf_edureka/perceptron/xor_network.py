"""Two hidden neurons and one output, 2-2-1: the smallest network that learns XOR.

One neuron is one line, and no line parts the rows of XOR. Two neurons are two lines; what they give
for the four rows are four other points, and those a line can part.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import numpy.typing as npt

from tf_edureka._numbers import op_seeds
from tf_edureka._tensorflow import tf
from tf_edureka.config import PerceptronConfig
from tf_edureka.perceptron.activations import ACTIVATIONS
from tf_edureka.perceptron.gates import Gate
from tf_edureka.results import SweepResult, asks_to_stop
from tf_edureka.tf1.initializers import random_normals

# Weights of a network: kernel and bias of both hidden neurons, (3, 2); those of the output, (3,).
WEIGHTS = 9
# What holds some activations back in the hidden layer, however long they train.
LIMITS: Mapping[str, str] = {
    "identity": "lines of lines are lines: the network is one neuron",
    "step": "no gradient: hidden neurons stay as drawn, only the output learns",
    "softmax": "both outputs sum to 1: they are one neuron",
}
# Epochs of one call of the compiled loop.
_EPOCHS_PER_CALL = 100


def hidden_outputs(
    activation: str, inputs: npt.NDArray[np.float32] | tf.Tensor, weights: tf.Tensor
) -> tf.Tensor:
    """What the hidden neurons give.

    `hidden = f(inputs hidden_kernel)`

    Args:
        activation: name of f; softmax is over both neurons.
        inputs: float32, shape (rows, 3): two inputs and a column of ones, for the bias.
        weights: float32, shape (n, 9), of n networks.

    Returns:
        float32, shape (n, rows, 2).
    """
    kernel = tf.reshape(weights[:, :6], [-1, 3, 2])
    return ACTIVATIONS[activation].function(tf.einsum("ri,nih->nrh", inputs, kernel))


def outputs(
    activation: str, inputs: npt.NDArray[np.float32] | tf.Tensor, weights: tf.Tensor
) -> tf.Tensor:
    """What the networks give.

    `outputs = sigmoid(hidden output_kernel + output_bias)`

    Args:
        activation: of the hidden neurons.
        inputs: as for `hidden_outputs`.
        weights: as for `hidden_outputs`.

    Returns:
        float32, shape (n, rows).
    """
    hidden = hidden_outputs(activation, inputs, weights)
    return tf.sigmoid(tf.einsum("nrh,nh->nr", hidden, weights[:, 6:8]) + weights[:, 8:])


def train(
    config: PerceptronConfig,
    data: Gate,
    *,
    seeds: Iterable[int],
    on_progress: Callable[[int, npt.NDArray[np.float32]], object] | None = None,
) -> SweepResult:
    """Trains a network from each of many seeds, all in one computation.

    By gradient descent on the summed squared error of all four rows, as the article's perceptron.
    With the step function the hidden neurons have no gradient and stay as they were drawn, so only
    the output learns.

    Args:
        config: learning rate, epochs, and activation of the hidden neurons; its seed is ignored.
        data: the gate.
        seeds: op seeds, a network for each: all nine weights are one draw of TensorFlow 1's
            `tf.random_normal`.
        on_progress: called every 100 epochs and at the end with the number of epochs so far and the
            losses, float32, shape (n,). If it returns True, the training ends.

    Returns:
        what the training gave; weights are of shape (n, 9), the first six the hidden neurons'.

    Raises:
        InputError: when there is no seed, or one is not a whole number from 0 to 2**31 - 1.
    """
    seeds = op_seeds(seeds)
    initial = weights = random_normals(None, seeds, shape=[WEIGHTS])
    least = tf.fill([len(seeds)], np.float32(np.inf))
    for start in range(0, config.epochs, _EPOCHS_PER_CALL):
        epochs = min(_EPOCHS_PER_CALL, config.epochs - start)
        arguments = (
            config.activation,
            weights,
            least,
            tf.constant(data.inputs),
            tf.constant(data.targets[:, 0]),
            tf.constant(config.learning_rate, tf.float32),
            tf.constant(epochs),
        )
        # As in `training`.
        weights, loss, least, trained = _epochs.get_concrete_function(*arguments)(*arguments)
        if asks_to_stop(on_progress and on_progress(start + epochs, loss.numpy())):
            break
    return SweepResult(
        loss.numpy(),
        least.numpy(),
        initial_weights=initial.numpy(),
        final_weights=weights.numpy(),
        outputs=trained.numpy(),
    )


@tf.function(jit_compile=True)
def _epochs(
    activation: str,
    weights: tf.Tensor,
    least: tf.Tensor,
    inputs: tf.Tensor,
    targets: tf.Tensor,
    learning_rate: tf.Tensor,
    count: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    """Trains for some epochs; gives the weights, their losses, the least ones, and the outputs."""

    def losses_of(trained: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(tf.square(trained - targets), axis=1)

    for _ in tf.range(count):
        with tf.GradientTape() as tape:
            tape.watch(weights)
            losses = losses_of(outputs(activation, inputs, weights))
        # Of the sum of all losses; as the networks do not mix, each gets its own gradient.
        weights -= learning_rate * tape.gradient(losses, weights)
        least = tf.minimum(least, losses_of(outputs(activation, inputs, weights)))
    trained = outputs(activation, inputs, weights)
    return weights, losses_of(trained), least, trained
