"""TensorFlow 1's initializers whose spread follows from the shape, by the seeds of their draw."""

import math
from collections.abc import Sequence
from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.tf1.initializers import RandomNormal, RandomUniform, TruncatedNormal

# The deviation of N(0, 1) when what is beyond two of it is drawn again.
_TRUNCATED = 0.87962566103423978
MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "normal", "untruncated_normal", "uniform")


class Seeded(keras.initializers.Initializer):
    """What draws by the two seeds of a random op.

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if only the op had a seed.
        op_seed: its `seed`, or what `default_op_seed` says where it was given none.
    """

    def __init__(self, graph_seed: int | None, op_seed: int) -> None:
        self.graph_seed, self.op_seed = graph_seed, op_seed

    def get_config(self) -> dict[str, Any]:
        """What makes the same initializer again."""
        return {"graph_seed": self.graph_seed, "op_seed": self.op_seed}

    def _normal(self, shape: Sequence[int], dtype: str | None, stddev: float) -> tf.Tensor:
        return RandomNormal(self.graph_seed, self.op_seed, stddev=stddev)(shape, dtype)

    def _truncated(self, shape: Sequence[int], dtype: str | None, stddev: float) -> tf.Tensor:
        return TruncatedNormal(self.graph_seed, self.op_seed, stddev=stddev)(shape, dtype)

    def _uniform(self, shape: Sequence[int], dtype: str | None, limit: float) -> tf.Tensor:
        replay = RandomUniform(self.graph_seed, self.op_seed, minval=-limit, maxval=limit)
        return replay(shape, dtype)


def fan(shape: Sequence[int], mode: str) -> float:
    """How many inputs or outputs a value has, or the mean of both: a `shape`'s fan by `mode`."""
    if len(shape) < 2:
        return float(shape[0]) if shape else 1.0
    field = math.prod(shape[:-2])
    fan_in, fan_out = float(shape[-2] * field), float(shape[-1] * field)
    return {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]


def check_choice(name: str, value: str, values: Sequence[str]) -> str:
    """The `value` of the argument `name`, if it is one of `values`.

    Raises:
        InputError: when it is none of them.
    """
    if value not in values:
        raise InputError(f"{name}: expected one of {', '.join(values)}, got {value!r}")
    return value


@keras.saving.register_keras_serializable("tf_edureka")
class VarianceScaling(Seeded):
    """`tf.variance_scaling_initializer(scale, mode, distribution)` of TensorFlow 1.

    `stddev = sqrt(scale / fan)`, divided by 0.8796 where it is truncated; `limit = sqrt(3) stddev`

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if only the op had a seed.
        op_seed: its `seed`, or what `default_op_seed` says where it was given none.
        scale: what is divided by the fan.
        mode: `"fan_in"`, `"fan_out"` or `"fan_avg"`: by what.
        distribution: `"truncated_normal"` or, the same, `"normal"`; `"untruncated_normal"` or
            `"uniform"`.

    Raises:
        InputError: when mode or distribution is another.
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
        """Draws the values.

        Args:
            shape: of the values.
            dtype: float32 (the default) or float64, in which TensorFlow 1 drew others.

        Returns:
            in that dtype and shape.
        """
        scale = self.scale / max(1.0, fan(shape, self.mode))
        if self.distribution == "uniform":
            return self._uniform(shape, dtype, math.sqrt(3.0 * scale))
        if self.distribution == "untruncated_normal":
            return self._normal(shape, dtype, math.sqrt(scale))
        return self._truncated(shape, dtype, math.sqrt(scale) / _TRUNCATED)

    def get_config(self) -> dict[str, Any]:
        """What makes the same initializer again."""
        named = {"scale": self.scale, "mode": self.mode, "distribution": self.distribution}
        return {**super().get_config(), **named}


class _FixedScaling(VarianceScaling):
    """One with all but the seeds given.

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if only the op had a seed.
        op_seed: its `seed`, or what `default_op_seed` says where it was given none.
    """

    _scaling: tuple[float, str, str]

    def __init__(self, graph_seed: int | None, op_seed: int) -> None:
        scale, mode, distribution = self._scaling
        super().__init__(graph_seed, op_seed, scale=scale, mode=mode, distribution=distribution)

    def get_config(self) -> dict[str, Any]:
        """What makes the same initializer again."""
        return Seeded.get_config(self)


@keras.saving.register_keras_serializable("tf_edureka")
class GlorotUniform(_FixedScaling):
    """`tf.glorot_uniform_initializer()`: that of `tf.layers` and of `tf.get_variable`."""

    _scaling = (1.0, "fan_avg", "uniform")


@keras.saving.register_keras_serializable("tf_edureka")
class GlorotNormal(_FixedScaling):
    """`tf.glorot_normal_initializer()`."""

    _scaling = (1.0, "fan_avg", "truncated_normal")


@keras.saving.register_keras_serializable("tf_edureka")
class HeNormal(_FixedScaling):
    """`tf.initializers.he_normal()`; that of contrib is `ContribVarianceScaling`."""

    _scaling = (2.0, "fan_in", "truncated_normal")


@keras.saving.register_keras_serializable("tf_edureka")
class HeUniform(_FixedScaling):
    """`tf.initializers.he_uniform()`."""

    _scaling = (2.0, "fan_in", "uniform")
