"""TensorFlow 1's Adam as a Keras optimizer with the same rounding.

With it and `layers.Dense`, and without XLA, the modern path is bit-identical to the legacy path.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.tf1.optimizers.raw_op import RawOpOptimizer, has_sparse_ops, sum_duplicate_rows


@keras.saving.register_keras_serializable("tf_edureka")
class Adam(RawOpOptimizer):
    """Adam, as `tf.train.AdamOptimizer` (op `ApplyAdam`).

    `m += (g - m) (1 - beta_1)`, `v += (g^2 - v) (1 - beta_2)`,
    `w -= m a / (sqrt(v) + epsilon)` with `a = rate sqrt(1 - beta_2^t) / (1 - beta_1^t)`

    `keras.optimizers.Adam` has the same equation; its default epsilon is 1e-7. It differs in two
    more ways. If a sparse gradient has a row several times, TensorFlow 1 squares the sum of its
    gradients; Keras sums their squares. Keras computes `1 - beta` in float64 and the powers from t
    in each step; TensorFlow 1 has both in the precision of the variables and multiplies the powers
    step by step. `1 - beta_2^t` starts at 0.001, so a rounding error of 6e-8 there changes the
    first steps by parts in 100,000, more than all other rounding. On MNIST, relative to TensorFlow
    1.15.5, the costs of ten steps differ by 2e-7 with this class and by 2e-6 with Keras' class.

    Args:
        learning_rate: learning rate of each step, a float or a Keras schedule.
        epsilon: constant added to the root of the second moment v; at least 0.
        beta_1: decay factor of the first moment m, in [0, 1).
        beta_2: decay factor of the second moment v, in [0, 1).
        dtype: precision of rate, constants and powers in TensorFlow 1: `"float32"` if the script
            passed Python numbers, whatever the dtype of the variables.
        keras_arguments: arguments of `keras.optimizers.Optimizer`, such as `clipnorm` or `name`.

    Example:
        >>> import keras
        >>> import tensorflow as tf
        >>> from tf_edureka import tf1
        >>> weight, optimizer = keras.Variable(1.0), tf1.Adam(0.1)
        >>> optimizer.apply([tf.constant(1.0)], [weight])  # the first step is the rate
        >>> round(float(weight.numpy()), 5)
        0.9
    """

    _op = "ApplyAdam"
    _scalars = {"beta1": "beta_1", "beta2": "beta_2", "epsilon": "epsilon"}
    _names = {"m": "momentum", "v": "velocity"}

    beta_1: float
    beta_2: float
    epsilon: float

    def __init__(
        self,
        learning_rate: Any = 0.001,
        epsilon: float = 1e-8,
        *,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        dtype: str = "float32",
        **keras_arguments: Any,
    ) -> None:
        super().__init__(
            learning_rate,
            dtype=dtype,
            numbers={"epsilon": epsilon, "beta_1": beta_1, "beta_2": beta_2},
            slots={"m": 0.0, "v": 0.0},
            **keras_arguments,
        )

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Creates the moments of each variable and the powers of both betas.

        Args:
            variables: variables to train, float32 or float64, any shape.
        """
        if self.built:
            return
        super().build(variables)
        self._powers = [
            self.add_variable(
                shape=(),
                # Keras' Constant rounds to float32 whatever the dtype.
                initializer=lambda shape, dtype, beta=beta: np.full(shape, beta, dtype),
                dtype=self._precision,
                name=f"{name}_power",
            )
            for name, beta in (("beta_1", self.beta_1), ("beta_2", self.beta_2))
        ]

    def apply(
        self,
        grads: Sequence[tf.Tensor],
        trainable_variables: Sequence[keras.Variable] | None = None,
    ) -> None:
        """Updates the variables by one step, then multiplies the powers by the betas.

        Args:
            grads: a gradient for each variable, with its shape and dtype.
            trainable_variables: variables to update, float32 or float64, any shape; None for those
                that the optimizer was built with.
        """
        super().apply(grads, trainable_variables)
        if not grads:
            return
        for power, beta in zip(self._powers, (self.beta_1, self.beta_2), strict=True):
            product = power * beta
            if self.gradient_accumulation_steps:
                stepped = tf.equal(self._iterations % self.gradient_accumulation_steps, 0)
                product = tf.where(stepped, product, power)
            power.assign(product)

    def _run_op(
        self, kind: str, variable: keras.Variable, learning_rate: tf.Tensor, **gradient: tf.Tensor
    ) -> None:
        powers = {"beta1_power": self._powers[0], "beta2_power": self._powers[1]}
        super()._run_op(
            kind,
            variable,
            learning_rate,
            **{name: tf.cast(power.value, variable.dtype) for name, power in powers.items()},
            **gradient,
        )

    def _sparse_step(
        self, gradient: tf.IndexedSlices, variable: keras.Variable, learning_rate: tf.Tensor
    ) -> None:
        """Moves all rows, since all moments decay; adds the gradient to the rows that have one."""
        if not has_sparse_ops(variable):
            self._run_op("Resource", variable, learning_rate, grad=tf.convert_to_tensor(gradient))
            return
        gradient = sum_duplicate_rows(gradient)
        beta_1, beta_2, epsilon, rate, power_1, power_2 = (
            tf.cast(number, variable.dtype)
            for number in (
                *(self.beta_1, self.beta_2, self.epsilon),
                tf.cast(learning_rate, self._precision),
                *(power.value for power in self._powers),
            )
        )
        slots = self._slots_of(variable)
        for slot, beta, value in (
            (slots["m"], beta_1, gradient.values),
            (slots["v"], beta_2, gradient.values * gradient.values),
        ):
            slot.assign(slot * beta)
            slot.scatter_add(tf.IndexedSlices(value * (1 - beta), gradient.indices))
        rate = rate * tf.sqrt(1 - power_2) / (1 - power_1)
        variable.assign_sub(rate * slots["m"] / (tf.sqrt(slots["v"]) + epsilon))
