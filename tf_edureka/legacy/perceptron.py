"""The article's first program: a neuron learns a gate, in TensorFlow 1's graph and session."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from tf_edureka._numbers import op_seeds
from tf_edureka._tensorflow import tf
from tf_edureka.config import PerceptronConfig
from tf_edureka.perceptron.activations import ACTIVATIONS
from tf_edureka.perceptron.gates import Gate
from tf_edureka.results import PerceptronResult, SweepResult, asks_to_stop

v1 = tf.compat.v1


@dataclass(frozen=True, eq=False)
class PerceptronGraph:
    """The article's graph, with its tensors and ops by name.

    Attributes:
        graph: graph that contains all of them.
        inputs: placeholder, float32, shape (n, 3); the article's `x`.
        targets: placeholder, float32, shape (n, 1); the article's `y`.
        kernel: variable, float32, shape (3, 1); the article's `w`.
        outputs: float32, shape (n, 1); the article's `output`.
        loss: summed squared error: float32, a scalar.
        train: op that takes a step.
        init: op that sets the initial values.
    """

    graph: tf.Graph
    inputs: tf.Tensor
    targets: tf.Tensor
    kernel: tf.compat.v1.Variable
    outputs: tf.Tensor
    loss: tf.Tensor
    train: tf.Operation
    init: tf.Operation


def build_graph(config: PerceptronConfig) -> PerceptronGraph:
    """Builds the article's graph, op for op.

    `loss = sum((f(x w) - y)^2)`; the article's f is relu.

    Args:
        config: learning rate, op seed and activation.

    Raises:
        InputError: if the activation is the step function, which has no gradient.
    """
    config.expect_gradient()
    graph = tf.Graph()
    with graph.as_default():
        with tf.device("CPU:0"):  # GPUs sample different numbers from the same seed
            # Two inputs and the bias, which in the article is the weight of a third input that is
            # always 1. Only this op is seeded, so the graph's seed is TensorFlow's default.
            initial = v1.random_normal([3, 1], seed=config.seed)
        # A reference variable, the default in TensorFlow 1: it is read differently from TensorFlow
        # 2's variables and creates other ops.
        kernel = v1.Variable(initial, use_resource=False)
        inputs = v1.placeholder(tf.float32, [None, 3])
        targets = v1.placeholder(tf.float32, [None, 1])
        outputs = ACTIVATIONS[config.activation].function(tf.matmul(inputs, kernel))
        # The article calls it the mean squared error. It is the sum, so the learning rate has four
        # times the effect.
        loss = tf.reduce_sum(tf.square(outputs - targets))
        train = v1.train.GradientDescentOptimizer(config.learning_rate).minimize(loss)
        init = v1.global_variables_initializer()
    return PerceptronGraph(graph, inputs, targets, kernel, outputs, loss, train, init)


def train(
    config: PerceptronConfig,
    data: Gate,
    *,
    on_epoch: Callable[[int, np.float32], object] | None = None,
) -> PerceptronResult:
    """Trains the perceptron like the article.

    Unlike the article, it stops when the loss is NaN or infinite, as the modern path does.

    Args:
        config: learning rate, epochs, seed and activation.
        data: gate to learn; each step uses all of its rows.
        on_epoch: called after each epoch with the epoch number (from 0) and the loss. The training
            stops if it returns True; any other return value is ignored.

    Returns:
        loss and weights of each epoch, and the final outputs.

    Example:
        The article's perceptron learns OR with seed 15:

        >>> from tf_edureka import GATES, PerceptronConfig
        >>> from tf_edureka.legacy import perceptron
        >>> result = perceptron.train(PerceptronConfig(seed=15), GATES["or"])
        >>> print(f"{result.loss[0]:.7f} to {result.loss[-1]:.7f}")
        2.0738316 to 0.2716712
    """
    built = build_graph(config)
    losses = []
    with v1.Session(graph=built.graph) as session:
        session.run(built.init)
        weights = [session.run(built.kernel)]
        feed = {built.inputs: data.inputs, built.targets: data.targets}
        for epoch in range(config.epochs):
            # An "epoch" is one step on all rows; the loss is computed after the step.
            session.run(built.train, feed)
            loss, kernel = session.run([built.loss, built.kernel], feed)
            losses.append(loss)
            weights.append(kernel)
            stop = asks_to_stop(on_epoch and on_epoch(epoch, loss))
            if stop or not np.isfinite(loss):
                break
        outputs = session.run(built.outputs, feed)
    return PerceptronResult(np.array(losses), np.array(weights)[:, :, 0], outputs=outputs[:, 0])


def sweep(
    config: PerceptronConfig,
    data: Gate,
    *,
    seeds: Iterable[int],
    on_progress: Callable[[int, np.float32], object] | None = None,
) -> SweepResult:
    """Trains one perceptron from each of many seeds, one after the other, like the article.

    Args:
        config: learning rate, epochs and activation; its seed is ignored.
        data: gate to learn.
        seeds: op seeds of the initial weights, one perceptron for each.
        on_progress: called after each perceptron (in the modern path after each epoch of all) with
            its number from 0 and its final loss. The sweep stops if it returns True.

    Returns:
        final state of each perceptron that was trained.

    Raises:
        InputError: if there is no seed, or one is not a whole number from 0 to 2**31 - 1.

    Example:
        >>> from tf_edureka import GATES, PerceptronConfig
        >>> from tf_edureka.legacy import perceptron
        >>> result = perceptron.sweep(PerceptronConfig(), GATES["or"], seeds=[15, 0])
        >>> print(result.loss.round(2))
        [0.27 1.04]
    """
    seeds = op_seeds(seeds)
    results = []
    for number, seed in enumerate(seeds):
        results.append(train(replace(config, seed=seed), data))
        if asks_to_stop(on_progress and on_progress(number, results[-1].loss[-1])):
            break
    return SweepResult.from_results(results)
