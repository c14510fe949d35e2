"""The penalties of `tf.contrib.layers` and slim in Keras."""

from collections.abc import Callable

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError


class _Penalty(keras.regularizers.Regularizer):
    """A scale times a sum over the weights.

    Args:
        scale: of the penalty; at least 0.

    Raises:
        InputError: when the scale is below 0.
    """

    _sum: Callable[[tf.Tensor], tf.Tensor]

    def __init__(self, scale: float) -> None:
        if not scale >= 0:
            raise InputError(f"scale: expected at least 0, got {scale!r}")
        self.scale = float(scale)

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """The penalty.

        Args:
            x: weights, float32 or float64, of any shape.

        Returns:
            in the weights' dtype, a scalar.
        """
        return self.scale * self._sum(x)

    def get_config(self) -> dict[str, float]:
        """What makes the same penalty again."""
        return {"scale": self.scale}


@keras.saving.register_keras_serializable("tf_edureka")
class L2(_Penalty):
    """`tf.contrib.layers.l2_regularizer(scale)`, and slim's.

    `scale sum(w^2) / 2`

    Keras' `L2(scale)` leaves out the half: it is the penalty of `l2_regularizer(2 * scale)`.

    Args:
        scale: of the penalty; at least 0.

    Raises:
        InputError: when the scale is below 0.
    """

    @staticmethod
    def _sum(x: tf.Tensor) -> tf.Tensor:
        return tf.nn.l2_loss(x)


@keras.saving.register_keras_serializable("tf_edureka")
class L1(_Penalty):
    """`tf.contrib.layers.l1_regularizer(scale)`, and slim's; Keras' `L1` is the same.

    `scale sum(|w|)`

    Args:
        scale: of the penalty; at least 0.

    Raises:
        InputError: when the scale is below 0.
    """

    @staticmethod
    def _sum(x: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(tf.abs(x))
