"""TensorFlow 1's Adam in Keras, down to its rounding."""

import keras
import numpy as np
from keras import ops


class Adam(keras.optimizers.Adam):
    """Keras' Adam as `tf.train.AdamOptimizer` of TensorFlow 1 rounded it.

    `m += (g - m) (1 - beta_1)`, `v += (g^2 - v) (1 - beta_2)`,
    `w -= m a / (sqrt(v) + epsilon)` with `a = rate sqrt(1 - beta_2^t) / (1 - beta_1^t)`

    The formula is Keras' own. Keras has `1 - beta` in double precision and computes the powers anew
    in each step; TensorFlow 1 had both in the variables' precision and multiplied the powers up.
    As `1 - beta_2^t` begins at 0.001, a rounding of 6e-8 there moves the first steps by parts in
    100,000, more than all other rounding. Measured on MNIST against TensorFlow 1.15.5, the costs
    of ten steps differ by 2e-7 with this class and by 2e-6 with Keras'.

    Args:
        learning_rate: of every step.
        epsilon: added to the root of the second moment. TensorFlow 1 had 1e-8.
        dtype: of the variables, in which TensorFlow 1 kept its numbers.
    """

    def __init__(self, learning_rate: float, epsilon: float, dtype: str = "float32") -> None:
        number = np.dtype(dtype).type
        super().__init__(
            learning_rate,
            beta_1=float(number(0.9)),
            beta_2=float(number(0.999)),
            epsilon=float(number(epsilon)),
        )

    def build(self, variables) -> None:
        """Makes the moments of each variable and the powers of both betas."""
        if self.built:
            return
        super().build(variables)
        self._powers = [
            self.add_variable(
                shape=(),
                # Keras' Constant goes through float32 whatever the dtype.
                initializer=lambda shape, dtype, beta=beta: np.full(shape, beta, dtype),
                dtype=variables[0].dtype,
                name=f"{name}_power",
            )
            for name, beta in (("beta_1", self.beta_1), ("beta_2", self.beta_2))
        ]

    def apply(self, grads, trainable_variables=None) -> None:
        """Takes a step, then multiplies the powers."""
        super().apply(grads, trainable_variables)
        for power, beta in zip(self._powers, (self.beta_1, self.beta_2), strict=True):
            power.assign(power * beta)

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Moves one variable."""
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        power_1, power_2 = self._powers
        rate = ops.cast(learning_rate, variable.dtype) * ops.sqrt(1 - power_2) / (1 - power_1)
        m.assign_add((gradient - m) * (1 - self.beta_1))
        v.assign_add((ops.square(gradient) - v) * (1 - self.beta_2))
        variable.assign_sub(m * rate / (ops.sqrt(v) + self.epsilon))
