"""The rest of `tf.contrib`, and other names of its modules."""

from tf_edureka.runner.modern.advice import in_words

_FOREST = in_words("use tensorflow-decision-forests or sklearn.ensemble")
_KERAS_LAYERS = in_words("use keras.layers")

ROWS = {
    "tf.contrib": in_words(
        "see rfcs/20180907-contrib-sunset.md in github.com/tensorflow/community for the "
        "successor of each part"
    ),
    "tf.contrib.boosted_trees.*": _FOREST,
    "tf.contrib.tensor_forest.*": _FOREST,
    "tf.contrib.crf": in_words("use a package such as tf2crf"),
    "tf.contrib.distributions": in_words("use tensorflow_probability.distributions"),
    "tf.contrib.eager": in_words(
        "use tf.GradientTape, tf.train.Checkpoint and keras.metrics; eager execution is the default"
    ),
    "tf.contrib.factorization": in_words("use sklearn.cluster.KMeans"),
    "tf.contrib.framework": in_words("use tf.train.Checkpoint and keras.Layer"),
    "tf.contrib.framework.arg_scope": in_words(
        "use a function with these defaults, such as functools.partial of the layer's class"
    ),
    "tf.contrib.framework.add_arg_scope": in_words(
        "remove it, and give the function default arguments"
    ),
    "tf.contrib.image": in_words("use keras.layers.RandomRotation and similar layers"),
    "tf.contrib.keras": in_words("use keras"),
    "tf.contrib.layers": _KERAS_LAYERS,
    "tf.contrib.learn.*": in_words("use keras.Model.fit"),
    "tf.contrib.learn.datasets": in_words("use keras.datasets or sklearn.datasets"),
    "tf.contrib.lookup": in_words("use tf.lookup"),
    "tf.contrib.opt": in_words("use keras.optimizers"),
    "tf.contrib.slim": in_words("use keras.layers and keras.applications"),
    "tf.contrib.slim.learning": in_words("use keras.Model.fit"),
    "tf.contrib.slim.nets": in_words("use keras.applications"),
    "tf.contrib.summary": in_words("use tf.summary"),
    "tf.contrib.tensorboard": in_words("use tensorboard.plugins.projector"),
    "tf.contrib.training": in_words("use a tf.data.Dataset or keras.Model.fit"),
    "tf.contrib.training.HParams": in_words("use a dataclass"),
}

# Modules that hold the same functions as the modules given for them.
ALIASES = {
    "tf.contrib.keras.layers": ("tf.keras.layers",),
    "tf.contrib.layers.python.layers": ("tf.contrib.layers",),
    "tf.contrib.layers.python.layers.initializers": ("tf.contrib.layers",),
    "tf.contrib.layers.python.layers.layers": ("tf.contrib.layers",),
    "tf.contrib.layers.python.layers.regularizers": ("tf.contrib.layers",),
    "tf.contrib.framework.python.ops": ("tf.contrib.framework",),
    "tf.contrib.framework.python.ops.arg_scope": ("tf.contrib.framework",),
    "tf.contrib.rnn": ("tf.nn.rnn_cell",),
    "tf.contrib.rnn.python.ops.rnn_cell": ("tf.nn.rnn_cell", "tf.contrib.rnn"),
    "tf.contrib.slim": ("tf.contrib.layers", "tf.contrib.framework"),
    "tf.contrib.slim.layers": ("tf.contrib.layers",),
    "tf.contrib.slim.losses": ("tf.contrib.losses",),
    "tf.contrib.slim.metrics": ("tf.contrib.metrics",),
}
