"""The regularizers of `tf.contrib.layers` and slim as Keras regularizers."""

from collections.abc import Callable

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError


class _Penalty(keras.regularizers.Regularizer):
    """Base class: a scale times a sum over the weights.

    Args:
        scale: factor of the penalty; at least 0.

    Raises:
        InputError: if the scale is below 0.
    """

    _sum: Callable[[tf.Tensor], tf.Tensor]

    def __init__(self, scale: float) -> None:
        if not scale >= 0:
            raise InputError(f"scale: expected at least 0, got {scale!r}")
        self.scale = float(scale)

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the penalty.

        Args:
            x: weights, float32 or float64, any shape.

        Returns:
            the penalty, a scalar with the dtype of the weights.
        """
        return self.scale * self._sum(x)

    def get_config(self) -> dict[str, float]:
        """Returns the constructor arguments, for saving."""
        return {"scale": self.scale}


@keras.saving.register_keras_serializable("tf_edureka")
class L2(_Penalty):
    """L2 penalty, as `tf.contrib.layers.l2_regularizer` and the same function of slim.

    `penalty = scale sum(w^2) / 2`

    `keras.regularizers.L2(scale)` does not halve the sum, so its penalty is twice as large.

    Args:
        scale: factor of the penalty; at least 0.

    Raises:
        InputError: if the scale is below 0.

    Example:
        >>> import tensorflow as tf
        >>> from tf_edureka import tf1
        >>> float(tf1.L2(0.5)(tf.constant([3.0, 4.0])))  # 0.5 * (9 + 16) / 2
        6.25
    """

    @staticmethod
    def _sum(x: tf.Tensor) -> tf.Tensor:
        return tf.nn.l2_loss(x)


@keras.saving.register_keras_serializable("tf_edureka")
class L1(_Penalty):
    """L1 penalty, as `tf.contrib.layers.l1_regularizer` and the same function of slim.

    `penalty = scale sum(|w|)`

    `keras.regularizers.L1` computes the same.

    Args:
        scale: factor of the penalty; at least 0.

    Raises:
        InputError: if the scale is below 0.

    Example:
        >>> import tensorflow as tf
        >>> from tf_edureka import tf1
        >>> float(tf1.L1(0.5)(tf.constant([3.0, -4.0])))  # 0.5 * (3 + 4)
        3.5
    """

    @staticmethod
    def _sum(x: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(tf.abs(x))
