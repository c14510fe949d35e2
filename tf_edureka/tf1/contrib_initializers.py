"""Initializers of `tf.contrib.layers` that scale with the shape.

Their correction for the truncation differs from that of TensorFlow's own initializers.
"""

import math
from collections.abc import Sequence
from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.tf1.scaled_initializers import MODES, Seeded, check_choice, fan


@keras.saving.register_keras_serializable("tf_edureka")
class ContribVarianceScaling(Seeded):
    """Variance scaling as `tf.contrib.layers.variance_scaling_initializer`, same numbers.

    Truncated normal with `stddev = sqrt(1.3 factor / fan)` before truncation; uniform: from -limit
    to limit, `limit = sqrt(3 factor / fan)`

    Its defaults give He's initializer, also in slim. `VarianceScaling`, like that of Keras, divides
    by 0.8796 instead of multiplying by sqrt(1.3), so its values are 0.3% smaller.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.
        factor: variance times fan, above 0; 2 by default.
        mode: fan that divides the factor: `"FAN_IN"` (default, number of inputs), `"FAN_OUT"`
            (number of outputs) or `"FAN_AVG"` (their mean).
        uniform: whether to sample a uniform distribution; a truncated normal one by default.

    Raises:
        InputError: if the mode is not one of these.

    Example:
        >>> from tf_edureka import tf1
        >>> contrib = tf1.ContribVarianceScaling(graph_seed=1, op_seed=5)((4, 2))
        >>> he = tf1.HeNormal(graph_seed=1, op_seed=5)((4, 2))
        >>> round(float(contrib[0, 0] / he[0, 0]), 3)  # sqrt(1.3) * 0.8796
        1.003
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
        """Samples the values.

        Args:
            shape: shape of the result.
            dtype: `"float32"` (default) or `"float64"`; each has its own random numbers.

        Returns:
            the values in that dtype and shape; the same in each call.
        """
        inputs = fan(shape, self.mode.lower())
        if self.uniform:
            return self._uniform(shape, dtype, math.sqrt(3.0 * self.factor / inputs))
        return self._truncated(shape, dtype, math.sqrt(1.3 * self.factor / inputs))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, for saving."""
        named = {"factor": self.factor, "mode": self.mode, "uniform": self.uniform}
        return {**super().get_config(), **named}


@keras.saving.register_keras_serializable("tf_edureka")
class Xavier(ContribVarianceScaling):
    """Xavier initializer as `tf.contrib.layers.xavier_initializer`, same numbers.

    Uniform from -limit to limit, `limit = sqrt(6 / (inputs + outputs))`; otherwise truncated normal
    with `stddev = sqrt(2.6 / (inputs + outputs))` before truncation. The layers of contrib and slim
    use it by default. `keras.initializers.GlorotUniform` has other numbers per seed.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.
        uniform: whether to sample a uniform distribution (default, as `GlorotUniform`) or a
            truncated normal one.

    Example:
        >>> from tf_edureka import tf1
        >>> values = tf1.Xavier(graph_seed=1, op_seed=5)((2, 4)).numpy()
        >>> bool((values == tf1.GlorotUniform(1, 5)((2, 4)).numpy()).all())
        True
    """

    def __init__(self, graph_seed: int | None, op_seed: int, *, uniform: bool = True) -> None:
        super().__init__(graph_seed, op_seed, factor=1.0, mode="FAN_AVG", uniform=uniform)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, for saving."""
        return {**Seeded.get_config(self), "uniform": self.uniform}
