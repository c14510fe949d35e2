"""Initializers: those of Keras have the same distribution and give other random numbers."""

from tf_edureka.runner.modern.advice import Advice, numbers, renamed


def _both(name: str, advice: Advice) -> dict[str, Advice]:
    """Rows for both names of an initializer."""
    return {f"tf.{name}_initializer": advice, f"tf.initializers.{name}": advice}


ROWS = {
    **_both(
        "random_normal",
        numbers(
            "keras.initializers.RandomNormal(mean, stddev)",
            "keras.initializers.RandomNormal()",
            "its default stddev is 0.05 instead of 1, like that of tf.random_normal_initializer() "
            "in TensorFlow 2; for the same random numbers use tf_edureka.tf1.RandomNormal",
        ),
    ),
    **_both(
        "truncated_normal",
        numbers(
            "keras.initializers.TruncatedNormal(mean, stddev)",
            "keras.initializers.TruncatedNormal()",
            "its default stddev is 0.05 instead of 1; for the same random numbers use "
            "tf_edureka.tf1.TruncatedNormal",
        ),
    ),
    **_both(
        "random_uniform",
        numbers(
            "keras.initializers.RandomUniform(0.0, 1.0)",
            "keras.initializers.RandomUniform()",
            "its default range is -0.05 to 0.05 instead of 0 to 1, like that of "
            "tf.random_uniform_initializer() in TensorFlow 2; for the same random numbers use "
            "tf_edureka.tf1.RandomUniform",
        ),
    ),
    **_both(
        "variance_scaling",
        renamed(
            "keras.initializers.VarianceScaling(scale, mode, distribution)",
            "for the same random numbers use tf_edureka.tf1.VarianceScaling",
        ),
    ),
    **_both(
        "glorot_uniform",
        renamed(
            "keras.initializers.GlorotUniform()",
            "for the same random numbers use tf_edureka.tf1.GlorotUniform",
        ),
    ),
    **_both(
        "glorot_normal",
        renamed(
            "keras.initializers.GlorotNormal()",
            "for the same random numbers use tf_edureka.tf1.GlorotNormal",
        ),
    ),
    **_both(
        "orthogonal",
        renamed(
            "keras.initializers.Orthogonal(gain)",
            "for the same random numbers use tf_edureka.tf1.Orthogonal",
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
        "keras.initializers.HeNormal()", "for the same random numbers use tf_edureka.tf1.HeNormal"
    ),
    "tf.initializers.he_uniform": renamed(
        "keras.initializers.HeUniform()", "for the same random numbers use tf_edureka.tf1.HeUniform"
    ),
    "tf.initializers.lecun_normal": renamed("keras.initializers.LecunNormal()"),
    "tf.initializers.lecun_uniform": renamed("keras.initializers.LecunUniform()"),
    "tf.contrib.layers.variance_scaling_initializer": numbers(
        "keras.initializers.VarianceScaling(1.00587 * factor, mode.lower())",
        "keras.initializers.VarianceScaling()",
        "its default scale is 1 (factor was 2), and for the same factor its values are 0.3 % "
        "smaller; with uniform=True pass distribution='uniform' and omit 1.00587; for the same "
        "random numbers use tf_edureka.tf1.ContribVarianceScaling",
    ),
    **dict.fromkeys(
        ("tf.contrib.layers.xavier_initializer", "tf.contrib.layers.xavier_initializer_conv2d"),
        renamed(
            "keras.initializers.GlorotUniform()",
            "with uniform=False use VarianceScaling(1.00587, 'fan_avg'); for the same random "
            "numbers use tf_edureka.tf1.Xavier",
        ),
    ),
}
