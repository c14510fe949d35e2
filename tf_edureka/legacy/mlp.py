"""The article's second program: the network for MNIST in TensorFlow 1's own graph and session."""

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tf_edureka._tensorflow import tf
from tf_edureka.config import CLASSES, PIXELS, MlpConfig
from tf_edureka.data.mnist import Mnist, Split
from tf_edureka.errors import InputError
from tf_edureka.legacy.input_data import DataSet, dense_to_one_hot
from tf_edureka.results import MlpResult, asks_to_stop
from tf_edureka.runs.state import Array, TrainingProgress, TrainingState, identity
from tf_edureka.tf1 import seeds

v1 = tf.compat.v1


@dataclass(frozen=True, eq=False)
class MlpGraph:
    """The article's graph with its parts by name.

    Attributes:
        graph: that holds them.
        pixels: placeholder, `config.dtype` as all numbers here, shape (n, 784), in [0, 1]; the
            article's `x`.
        labels: placeholder of that dtype, shape (n, 10), one-hot; `y`.
        logits: of that dtype, shape (n, 10); `pred`.
        cost: scalar, in nats.
        train: the op that takes a step; `optimizer`.
        init: the op that sets the initial values.
        variables: kernel and bias of each layer, from the input on, as in `MlpResult.weights`.
    """

    graph: tf.Graph
    pixels: tf.Tensor
    labels: tf.Tensor
    logits: tf.Tensor
    cost: tf.Tensor
    train: tf.Operation
    init: tf.Operation
    variables: tuple[tf.compat.v1.Variable, ...]


def build_graph(config: MlpConfig) -> MlpGraph:
    """Builds the article's graph, op for op.

    `logits = relu(relu(x K1 + b1) K2 + b2) K3 + b3`; `cost = mean(softmax cross-entropy)`

    Args:
        config: of the article's recipe. `config.seed` is what `tf.set_random_seed` was given.

    Raises:
        InputError: when the recipe is another.
    """
    if config.recipe != "article":
        raise InputError(f"recipe: expected article for the legacy path, got {config.recipe}")
    graph = tf.Graph()
    with graph.as_default():
        v1.set_random_seed(config.seed)
        pixels = v1.placeholder(config.dtype, [None, PIXELS])
        labels = v1.placeholder(config.dtype, [None, CLASSES])
        sizes = [PIXELS, *config.hidden_units, CLASSES]
        kernels = [_random_variable(pair, config.dtype) for pair in itertools.pairwise(sizes)]
        # The biases are drawn from N(0, 1) like the kernels; 0 is usual. With 784 inputs and
        # kernels so wide, the first costs are above 1,000.
        biases = [_random_variable([units], config.dtype) for units in sizes[1:]]
        hidden = pixels
        for kernel, bias in zip(kernels[:-1], biases[:-1], strict=True):
            hidden = tf.nn.relu(tf.add(tf.matmul(hidden, kernel), bias))
        logits = tf.matmul(hidden, kernels[-1]) + biases[-1]
        # softmax_cross_entropy_with_logits of TensorFlow 1 let no gradient through to the labels;
        # that of TensorFlow 2 does.
        cost = tf.reduce_mean(
            tf.nn.softmax_cross_entropy_with_logits(tf.stop_gradient(labels), logits)
        )
        train = _adam(config).minimize(cost)
        init = v1.global_variables_initializer()
    variables = tuple(itertools.chain(*zip(kernels, biases, strict=True)))
    return MlpGraph(graph, pixels, labels, logits, cost, train, init, variables)


def add_accuracy(built: MlpGraph) -> tf.Tensor:
    """Adds the ops that compute the share of right answers; the article does so in every epoch.

    Args:
        built: the graph to add them to.

    Returns:
        scalar, float32, in [0, 1].
    """
    with built.graph.as_default():
        right = tf.equal(tf.argmax(built.logits, 1), tf.argmax(built.labels, 1))
        return tf.reduce_mean(tf.cast(right, "float"))


def train(
    config: MlpConfig,
    data: Mnist,
    *,
    on_epoch: Callable[[int, float, float], object] | None = None,
    start: TrainingState | None = None,
    save: Callable[[TrainingState], object] | None = None,
) -> MlpResult:
    """Trains the network as the article did, and tests it after each epoch.

    Unlike the article it ends when the cost is no longer a finite number, like the modern path.
    NumPy's global generator, from which the batches come, is put back afterwards.

    Args:
        config: of the article's recipe.
        data: trained on `data.train`, tested on `data.test`.
        on_epoch: called after each epoch with its number from 0, cost and accuracy. If it returns
            True, the training ends; anything else it returns does not matter.
        start: the state that an earlier call handed to `save`, to go on from there. It has the
            variables that `tf.train.Saver` would have saved. The batches, which no `Saver` knows
            of, are drawn again up to there.
        save: called with the state after each epoch, and in long epochs every ten seconds. If it
            returns True, the training ends.

    Returns:
        the course of the training, all of it, and the weights it ended with.

    Raises:
        InputError: when the recipe is another, the batch size exceeds the training examples or
            `start` is of another training.
    """
    steps = config.steps_per_epoch(len(data.train.labels))
    built = build_graph(config)
    with numpy_put_back(), session(built) as running:
        train_data, test_data = data_set(data.train), data_set(data.test)
        training = identity("legacy", config, data)
        progress = TrainingProgress(start, save, training=training, steps=steps)
        if start is not None:
            _restore(built, running, start.variables)
            for _ in range(progress.epoch * steps + progress.step):
                train_data.next_batch(config.batch_size)
        stop = False
        while not stop and progress.should_continue():
            epoch = progress.epoch
            progress.begin_epoch()
            while progress.step < steps:
                pixels, labels = train_data.next_batch(config.batch_size)
                feed = {built.pixels: pixels, built.labels: labels}
                _, cost = running.run([built.train, built.cost], feed)
                progress.add_steps([cost])
                if progress.step < steps and progress.save_if_due(lambda: _state(built, running)):
                    stop = True
                    break
            if stop:
                break
            average = 0.0
            for cost in progress.running_cost:  # sum() adds in another way since Python 3.12
                # NumPy 1 divided a float32 by an int in double precision, NumPy 2 does not.
                average += float(cost) / steps
            # New ops in every epoch: the graph grows by them, and the session has to take it in.
            # The images that it is tested on are watched while it trains.
            accuracy = add_accuracy(built)
            feed = {built.pixels: test_data.images, built.labels: test_data.labels}
            # The share comes in float32; how many are right makes it exact.
            right = round(float(accuracy.eval(feed)) * test_data.num_examples)
            share = right / test_data.num_examples
            progress.complete_epoch(average, share)
            stop = asks_to_stop(on_epoch and on_epoch(epoch, average, share))
            stop = progress.save_if_due(lambda: _state(built, running)) or stop
        return progress.result(running.run(built.variables))


@contextlib.contextmanager
def session(built: MlpGraph) -> Iterator[tf.compat.v1.Session]:
    """A session on the graph of `built`, the default one meanwhile, with initial values set."""
    with v1.Session(graph=built.graph) as running:
        running.run(built.init)
        yield running


def data_set(split: Split) -> DataSet:
    """The `split` as `read_data_sets(..., one_hot=True)` gives it in the default graph."""
    return DataSet(split.images[..., np.newaxis], dense_to_one_hot(split.labels, CLASSES))


@contextlib.contextmanager
def numpy_put_back() -> Iterator[None]:
    """Puts NumPy's global generator, from which the batches come, back as it was before."""
    state = np.random.get_state()
    try:
        yield
    finally:
        np.random.set_state(state)


def _state(built: MlpGraph, running: tf.compat.v1.Session) -> list[Array]:
    """What a `tf.train.Saver` would save: the weights, Adam's moments and powers."""
    return running.run(built.graph.get_collection(v1.GraphKeys.GLOBAL_VARIABLES))


def _restore(built: MlpGraph, running: tf.compat.v1.Session, state: Sequence[Array]) -> None:
    """Puts back what `_state` gave; unlike a `Saver` it adds no op to the article's graph."""
    variables = built.graph.get_collection(v1.GraphKeys.GLOBAL_VARIABLES)
    there = [(value.shape, value.dtype) for value in state]
    if there != [(tuple(v.shape), v.dtype.base_dtype.as_numpy_dtype) for v in variables]:
        raise InputError(
            f"state: expected the {len(variables)} variables of this network, got {len(there)} "
            "others; it is of another network or another version of TensorFlow"
        )
    starts = [variable.initializer for variable in variables]
    running.run(starts, {op.inputs[1]: value for op, value in zip(starts, state, strict=True)})


def _random_variable(shape: Sequence[int], dtype: str) -> tf.compat.v1.Variable:
    """The article's `tf.Variable(tf.random_normal(shape))` with the seed of TensorFlow 1.15."""
    op_seed = seeds.default_op_seed(len(v1.get_default_graph().get_operations()))
    with tf.device("CPU:0"):  # as everywhere the seeds are replayed: GPUs draw other numbers
        initial = v1.random_normal(shape, dtype=dtype, seed=op_seed)
    return v1.Variable(initial, use_resource=False)


def _adam(config: MlpConfig) -> tf.compat.v1.train.Optimizer:
    numbers: Sequence[float | tf.Tensor] = (0.9, 0.999, config.adam_epsilon)
    if config.dtype != "float32":
        # As Python numbers TensorFlow 1 would hold them in float32.
        numbers = [tf.constant(number, config.dtype) for number in numbers]
    return v1.train.AdamOptimizer(config.learning_rate, *numbers)
