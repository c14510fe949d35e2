"""What one writes today for the names of TensorFlow 1.

Plain renames are in TensorFlow's own table, that of `tf_upgrade_v2`. What it sends to
`tf.compat.v1`, which is to stay with the graph, and what it does not know, is said here.
"""

from tf_edureka.runner import installed

# Old name, or the beginning of some: what to write. The longest that fits is taken.
MODERN = {
    "tf.ConfigProto": "tf.config.*, for example tf.config.set_visible_devices",
    "tf.GPUOptions": "tf.config.experimental.set_memory_growth",
    "tf.Graph": "nothing: code runs as Python does; @tf.function makes a graph of a function",
    "tf.InteractiveSession": "nothing: code runs as Python does",
    "tf.Session": "nothing: code runs as Python does; @tf.function makes it fast",
    "tf.app": "argparse, or absl.app and absl.flags",
    "tf.assign": "variable.assign(value)",
    "tf.assign_add": "variable.assign_add(value)",
    "tf.assign_sub": "variable.assign_sub(value)",
    "tf.contrib": (
        "where its parts went is told by rfcs/20180907-contrib-sunset.md of "
        "github.com/tensorflow/community"
    ),
    "tf.contrib.boosted_trees": "tensorflow-decision-forests, or sklearn.ensemble",
    "tf.contrib.crf": "a package for it, such as tf2crf",
    "tf.contrib.distributions": "tensorflow_probability.distributions",
    "tf.contrib.eager": "tf.GradientTape, tf.train.Checkpoint, keras.metrics; all is eager",
    "tf.contrib.factorization": "sklearn.cluster.KMeans",
    "tf.contrib.framework": "tf.train.Checkpoint and keras.Layer",
    "tf.contrib.image": "keras.layers.RandomRotation and its kin",
    "tf.contrib.keras": "keras",
    "tf.contrib.layers": "keras.layers",
    "tf.contrib.layers.batch_norm": "keras.layers.BatchNormalization",
    "tf.contrib.layers.conv2d": "keras.layers.Conv2D",
    "tf.contrib.layers.dropout": "keras.layers.Dropout",
    "tf.contrib.layers.flatten": "keras.layers.Flatten",
    "tf.contrib.layers.fully_connected": "keras.layers.Dense",
    "tf.contrib.layers.l1_regularizer": "keras.regularizers.L1",
    "tf.contrib.layers.l2_regularizer": "keras.regularizers.L2",
    "tf.contrib.layers.max_pool2d": "keras.layers.MaxPooling2D",
    "tf.contrib.layers.variance_scaling_initializer": "keras.initializers.VarianceScaling",
    "tf.contrib.layers.xavier_initializer": "keras.initializers.GlorotUniform",
    "tf.contrib.learn": "keras.Model.fit",
    "tf.contrib.learn.datasets": "keras.datasets, or sklearn.datasets",
    "tf.contrib.legacy_seq2seq": "keras.layers.RNN",
    "tf.contrib.lookup": "tf.lookup",
    "tf.contrib.losses": "keras.losses",
    "tf.contrib.metrics": "keras.metrics",
    "tf.contrib.opt": "keras.optimizers",
    "tf.contrib.rnn": "keras.layers.RNN, keras.layers.LSTM, keras.layers.GRU",
    "tf.contrib.rnn.stack_bidirectional_dynamic_rnn": "keras.layers.Bidirectional, one on another",
    "tf.contrib.seq2seq": "keras.layers.RNN with keras.layers.Attention",
    "tf.contrib.slim": "keras.layers and keras.applications",
    "tf.contrib.summary": "tf.summary",
    "tf.contrib.tensor_forest": "tensorflow-decision-forests, or sklearn.ensemble",
    "tf.contrib.tensorboard": "tensorboard.plugins.projector",
    "tf.contrib.training.HParams": "a dataclass",
    "tf.enable_eager_execution": "nothing: TensorFlow 2 is eager",
    "tf.estimator": "keras.Model.fit",
    "tf.examples.tutorials.mnist": "keras.datasets.mnist.load_data(), or tf_edureka.load_mnist()",
    "tf.flags": "argparse, or absl.flags",
    "tf.get_collection": "a list of your own, or the properties of a keras.Layer",
    "tf.get_default_graph": "nothing: there is no default graph",
    "tf.get_default_session": "nothing: there is no session",
    "tf.get_variable": "tf.Variable, kept by a keras.Layer or a tf.Module",
    "tf.global_variables": "model.variables",
    "tf.global_variables_initializer": "nothing: a variable has its value when it is made",
    "tf.gradients": "tf.GradientTape",
    "tf.initialize_all_variables": "nothing: a variable has its value when it is made",
    "tf.layers": "keras.layers",
    "tf.layers.average_pooling2d": "keras.layers.AveragePooling2D",
    "tf.layers.batch_normalization": "keras.layers.BatchNormalization",
    "tf.layers.conv2d": "keras.layers.Conv2D",
    "tf.layers.conv2d_transpose": "keras.layers.Conv2DTranspose",
    "tf.layers.dense": "keras.layers.Dense",
    "tf.layers.dropout": "keras.layers.Dropout",
    "tf.layers.flatten": "keras.layers.Flatten",
    "tf.layers.max_pooling2d": "keras.layers.MaxPooling2D",
    "tf.local_variables_initializer": "nothing: a variable has its value when it is made",
    "tf.logging": "logging, or absl.logging",
    "tf.losses": "keras.losses",
    "tf.metrics": "keras.metrics",
    "tf.multinomial": "tf.random.categorical",
    "tf.nn.bidirectional_dynamic_rnn": "keras.layers.Bidirectional",
    "tf.nn.dropout": "tf.nn.dropout with rate = 1 - keep_prob, or keras.layers.Dropout",
    "tf.nn.dynamic_rnn": "keras.layers.RNN, keras.layers.LSTM, keras.layers.GRU",
    "tf.nn.rnn_cell": "keras.layers.LSTMCell, keras.layers.GRUCell",
    "tf.nn.softmax_cross_entropy_with_logits": (
        "the same, with labels through tf.stop_gradient; or keras.losses.CategoricalCrossentropy"
    ),
    "tf.nn.static_bidirectional_rnn": "keras.layers.Bidirectional",
    "tf.nn.static_rnn": "keras.layers.RNN, keras.layers.LSTM, keras.layers.GRU",
    "tf.placeholder": "an argument of a function, or keras.Input",
    "tf.placeholder_with_default": "an argument of a function with a default",
    "tf.py_func": "tf.py_function, or tf.numpy_function",
    "tf.reset_default_graph": "nothing: there is no default graph",
    "tf.set_random_seed": (
        "tf.random.set_seed, which gives other numbers; tf_edureka.initializers gives the same"
    ),
    "tf.summary": "tf.summary.create_file_writer, and tf.summary.* with a step",
    "tf.to_double": "tf.cast(x, tf.float64)",
    "tf.to_float": "tf.cast(x, tf.float32)",
    "tf.to_int32": "tf.cast(x, tf.int32)",
    "tf.to_int64": "tf.cast(x, tf.int64)",
    "tf.train.AdadeltaOptimizer": "keras.optimizers.Adadelta",
    "tf.train.AdagradOptimizer": "keras.optimizers.Adagrad",
    "tf.train.AdamOptimizer": "keras.optimizers.Adam with epsilon=1e-8, its default then",
    "tf.train.FtrlOptimizer": "keras.optimizers.Ftrl",
    "tf.train.GradientDescentOptimizer": "keras.optimizers.SGD",
    "tf.train.MomentumOptimizer": "keras.optimizers.SGD with momentum",
    "tf.train.RMSPropOptimizer": "keras.optimizers.RMSprop",
    "tf.train.Saver": "model.save, or tf.train.Checkpoint",
    "tf.train.exponential_decay": "keras.optimizers.schedules.ExponentialDecay",
    "tf.trainable_variables": "model.trainable_variables",
    "tf.variable_scope": "a keras.Layer or a tf.Module",
    "tf.variables_initializer": "nothing: a variable has its value when it is made",
}

# Methods of TensorFlow 1's objects, which a script calls on names of its own.
METHODS = {
    "eval": "nothing, or .numpy(): a tensor has its value",
    "initializer": "nothing: a variable has its value when it is made",
    "make_initializable_iterator": "for ... in dataset",
    "make_one_shot_iterator": "for ... in dataset",
    "minimize": "keras.Model.fit; or tf.GradientTape and optimizer.apply_gradients",
    "next_batch": "tf.data.Dataset.from_tensor_slices(...).shuffle(n).batch(batch_size)",
    "run": "a call of a function; what is fed are its arguments",
}


def of(name: str) -> str | None:
    """What to write today for a `name` of TensorFlow 1, such as `tf.placeholder`.

    Returns:
        the new name, or what to do in a few words; None where the old one is still good, or
        nothing is known of it.
    """
    all_renames_v2 = installed.module("tools.compatibility.all_renames_v2")
    renamed = all_renames_v2.symbol_renames.get(name)
    if renamed and name not in MODERN and not renamed.startswith("tf.compat.v1."):
        return renamed
    beginning = name
    while beginning:
        if beginning in MODERN:
            return MODERN[beginning]
        beginning = beginning.rpartition(".")[0]
    return renamed and f"{renamed}, if at all"
