"""`tf.train.FtrlOptimizer` in Keras."""

from collections.abc import Mapping
from typing import Any

from tf_edureka._keras import keras
from tf_edureka.errors import InputError
from tf_edureka.tf1.optimizers.raw_op import RawOpOptimizer


@keras.saving.register_keras_serializable("tf_edureka")
class Ftrl(RawOpOptimizer):
    """FTRL-Proximal, as `tf.train.FtrlOptimizer` (ops `ApplyFtrl`, `ApplyFtrlV2`).

    `z += g + 2 shrinkage w - ((s + g^2)^-power - s^-power) / rate w`, `s += g^2`,
    `w = (sign(z) l1 - z) / (s^-power / rate + 2 l2)`, or 0 where `|z| <= l1`

    `keras.optimizers.Ftrl` has the same equation, but moves all rows of a sparse gradient.

    Args:
        learning_rate: learning rate of each step, a float or a Keras schedule.
        learning_rate_power: exponent `power` of the sum of squares s; at most 0.
        initial_accumulator_value: initial value of the sum of squares s; at least 0.
        l1_regularization_strength: factor l1 of the absolute weights; at least 0.
        l2_regularization_strength: factor l2 of the squared weights; at least 0.
        l2_shrinkage_regularization_strength: factor of the squared weights in the loss, which adds
            to the gradient but not to s; at least 0.
        dtype: precision of rate and constants in TensorFlow 1: `"float32"` if the script
            passed Python numbers, whatever the dtype of the variables.
        keras_arguments: arguments of `keras.optimizers.Optimizer`, such as `clipnorm` or `name`.

    Raises:
        InputError: if a number is outside its range.

    Example:
        >>> import keras
        >>> import tensorflow as tf
        >>> from tf_edureka import tf1
        >>> weight, optimizer = keras.Variable(1.0), tf1.Ftrl(0.1, initial_accumulator_value=0.0)
        >>> optimizer.apply([tf.constant(1.0)], [weight])
        >>> round(float(weight.numpy()), 6)
        0.9
    """

    _op = "ApplyFtrl"
    _scalars = {
        "lr_power": "learning_rate_power",
        "l1": "l1_regularization_strength",
        "l2": "l2_regularization_strength",
    }

    def __init__(
        self,
        learning_rate: Any,
        learning_rate_power: float = -0.5,
        *,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        dtype: str = "float32",
        **keras_arguments: Any,
    ) -> None:
        strengths = {
            "l1_regularization_strength": l1_regularization_strength,
            "l2_regularization_strength": l2_regularization_strength,
            "l2_shrinkage_regularization_strength": l2_shrinkage_regularization_strength,
        }
        if not learning_rate_power <= 0:
            raise InputError(f"learning_rate_power: expected at most 0, got {learning_rate_power}")
        _check({"initial_accumulator_value": initial_accumulator_value, **strengths})
        super().__init__(
            learning_rate,
            dtype=dtype,
            numbers={"learning_rate_power": learning_rate_power, **strengths},
            slots={"accum": initial_accumulator_value, "linear": 0.0},
            **keras_arguments,
        )
        if l2_shrinkage_regularization_strength > 0:  # TensorFlow 1 used another op in this case
            self._op = "ApplyFtrlV2"
            shrinkage = {"l2_shrinkage": "l2_shrinkage_regularization_strength"}
            self._scalars = {**self._scalars, **shrinkage}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, for saving."""
        return {**super().get_config(), "initial_accumulator_value": self._initial_values["accum"]}


def _check(numbers: Mapping[str, float]) -> None:
    for name, number in numbers.items():
        if not number >= 0:
            raise InputError(f"{name}: expected at least 0, got {number!r}")
