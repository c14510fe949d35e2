"""TensorFlow 1's batch normalization in Keras."""

from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf

# Smallest epsilon that `tf.nn.fused_batch_norm` of TensorFlow 1 uses, as in cuDNN.
_LEAST_EPSILON = 1.001e-5


@keras.saving.register_keras_serializable("tf_edureka")
class BatchNormalization(keras.layers.BatchNormalization):
    """Batch normalization with the moving averages of `tf.layers.batch_normalization`.

    `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`,
    `moving -= (moving - value) (1 - momentum)`

    In training the batch is normalized with its variance, sum / n. For images (rank 4) TensorFlow 1
    uses a fused op, which puts sum / (n - 1) into the moving variance and uses an epsilon of at
    least 1.001e-5. `keras.layers.BatchNormalization` puts sum / n into it. With n = 4, such as a
    batch of 4 images of one pixel, Keras' moving variance is 3/4 of that of TensorFlow 1, and every
    prediction uses it.

    For `tf.contrib.layers.batch_norm` and slim pass `momentum=0.999, scale=False, fused=True`: they
    use the fused op for dense layers, too.

    Args:
        axis: axis of the features; the fused op is used only if it is the last one.
        fused: whether to use the fused op; None (default) for rank 4 only, as `tf.layers` does.
        keras_arguments: arguments of `keras.layers.BatchNormalization`: `momentum` (default 0.99,
            as in `tf.layers`), `epsilon` (0.001), `center`, `scale` and others.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import tf1
        >>> images = np.array([0.0, 2.0, 0.0, 2.0]).reshape(4, 1, 1, 1)
        >>> layer = tf1.BatchNormalization(momentum=0.0)
        >>> _ = layer(images, training=True)
        >>> round(float(layer.moving_variance[0]), 3)  # 4 / (4 - 1)
        1.333
    """

    def __init__(
        self, axis: int = -1, *, fused: bool | None = None, **keras_arguments: Any
    ) -> None:
        super().__init__(axis=axis, **keras_arguments)
        self.fused = fused

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, for saving."""
        return {**super().get_config(), "fused": self.fused}

    def call(
        self, inputs: tf.Tensor, training: bool | None = None, mask: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Normalizes by the batch and updates the averages in training; else by the averages.

        Args:
            inputs: float16, bfloat16, float32 or float64, shape (n, ..., features).
            training: whether to normalize by the batch and to update the averages.
            mask: True for inputs that count: bool, shape (n, ...). With a mask the layer computes
                the same as the one of Keras.

        Returns:
            the normalized inputs, with their dtype and shape.
        """
        rank = len(inputs.shape)
        fused = rank == 4 if self.fused is None else self.fused
        if not fused or self.axis not in (-1, rank - 1) or mask is not None or self.synchronized:
            return super().call(inputs, training=training, mask=mask)
        if not (training and self.trainable):
            return self._normalized(inputs, self.moving_mean, self.moving_variance)
        if inputs.dtype == tf.float64:  # the op has no float64 kernel
            axes = list(range(rank - 1))
            mean, variance = tf.nn.moments(inputs, axes)
            count = tf.cast(tf.size(inputs) // tf.shape(inputs)[-1], inputs.dtype)
            kept = variance * count / tf.maximum(count - 1, 1)
            outputs = self._normalized(inputs, mean, variance)
        else:
            outputs, mean, kept = self._fused_op(inputs)
        for moving, value in ((self.moving_mean, mean), (self.moving_variance, kept)):
            share = tf.cast(1 - self.momentum, moving.dtype)
            moving.assign(moving - (moving - tf.cast(value, moving.dtype)) * share)
        return outputs

    def _gamma_and_beta(self, dtype: tf.DType) -> tuple[tf.Tensor, tf.Tensor]:
        features = (self.moving_mean.shape[0],)
        gamma = self.gamma if self.scale else tf.ones(features, dtype)
        beta = self.beta if self.center else tf.zeros(features, dtype)
        return tf.cast(gamma, dtype), tf.cast(beta, dtype)

    def _normalized(self, inputs: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor) -> tf.Tensor:
        dtype = tf.float64 if inputs.dtype == tf.float64 else tf.float32
        gamma, beta = self._gamma_and_beta(dtype)
        outputs = tf.nn.batch_normalization(
            *(tf.cast(each, dtype) for each in (inputs, mean, variance)),
            offset=beta,
            scale=gamma,
            variance_epsilon=max(self.epsilon, _LEAST_EPSILON),
        )
        return tf.cast(outputs, inputs.dtype)

    def _fused_op(self, inputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """The outputs, mean and variance (divided by n - 1) of the batch."""
        gamma, beta = self._gamma_and_beta(tf.float32)
        shape = tf.shape(inputs)
        images = inputs
        if len(inputs.shape) != 4:
            images = tf.reshape(inputs, [-1, 1, 1, inputs.shape[-1]])
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            *(images, gamma, beta),
            epsilon=max(self.epsilon, _LEAST_EPSILON),
            is_training=True,
        )
        return tf.reshape(outputs, shape), mean, variance
