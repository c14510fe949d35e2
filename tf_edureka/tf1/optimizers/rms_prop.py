"""`tf.train.RMSPropOptimizer` in Keras."""

from typing import Any

from tf_edureka._keras import keras
from tf_edureka.tf1.optimizers.raw_op import RawOpOptimizer


@keras.saving.register_keras_serializable("tf_edureka")
class RMSProp(RawOpOptimizer):
    """`tf.train.RMSPropOptimizer`, by its own op.

    `s += (g^2 - s) (1 - decay)` from 1, `a = momentum a + rate g / sqrt(s + epsilon)`, `w -= a`;
    centred, with `c += (g - c) (1 - decay)` from 0, the root is of `s - c^2 + epsilon`

    Keras' `RMSprop` has `s` from 0, so that its first steps are longer, and 1e-7 as its epsilon.

    Args:
        learning_rate: of every step, or a Keras schedule.
        decay: share of the mean square that stays in a step.
        momentum: share of the last step that goes on.
        epsilon: added under the root.
        centered: whether the square of the mean is taken from the mean square.
        dtype: in which TensorFlow 1 kept rate and numbers; float32 where they were Python numbers.
        keras_arguments: of `keras.optimizers.Optimizer`, such as `clipnorm` or `name`.
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
        """What makes the same optimizer again."""
        return {**super().get_config(), "centered": "mg" in self._initial_values}
