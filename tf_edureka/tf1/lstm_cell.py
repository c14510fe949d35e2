"""TensorFlow 1's LSTM cells as a cell of `keras.layers.RNN`."""

from collections.abc import Sequence
from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.tf1.cells import Cell, linear


@keras.saving.register_keras_serializable("tf_edureka")
class LSTMCell(Cell):
    """LSTM cell, as `tf.nn.rnn_cell.BasicLSTMCell` and `tf.nn.rnn_cell.LSTMCell`.

    `i, j, f, o = [x, h] kernel + bias`,
    `c = sigmoid(f + forget_bias) c + sigmoid(i) activation(j)`, `h = sigmoid(o) activation(c)`

    `keras.layers.LSTMCell` orders the gates i, f, j, o, has two kernels (for x and for h), and puts
    the forget bias into the initial bias. The states are [c, h] here and [h, c] in Keras.

    Args:
        units: size of the state c, and of h without a projection; at least 1.
        forget_bias: constant added to the forget gate in each step; not part of the bias.
        activation: activation of j and of c, a function or its Keras name; tanh by default.
        use_peepholes: whether the gates also depend on c, with one weight per unit.
        num_proj: size of h after a projection; None for no projection.
        cell_clip: limit to which the values of c are clipped, above 0; None for no limit.
        proj_clip: limit to which the values of a projected h are clipped, above 0; None for no
            limit.
        kernel_initializer: initializer of kernel, peepholes and projection; Glorot-uniform by
            default.
        layer_arguments: arguments of `keras.layers.Layer`, such as `name` and `dtype`.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import tf1
        >>> cell = tf1.LSTMCell(1, forget_bias=1.0, kernel_initializer="zeros")
        >>> c, h = np.ones((1, 1), "float32"), np.zeros((1, 1), "float32")
        >>> _, (c, h) = cell(np.zeros((1, 3), "float32"), [c, h])
        >>> round(float(c[0, 0]), 4)  # sigmoid(forget_bias) * 1
        0.7311
    """

    def __init__(
        self,
        units: int,
        forget_bias: float = 1.0,
        *,
        activation: Any = "tanh",
        use_peepholes: bool = False,
        num_proj: int | None = None,
        cell_clip: float | None = None,
        proj_clip: float | None = None,
        kernel_initializer: Any = "glorot_uniform",
        **layer_arguments: Any,
    ) -> None:
        super().__init__(
            units,
            activation=activation,
            kernel_initializer=kernel_initializer,
            **layer_arguments,
        )
        self.forget_bias, self.use_peepholes, self.num_proj = forget_bias, use_peepholes, num_proj
        self.cell_clip, self.proj_clip = cell_clip, proj_clip
        self.output_size = num_proj or units
        self.state_size = [units, self.output_size]

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, for saving."""
        names = ("forget_bias", "use_peepholes", "num_proj", "cell_clip", "proj_clip")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def build(self, input_shape: Sequence[int]) -> None:
        """Creates kernel, bias and, if used, peepholes and projection, for an `input_shape`."""
        size = input_shape[-1] + self.output_size
        self._weights = self._kernel_and_bias(size, 4 * self.units)
        names = ("w_f_diag", "w_i_diag", "w_o_diag") if self.use_peepholes else ()
        self._peepholes = [
            self.add_weight(shape=(self.units,), name=name, initializer=self.kernel_initializer)
            for name in names
        ]
        if self.num_proj:
            self._projection = self.add_weight(
                shape=(self.units, self.num_proj),
                name="projection_kernel",
                initializer=self.kernel_initializer,
            )
        self.built = True

    def call(
        self, inputs: tf.Tensor, states: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Computes one step.

        Args:
            inputs: float32 or float64, shape (n, inputs).
            states: list of c, shape (n, units), and h, shape (n, outputs); dtype of `inputs`.

        Returns:
            the new h, shape (n, outputs), and a list of the new c and h; dtype of `inputs`.
        """
        before, output = states
        i, j, f, o = tf.split(linear([inputs, output], self._weights), 4, axis=1)
        f = f + self.forget_bias
        if self.use_peepholes:
            f, i = f + self._peepholes[0] * before, i + self._peepholes[1] * before
        state = tf.sigmoid(f) * before + tf.sigmoid(i) * self.activation(j)
        state = _clipped(state, self.cell_clip)
        if self.use_peepholes:
            o = o + self._peepholes[2] * state
        output = tf.sigmoid(o) * self.activation(state)
        if self.num_proj:
            output = _clipped(tf.matmul(output, self._projection), self.proj_clip)
        return output, [state, output]


def _clipped(values: tf.Tensor, limit: float | None) -> tf.Tensor:
    return values if limit is None else tf.clip_by_value(values, -limit, limit)
