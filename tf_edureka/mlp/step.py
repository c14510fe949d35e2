"""What a training step and a test compute from the model's inputs and outputs."""

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf


def logits_and_gradients(
    model: keras.Model, inputs: tf.Tensor, one_hot: tf.Tensor
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Computes the forward and backward pass of a step.

    Args:
        model: built and compiled model that outputs logits.
        inputs: pixels: float32 or the variables' dtype, shape (n, 784).
        one_hot: one-hot labels: float32 or the variables' dtype, shape (n, 10).

    Returns:
        logits, shape (n, 10), and the gradient of the model's loss for each trainable variable, in
        its shape; all in the variables' dtype.
    """
    with tf.GradientTape() as tape:
        logits = model(inputs, training=True)
        loss = model.compute_loss(x=inputs, y=one_hot, y_pred=logits)
    return logits, tape.gradient(loss, model.trainable_variables)


def cross_entropy(one_hot: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Returns the article's cost: cross-entropy averaged over a batch, in nats, no label smoothing.

    Args:
        one_hot: one-hot labels: float, shape (n, 10).
        logits: float, shape (n, 10).

    Returns:
        a scalar in the dtype of the logits.
    """
    return tf.reduce_mean(keras.losses.categorical_crossentropy(one_hot, logits, True))


def count_right(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Counts the examples that are classified correctly.

    Args:
        logits: float, shape (..., n, 10).
        labels: uint8, shape (n,).

    Returns:
        int64, shape (...).
    """
    return tf.math.count_nonzero(tf.argmax(logits, axis=-1) == tf.cast(labels, tf.int64), axis=-1)
