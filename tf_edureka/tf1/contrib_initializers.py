"""Initializers of `tf.contrib.layers` whose spread follows from the shape.

They correct for the truncation by another number than TensorFlow's own.
"""

import math
from collections.abc import Sequence
from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.tf1.scaled_initializers import MODES, Seeded, check_choice, fan


@keras.saving.register_keras_serializable("tf_edureka")
class ContribVarianceScaling(Seeded):
    """`tf.contrib.layers.variance_scaling_initializer(factor, mode, uniform)`.

    `stddev = sqrt(1.3 factor / fan)`, truncated; uniform: `limit = sqrt(3 factor / fan)`

    By its defaults it is He's, as slim had it. `VarianceScaling` divides by 0.8796 instead of the
    root of 1.3, so that its values are 0.3% smaller.

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if only the op had a seed.
        op_seed: its `seed`, or what `default_op_seed` says where it was given none.
        factor: what is divided by the fan.
        mode: `"FAN_IN"`, `"FAN_OUT"` or `"FAN_AVG"`: by what.
        uniform: whether the draw is uniform.

    Raises:
        InputError: when the mode is another.
    """

    def __init__(
        self,
        graph_seed: int | None,
        op_seed: int,
        *,
        factor: float = 2.0,
        mode: str = "FAN_IN",
        uniform: bool = False,
    ) -> None:
        super().__init__(graph_seed, op_seed)
        self.factor, self.uniform = factor, uniform
        self.mode = check_choice("mode", mode, [one.upper() for one in MODES])

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> tf.Tensor:
        """Draws the values.

        Args:
            shape: of the values.
            dtype: float32 (the default) or float64, in which TensorFlow 1 drew others.

        Returns:
            in that dtype and shape.
        """
        inputs = fan(shape, self.mode.lower())
        if self.uniform:
            return self._uniform(shape, dtype, math.sqrt(3.0 * self.factor / inputs))
        return self._truncated(shape, dtype, math.sqrt(1.3 * self.factor / inputs))

    def get_config(self) -> dict[str, Any]:
        """What makes the same initializer again."""
        named = {"factor": self.factor, "mode": self.mode, "uniform": self.uniform}
        return {**super().get_config(), **named}


@keras.saving.register_keras_serializable("tf_edureka")
class Xavier(ContribVarianceScaling):
    """`tf.contrib.layers.xavier_initializer(uniform)`: contrib's and slim's for their layers.

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if only the op had a seed.
        op_seed: its `seed`, or what `default_op_seed` says where it was given none.
        uniform: whether the draw is uniform, as `GlorotUniform`; if not, a truncated normal one.
    """

    def __init__(self, graph_seed: int | None, op_seed: int, *, uniform: bool = True) -> None:
        super().__init__(graph_seed, op_seed, factor=1.0, mode="FAN_AVG", uniform=uniform)

    def get_config(self) -> dict[str, Any]:
        """What makes the same initializer again."""
        return {**Seeded.get_config(self), "uniform": self.uniform}
