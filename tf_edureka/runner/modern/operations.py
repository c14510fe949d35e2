"""Functions of tensors."""

from tf_edureka.runner.modern.advice import in_words, numbers, renamed, restructured

_HALF_PIXELS = "it treats pixels as areas instead of points"

ROWS = {
    "tf.div": numbers(
        "x / y if x.dtype.is_floating else x // y",
        "tf.math.divide(x, y)",
        "it does not round integers down",
    ),
    "tf.where": numbers(
        "tf.compat.v1.where(condition, x, y)",
        "tf.where(condition, x, y)",
        "it broadcasts, so a vector condition with matrices selects columns instead of rows; "
        "if all have the same shape, both give the same",
    ),
    **dict.fromkeys(
        ("tf.image.resize_images", "tf.image.resize_bilinear"),
        numbers(
            "tf.raw_ops.ResizeBilinear(images=images, size=size)",
            "tf.image.resize(images, size)",
            _HALF_PIXELS,
        ),
    ),
    "tf.image.resize_nearest_neighbor": numbers(
        "tf.raw_ops.ResizeNearestNeighbor(images=images, size=size)",
        "tf.image.resize(images, size, 'nearest')",
        _HALF_PIXELS,
    ),
    "tf.image.resize_bicubic": numbers(
        "tf.raw_ops.ResizeBicubic(images=images, size=size)",
        "tf.image.resize(images, size, 'bicubic')",
        f"{_HALF_PIXELS}, and has another kernel",
    ),
    "tf.image.resize_area": renamed("tf.image.resize(images, size, 'area')"),
    **{
        f"tf.{old}": renamed(
            f"tf.random.{today}",
            f"the same seed gives other numbers; for the same ones use tf_edureka.tf1.{replayed}",
        )
        for old, today, replayed in (
            ("random_normal", "normal", "RandomNormal"),
            ("random_uniform", "uniform", "RandomUniform"),
            ("truncated_normal", "truncated_normal", "TruncatedNormal"),
        )
    },
    "tf.nn.xw_plus_b": restructured("tf.matmul(x, weights) + biases"),
    "tf.multinomial": restructured("tf.random.categorical(logits, num_samples)"),
    "tf.py_func": restructured("tf.numpy_function(func, inp, Tout)"),
    "tf.Print": in_words("use tf.print(...)"),
    "tf.to_double": restructured("tf.cast(x, tf.float64)"),
    "tf.to_float": restructured("tf.cast(x, tf.float32)"),
    "tf.to_int32": restructured("tf.cast(x, tf.int32)"),
    "tf.to_int64": restructured("tf.cast(x, tf.int64)"),
    "tf.arg_max": restructured("tf.argmax(input, dimension)"),
    "tf.arg_min": restructured("tf.argmin(input, dimension)"),
    "tf.batch_matmul": renamed("tf.matmul"),
    "tf.concat_v2": renamed("tf.concat"),
    "tf.mul": renamed("tf.multiply"),
    "tf.sub": renamed("tf.subtract"),
    "tf.neg": renamed("tf.negative"),
    "tf.pack": renamed("tf.stack"),
    "tf.unpack": renamed("tf.unstack"),
    "tf.select": renamed("tf.compat.v1.where"),
    "tf.gradients": in_words("use tf.GradientTape"),
    "tf.assign": in_words("use variable.assign(value)"),
    "tf.assign_add": in_words("use variable.assign_add(value)"),
    "tf.assign_sub": in_words("use variable.assign_sub(value)"),
}
