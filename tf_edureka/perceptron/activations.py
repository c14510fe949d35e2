"""The article's six activation functions, each with its equation, derivative and range."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf


def slope(function: Callable[[tf.Tensor], tf.Tensor], z: tf.Tensor) -> tf.Tensor:
    """Returns the derivative of an elementwise function, computed by `tf.GradientTape`.

    Args:
        function: elementwise function from a float tensor to one of the same shape.
        z: points at which to differentiate: float, any shape.

    Returns:
        derivatives in the shape and dtype of `z`; 0 where TensorFlow defines no gradient.
    """
    with tf.GradientTape() as tape:
        tape.watch(z)
        outputs = function(z)
    return tape.gradient(outputs, z, unconnected_gradients=tf.UnconnectedGradients.ZERO)


@dataclass(frozen=True)
class Activation:
    """A function that turns a neuron's weighted sum z into its output.

    Attributes:
        function: maps a float tensor to one of the same shape, element by element. Only softmax
            treats the last axis as the outputs of one layer.
        equation: equation of the function, in TeX.
        derivative: equation of the derivative, in TeX.
        output_range: range of the outputs, in TeX.
        gradient_note: short note on where the slope vanishes or what else limits learning.
    """

    function: Callable[[tf.Tensor], tf.Tensor]
    equation: str
    derivative: str
    output_range: str
    gradient_note: str

    def neuron_output(self, z: tf.Tensor) -> tf.Tensor:
        """Returns the outputs of independent neurons; each softmax then has a single output, 1.

        Args:
            z: weighted sums: float, any shape.

        Returns:
            outputs in the shape and dtype of `z`.
        """
        return tf.squeeze(self.function(tf.expand_dims(z, -1)), -1)

    def neuron_slope(self, z: tf.Tensor) -> tf.Tensor:
        """Returns the derivative of `neuron_output`; 0 everywhere for the step function.

        Args:
            z: weighted sums: float, any shape.

        Returns:
            derivatives in the shape and dtype of `z`.
        """
        return slope(self.neuron_output, z)


ACTIVATIONS: Mapping[str, Activation] = {
    "identity": Activation(
        tf.identity,
        equation="z",
        derivative="1",
        output_range=r"(-\infty, \infty)",
        gradient_note="slope always 1; stacked layers equal one layer",
    ),
    "step": Activation(
        lambda z: keras.ops.heaviside(z, 1),
        equation=r"0 \;\mathrm{if}\; z < 0,\; \mathrm{else}\; 1",
        derivative="0",
        output_range=r"\{0, 1\}",
        gradient_note="slope always 0, so trained by Rosenblatt's rule",
    ),
    "sigmoid": Activation(
        tf.sigmoid,
        equation=r"1 / (1 + e^{-z})",
        derivative=r"f(z)\,(1 - f(z))",
        output_range="(0, 1)",
        gradient_note="saturates: slope near 0 far from z = 0",
    ),
    "tanh": Activation(
        tf.tanh,
        equation=r"\tanh z",
        derivative=r"1 - f(z)^2",
        output_range="(-1, 1)",
        gradient_note="saturates: slope near 0 far from z = 0",
    ),
    "relu": Activation(
        tf.nn.relu,
        equation=r"\max(0, z)",
        derivative=r"0 \;\mathrm{if}\; z \leq 0,\; \mathrm{else}\; 1",
        output_range=r"[0, \infty)",
        gradient_note="can die: slope 0 for all z below 0",
    ),
    "softmax": Activation(
        tf.nn.softmax,
        equation=r"e^{z_i} / \sum_j e^{z_j}",
        derivative=r"f_i(z)\,(1 - f_i(z))",
        output_range=r"(0, 1),\ \mathrm{sum}\ 1",
        gradient_note="saturates; a single output is always 1",
    ),
}
