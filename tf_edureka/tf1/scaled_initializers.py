"""TensorFlow 1's initializers that scale with the shape, with the numbers of their seeds."""

import math
from collections.abc import Sequence
from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.tf1.initializers import RandomNormal, RandomUniform, TruncatedNormal

# Standard deviation of N(0, 1) truncated to two standard deviations.
_TRUNCATED = 0.87962566103423978
MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "normal", "untruncated_normal", "uniform")


class Seeded(keras.initializers.Initializer):
    """Base class of the initializers with the two seeds of a random op.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.
    """

    def __init__(self, graph_seed: int | None, op_seed: int) -> None:
        self.graph_seed, self.op_seed = graph_seed, op_seed

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, for saving."""
        return {"graph_seed": self.graph_seed, "op_seed": self.op_seed}

    def _normal(self, shape: Sequence[int], dtype: str | None, stddev: float) -> tf.Tensor:
        return RandomNormal(self.graph_seed, self.op_seed, stddev=stddev)(shape, dtype)

    def _truncated(self, shape: Sequence[int], dtype: str | None, stddev: float) -> tf.Tensor:
        return TruncatedNormal(self.graph_seed, self.op_seed, stddev=stddev)(shape, dtype)

    def _uniform(self, shape: Sequence[int], dtype: str | None, limit: float) -> tf.Tensor:
        replay = RandomUniform(self.graph_seed, self.op_seed, minval=-limit, maxval=limit)
        return replay(shape, dtype)


def fan(shape: Sequence[int], mode: str) -> float:
    """Returns the number of inputs or outputs of a unit in a `shape`, or their mean, by `mode`."""
    if len(shape) < 2:
        return float(shape[0]) if shape else 1.0
    field = math.prod(shape[:-2])
    fan_in, fan_out = float(shape[-2] * field), float(shape[-1] * field)
    return {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]


def check_choice(name: str, value: str, values: Sequence[str]) -> str:
    """Returns the `value` of the argument `name` if it is one of `values`.

    Raises:
        InputError: if it is not.
    """
    if value not in values:
        raise InputError(f"{name}: expected one of {', '.join(values)}, got {value!r}")
    return value


@keras.saving.register_keras_serializable("tf_edureka")
class VarianceScaling(Seeded):
    """Variance scaling with the numbers of `tf.variance_scaling_initializer` in TensorFlow 1.

    `stddev = sqrt(scale / fan)`, for the truncated normal divided by 0.8796;
    uniform: from -limit to limit, `limit = sqrt(3 scale / fan)`

    `keras.initializers.VarianceScaling` has the same distribution, and other numbers per seed.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.
        scale: variance times fan, above 0; 1 by default.
        mode: fan that divides the scale: `"fan_in"` (default, number of inputs), `"fan_out"`
            (number of outputs) or `"fan_avg"` (their mean); for convolutions both numbers are
            multiplied by the kernel's height and width.
        distribution: `"truncated_normal"` (default; `"normal"` means the same),
            `"untruncated_normal"` or `"uniform"`.

    Raises:
        InputError: if mode or distribution is not one of these.

    Example:
        >>> from tf_edureka import tf1
        >>> values = tf1.VarianceScaling(1, 5, scale=4.0)((100, 50)).numpy()
        >>> round(float(values.std()), 2)  # sqrt(4 / 100)
        0.2
    """

    def __init__(
        self,
        graph_seed: int | None,
        op_seed: int,
        *,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
    ) -> None:
        super().__init__(graph_seed, op_seed)
        self.scale = scale
        self.mode = check_choice("mode", mode, MODES)
        self.distribution = check_choice("distribution", distribution, _DISTRIBUTIONS)

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> tf.Tensor:
        """Samples the values.

        Args:
            shape: shape of the result.
            dtype: `"float32"` (default) or `"float64"`; each has its own random numbers.

        Returns:
            the values in that dtype and shape; the same in each call.
        """
        scale = self.scale / max(1.0, fan(shape, self.mode))
        if self.distribution == "uniform":
            return self._uniform(shape, dtype, math.sqrt(3.0 * scale))
        if self.distribution == "untruncated_normal":
            return self._normal(shape, dtype, math.sqrt(scale))
        return self._truncated(shape, dtype, math.sqrt(scale) / _TRUNCATED)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, for saving."""
        named = {"scale": self.scale, "mode": self.mode, "distribution": self.distribution}
        return {**super().get_config(), **named}


class _FixedScaling(VarianceScaling):
    """Variance scaling with fixed scale, mode and distribution.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.
    """

    _scaling: tuple[float, str, str]

    def __init__(self, graph_seed: int | None, op_seed: int) -> None:
        scale, mode, distribution = self._scaling
        super().__init__(graph_seed, op_seed, scale=scale, mode=mode, distribution=distribution)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, for saving."""
        return Seeded.get_config(self)


@keras.saving.register_keras_serializable("tf_edureka")
class GlorotUniform(_FixedScaling):
    """Uniform distribution with the numbers of `tf.glorot_uniform_initializer` in TensorFlow 1.

    From -limit to limit, `limit = sqrt(6 / (inputs + outputs))`. `tf.layers` and `tf.get_variable`
    use it by default.

    `keras.initializers.GlorotUniform` has the same distribution, and other numbers per seed.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.

    Example:
        >>> from tf_edureka import tf1
        >>> values = tf1.GlorotUniform(graph_seed=1, op_seed=5)((2, 4)).numpy()
        >>> bool((abs(values) <= 1).all())  # limit = sqrt(6 / 6)
        True
    """

    _scaling = (1.0, "fan_avg", "uniform")


@keras.saving.register_keras_serializable("tf_edureka")
class GlorotNormal(_FixedScaling):
    """Truncated normal with the numbers of `tf.glorot_normal_initializer` in TensorFlow 1.

    `stddev = sqrt(2 / (inputs + outputs))` after truncation at two standard deviations

    `keras.initializers.GlorotNormal` has the same distribution, and other numbers per seed.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.

    Example:
        >>> from tf_edureka import tf1
        >>> values = tf1.GlorotNormal(graph_seed=1, op_seed=5)((50, 150)).numpy()
        >>> round(float(values.std()), 2)  # sqrt(2 / 200)
        0.1
    """

    _scaling = (1.0, "fan_avg", "truncated_normal")


@keras.saving.register_keras_serializable("tf_edureka")
class HeNormal(_FixedScaling):
    """Truncated normal with the numbers of `tf.initializers.he_normal` in TensorFlow 1.

    `stddev = sqrt(2 / inputs)` after truncation at two standard deviations. He's initializer of
    `tf.contrib.layers` is `ContribVarianceScaling`.

    `keras.initializers.HeNormal` has the same distribution, and other numbers per seed.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.

    Example:
        >>> from tf_edureka import tf1
        >>> values = tf1.HeNormal(graph_seed=1, op_seed=5)((50, 100)).numpy()
        >>> round(float(values.std()), 2)  # sqrt(2 / 50)
        0.2
    """

    _scaling = (2.0, "fan_in", "truncated_normal")


@keras.saving.register_keras_serializable("tf_edureka")
class HeUniform(_FixedScaling):
    """Uniform distribution with the numbers of `tf.initializers.he_uniform` in TensorFlow 1.

    From -limit to limit, `limit = sqrt(6 / inputs)`

    `keras.initializers.HeUniform` has the same distribution, and other numbers per seed.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.

    Example:
        >>> from tf_edureka import tf1
        >>> values = tf1.HeUniform(graph_seed=1, op_seed=5)((6, 3)).numpy()
        >>> bool((abs(values) <= 1).all())  # limit = sqrt(6 / 6)
        True
    """

    _scaling = (2.0, "fan_in", "uniform")
