"""The article's six activation functions: TensorFlow's own, with what there is to know of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf


def slope(function: Callable[[tf.Tensor], tf.Tensor], z: tf.Tensor) -> tf.Tensor:
    """The derivative of a function of each number alone, as `GradientTape` gives it.

    Args:
        function: from a float tensor to one of the same shape.
        z: where; float, any shape.

    Returns:
        the derivatives in the same shape and dtype; 0 where TensorFlow knows of no gradient.
    """
    with tf.GradientTape() as tape:
        tape.watch(z)
        outputs = function(z)
    return tape.gradient(outputs, z, unconnected_gradients=tf.UnconnectedGradients.ZERO)


@dataclass(frozen=True)
class Activation:
    """A function that turns a neuron's weighted sum z into its output.

    Attributes:
        function: from a float tensor to one of the same shape. All but softmax treat each number
            alone; softmax treats the last axis as the outputs of one layer.
        equation: of the function, in TeX.
        derivative: its equation, in TeX.
        output_range: the range, in TeX.
        gradient_note: where the derivative vanishes, so that nothing is learned, in a few words.
    """

    function: Callable[[tf.Tensor], tf.Tensor]
    equation: str
    derivative: str
    output_range: str
    gradient_note: str

    def neuron_output(self, z: tf.Tensor) -> tf.Tensor:
        """The outputs of neurons that each stand alone, so that softmax has one output only.

        Args:
            z: their weighted sums; float, any shape.

        Returns:
            as many outputs, in the same shape and dtype.
        """
        return tf.squeeze(self.function(tf.expand_dims(z, -1)), -1)

    def neuron_slope(self, z: tf.Tensor) -> tf.Tensor:
        """The derivative of `neuron_output`; of the step function 0.

        Args:
            z: weighted sums; float, any shape.

        Returns:
            the derivatives in the same shape and dtype.
        """
        return slope(self.neuron_output, z)


ACTIVATIONS: Mapping[str, Activation] = {
    "identity": Activation(
        tf.identity,
        equation="z",
        derivative="1",
        output_range=r"(-\infty, \infty)",
        gradient_note="never flat, never bent: layers of it make one layer",
    ),
    "step": Activation(
        lambda z: keras.ops.heaviside(z, 1),
        equation=r"0 \;\mathrm{if}\; z < 0,\; \mathrm{else}\; 1",
        derivative="0",
        output_range=r"\{0, 1\}",
        gradient_note="flat everywhere: no gradient, so Rosenblatt's rule",
    ),
    "sigmoid": Activation(
        tf.sigmoid,
        equation=r"1 / (1 + e^{-z})",
        derivative=r"f(z)\,(1 - f(z))",
        output_range="(0, 1)",
        gradient_note="saturates: flat far from 0",
    ),
    "tanh": Activation(
        tf.tanh,
        equation=r"\tanh z",
        derivative=r"1 - f(z)^2",
        output_range="(-1, 1)",
        gradient_note="saturates: flat far from 0",
    ),
    "relu": Activation(
        tf.nn.relu,
        equation=r"\max(0, z)",
        derivative=r"0 \;\mathrm{if}\; z \leq 0,\; \mathrm{else}\; 1",
        output_range=r"[0, \infty)",
        gradient_note="dies: flat for all z below 0",
    ),
    "softmax": Activation(
        tf.nn.softmax,
        equation=r"e^{z_i} / \sum_j e^{z_j}",
        derivative=r"f_i(z)\,(1 - f_i(z))",
        output_range=r"(0, 1),\ \mathrm{sum}\ 1",
        gradient_note="saturates; with one output it is always 1",
    ),
}
