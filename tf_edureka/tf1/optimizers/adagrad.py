"""`tf.train.AdagradOptimizer` and `tf.train.AdadeltaOptimizer` in Keras."""

from typing import Any

from tf_edureka._keras import keras
from tf_edureka.errors import InputError
from tf_edureka.tf1.optimizers.raw_op import RawOpOptimizer


@keras.saving.register_keras_serializable("tf_edureka")
class Adagrad(RawOpOptimizer):
    """Adagrad, as `tf.train.AdagradOptimizer` (op `ApplyAdagrad`).

    `s += g^2`, `w -= rate g / sqrt(s)`

    `keras.optimizers.Adagrad` adds epsilon = 1e-7 under the root.

    Args:
        learning_rate: learning rate of each step, a float or a Keras schedule.
        initial_accumulator_value: initial value of the sum of squares s; above 0.
        dtype: precision of the rate in TensorFlow 1: `"float32"` if the script
            passed a Python number, whatever the dtype of the variables.
        keras_arguments: arguments of `keras.optimizers.Optimizer`, such as `clipnorm` or `name`.

    Raises:
        InputError: if `initial_accumulator_value` is not above 0.

    Example:
        >>> import keras
        >>> import tensorflow as tf
        >>> from tf_edureka import tf1
        >>> weight, optimizer = keras.Variable(1.0), tf1.Adagrad(0.1, initial_accumulator_value=3.0)
        >>> optimizer.apply([tf.constant(1.0)], [weight])  # s = 3 + 1 = 4
        >>> round(float(weight.numpy()), 6)
        0.95
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
        """Returns the constructor arguments, for saving."""
        return {**super().get_config(), "initial_accumulator_value": self._initial_values["accum"]}


@keras.saving.register_keras_serializable("tf_edureka")
class Adadelta(RawOpOptimizer):
    """Adadelta, as `tf.train.AdadeltaOptimizer` (op `ApplyAdadelta`).

    `s = rho s + (1 - rho) g^2`, `d = g sqrt(u + epsilon) / sqrt(s + epsilon)`,
    `u = rho u + (1 - rho) d^2`, `w -= rate d`

    `keras.optimizers.Adadelta` has the same equation. Its default epsilon is 1e-7, and since u
    starts at 0, the first steps are proportional to the square root of epsilon.

    Args:
        learning_rate: learning rate of each step, a float or a Keras schedule.
        rho: decay factor of both mean squares s and u, in [0, 1].
        epsilon: constant added under both roots; above 0.
        dtype: precision of rate and constants in TensorFlow 1: `"float32"` if the script
            passed Python numbers, whatever the dtype of the variables.
        keras_arguments: arguments of `keras.optimizers.Optimizer`, such as `clipnorm` or `name`.

    Example:
        >>> import keras
        >>> import tensorflow as tf
        >>> from tf_edureka import tf1
        >>> weight, optimizer = keras.Variable(1.0), tf1.Adadelta(1.0, rho=0.25, epsilon=0.25)
        >>> optimizer.apply([tf.constant(1.0)], [weight])  # d = 0.5 / sqrt(1)
        >>> round(float(weight.numpy()), 6)
        0.5
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
