"""Losses and metrics.

Those of `tf.losses` divide by the number of weights that are not 0, and keep the loss in a
collection. Without weights that is the mean that Keras takes.
"""

from tf_edureka.runner.modern.advice import in_words, numbers, restructured

_WITH_WEIGHTS = "weights are divided by how many are not 0, here by all"
_NO_LOGITS = f"takes probabilities; {_WITH_WEIGHTS}"
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

# Of tf.losses and of tf.contrib.losses, where the arguments have the same names in another order.
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
        "clips the predictions instead of adding 1e-7 to them",
    ),
    "cosine_distance": numbers(
        "1 - tf.reduce_mean(tf.reduce_sum(labels * predictions, axis))",
        "keras.losses.CosineSimilarity(axis)(labels, predictions)",
        "makes unit vectors of both, and has no 1 added",
    ),
    "mean_pairwise_squared_error": in_words("a function of your own; Keras has none"),
    "compute_weighted_loss": in_words(
        "tf.reduce_sum(losses * weights) / tf.math.count_nonzero(weights), both of one shape"
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
        "tf.maximum(0.0, 1 - (2 * labels - 1) * logits)", "which is no mean, as it was none"
    ),
    **dict.fromkeys(
        ("tf.losses.get_total_loss", "tf.contrib.losses.get_total_loss"),
        numbers(
            "sum(losses) + sum(model.losses)",
            "sum(losses)",
            "is without the regularization losses; keras.Model.fit adds model.losses by itself",
        ),
    ),
    **dict.fromkeys(
        (
            "tf.losses.get_regularization_loss",
            "tf.losses.get_regularization_losses",
            "tf.contrib.losses.get_regularization_losses",
        ),
        in_words("sum(model.losses), which keras.Model.fit adds by itself"),
    ),
    "tf.losses": in_words("a function of keras.losses; there is no collection of losses"),
    "tf.contrib.losses": in_words("a function of keras.losses; there is no collection of losses"),
    "tf.losses.add_loss": in_words("add_loss of a keras.Layer"),
    "tf.losses.get_losses": in_words("the losses that you have computed"),
    "tf.nn.softmax_cross_entropy_with_logits": restructured(
        "tf.nn.softmax_cross_entropy_with_logits(tf.stop_gradient(labels), logits)"
    ),
    "tf.contrib.seq2seq.sequence_loss": numbers(
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True, "
        "reduction='mean_with_sample_weight')(targets, logits, weights)",
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(targets, logits, weights)",
        "divides by the number of all time steps instead of by the sum of their weights",
    ),
    "tf.contrib.legacy_seq2seq.sequence_loss_by_example": in_words(
        "tf.nn.sparse_softmax_cross_entropy_with_logits, times weights, summed over the steps and "
        "divided by the sum of the weights"
    ),
    "tf.metrics": in_words("a class of keras.metrics, with update_state and result"),
    "tf.contrib.metrics": in_words("a class of keras.metrics, with update_state and result"),
    "tf.metrics.accuracy": restructured("keras.metrics.Accuracy()(labels, predictions)"),
    "tf.metrics.mean": restructured("keras.metrics.Mean()(values)"),
    "tf.metrics.auc": restructured("keras.metrics.AUC(num_thresholds)(labels, predictions)"),
    "tf.metrics.precision": restructured("keras.metrics.Precision()(labels, predictions)"),
    "tf.metrics.recall": restructured("keras.metrics.Recall()(labels, predictions)"),
    "tf.metrics.mean_iou": restructured("keras.metrics.MeanIoU(num_classes)(labels, predictions)"),
}
