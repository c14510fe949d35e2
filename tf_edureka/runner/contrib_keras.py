"""What old scripts use of `tf.contrib` that is made of Keras, as in `contrib`; needs tf_keras."""

from collections.abc import Callable

import tensorflow as tf

v1 = tf.compat.v1


class Network(tf.compat.v1.keras.Model):
    """A model of layers in eager mode; `tf.contrib.eager.Network`."""

    def track_layer(self, layer: tf.Module) -> tf.Module:
        """Gives the `layer`, which the model takes in where it is assigned."""
        return layer


class OutputProjectionWrapper(tf.compat.v1.nn.rnn_cell.RNNCell):
    """A cell whose outputs pass a dense layer; `tf.contrib.rnn.OutputProjectionWrapper`."""

    def __init__(
        self,
        cell: tf.compat.v1.nn.rnn_cell.RNNCell,
        output_size: int,
        activation: Callable[[tf.Tensor], tf.Tensor] | None = None,
        reuse: bool | None = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._cell, self._output_size, self._activation = cell, output_size, activation

    @property
    def state_size(self) -> int | tuple[int, ...]:
        """That of the cell."""
        return self._cell.state_size

    @property
    def output_size(self) -> int:
        """Units of the layer."""
        return self._output_size

    def zero_state(self, batch_size: int | tf.Tensor, dtype: tf.DType) -> tf.Tensor:
        """The first state of the cell, for `batch_size` sequences, in `dtype`."""
        return self._cell.zero_state(batch_size, dtype)

    def call(self, inputs: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The cell's output for `inputs` and `state`, through the layer, and its new state."""
        output, state = self._cell(inputs, state)
        kernel = v1.get_variable("kernel", [output.shape[-1], self._output_size])
        zeros = v1.zeros_initializer()
        bias = v1.get_variable("bias", [self._output_size], initializer=zeros)
        projected = tf.nn.bias_add(tf.matmul(output, kernel), bias)
        return (self._activation(projected) if self._activation else projected), state
