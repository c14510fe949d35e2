"""TensorFlow 1's recurrent cells as cells of `keras.layers.RNN`.

Their weights have the shapes and the order that TensorFlow 1 gave them, so that they go over as
they are. What `tf.nn.dynamic_rnn(sequence_length=...)` did is a mask and
`keras.layers.RNN(cell, zero_output_for_mask=True)`.
"""

from collections.abc import Sequence
from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf


class Cell(keras.layers.Layer):
    """What the cells share: their size and how they make weights and products.

    Args:
        units: numbers in the state.
        activation: of the state; a function or its name.
        kernel_initializer: of the kernels.
        layer_arguments: of `keras.layers.Layer`, such as `name` and `dtype`.
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
        """What makes the same cell again."""
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
    """Of the parts side by side with a kernel, and the bias added.

    Args:
        parts: float32 or float64, of shapes (n, inputs).
        weights: kernel of shape (all inputs, outputs) and bias of shape (outputs,), in that dtype.

    Returns:
        in that dtype, shape (n, outputs).
    """
    kernel, bias = weights
    return tf.nn.bias_add(tf.matmul(tf.concat(parts, 1), kernel), bias)


@keras.saving.register_keras_serializable("tf_edureka")
class BasicRNNCell(Cell):
    """`tf.nn.rnn_cell.BasicRNNCell`.

    `h = tanh([x, h] kernel + bias)`

    Keras' `SimpleRNNCell` is the same with the kernel cut in two.

    Args:
        units: numbers in the state.
        activation: of the state; a function or its name.
        kernel_initializer: of the kernel.
        layer_arguments: of `keras.layers.Layer`, such as `name` and `dtype`.
    """

    def build(self, input_shape: Sequence[int]) -> None:
        """Makes the kernel, inputs + units by units, and the bias, for an `input_shape`."""
        self._weights = self._kernel_and_bias(input_shape[-1] + self.units, self.units)
        self.built = True

    def call(
        self, inputs: tf.Tensor, states: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Takes a step.

        Args:
            inputs: float32 or float64, shape (n, inputs).
            states: in the dtype of `inputs`, one of shape (n, units).

        Returns:
            the new state, in the dtype of `inputs`, shape (n, units), and the same in a list.
        """
        state = self.activation(linear([inputs, states[0]], self._weights))
        return state, [state]


@keras.saving.register_keras_serializable("tf_edureka")
class GRUCell(Cell):
    """`tf.nn.rnn_cell.GRUCell`.

    `r, u = sigmoid([x, h] gates_kernel + gates_bias)`,
    `c = tanh([x, r h] candidate_kernel + candidate_bias)`, `h = u h + (1 - u) c`

    Keras' `GRUCell` multiplies by r after the product unless told `reset_after=False`, has u before
    r, and its biases start from 0; here those of the gates start from 1.

    Args:
        units: numbers in the state.
        activation: of the candidate; a function or its name.
        kernel_initializer: of both kernels.
        layer_arguments: of `keras.layers.Layer`, such as `name` and `dtype`.
    """

    def build(self, input_shape: Sequence[int]) -> None:
        """Makes kernel and bias of the gates, then of the candidate, for an `input_shape`."""
        size, units = input_shape[-1] + self.units, self.units
        self._gates = self._kernel_and_bias(size, 2 * units, prefix="gates_", bias=1.0)
        self._candidate = self._kernel_and_bias(size, units, prefix="candidate_")
        self.built = True

    def call(
        self, inputs: tf.Tensor, states: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Takes a step.

        Args:
            inputs: float32 or float64, shape (n, inputs).
            states: in the dtype of `inputs`, one of shape (n, units).

        Returns:
            the new state, in the dtype of `inputs`, shape (n, units), and the same in a list.
        """
        state = states[0]
        gates = tf.sigmoid(linear([inputs, state], self._gates))
        reset, update = tf.split(gates, 2, axis=1)
        candidate = self.activation(linear([inputs, reset * state], self._candidate))
        state = update * state + (1 - update) * candidate
        return state, [state]
