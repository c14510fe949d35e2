"""Keras layers for many networks of the same shape, which compute all of them at once."""

from collections.abc import Callable
from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.config import PIXELS

_MOMENTUM = 0.99  # of the moving averages; that of Keras' BatchNormalization


def stacked(one: keras.Sequential, networks: int) -> keras.Sequential:
    """Builds a model of many networks with the layers of one.

    Args:
        one: network from `mlp.network`.
        networks: number of networks.

    Returns:
        a model from float32 pixels in [0, 1], shape (networks, n, 784), to logits, shape (networks,
        n, 10). Each variable has a leading dimension for the networks.
    """
    layers = [keras.Input(batch_shape=(networks, None, PIXELS))]
    for layer in one.layers:
        options = {"name": layer.name, "dtype": layer.dtype_policy}
        if isinstance(layer, keras.layers.Dense):
            layers.append(_Dense(layer.units, layer.activation, layer.use_bias, **options))
        elif isinstance(layer, keras.layers.BatchNormalization):
            layers.append(_BatchNorm(layer.epsilon, **options))
        else:
            layers.append(keras.layers.ReLU(**options))
    return keras.Sequential(layers)


class _Dense(keras.layers.Layer):
    """Keras' dense layer for many networks, with one matrix product.

    Keras' `EinsumDense` could do the same, but XLA compiles it to a program that is a fifth slower.
    """

    def __init__(
        self,
        units: int,
        activation: Callable[[tf.Tensor], tf.Tensor],
        use_bias: bool,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._units, self._activation, self._use_bias = units, activation, use_bias

    def build(self, shape: tuple[int | None, ...]) -> None:
        networks, _, inputs = shape
        self._kernel = self.add_weight((networks, inputs, self._units), name="kernel")
        if self._use_bias:
            self._bias = self.add_weight((networks, 1, self._units), "zeros", name="bias")

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        outputs = tf.matmul(inputs, self._kernel)
        return self._activation(outputs + self._bias if self._use_bias else outputs)


class _BatchNorm(keras.layers.Layer):
    """Keras' `BatchNormalization` for many networks, each with the statistics of its own batch."""

    def __init__(self, epsilon: float, **options: Any) -> None:
        super().__init__(**options)
        self._epsilon = epsilon

    def build(self, shape: tuple[int | None, ...]) -> None:
        networks, _, units = shape
        of_each_unit = networks, 1, units
        self._gamma = self.add_weight(of_each_unit, "ones", name="gamma")
        self._beta = self.add_weight(of_each_unit, "zeros", name="beta")
        moving = {"trainable": False, "autocast": False}
        self._mean = self.add_weight(of_each_unit, "zeros", name="moving_mean", **moving)
        self._variance = self.add_weight(of_each_unit, "ones", name="moving_variance", **moving)

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        values = tf.cast(inputs, self.variable_dtype)
        mean, variance = self._mean.value, self._variance.value
        if training:
            mean, variance = tf.nn.moments(values, axes=[1], keepdims=True)
            for average, batch in ((self._mean, mean), (self._variance, variance)):
                average.assign(average * _MOMENTUM + batch * (1 - _MOMENTUM))
        scale = tf.math.rsqrt(variance + self._epsilon) * tf.cast(self._gamma, values.dtype)
        shift = tf.cast(self._beta, values.dtype) - mean * scale
        return tf.cast(values * scale + shift, inputs.dtype)
