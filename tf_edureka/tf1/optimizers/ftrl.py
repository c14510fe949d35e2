"""`tf.train.FtrlOptimizer` in Keras."""

from collections.abc import Mapping
from typing import Any

from tf_edureka._keras import keras
from tf_edureka.errors import InputError
from tf_edureka.tf1.optimizers.raw_op import RawOpOptimizer


@keras.saving.register_keras_serializable("tf_edureka")
class Ftrl(RawOpOptimizer):
    """`tf.train.FtrlOptimizer`, by its own op.

    The formula is Keras' own, but for sparse gradients: Keras' moves all rows.

    Args:
        learning_rate: of every step, or a Keras schedule.
        learning_rate_power: how the rate falls with the sum of squares; at most 0.
        initial_accumulator_value: what the sum of squares starts from; at least 0.
        l1_regularization_strength: of the sum of absolute values; at least 0.
        l2_regularization_strength: of the sum of squares; at least 0.
        l2_shrinkage_regularization_strength: of the sum of squares as part of the loss; at least 0.
        dtype: in which TensorFlow 1 kept rate and numbers; float32 where they were Python numbers.
        keras_arguments: of `keras.optimizers.Optimizer`, such as `clipnorm` or `name`.

    Raises:
        InputError: when a number is not in its range.
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
        if l2_shrinkage_regularization_strength > 0:  # TensorFlow 1 then called another op
            self._op = "ApplyFtrlV2"
            shrinkage = {"l2_shrinkage": "l2_shrinkage_regularization_strength"}
            self._scalars = {**self._scalars, **shrinkage}

    def get_config(self) -> dict[str, Any]:
        """What makes the same optimizer again."""
        return {**super().get_config(), "initial_accumulator_value": self._initial_values["accum"]}


def _check(numbers: Mapping[str, float]) -> None:
    for name, number in numbers.items():
        if not number >= 0:
            raise InputError(f"{name}: expected at least 0, got {number!r}")
