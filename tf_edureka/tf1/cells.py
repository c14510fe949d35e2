"""TensorFlow 1's recurrent cells as cells of `keras.layers.RNN`.

Their weights have the shapes and order of TensorFlow 1, so they can be copied without change. For
`tf.nn.dynamic_rnn(sequence_length=...)` pass a mask to
`keras.layers.RNN(cell, zero_output_for_mask=True)`.
"""

from collections.abc import Sequence
from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf


class Cell(keras.layers.Layer):
    """Base class of the cells, which creates their weights.

    Args:
        units: size of the state, at least 1.
        activation: activation of the state, a function or its Keras name.
        kernel_initializer: initializer of the kernels.
        layer_arguments: arguments of `keras.layers.Layer`, such as `name` and `dtype`.
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        *,
        kernel_initializer: Any = "glorot_uniform",
        **layer_arguments: Any,
    ) -> None:
        super().__init__(**layer_arguments)
        self.units = self.output_size = units
        self.state_size: int | list[int] = units
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, for saving."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }

    def _kernel_and_bias(
        self, inputs: int, outputs: int, *, prefix: str = "", bias: float = 0.0
    ) -> tuple[keras.Variable, keras.Variable]:
        start = keras.initializers.Constant(bias)
        return (
            self.add_weight(
                shape=(inputs, outputs), name=f"{prefix}kernel", initializer=self.kernel_initializer
            ),
            self.add_weight(shape=(outputs,), name=f"{prefix}bias", initializer=start),
        )


def linear(parts: Sequence[tf.Tensor], weights: tuple[keras.Variable, keras.Variable]) -> tf.Tensor:
    """Returns `[parts] kernel + bias`, with the parts concatenated along the columns.

    Args:
        parts: float32 or float64, shapes (n, inputs).
        weights: kernel of shape (all inputs, outputs) and bias of shape (outputs,), dtype of
            `parts`.

    Returns:
        the sum, in the dtype of `parts`, shape (n, outputs).
    """
    kernel, bias = weights
    return tf.nn.bias_add(tf.matmul(tf.concat(parts, 1), kernel), bias)


@keras.saving.register_keras_serializable("tf_edureka")
class BasicRNNCell(Cell):
    """Simple recurrent cell, as `tf.nn.rnn_cell.BasicRNNCell`.

    `h = activation([x, h] kernel + bias)`

    `keras.layers.SimpleRNNCell` computes the same with two kernels, one for x and one for h.

    Args:
        units: size of the state h, at least 1.
        activation: activation of the state, a function or its Keras name; tanh by default.
        kernel_initializer: initializer of the kernel; Glorot-uniform by default.
        layer_arguments: arguments of `keras.layers.Layer`, such as `name` and `dtype`.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> from tf_edureka import tf1
        >>> cell = tf1.BasicRNNCell(1, activation="linear", kernel_initializer="ones")
        >>> sequence = np.array([[[1.0], [2.0]]])  # two steps: h = 1 + 0, then h = 2 + 1
        >>> keras.layers.RNN(cell)(sequence).numpy().tolist()
        [[3.0]]
    """

    def build(self, input_shape: Sequence[int]) -> None:
        """Creates kernel, shape (inputs + units, units), and bias for an `input_shape`."""
        self._weights = self._kernel_and_bias(input_shape[-1] + self.units, self.units)
        self.built = True

    def call(
        self, inputs: tf.Tensor, states: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Computes one step.

        Args:
            inputs: float32 or float64, shape (n, inputs).
            states: list of the previous state, shape (n, units), dtype of `inputs`.

        Returns:
            the new state and a list of it; each in the dtype of `inputs`, shape (n, units).
        """
        state = self.activation(linear([inputs, states[0]], self._weights))
        return state, [state]


@keras.saving.register_keras_serializable("tf_edureka")
class GRUCell(Cell):
    """Gated recurrent unit, as `tf.nn.rnn_cell.GRUCell`.

    `r, u = sigmoid([x, h] gates_kernel + gates_bias)`,
    `c = activation([x, r h] candidate_kernel + candidate_bias)`, `h = u h + (1 - u) c`

    `keras.layers.GRUCell` multiplies by r after the matrix product by default
    (`reset_after=True`), orders the gates u, r, and starts all biases at 0. Here the biases of the
    gates start at 1.

    Args:
        units: size of the state h, at least 1.
        activation: activation of the candidate c, a function or its Keras name; tanh by default.
        kernel_initializer: initializer of both kernels; Glorot-uniform by default.
        layer_arguments: arguments of `keras.layers.Layer`, such as `name` and `dtype`.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import tf1
        >>> cell = tf1.GRUCell(1, kernel_initializer="zeros")
        >>> output, _ = cell(np.zeros((1, 3), "float32"), [np.ones((1, 1), "float32")])
        >>> round(float(output[0, 0]), 4)  # u = sigmoid(1), c = 0
        0.7311
    """

    def build(self, input_shape: Sequence[int]) -> None:
        """Creates kernel and bias of the gates, then of the candidate, for an `input_shape`."""
        size, units = input_shape[-1] + self.units, self.units
        self._gates = self._kernel_and_bias(size, 2 * units, prefix="gates_", bias=1.0)
        self._candidate = self._kernel_and_bias(size, units, prefix="candidate_")
        self.built = True

    def call(
        self, inputs: tf.Tensor, states: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Computes one step.

        Args:
            inputs: float32 or float64, shape (n, inputs).
            states: list of the previous state, shape (n, units), dtype of `inputs`.

        Returns:
            the new state and a list of it; each in the dtype of `inputs`, shape (n, units).
        """
        state = states[0]
        gates = tf.sigmoid(linear([inputs, state], self._gates))
        reset, update = tf.split(gates, 2, axis=1)
        candidate = self.activation(linear([inputs, reset * state], self._candidate))
        state = update * state + (1 - update) * candidate
        return state, [state]
