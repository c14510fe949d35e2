"""TensorFlow 1's batch normalization in Keras."""

from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf

# `tf.nn.fused_batch_norm` of TensorFlow 1 took no smaller one, as cuDNN could not.
_LEAST_EPSILON = 1.001e-5


@keras.saving.register_keras_serializable("tf_edureka")
class BatchNormalization(keras.layers.BatchNormalization):
    """`tf.layers.batch_normalization`, with the moving averages that TensorFlow 1 kept.

    `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`, `moving -= (moving - value) (1 - m)`

    The variance that normalizes is that of the batch, sum / n. The fused op, which TensorFlow 1
    took for images (rank 4), keeps sum / (n - 1) in the moving variance, and has at least 1.001e-5
    as its epsilon. Keras keeps sum / n. With n = 4, as of a batch of 4 images of a pixel, the
    moving variance is then by a third too small, and each prediction uses it.

    `tf.contrib.layers.batch_norm` and slim: `momentum=0.999, scale=False, fused=True`, since they
    took the fused op for dense layers as well.

    Args:
        axis: of the features; the fused op is taken where it is the last one.
        fused: whether the fused op computes it; None for where `tf.layers` took it, at rank 4.
        keras_arguments: of `keras.layers.BatchNormalization`: `momentum` (0.99 here as in
            `tf.layers`), `epsilon` (0.001), `center`, `scale` and others.
    """

    def __init__(
        self, axis: int = -1, *, fused: bool | None = None, **keras_arguments: Any
    ) -> None:
        super().__init__(axis=axis, **keras_arguments)
        self.fused = fused

    def get_config(self) -> dict[str, Any]:
        """What makes the same layer again."""
        return {**super().get_config(), "fused": self.fused}

    def call(
        self, inputs: tf.Tensor, training: bool | None = None, mask: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Normalizes; in training by the batch, whose mean and variance then move the averages.

        Args:
            inputs: float16, bfloat16, float32 or float64, shape (n, ..., features).
            training: whether the batch is what normalizes.
            mask: bool, shape (n, ...); which inputs count. With one it is Keras' own layer.

        Returns:
            in the dtype and shape of `inputs`.
        """
        rank = len(inputs.shape)
        fused = rank == 4 if self.fused is None else self.fused
        if not fused or self.axis not in (-1, rank - 1) or mask is not None or self.synchronized:
            return super().call(inputs, training=training, mask=mask)
        if not (training and self.trainable):
            return self._normalized(inputs, self.moving_mean, self.moving_variance)
        if inputs.dtype == tf.float64:  # the op knows no float64
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
        """What it gives, the batch's mean, and its variance by n - 1."""
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
