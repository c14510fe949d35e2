"""`tf.train.MomentumOptimizer` in Keras."""

from typing import Any

from tf_edureka._keras import keras
from tf_edureka.tf1.optimizers.raw_op import RawOpOptimizer


@keras.saving.register_keras_serializable("tf_edureka")
class Momentum(RawOpOptimizer):
    """`tf.train.MomentumOptimizer`, by its own op.

    `a = momentum a + g`, `w -= rate a`; Nesterov's: `w -= rate (g + momentum a)`

    Keras' `SGD(momentum)` has the rate in what it keeps, `a = momentum a - rate g`, `w += a`. Where
    the rate falls, its steps still carry the rate of before, and TensorFlow 1's do not.

    Args:
        learning_rate: of every step, or a Keras schedule.
        momentum: share of the last step that goes on.
        use_nesterov: whether the step looks ahead.
        dtype: in which TensorFlow 1 kept rate and momentum; float32 where they were Python numbers.
        keras_arguments: of `keras.optimizers.Optimizer`, such as `clipnorm` or `name`.
    """

    _op = "ApplyMomentum"
    _scalars = {"momentum": "momentum"}

    def __init__(
        self,
        learning_rate: Any,
        momentum: float,
        *,
        use_nesterov: bool = False,
        dtype: str = "float32",
        **keras_arguments: Any,
    ) -> None:
        super().__init__(
            learning_rate,
            dtype=dtype,
            numbers={"momentum": momentum},
            slots={"accum": 0.0},
            **keras_arguments,
        )
        self._options = {"use_nesterov": use_nesterov}

    def get_config(self) -> dict[str, Any]:
        """What makes the same optimizer again."""
        return {**super().get_config(), **self._options}
