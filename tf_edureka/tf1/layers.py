"""TensorFlow 1's dense layer in Keras, with the same rounding."""

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf


@keras.saving.register_keras_serializable("tf_edureka")
class Dense(keras.layers.Dense):
    """Dense layer that adds the bias with `tf.add`, as the article does.

    `y = activation(x kernel + bias)`

    `keras.layers.Dense` adds the bias with `BiasAdd`. Both give the same outputs, but the gradient
    of `BiasAdd` sums over the batch in another order, so it rounds differently. The arguments are
    those of `keras.layers.Dense`.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import tf1
        >>> layer = tf1.Dense(1, kernel_initializer="ones", bias_initializer="ones")
        >>> layer(np.array([[1.0, 2.0, 3.0]])).numpy().tolist()  # 1 + 2 + 3 + 1
        [[7.0]]
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Computes the layer.

        Args:
            inputs: values with the dtype of the kernel, shape (n, inputs).
            training: ignored.

        Returns:
            the outputs with the dtype of the kernel, shape (n, units).
        """
        outputs = tf.matmul(inputs, self.kernel)
        if self.use_bias:
            outputs = tf.add(outputs, self.bias)
        return self.activation(outputs)
