"""The article's first program: a neuron learns a gate, in TensorFlow 1's own graph and session."""

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
    """The article's graph with its parts by name.

    Attributes:
        graph: that holds them.
        inputs: placeholder, float32, shape (n, 3); the article's `x`.
        targets: placeholder, float32, shape (n, 1); `y`.
        kernel: variable, float32, shape (3, 1); `w`.
        outputs: float32, shape (n, 1); `output`.
        loss: float32 scalar.
        train: the op that takes a step.
        init: the op that sets the initial values.
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

    `loss = sum((f(x w) - y)^2)`, where the article has relu for f.

    Args:
        config: learning rate, op seed and activation.

    Raises:
        InputError: when the activation is the step function, which has no gradient.
    """
    config.expect_gradient()
    graph = tf.Graph()
    with graph.as_default():
        with tf.device("CPU:0"):  # as everywhere the seeds are replayed: GPUs draw other numbers
            # Two inputs and the bias, which the article has as the weight of a third input that is
            # always 1. Only this op is seeded, so the graph's seed is TensorFlow's default.
            initial = v1.random_normal([3, 1], seed=config.seed)
        # A reference variable, as all were in TensorFlow 1: it reads in another way than those of
        # TensorFlow 2, and makes other ops.
        kernel = v1.Variable(initial, use_resource=False)
        inputs = v1.placeholder(tf.float32, [None, 3])
        targets = v1.placeholder(tf.float32, [None, 1])
        outputs = ACTIVATIONS[config.activation].function(tf.matmul(inputs, kernel))
        # The article calls it the mean squared error. It is the sum, so the learning rate means
        # four times as much.
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
    """Trains the perceptron as the article did.

    Unlike the article it ends when the loss is no longer a finite number, like the modern path.

    Args:
        config: what to train.
        data: the gate, all of whose rows make up each step.
        on_epoch: called after each epoch with its number from 0 and the loss. If it returns True,
            the training ends; anything else it returns does not matter.

    Returns:
        the course of the training and the weights.
    """
    built = build_graph(config)
    losses = []
    with v1.Session(graph=built.graph) as session:
        session.run(built.init)
        weights = [session.run(built.kernel)]
        feed = {built.inputs: data.inputs, built.targets: data.targets}
        for epoch in range(config.epochs):
            # An "epoch" is one step on all rows, and the loss is that after the step.
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
    """Trains a perceptron from each of many seeds, one after the other, as the article could.

    Args:
        config: what to train; its own seed is ignored.
        data: the gate.
        seeds: op seeds of the initial weights, a perceptron for each.
        on_progress: called after each perceptron (and not, as in the modern path, after each epoch
            of all) with its number from 0 and its last loss. If it returns True, the sweep ends.

    Returns:
        what `train` gives for each of them that was trained.

    Raises:
        InputError: when there is no seed, or one is not a whole number from 0 to 2**31 - 1.
    """
    seeds = op_seeds(seeds)
    results = []
    for number, seed in enumerate(seeds):
        results.append(train(replace(config, seed=seed), data))
        if asks_to_stop(on_progress and on_progress(number, results[-1].loss[-1])):
            break
    return SweepResult.from_results(results)
