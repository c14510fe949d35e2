"""TensorFlow 1's LSTM cells as a cell of `keras.layers.RNN`."""

from collections.abc import Sequence
from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.tf1.cells import Cell, linear


@keras.saving.register_keras_serializable("tf_edureka")
class LSTMCell(Cell):
    """`tf.nn.rnn_cell.BasicLSTMCell` and `LSTMCell`.

    `i, j, f, o = [x, h] kernel + bias`, `c = sigmoid(f + forget_bias) c + sigmoid(i) tanh(j)`,
    `h = sigmoid(o) tanh(c)`

    Keras' `LSTMCell` has the gates in the order i, f, j, o, the kernel cut in two, and the forget
    bias as what its bias starts from. The states here are c and h; Keras has h and c.

    Args:
        units: numbers in the state c, and in h unless that is projected.
        forget_bias: added to the forget gate in each step; not part of the bias.
        activation: of j and of c; a function or its name.
        use_peepholes: whether the gates see c.
        num_proj: numbers in h, which is then projected; None for no projection.
        cell_clip: largest absolute value in c; None for any.
        proj_clip: largest absolute value in a projected h; None for any.
        kernel_initializer: of kernel, peepholes and projection.
        layer_arguments: of `keras.layers.Layer`, such as `name` and `dtype`.
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
        """What makes the same cell again."""
        names = ("forget_bias", "use_peepholes", "num_proj", "cell_clip", "proj_clip")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def build(self, input_shape: Sequence[int]) -> None:
        """Makes kernel, bias and, where asked for, peepholes and projection, for `input_shape`."""
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
        """Takes a step.

        Args:
            inputs: float32 or float64, shape (n, inputs).
            states: in the dtype of `inputs`, c of shape (n, units) and h of shape (n, outputs).

        Returns:
            the new h, in the dtype of `inputs`, shape (n, outputs), and a list of the new c and h.
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
