"""TensorFlow 1's random ops as Keras initializers, in plain TensorFlow 2.

The kernels that draw random numbers are the same in TensorFlow 1.15 and 2. What changed is the
seed that an op gets when it is given none, and that graphs are gone. With the seed given
(`seeds`), the numbers come back bit for bit. They are sampled on the CPU, outside any compiled
function: GPUs and XLA draw others from the same seed.
"""

from collections.abc import Callable, Sequence

import numpy as np

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.tf1.seeds import seed_pair


def random_normals(
    graph_seed: int | None, op_seeds: Sequence[int], *, shape: Sequence[int]
) -> tf.Tensor:
    """`tf.random_normal(shape, seed=s)` of TensorFlow 1 for many op seeds s at once.

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if it was not called.
        op_seeds: one for each draw.
        shape: of each draw.

    Returns:
        float32, shape (seeds, *shape), from N(0, 1): the numbers that `RandomNormal` draws for each
        seed, without the time that calling TensorFlow for each takes.
    """
    pairs = np.array([seed_pair(graph_seed, seed) for seed in op_seeds], np.uint64).reshape(-1, 2)
    return _normals(tf.constant(pairs), tuple(shape))


@tf.function(reduce_retracing=True)
def _normals(pairs: tf.Tensor, shape: tuple[int, ...]) -> tf.Tensor:
    def draw(seeds: tf.Tensor) -> tf.Tensor:
        return _sample(tf.raw_ops.StatelessRandomNormalV2, shape, seeds, tf.float32)

    with tf.device("CPU:0"):
        return tf.map_fn(draw, pairs, fn_output_signature=tf.TensorSpec(shape, tf.float32))


def _sample(
    op: Callable[..., tf.Tensor], shape: tuple[int, ...], seeds: tf.Tensor, dtype: tf.DType
) -> tf.Tensor:
    """The first draw of a random op of TensorFlow 1 from the two seeds of a `seed_pair`, uint64.

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

    def __init__(self, graph_seed: int | None, op_seed: int, **parameters: float) -> None:
        self.graph_seed, self.op_seed = graph_seed, op_seed
        self.parameters = parameters

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> tf.Tensor:
        """Draws the values.

        Args:
            shape: of the values.
            dtype: float32 (the default) or float64, in which TensorFlow 1 drew others.
        """
        dtype = tf.as_dtype(dtype or "float32")
        with tf.init_scope(), tf.device("CPU:0"):
            seeds = tf.constant(seed_pair(self.graph_seed, self.op_seed), tf.uint64)
            samples = _sample(self._op, tuple(shape), seeds, dtype)
            return self._scaled(samples, **self.parameters)

    def get_config(self) -> dict[str, float | None]:
        """What makes the same initializer again."""
        return {"graph_seed": self.graph_seed, "op_seed": self.op_seed, **self.parameters}


class _Normal(_Replay):
    """What both normal draws share: mean and standard deviation."""

    def __init__(
        self, graph_seed: int | None, op_seed: int, *, mean: float = 0.0, stddev: float = 1.0
    ) -> None:
        super().__init__(graph_seed, op_seed, mean=mean, stddev=stddev)

    @staticmethod
    def _scaled(samples: tf.Tensor, mean: float, stddev: float) -> tf.Tensor:
        return samples * stddev + mean


@keras.saving.register_keras_serializable("tf_edureka")
class RandomNormal(_Normal):
    """`tf.random_normal(shape, mean, stddev)` of TensorFlow 1.

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if only the op had a seed.
        op_seed: its `seed`, or what `default_op_seed` says where it was given none.
        mean: of the distribution.
        stddev: its standard deviation.
    """

    _op = staticmethod(tf.raw_ops.StatelessRandomNormalV2)


@keras.saving.register_keras_serializable("tf_edureka")
class TruncatedNormal(_Normal):
    """`tf.truncated_normal(shape, mean, stddev)` of TensorFlow 1: within two deviations.

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if only the op had a seed.
        op_seed: its `seed`, or what `default_op_seed` says where it was given none.
        mean: of the distribution before it is truncated.
        stddev: its standard deviation before.
    """

    _op = staticmethod(tf.raw_ops.StatelessTruncatedNormalV2)


@keras.saving.register_keras_serializable("tf_edureka")
class RandomUniform(_Replay):
    """`tf.random_uniform(shape, minval, maxval)` of TensorFlow 1.

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if only the op had a seed.
        op_seed: its `seed`, or what `default_op_seed` says where it was given none.
        minval: smallest value.
        maxval: above all values.
    """

    _op = staticmethod(tf.raw_ops.StatelessRandomUniformV2)

    def __init__(
        self, graph_seed: int | None, op_seed: int, *, minval: float = 0.0, maxval: float = 1.0
    ) -> None:
        super().__init__(graph_seed, op_seed, minval=minval, maxval=maxval)

    @staticmethod
    def _scaled(samples: tf.Tensor, minval: float, maxval: float) -> tf.Tensor:
        low, high = tf.constant(minval, samples.dtype), tf.constant(maxval, samples.dtype)
        return samples * (high - low) + low
