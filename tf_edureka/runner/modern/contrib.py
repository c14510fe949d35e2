"""The rest of `tf.contrib`."""

from tf_edureka.runner.modern.advice import in_words

_FOREST = in_words("tensorflow-decision-forests, or sklearn.ensemble")
_OF_LAYERS = in_words("keras.layers")

ROWS = {
    "tf.contrib": in_words(
        "where its parts went is told by rfcs/20180907-contrib-sunset.md of "
        "github.com/tensorflow/community"
    ),
    "tf.contrib.boosted_trees.*": _FOREST,
    "tf.contrib.tensor_forest.*": _FOREST,
    "tf.contrib.crf": in_words("a package for it, such as tf2crf"),
    "tf.contrib.distributions": in_words("tensorflow_probability.distributions"),
    "tf.contrib.eager": in_words(
        "tf.GradientTape, tf.train.Checkpoint, keras.metrics; all is eager"
    ),
    "tf.contrib.factorization": in_words("sklearn.cluster.KMeans"),
    "tf.contrib.framework": in_words("tf.train.Checkpoint and keras.Layer"),
    "tf.contrib.framework.arg_scope": in_words(
        "a function with these defaults, such as functools.partial of the layer's class"
    ),
    "tf.contrib.framework.add_arg_scope": in_words("nothing: a function with its defaults"),
    "tf.contrib.image": in_words("keras.layers.RandomRotation and its kin"),
    "tf.contrib.keras": in_words("keras"),
    "tf.contrib.layers": _OF_LAYERS,
    "tf.contrib.learn.*": in_words("keras.Model.fit"),
    "tf.contrib.learn.datasets": in_words("keras.datasets, or sklearn.datasets"),
    "tf.contrib.lookup": in_words("tf.lookup"),
    "tf.contrib.opt": in_words("keras.optimizers"),
    "tf.contrib.slim": in_words("keras.layers and keras.applications"),
    "tf.contrib.slim.learning": in_words("keras.Model.fit"),
    "tf.contrib.slim.nets": in_words("keras.applications"),
    "tf.contrib.summary": in_words("tf.summary"),
    "tf.contrib.tensorboard": in_words("tensorboard.plugins.projector"),
    "tf.contrib.training": in_words("a tf.data.Dataset, or keras.Model.fit"),
    "tf.contrib.training.HParams": in_words("a dataclass"),
}

# Modules that have what others have.
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
