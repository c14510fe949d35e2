"""TensorFlow 1's random ops as Keras initializers, in plain TensorFlow 2.

TensorFlow 1.15 and 2 have the same kernels for random numbers. The difference is the op seed that
an op gets if the caller passes none. With that seed (see `seeds`) the numbers are bit-identical.
They are sampled on the CPU outside any compiled function, because GPUs and XLA give other numbers
for the same seed.
"""

from collections.abc import Callable, Sequence

import numpy as np

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.tf1.seeds import seed_pair


def random_normals(
    graph_seed: int | None, op_seeds: Sequence[int], *, shape: Sequence[int]
) -> tf.Tensor:
    """Samples `tf.random_normal(shape, seed=s)` of TensorFlow 1 for many op seeds s at once.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seeds: op seed of each sample.
        shape: shape of each sample.

    Returns:
        samples from N(0, 1): float32, shape (seeds, *shape); for each seed the numbers of
            `RandomNormal`, but with one call of TensorFlow instead of one per seed.
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
    """Runs a random op as its first run in TensorFlow 1, with the seeds of a `seed_pair` (uint64).

    It calls the op of `tf.random.Generator` without the generator, whose state variable cannot be
    created in a compiled function.
    """
    counter = tf.stack([tf.constant(0, tf.uint64), seeds[1]])
    philox = tf.random.Algorithm.PHILOX.value
    return op(shape=shape, key=seeds[:1], counter=counter, alg=philox, dtype=dtype)


class _Replay(keras.initializers.Initializer):
    """A random op of TensorFlow 1 as a Keras initializer; always returns its first result."""

    _op: Callable[..., tf.Tensor]
    _scaled: Callable[..., tf.Tensor]

    def __init__(self, graph_seed: int | None, op_seed: int, **parameters: float) -> None:
        self.graph_seed, self.op_seed = graph_seed, op_seed
        self.parameters = parameters

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> tf.Tensor:
        """Samples the values.

        Args:
            shape: shape of the result.
            dtype: `"float32"` (default) or `"float64"`; each has its own random numbers.
        """
        dtype = tf.as_dtype(dtype or "float32")
        with tf.init_scope(), tf.device("CPU:0"):
            seeds = tf.constant(seed_pair(self.graph_seed, self.op_seed), tf.uint64)
            samples = _sample(self._op, tuple(shape), seeds, dtype)
            return self._scaled(samples, **self.parameters)

    def get_config(self) -> dict[str, float | None]:
        """Returns the constructor arguments, for saving."""
        return {"graph_seed": self.graph_seed, "op_seed": self.op_seed, **self.parameters}


class _Normal(_Replay):
    """Base class of the normal distributions, with mean and standard deviation."""

    def __init__(
        self, graph_seed: int | None, op_seed: int, *, mean: float = 0.0, stddev: float = 1.0
    ) -> None:
        super().__init__(graph_seed, op_seed, mean=mean, stddev=stddev)

    @staticmethod
    def _scaled(samples: tf.Tensor, mean: float, stddev: float) -> tf.Tensor:
        return samples * stddev + mean


@keras.saving.register_keras_serializable("tf_edureka")
class RandomNormal(_Normal):
    """Normal distribution with the numbers of `tf.random_normal` in TensorFlow 1.

    `w = mean + stddev n` with n from N(0, 1)

    `keras.initializers.RandomNormal` has stddev = 0.05 as default, and other numbers per seed.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.
        mean: mean of the distribution; 0 by default.
        stddev: standard deviation of the distribution; 1 by default.

    Example:
        >>> from tf_edureka import tf1
        >>> values = tf1.RandomNormal(graph_seed=None, op_seed=15)([3]).numpy()
        >>> print(values.round(3))  # as tf.random_normal([3], seed=15) in TensorFlow 1.15
        [0.705 0.127 1.06 ]
    """

    _op = staticmethod(tf.raw_ops.StatelessRandomNormalV2)


@keras.saving.register_keras_serializable("tf_edureka")
class TruncatedNormal(_Normal):
    """Truncated normal distribution with the numbers of `tf.truncated_normal` in TensorFlow 1.

    `w = mean + stddev n` with n from N(0, 1); values with `|n| > 2` are sampled again

    `keras.initializers.TruncatedNormal` has stddev = 0.05 as default, and other numbers per seed.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.
        mean: mean of the distribution before truncation; 0 by default.
        stddev: standard deviation of the distribution before truncation; 1 by default.

    Example:
        >>> from tf_edureka import tf1
        >>> print(tf1.RandomNormal(0, 0)([3]).numpy().round(3))
        [ 0.124  2.799 -1.796]
        >>> print(tf1.TruncatedNormal(0, 0)([3]).numpy().round(3))  # without 2.799
        [ 0.124 -1.796  0.311]
    """

    _op = staticmethod(tf.raw_ops.StatelessTruncatedNormalV2)


@keras.saving.register_keras_serializable("tf_edureka")
class RandomUniform(_Replay):
    """Uniform distribution with the numbers of `tf.random_uniform` in TensorFlow 1.

    `w = minval + (maxval - minval) u` with u from [0, 1)

    `keras.initializers.RandomUniform` has the range -0.05 to 0.05 as default, and other numbers per
    seed.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.
        minval: lower bound of the values, inclusive; 0 by default.
        maxval: upper bound of the values, exclusive; 1 by default.

    Example:
        >>> from tf_edureka import tf1
        >>> values = tf1.RandomUniform(graph_seed=None, op_seed=15)([3]).numpy()
        >>> print(values.round(3))  # as tf.random_uniform([3], seed=15) in TensorFlow 1.15
        [0.774 0.222 0.521]
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
