"""TensorFlow 1's seeds replayed in plain TensorFlow 2: its random ops, and the tutorial's batches.

The kernels that draw random numbers are the same in TensorFlow 1.15 and 2. What changed is the
seed that an op gets when it is given none, and that graphs are gone. With the seed given, the
numbers come back bit for bit. They are drawn on the CPU, outside of any compiled function: GPUs and
XLA draw others from the same seed.
"""

from collections.abc import Callable, Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf

# What TensorFlow 1 took for the graph's seed where only the op has one.
DEFAULT_GRAPH_SEED = 87654321
_LARGEST = 2**31 - 1


def pair(graph_seed: int | None, op_seed: int) -> tuple[int, int]:
    """The two seeds from which a random op draws.

    Source: `tf.get_seed` of TensorFlow 1.15: both modulo 2**31 - 1, and not both 0, which would
    have meant that the op seeds itself.

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if it was not called.
        op_seed: what the op was given, or `default_op_seed`.

    Returns:
        graph seed and op seed, each from 0 to 2**31 - 1.
    """
    first = DEFAULT_GRAPH_SEED if graph_seed is None else graph_seed % _LARGEST
    second = op_seed % _LARGEST
    return (first, second) if (first, second) != (0, 0) else (0, _LARGEST)


def default_op_seed(ops: int) -> int:
    """The op seed that TensorFlow 1.15 gave a random op without one, if the graph had a seed.

    Without either seed it drew anew in each run. The op seed was the number of ops in the graph,
    and an op such as `tf.random_normal` first adds three: its shape and its two parameters.
    TensorFlow 2 counts random ops instead: 0, 1, 2, ...

    Args:
        ops: how many ops the graph holds when `tf.random_normal`, `tf.random_uniform` or
            `tf.truncated_normal` is called, of a floating-point type and with a shape known then.
    """
    return ops + 3


def variable_op_seeds(variables: int, ops: int) -> list[int]:
    """The op seeds of `tf.Variable(tf.random_normal(shape))`, called one after the other.

    Each adds nine ops to a TensorFlow 1 graph: three parameters, the draw, the product and the sum
    that give it its deviation and mean, the variable, its first assignment and its reading.

    Args:
        variables: how many.
        ops: how many ops the graph holds before the first.
    """
    return [default_op_seed(ops + 9 * i) for i in range(variables)]


def numpy_seed(graph_seed: int | None, seed: int | None = None) -> int | None:
    """What `read_data_sets` of TensorFlow 1's MNIST tutorial seeded NumPy with.

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if it was not called.
        seed: what `read_data_sets` was given as its own; None for the graph's.

    Returns:
        the seed; None for a new one each time.
    """
    if seed is not None:
        return pair(graph_seed, seed)[1]
    return None if graph_seed is None else pair(graph_seed, 0)[0]


def batch_order(
    examples: int,
    batch_size: int,
    graph_seed: int | None,
    seed: int | None = None,
    shuffle: bool = True,
) -> Iterator[np.ndarray]:
    """Which examples `next_batch` of TensorFlow 1's MNIST tutorial gives, batch by batch.

    The examples are shuffled at the start and again each time that they are used up. A batch that
    reaches beyond the end is filled from the beginning of the new order.

    Source: `DataSet` of `input_data`, which shuffled what it had shuffled before.
    `legacy/input_data.py` does so with the images themselves.

    Args:
        examples: how many there are.
        batch_size: how many to a batch, at most all.
        graph_seed: as in `numpy_seed`.
        seed: as in `numpy_seed`.
        shuffle: whether to shuffle at all.

    Yields:
        int64, shape (batch_size,): indices under `examples`, without end.
    """
    random = np.random.RandomState(numpy_seed(graph_seed, seed))  # noqa: NPY002 - its stream is what is replayed
    order = np.arange(examples)

    def reshuffled() -> np.ndarray:
        places = np.arange(examples)
        if shuffle:
            random.shuffle(places)
        return order[places]

    order = reshuffled()
    start = 0
    while True:
        batch = order[start : start + batch_size]
        start += batch_size
        if start > examples:
            order = reshuffled()
            start -= examples
            batch = np.concatenate([batch, order[:start]])
        yield batch


def random_normals(
    op_seeds: Sequence[int], shape: Sequence[int], graph_seed: int | None = None
) -> tf.Tensor:
    """`tf.random_normal(shape, seed=s)` of TensorFlow 1 for many op seeds s at once.

    Args:
        op_seeds: one for each draw.
        shape: of each draw.
        graph_seed: what `tf.set_random_seed` was given; None if it was not called.

    Returns:
        float32, shape (seeds, *shape), from N(0, 1): the numbers that `RandomNormal` draws for each
        seed, without the time that calling TensorFlow for each takes.
    """
    pairs = np.array([pair(graph_seed, seed) for seed in op_seeds], np.uint64).reshape(-1, 2)
    return _normals(tf.constant(pairs), tuple(shape))


@tf.function(reduce_retracing=True)
def _normals(pairs: tf.Tensor, shape: tuple[int, ...]) -> tf.Tensor:
    def draw(seeds: tf.Tensor) -> tf.Tensor:
        return _draw(tf.raw_ops.StatelessRandomNormalV2, shape, seeds, tf.float32)

    with tf.device("CPU:0"):
        return tf.map_fn(draw, pairs, fn_output_signature=tf.TensorSpec(shape, tf.float32))


def _draw(op: Callable[..., tf.Tensor], shape, seeds: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
    """The first draw of a random op of TensorFlow 1 from the two seeds of a `pair`, uint64.

    The op behind it is the one that `tf.random.Generator` calls, without the variable that a
    generator keeps its state in, which no compiled function could make.
    """
    counter = tf.stack([tf.constant(0, tf.uint64), seeds[1]])
    philox = tf.random.Algorithm.PHILOX.value
    return op(shape=shape, key=seeds[:1], counter=counter, alg=philox, dtype=dtype)


class _Replay(keras.initializers.Initializer):
    """A random op of TensorFlow 1 as a Keras initializer; gives the op's first draw each time."""

    _op: Callable[..., tf.Tensor]
    _scaled: Callable[..., tf.Tensor]

    def __init__(self, op_seed: int, graph_seed: int | None, **parameters: float) -> None:
        self.op_seed, self.graph_seed = op_seed, graph_seed
        self.parameters = parameters

    def __call__(self, shape, dtype=None) -> tf.Tensor:
        """Draws the values.

        Args:
            shape: of the values.
            dtype: float32 (the default) or float64, in which TensorFlow 1 drew others.
        """
        dtype = tf.as_dtype(dtype or "float32")
        with tf.init_scope(), tf.device("CPU:0"):
            seeds = tf.constant(pair(self.graph_seed, self.op_seed), tf.uint64)
            drawn = _draw(self._op, tuple(shape), seeds, dtype)
            return self._scaled(drawn, **self.parameters)

    def get_config(self) -> dict:
        """What makes the same initializer again."""
        return {"op_seed": self.op_seed, "graph_seed": self.graph_seed, **self.parameters}


class _Normal(_Replay):
    """What both normal draws share: mean and standard deviation."""

    def __init__(
        self, op_seed: int, graph_seed: int | None = None, mean: float = 0.0, stddev: float = 1.0
    ) -> None:
        super().__init__(op_seed, graph_seed, mean=mean, stddev=stddev)

    @staticmethod
    def _scaled(drawn: tf.Tensor, mean: float, stddev: float) -> tf.Tensor:
        return drawn * stddev + mean


@keras.saving.register_keras_serializable("tf_edureka")
class RandomNormal(_Normal):
    """`tf.random_normal(shape, mean, stddev)` of TensorFlow 1.

    Args:
        op_seed: its `seed`, or what `default_op_seed` says where it was given none.
        graph_seed: what `tf.set_random_seed` was given; None if only the op had a seed.
        mean: of the distribution.
        stddev: its standard deviation.
    """

    _op = staticmethod(tf.raw_ops.StatelessRandomNormalV2)


@keras.saving.register_keras_serializable("tf_edureka")
class TruncatedNormal(_Normal):
    """`tf.truncated_normal(shape, mean, stddev)` of TensorFlow 1: within two deviations.

    Args:
        op_seed: its `seed`, or what `default_op_seed` says where it was given none.
        graph_seed: what `tf.set_random_seed` was given; None if only the op had a seed.
        mean: of the distribution before it is truncated.
        stddev: its standard deviation before.
    """

    _op = staticmethod(tf.raw_ops.StatelessTruncatedNormalV2)


@keras.saving.register_keras_serializable("tf_edureka")
class RandomUniform(_Replay):
    """`tf.random_uniform(shape, minval, maxval)` of TensorFlow 1.

    Args:
        op_seed: its `seed`, or what `default_op_seed` says where it was given none.
        graph_seed: what `tf.set_random_seed` was given; None if only the op had a seed.
        minval: smallest value.
        maxval: above all values.
    """

    _op = staticmethod(tf.raw_ops.StatelessRandomUniformV2)

    def __init__(
        self, op_seed: int, graph_seed: int | None = None, minval: float = 0.0, maxval: float = 1.0
    ) -> None:
        super().__init__(op_seed, graph_seed, minval=minval, maxval=maxval)

    @staticmethod
    def _scaled(drawn, minval, maxval):
        low, high = tf.constant(minval, drawn.dtype), tf.constant(maxval, drawn.dtype)
        return drawn * (high - low) + low
