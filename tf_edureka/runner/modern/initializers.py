"""Initializers: Keras' of the same distribution, of other random numbers."""

from tf_edureka.runner.modern.advice import Advice, numbers, renamed


def _both(name: str, advice: Advice) -> dict[str, Advice]:
    """An initializer by its two names."""
    return {f"tf.{name}_initializer": advice, f"tf.initializers.{name}": advice}


ROWS = {
    **_both(
        "random_normal",
        numbers(
            "keras.initializers.RandomNormal(mean, stddev)",
            "keras.initializers.RandomNormal()",
            "has stddev=0.05 instead of 1, as tf.random_normal_initializer() has today; the very "
            "numbers: tf_edureka.tf1.RandomNormal",
        ),
    ),
    **_both(
        "truncated_normal",
        numbers(
            "keras.initializers.TruncatedNormal(mean, stddev)",
            "keras.initializers.TruncatedNormal()",
            "has stddev=0.05 instead of 1; the very numbers: tf_edureka.tf1.TruncatedNormal",
        ),
    ),
    **_both(
        "random_uniform",
        numbers(
            "keras.initializers.RandomUniform(0.0, 1.0)",
            "keras.initializers.RandomUniform()",
            "goes from -0.05 to 0.05 instead of from 0 to 1, as tf.random_uniform_initializer() "
            "does today; the very numbers: tf_edureka.tf1.RandomUniform",
        ),
    ),
    **_both(
        "variance_scaling",
        renamed(
            "keras.initializers.VarianceScaling(scale, mode, distribution)",
            "the very numbers: tf_edureka.tf1.VarianceScaling",
        ),
    ),
    **_both(
        "glorot_uniform",
        renamed(
            "keras.initializers.GlorotUniform()",
            "the very numbers: tf_edureka.tf1.GlorotUniform",
        ),
    ),
    **_both(
        "glorot_normal",
        renamed(
            "keras.initializers.GlorotNormal()",
            "the very numbers: tf_edureka.tf1.GlorotNormal",
        ),
    ),
    **_both(
        "orthogonal",
        renamed(
            "keras.initializers.Orthogonal(gain)",
            "the very numbers: tf_edureka.tf1.Orthogonal",
        ),
    ),
    **_both(
        "uniform_unit_scaling",
        renamed(
            "keras.initializers.VarianceScaling(factor**2, distribution='uniform')",
        ),
    ),
    **_both("zeros", renamed("keras.initializers.Zeros()")),
    **_both("ones", renamed("keras.initializers.Ones()")),
    **_both("constant", renamed("keras.initializers.Constant(value)")),
    "tf.initializers.identity": renamed("keras.initializers.Identity(gain)"),
    "tf.initializers.he_normal": renamed(
        "keras.initializers.HeNormal()", "the very numbers: tf_edureka.tf1.HeNormal"
    ),
    "tf.initializers.he_uniform": renamed(
        "keras.initializers.HeUniform()", "the very numbers: tf_edureka.tf1.HeUniform"
    ),
    "tf.initializers.lecun_normal": renamed("keras.initializers.LecunNormal()"),
    "tf.initializers.lecun_uniform": renamed("keras.initializers.LecunUniform()"),
    "tf.contrib.layers.variance_scaling_initializer": numbers(
        "keras.initializers.VarianceScaling(1.00587 * factor, mode.lower())",
        "keras.initializers.VarianceScaling()",
        "has factor 1 instead of 2, and is 0.3 % narrower for the same factor; with uniform=True "
        "write distribution='uniform', and leave 1.00587 out; the very numbers: "
        "tf_edureka.tf1.ContribVarianceScaling",
    ),
    **dict.fromkeys(
        ("tf.contrib.layers.xavier_initializer", "tf.contrib.layers.xavier_initializer_conv2d"),
        renamed(
            "keras.initializers.GlorotUniform()",
            "with uniform=False VarianceScaling(1.00587, 'fan_avg'); the very numbers: "
            "tf_edureka.tf1.Xavier",
        ),
    ),
}
