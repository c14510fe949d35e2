"""Losses and metrics.

The losses of `tf.losses` divide by the number of nonzero weights and store the loss in a
collection. Without weights the result is the mean, as in Keras.
"""

from tf_edureka.runner.modern.advice import in_words, numbers, restructured

_WITH_WEIGHTS = (
    "with weights TensorFlow 1 divides by the number of nonzero weights, Keras by the number of all"
)
_NO_LOGITS = f"it expects probabilities, not logits; {_WITH_WEIGHTS}"
_SOFTMAX = (
    "keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=label_smoothing)"
    "(onehot_labels, logits)"
)
_SPARSE = "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)"
_SIGMOID = (
    "keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=label_smoothing)"
    "(multi_class_labels, logits)"
)
_LOG = (
    "-tf.reduce_mean(labels * tf.math.log(predictions + epsilon) "
    "+ (1 - labels) * tf.math.log(1 - predictions + epsilon))"
)

# In tf.losses and in tf.contrib.losses, with the same argument names in another order.
LOSSES = {
    "softmax_cross_entropy": numbers(
        _SOFTMAX, "keras.losses.CategoricalCrossentropy()(onehot_labels, logits)", _NO_LOGITS
    ),
    "sparse_softmax_cross_entropy": numbers(
        _SPARSE, "keras.losses.SparseCategoricalCrossentropy()(labels, logits)", _NO_LOGITS
    ),
    "sigmoid_cross_entropy": numbers(
        _SIGMOID, "keras.losses.BinaryCrossentropy()(multi_class_labels, logits)", _NO_LOGITS
    ),
    "mean_squared_error": restructured(
        "keras.losses.MeanSquaredError()(labels, predictions)", _WITH_WEIGHTS
    ),
    "absolute_difference": restructured(
        "keras.losses.MeanAbsoluteError()(labels, predictions)", _WITH_WEIGHTS
    ),
    "log_loss": numbers(
        _LOG,
        "keras.losses.BinaryCrossentropy()(labels, predictions)",
        "it clips the predictions instead of adding 1e-7 to them",
    ),
    "cosine_distance": numbers(
        "1 - tf.reduce_mean(tf.reduce_sum(labels * predictions, axis))",
        "keras.losses.CosineSimilarity(axis)(labels, predictions)",
        "it scales both arguments to unit length and omits the 1",
    ),
    "mean_pairwise_squared_error": in_words("write your own function; Keras has none for this"),
    "compute_weighted_loss": in_words(
        "use tf.reduce_sum(losses * weights) / tf.math.count_nonzero(weights), with both of the "
        "same shape"
    ),
}

ROWS = {
    **{f"tf.losses.{name}": advice for name, advice in LOSSES.items()},
    **{f"tf.contrib.losses.{name}": advice for name, advice in LOSSES.items()},
    "tf.losses.huber_loss": restructured(
        "keras.losses.Huber(delta)(labels, predictions)", _WITH_WEIGHTS
    ),
    "tf.losses.hinge_loss": restructured("keras.losses.Hinge()(labels, logits)", _WITH_WEIGHTS),
    "tf.contrib.losses.hinge_loss": restructured(
        "tf.maximum(0.0, 1 - (2 * labels - 1) * logits)",
        "the result is not averaged, as in TensorFlow 1",
    ),
    **dict.fromkeys(
        ("tf.losses.get_total_loss", "tf.contrib.losses.get_total_loss"),
        numbers(
            "sum(losses) + sum(model.losses)",
            "sum(losses)",
            "it omits the regularization losses; keras.Model.fit adds model.losses itself",
        ),
    ),
    **dict.fromkeys(
        (
            "tf.losses.get_regularization_loss",
            "tf.losses.get_regularization_losses",
            "tf.contrib.losses.get_regularization_losses",
        ),
        in_words("use sum(model.losses); keras.Model.fit adds it itself"),
    ),
    "tf.losses": in_words("use a function of keras.losses; there is no collection of losses"),
    "tf.contrib.losses": in_words(
        "use a function of keras.losses; there is no collection of losses"
    ),
    "tf.losses.add_loss": in_words("call add_loss of a keras.Layer"),
    "tf.losses.get_losses": in_words(
        "keep the losses that you compute; there is no collection of losses"
    ),
    "tf.nn.softmax_cross_entropy_with_logits": restructured(
        "tf.nn.softmax_cross_entropy_with_logits(tf.stop_gradient(labels), logits)"
    ),
    "tf.contrib.seq2seq.sequence_loss": numbers(
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True, "
        "reduction='mean_with_sample_weight')(targets, logits, weights)",
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(targets, logits, weights)",
        "it divides by the number of all time steps instead of by the sum of their weights",
    ),
    "tf.contrib.legacy_seq2seq.sequence_loss_by_example": in_words(
        "use tf.nn.sparse_softmax_cross_entropy_with_logits, multiply by the weights, sum over the "
        "steps, and divide by the sum of the weights"
    ),
    "tf.metrics": in_words("use a class of keras.metrics, with update_state and result"),
    "tf.contrib.metrics": in_words("use a class of keras.metrics, with update_state and result"),
    "tf.metrics.accuracy": restructured("keras.metrics.Accuracy()(labels, predictions)"),
    "tf.metrics.mean": restructured("keras.metrics.Mean()(values)"),
    "tf.metrics.auc": restructured("keras.metrics.AUC(num_thresholds)(labels, predictions)"),
    "tf.metrics.precision": restructured("keras.metrics.Precision()(labels, predictions)"),
    "tf.metrics.recall": restructured("keras.metrics.Recall()(labels, predictions)"),
    "tf.metrics.mean_iou": restructured("keras.metrics.MeanIoU(num_classes)(labels, predictions)"),
}
