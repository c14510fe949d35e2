"""Two hidden neurons and one output, 2-2-1: the smallest network that learns XOR.

One neuron has one decision line, and no line separates the rows of XOR. Two hidden neurons map the
four rows to other points, which a single line can separate.
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

# Weights of a network: kernel and bias of both hidden neurons, (3, 2), and of the output, (3,).
WEIGHTS = 9
# Why some activations in the hidden layer limit the network, however long it trains.
LIMITS: Mapping[str, str] = {
    "identity": "stacked linear layers are one linear layer: the network equals one neuron",
    "step": "no gradient: hidden neurons keep their initial weights, only the output learns",
    "softmax": "both hidden outputs sum to 1: they act as one neuron",
}
# Epochs per call of the compiled loop.
_EPOCHS_PER_CALL = 100


def hidden_outputs(
    activation: str, inputs: npt.NDArray[np.float32] | tf.Tensor, weights: tf.Tensor
) -> tf.Tensor:
    """Returns the outputs of the two hidden neurons.

    `hidden = f(inputs hidden_kernel)`

    Args:
        activation: name of f; softmax is taken over both neurons.
        inputs: two inputs and a column of ones for the bias: float32, shape (rows, 3).
        weights: weights of n networks: float32, shape (n, 9).

    Returns:
        hidden outputs of each network and row: float32, shape (n, rows, 2).
    """
    kernel = tf.reshape(weights[:, :6], [-1, 3, 2])
    return ACTIVATIONS[activation].function(tf.einsum("ri,nih->nrh", inputs, kernel))


def outputs(
    activation: str, inputs: npt.NDArray[np.float32] | tf.Tensor, weights: tf.Tensor
) -> tf.Tensor:
    """Returns the outputs of networks with given weights.

    `outputs = sigmoid(hidden output_kernel + output_bias)`

    Args:
        activation: name of the hidden neurons' activation.
        inputs: two inputs and a column of ones: float32, shape (rows, 3).
        weights: weights of n networks: float32, shape (n, 9).

    Returns:
        outputs of each network and row: float32, shape (n, rows).
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
    """Trains one network from each of many seeds, all in one computation.

    Uses gradient descent on the summed squared error of all four rows, as the article's perceptron
    does. With the step function the hidden neurons have no gradient and keep their initial weights;
    only the output neuron learns.

    Args:
        config: learning rate, epochs, and activation of the hidden neurons; its seed is ignored.
        data: gate to learn.
        seeds: op seeds, one network for each; all nine weights are one sample of TensorFlow
            1's `tf.random_normal`.
        on_progress: called every 100 epochs and at the end with the number of completed epochs and
            the losses, float32, shape (n,). The training stops if it returns True.

    Returns:
        final state of each network; its weights have shape (n, 9), the hidden neurons' six first.

    Raises:
        InputError: if there is no seed, or one is not a whole number from 0 to 2**31 - 1.

    Example:
        >>> from tf_edureka import PerceptronConfig, perceptron
        >>> config = PerceptronConfig(learning_rate=0.5, epochs=1000, activation="tanh")
        >>> xor = perceptron.GATES["xor"]
        >>> result = perceptron.xor_network.train(config, xor, seeds=range(20))
        >>> learned = perceptron.diagnosis.is_correct(result.outputs, xor).all(axis=1)
        >>> bool(learned.any())  # no single perceptron learns XOR
        True
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
        # A plain call would warn about retracing, as in `training`.
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
    """Trains for `count` epochs; returns weights, their losses, the least losses, and outputs."""

    def losses_of(trained: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(tf.square(trained - targets), axis=1)

    for _ in tf.range(count):
        with tf.GradientTape() as tape:
            tape.watch(weights)
            losses = losses_of(outputs(activation, inputs, weights))
        # The gradient of the summed losses; each network gets its own, since they are independent.
        weights -= learning_rate * tape.gradient(losses, weights)
        least = tf.minimum(least, losses_of(outputs(activation, inputs, weights)))
    trained = outputs(activation, inputs, weights)
    return weights, losses_of(trained), least, trained
