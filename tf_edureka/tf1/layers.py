"""TensorFlow 1's dense layer in Keras, down to its rounding."""

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf


@keras.saving.register_keras_serializable("tf_edureka")
class Dense(keras.layers.Dense):
    """Keras' dense layer with the bias added as the article adds it.

    `activation(x kernel + bias)`

    Keras adds a bias by `BiasAdd`, the article by `tf.add`. Both give the same sums, but the
    gradient of the first sums the batch in another order.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Computes the layer.

        Args:
            inputs: in the kernel's dtype, shape (n, inputs).
            training: makes no difference.

        Returns:
            in the kernel's dtype, shape (n, units).
        """
        outputs = tf.matmul(inputs, self.kernel)
        if self.use_bias:
            outputs = tf.add(outputs, self.bias)
        return self.activation(outputs)
