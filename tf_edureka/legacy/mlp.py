"""The article's second program: the network for MNIST in TensorFlow 1's graph and session."""

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
from tf_edureka.runs.progress import TrainingProgress
from tf_edureka.runs.state import Array, TrainingState, identity
from tf_edureka.tf1 import seeds

v1 = tf.compat.v1


@dataclass(frozen=True, eq=False)
class MlpGraph:
    """The article's graph, with its tensors and ops by name.

    Attributes:
        graph: graph that contains all of them.
        pixels: placeholder for pixels in [0, 1]: `config.dtype`, shape (n, 784); the article's `x`.
        labels: placeholder for one-hot labels: `config.dtype`, shape (n, 10); the article's `y`.
        logits: output of the network: `config.dtype`, shape (n, 10); the article's `pred`.
        cost: mean cross-entropy in nats: `config.dtype`, a scalar.
        train: op that takes a step; the article's `optimizer`.
        init: op that sets the initial values.
        variables: kernel, shape (inputs, units), and bias, shape (units,), of each layer:
            `config.dtype`, in the order of `MlpResult.weights`.
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
        config: configuration with the recipe `article`; `config.seed` is the article's
            `tf.set_random_seed`.

    Raises:
        InputError: if the recipe is another.
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
        # The biases are sampled from N(0, 1) like the kernels; 0 is usual. With 784 inputs and this
        # variance, the first costs are above 1,000.
        biases = [_random_variable([units], config.dtype) for units in sizes[1:]]
        hidden = pixels
        for kernel, bias in zip(kernels[:-1], biases[:-1], strict=True):
            hidden = tf.nn.relu(tf.add(tf.matmul(hidden, kernel), bias))
        logits = tf.matmul(hidden, kernels[-1]) + biases[-1]
        # softmax_cross_entropy_with_logits of TensorFlow 1 stops gradients to the labels; that of
        # TensorFlow 2 does not.
        cost = tf.reduce_mean(
            tf.nn.softmax_cross_entropy_with_logits(tf.stop_gradient(labels), logits)
        )
        train = _adam(config).minimize(cost)
        init = v1.global_variables_initializer()
    variables = tuple(itertools.chain(*zip(kernels, biases, strict=True)))
    return MlpGraph(graph, pixels, labels, logits, cost, train, init, variables)


def add_accuracy(built: MlpGraph) -> tf.Tensor:
    """Adds ops that compute the accuracy, as the article does in every epoch.

    Args:
        built: graph to add the ops to.

    Returns:
        share of correct predictions: a scalar, float32, in [0, 1].
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
    """Trains the network like the article, and tests it after each epoch.

    Unlike the article, it stops when the cost is NaN or infinite, as the modern path does. The
    state of NumPy's global generator, which shuffles the batches, is restored afterwards.

    Args:
        config: configuration with the recipe `article`.
        data: training images in `data.train`, test images in `data.test`.
        on_epoch: called after each epoch with the epoch number (from 0), cost and accuracy. The
            training stops if it returns True; any other return value is ignored.
        start: state from an earlier call's `save`, to resume from. It contains the variables that
            `tf.train.Saver` would save. The batches up to that point, which no `Saver` stores, are
            sampled again.
        save: called with the state after each epoch, and every ten seconds within long epochs. The
            training stops if it returns True.

    Returns:
        cost and accuracy of all epochs, including those before `start`, and the final weights.

    Raises:
        InputError: if the recipe is another, the batch size exceeds the number of training
            examples, or `start` belongs to another training.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import MlpConfig, Mnist, Split, train_mlp
        >>> from tf_edureka.legacy import mlp
        >>> images = np.random.default_rng(0).integers(0, 256, (30, 28, 28), np.uint8)
        >>> split = Split(images, np.arange(30, dtype=np.uint8) % 10)
        >>> data = Mnist(split, split, test=split, source="NumPy", title="noise")
        >>> config = MlpConfig.article(epochs=1, batch_size=10, hidden_units=(8,))
        >>> legacy = mlp.train(config, data)
        >>> modern = train_mlp(config, data, jit_compile=False)
        >>> bool(np.allclose(legacy.cost, modern.cost, rtol=1e-5))
        True
    """
    steps = config.steps_per_epoch(len(data.train.labels))
    built = build_graph(config)
    with preserve_numpy_state(), session(built) as running:
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
            for cost in progress.running_cost:  # sum() adds differently since Python 3.12
                # NumPy 1 divided a float32 by an int in double precision, NumPy 2 does not.
                average += float(cost) / steps
            # The article adds new ops in every epoch, so the graph grows and the session has to
            # extend it. The accuracy on the test images is monitored during training.
            accuracy = add_accuracy(built)
            feed = {built.pixels: test_data.images, built.labels: test_data.labels}
            # The accuracy is float32; the number of correct answers makes it exact.
            right = round(float(accuracy.eval(feed)) * test_data.num_examples)
            share = right / test_data.num_examples
            progress.complete_epoch(average, share)
            stop = asks_to_stop(on_epoch and on_epoch(epoch, average, share))
            stop = progress.save_if_due(lambda: _state(built, running)) or stop
        return progress.result(running.run(built.variables))


@contextlib.contextmanager
def session(built: MlpGraph) -> Iterator[tf.compat.v1.Session]:
    """Opens a session on the graph of `built` as the default session, with initial values set."""
    with v1.Session(graph=built.graph) as running:
        running.run(built.init)
        yield running


def data_set(split: Split) -> DataSet:
    """Returns the `split` like `read_data_sets(..., one_hot=True)`, seeded by the default graph."""
    return DataSet(split.images[..., np.newaxis], dense_to_one_hot(split.labels, CLASSES))


@contextlib.contextmanager
def preserve_numpy_state() -> Iterator[None]:
    """Restores the state of NumPy's global generator, which shuffles the batches, on exit."""
    state = np.random.get_state()
    try:
        yield
    finally:
        np.random.set_state(state)


def _state(built: MlpGraph, running: tf.compat.v1.Session) -> list[Array]:
    """Returns what a `tf.train.Saver` would save: weights, Adam's moments and powers."""
    return running.run(built.graph.get_collection(v1.GraphKeys.GLOBAL_VARIABLES))


def _restore(built: MlpGraph, running: tf.compat.v1.Session, state: Sequence[Array]) -> None:
    """Restores a state from `_state`; unlike a `Saver` it adds no op to the article's graph."""
    variables = built.graph.get_collection(v1.GraphKeys.GLOBAL_VARIABLES)
    there = [(value.shape, value.dtype) for value in state]
    if there != [(tuple(v.shape), v.dtype.base_dtype.as_numpy_dtype) for v in variables]:
        raise InputError(
            f"state: expected the {len(variables)} variables of this network, got {len(there)} "
            "others; it belongs to another network or version of TensorFlow"
        )
    starts = [variable.initializer for variable in variables]
    running.run(starts, {op.inputs[1]: value for op, value in zip(starts, state, strict=True)})


def _random_variable(shape: Sequence[int], dtype: str) -> tf.compat.v1.Variable:
    """Returns the article's `tf.Variable(tf.random_normal(shape))`, with TensorFlow 1.15's seed."""
    op_seed = seeds.default_op_seed(len(v1.get_default_graph().get_operations()))
    with tf.device("CPU:0"):  # GPUs sample different numbers from the same seed
        initial = v1.random_normal(shape, dtype=dtype, seed=op_seed)
    return v1.Variable(initial, use_resource=False)


def _adam(config: MlpConfig) -> tf.compat.v1.train.Optimizer:
    numbers: Sequence[float | tf.Tensor] = (0.9, 0.999, config.adam_epsilon)
    if config.dtype != "float32":
        # TensorFlow 1 would store Python numbers in float32.
        numbers = [tf.constant(number, config.dtype) for number in numbers]
    return v1.train.AdamOptimizer(config.learning_rate, *numbers)
