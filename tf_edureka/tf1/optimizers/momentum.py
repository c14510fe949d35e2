"""`tf.train.MomentumOptimizer` in Keras."""

from typing import Any

from tf_edureka._keras import keras
from tf_edureka.tf1.optimizers.raw_op import RawOpOptimizer


@keras.saving.register_keras_serializable("tf_edureka")
class Momentum(RawOpOptimizer):
    """Gradient descent with momentum, as `tf.train.MomentumOptimizer` (op `ApplyMomentum`).

    `a = momentum a + g`, `w -= rate a`; with Nesterov `w -= rate (g + momentum a)`

    `keras.optimizers.SGD(momentum)` multiplies the rate into the velocity instead:
    `a = momentum a - rate g`, `w += a`. When the rate falls, its next steps still contain the
    earlier, larger rate. Both agree only at a constant rate.

    Args:
        learning_rate: learning rate of each step, a float or a Keras schedule.
        momentum: factor by which the accumulated gradient decays in each step, usually 0.9.
        use_nesterov: whether to use Nesterov momentum.
        dtype: precision of rate and momentum in TensorFlow 1: `"float32"` if the script
            passed Python numbers, whatever the dtype of the variables.
        keras_arguments: arguments of `keras.optimizers.Optimizer`, such as `clipnorm` or `name`.

    Example:
        >>> import keras
        >>> import tensorflow as tf
        >>> from tf_edureka import tf1
        >>> weight, optimizer = keras.Variable(1.0), tf1.Momentum(0.1, momentum=0.9)
        >>> optimizer.apply([tf.constant(1.0)], [weight])
        >>> round(float(weight.numpy()), 6)
        0.9
        >>> optimizer.apply([tf.constant(1.0)], [weight])  # a = 0.9 * 1 + 1 = 1.9
        >>> round(float(weight.numpy()), 6)
        0.71
    """

    _op = "ApplyMomentum"
    _scalars = {"momentum": "momentum"}

    def __init__(
        self,
        learning_rate: Any,
        momentum: float,
        *,
        use_nesterov: bool = False,
        dtype: str = "float32",
        **keras_arguments: Any,
    ) -> None:
        super().__init__(
            learning_rate,
            dtype=dtype,
            numbers={"momentum": momentum},
            slots={"accum": 0.0},
            **keras_arguments,
        )
        self._options = {"use_nesterov": use_nesterov}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, for saving."""
        return {**super().get_config(), **self._options}
