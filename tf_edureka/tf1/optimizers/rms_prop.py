"""`tf.train.RMSPropOptimizer` in Keras."""

from typing import Any

from tf_edureka._keras import keras
from tf_edureka.tf1.optimizers.raw_op import RawOpOptimizer


@keras.saving.register_keras_serializable("tf_edureka")
class RMSProp(RawOpOptimizer):
    """RMSProp, as `tf.train.RMSPropOptimizer` (ops `ApplyRMSProp`, `ApplyCenteredRMSProp`).

    `s += (g^2 - s) (1 - decay)` with s = 1 at the start,
    `a = momentum a + rate g / sqrt(s + epsilon)`, `w -= a`; centered:
    `c += (g - c) (1 - decay)` with c = 0 at the start, and the root of `s - c^2 + epsilon`

    `keras.optimizers.RMSprop` starts with s = 0, so its first steps are larger, and its default
    epsilon is 1e-7.

    Args:
        learning_rate: learning rate of each step, a float or a Keras schedule.
        decay: decay factor of the mean square s, in [0, 1].
        momentum: factor by which the previous step is added again, in [0, 1).
        epsilon: constant added under the root; at least 0.
        centered: whether to subtract the squared mean of the gradient from its mean square.
        dtype: precision of rate and constants in TensorFlow 1: `"float32"` if the script
            passed Python numbers, whatever the dtype of the variables.
        keras_arguments: arguments of `keras.optimizers.Optimizer`, such as `clipnorm` or `name`.

    Example:
        >>> import keras
        >>> import tensorflow as tf
        >>> from tf_edureka import tf1
        >>> weight, optimizer = keras.Variable(1.0), tf1.RMSProp(0.1)
        >>> optimizer.apply([tf.constant(1.0)], [weight])  # s stays 1
        >>> round(float(weight.numpy()), 6)
        0.9
    """

    _scalars = {"rho": "decay", "momentum": "momentum", "epsilon": "epsilon"}

    def __init__(
        self,
        learning_rate: Any,
        decay: float = 0.9,
        *,
        momentum: float = 0.0,
        epsilon: float = 1e-10,
        centered: bool = False,
        dtype: str = "float32",
        **keras_arguments: Any,
    ) -> None:
        super().__init__(
            learning_rate,
            dtype=dtype,
            numbers={"decay": decay, "momentum": momentum, "epsilon": epsilon},
            slots={"ms": 1.0, "mom": 0.0, **({"mg": 0.0} if centered else {})},
            **keras_arguments,
        )
        self._op = "ApplyCenteredRMSProp" if centered else "ApplyRMSProp"

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, for saving."""
        return {**super().get_config(), "centered": "mg" in self._initial_values}
