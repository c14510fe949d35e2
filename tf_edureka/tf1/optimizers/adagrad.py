"""`tf.train.AdagradOptimizer` and `tf.train.AdadeltaOptimizer` in Keras."""

from typing import Any

from tf_edureka._keras import keras
from tf_edureka.errors import InputError
from tf_edureka.tf1.optimizers.raw_op import RawOpOptimizer


@keras.saving.register_keras_serializable("tf_edureka")
class Adagrad(RawOpOptimizer):
    """`tf.train.AdagradOptimizer`, by its own op.

    `s += g^2`, `w -= rate g / sqrt(s)`

    Keras' `Adagrad` adds an epsilon under the root, 1e-7.

    Args:
        learning_rate: of every step, or a Keras schedule.
        initial_accumulator_value: what the sum of squares starts from; above 0.
        dtype: in which TensorFlow 1 kept the rate; float32 where it was a Python number.
        keras_arguments: of `keras.optimizers.Optimizer`, such as `clipnorm` or `name`.

    Raises:
        InputError: when the sum of squares would not start above 0.
    """

    _op = "ApplyAdagrad"
    _scalars = {}

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        *,
        dtype: str = "float32",
        **keras_arguments: Any,
    ) -> None:
        if not initial_accumulator_value > 0:
            raise InputError(
                f"initial_accumulator_value: expected above 0, got {initial_accumulator_value!r}"
            )
        super().__init__(
            learning_rate,
            dtype=dtype,
            numbers={},
            slots={"accum": initial_accumulator_value},
            **keras_arguments,
        )

    def get_config(self) -> dict[str, Any]:
        """What makes the same optimizer again."""
        return {**super().get_config(), "initial_accumulator_value": self._initial_values["accum"]}


@keras.saving.register_keras_serializable("tf_edureka")
class Adadelta(RawOpOptimizer):
    """`tf.train.AdadeltaOptimizer`, by its own op.

    `s = rho s + (1 - rho) g^2`, `d = g sqrt(u + epsilon) / sqrt(s + epsilon)`,
    `u = rho u + (1 - rho) d^2`, `w -= rate d`

    The formula is Keras' own; Keras' epsilon is 1e-7, and as `u` starts from 0, the first steps are
    in proportion to its root.

    Args:
        learning_rate: of every step, or a Keras schedule.
        rho: share of both mean squares that stays in a step.
        epsilon: added under both roots.
        dtype: in which TensorFlow 1 kept rate and numbers; float32 where they were Python numbers.
        keras_arguments: of `keras.optimizers.Optimizer`, such as `clipnorm` or `name`.
    """

    _op = "ApplyAdadelta"
    _scalars = {"rho": "rho", "epsilon": "epsilon"}

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        *,
        epsilon: float = 1e-8,
        dtype: str = "float32",
        **keras_arguments: Any,
    ) -> None:
        super().__init__(
            learning_rate,
            dtype=dtype,
            numbers={"rho": rho, "epsilon": epsilon},
            slots={"accum": 0.0, "accum_update": 0.0},
            **keras_arguments,
        )
