"""Layers: functions that created variables are objects now, created once and called often."""

from tf_edureka.runner.modern.advice import Advice, in_words, numbers, restructured

_CONTRIB = "tf.contrib.layers."
_RELU = "it has no relu, the default activation_fn of TensorFlow 1 (activation_fn=None has none)"
_SAME_RELU = "it has neither relu nor padding 'same', the defaults of TensorFlow 1"


def _convolution(rank: int) -> dict[str, Advice]:
    layer = f"keras.layers.Conv{rank}D"
    contrib = numbers(
        f"{layer}(num_outputs, kernel_size, stride, padding='same', activation='relu')(inputs)",
        f"{layer}(num_outputs, kernel_size, stride)(inputs)",
        _SAME_RELU,
    )
    return {
        f"tf.layers.conv{rank}d": restructured(
            f"{layer}(filters, kernel_size, strides, padding, activation=activation)(inputs)"
        ),
        f"{_CONTRIB}conv{rank}d": contrib,
        f"{_CONTRIB}convolution{rank}d": contrib,
    }


def _pooling(kind: str, short: str, rank: int) -> dict[str, Advice]:
    layer = f"keras.layers.{kind.capitalize()}Pooling{rank}D"
    return {
        f"tf.layers.{kind}_pooling{rank}d": restructured(
            f"{layer}(pool_size, strides, padding)(inputs)"
        ),
        f"{_CONTRIB}{short}_pool{rank}d": numbers(
            f"{layer}(kernel_size, 2)(inputs)",
            f"{layer}(kernel_size)(inputs)",
            "its stride is the kernel size; the default of TensorFlow 1 is 2",
        ),
    }


_DENSE = numbers(
    "keras.layers.Dense(num_outputs, activation='relu')(inputs)",
    "keras.layers.Dense(num_outputs)(inputs)",
    _RELU,
)
_CONTRIB_TRANSPOSE = numbers(
    "keras.layers.Conv2DTranspose(num_outputs, kernel_size, stride, padding='same', "
    "activation='relu')(inputs)",
    "keras.layers.Conv2DTranspose(num_outputs, kernel_size, stride)(inputs)",
    _SAME_RELU,
)
_CONTRIB_SEPARABLE = numbers(
    "keras.layers.SeparableConv2D(num_outputs, kernel_size, stride, padding='same', "
    "activation='relu')(inputs)",
    "keras.layers.SeparableConv2D(num_outputs, kernel_size, stride)(inputs)",
    _SAME_RELU,
)

ROWS = {
    "tf.layers": in_words(
        "use a layer of keras.layers: create it once, then call it on the inputs"
    ),
    "tf.layers.dense": restructured("keras.layers.Dense(units, activation)(inputs)"),
    f"{_CONTRIB}fully_connected": _DENSE,
    f"{_CONTRIB}relu": _DENSE,
    f"{_CONTRIB}linear": restructured("keras.layers.Dense(num_outputs)(inputs)"),
    **_convolution(1),
    **_convolution(2),
    **_convolution(3),
    **_pooling("max", "max", 2),
    **_pooling("average", "avg", 2),
    **_pooling("max", "max", 3),
    **_pooling("average", "avg", 3),
    "tf.layers.max_pooling1d": restructured(
        "keras.layers.MaxPooling1D(pool_size, strides, padding)(inputs)"
    ),
    "tf.layers.average_pooling1d": restructured(
        "keras.layers.AveragePooling1D(pool_size, strides, padding)(inputs)"
    ),
    "tf.layers.conv2d_transpose": restructured(
        "keras.layers.Conv2DTranspose(filters, kernel_size, strides, padding, "
        "activation=activation)(inputs)"
    ),
    f"{_CONTRIB}conv2d_transpose": _CONTRIB_TRANSPOSE,
    f"{_CONTRIB}convolution2d_transpose": _CONTRIB_TRANSPOSE,
    "tf.layers.separable_conv2d": restructured(
        "keras.layers.SeparableConv2D(filters, kernel_size, strides, padding, "
        "activation=activation)(inputs)"
    ),
    f"{_CONTRIB}separable_conv2d": _CONTRIB_SEPARABLE,
    f"{_CONTRIB}separable_convolution2d": _CONTRIB_SEPARABLE,
    "tf.layers.flatten": restructured("keras.layers.Flatten()(inputs)"),
    f"{_CONTRIB}flatten": restructured("keras.layers.Flatten()(inputs)"),
    "tf.layers.dropout": restructured("keras.layers.Dropout(rate)(inputs, training=training)"),
    f"{_CONTRIB}dropout": numbers(
        "keras.layers.Dropout(1 - keep_prob)(inputs, training=is_training)",
        "keras.layers.Dropout(keep_prob)(inputs, training=is_training)",
        "it drops the share that keep_prob keeps",
    ),
    "tf.nn.dropout": numbers(
        "tf.nn.dropout(x, rate=1 - keep_prob)",
        "tf.nn.dropout(x, keep_prob)",
        "it drops the share that keep_prob keeps",
    ),
    "tf.layers.batch_normalization": numbers(
        "tf_edureka.tf1.BatchNormalization(momentum=momentum, epsilon=epsilon)"
        "(inputs, training=training)",
        "keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon)"
        "(inputs, training=training)",
        "its moving variance of images lacks the factor n / (n - 1); neither layer has UPDATE_OPS",
    ),
    f"{_CONTRIB}batch_norm": numbers(
        "tf_edureka.tf1.BatchNormalization(momentum=decay, epsilon=epsilon, center=center, "
        "scale=scale, fused=True)(inputs, training=is_training)",
        "keras.layers.BatchNormalization()(inputs, training=is_training)",
        "its defaults are momentum=0.99 and scale=True, those of TensorFlow 1 decay=0.999 and "
        "scale=False",
    ),
    f"{_CONTRIB}layer_norm": numbers(
        "keras.layers.LayerNormalization(epsilon=1e-12, center=center, scale=scale)(inputs)",
        "keras.layers.LayerNormalization()(inputs)",
        "its default epsilon is 1e-3 instead of 1e-12; for inputs of more than two dimensions "
        "pass axis=[1, 2, ...]",
    ),
    f"{_CONTRIB}instance_norm": numbers(
        "keras.layers.GroupNormalization(groups=-1, epsilon=epsilon)(inputs)",
        "keras.layers.GroupNormalization(groups=-1)(inputs)",
        "its default epsilon is 1e-3 instead of 1e-6",
    ),
    f"{_CONTRIB}group_norm": numbers(
        "keras.layers.GroupNormalization(groups, epsilon=epsilon)(inputs)",
        "keras.layers.GroupNormalization(groups)(inputs)",
        "its default epsilon is 1e-3 instead of 1e-6",
    ),
    f"{_CONTRIB}embed_sequence": numbers(
        "keras.layers.Embedding(vocab_size, embed_dim, 'glorot_uniform')(ids)",
        "keras.layers.Embedding(vocab_size, embed_dim)(ids)",
        "its initial values lie between -0.05 and 0.05 and are not Glorot-uniform",
    ),
    f"{_CONTRIB}one_hot_encoding": restructured("tf.one_hot(labels, num_classes)"),
    f"{_CONTRIB}softmax": restructured("tf.nn.softmax(logits)"),
    f"{_CONTRIB}optimize_loss": in_words("use a Keras optimizer with global_clipnorm"),
    f"{_CONTRIB}stack": in_words("use keras.Sequential with as many layers"),
    f"{_CONTRIB}repeat": in_words("use keras.Sequential with as many layers"),
    f"{_CONTRIB}bias_add": in_words("use keras.layers.Dense or a convolution with its own bias"),
}
