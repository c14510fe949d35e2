"""What makes a program of them: graphs, sessions, variables, data, files and flags.

A name that ends in `.*` is one row of a report for all that lies below it.
"""

from tf_edureka.runner.modern.advice import NUMBERS, RENAMED, Advice, in_words, renamed

_INITIALISED = in_words("nothing: a variable has its value when it is made")
_NO_GRAPH = in_words("nothing: there is no default graph")
_AS_PYTHON = "nothing: code runs as Python does"
_FLAGS = Advice(RENAMED, note="the same names in absl.flags; or argparse")
_LOGGING = in_words("logging, or absl.logging")
_PIPELINE = in_words("a tf.data.Dataset, whose shuffle(n) draws another order")
_HANDS_OUT = in_words("for ... in dataset")

ROWS = {
    "tf.app.flags.*": _FLAGS,
    "tf.flags.*": _FLAGS,
    "tf.app.run": in_words("absl.app.run(main), or main()"),
    "tf.logging.*": _LOGGING,
    "tf.estimator.*": in_words("keras.Model.fit"),
    "tf.contrib.tpu.*": in_words("tf.distribute.TPUStrategy"),
    "tf.python.*": in_words("public names: these modules are private to TensorFlow"),
    "tf.GraphKeys.*": in_words("the properties of a keras.Layer, or a list of your own"),
    "tf.ConfigProto": in_words("tf.config.*, for example tf.config.set_visible_devices"),
    "tf.GPUOptions": in_words("tf.config.experimental.set_memory_growth"),
    "tf.Graph": in_words(f"{_AS_PYTHON}; @tf.function makes a graph of a function"),
    "tf.InteractiveSession": in_words(_AS_PYTHON),
    "tf.Session": in_words(f"{_AS_PYTHON}; @tf.function makes it fast"),
    "tf.train.MonitoredTrainingSession": in_words("keras.Model.fit with callbacks"),
    "tf.train.MonitoredSession": in_words("keras.Model.fit with callbacks"),
    "tf.train.Supervisor": in_words("keras.callbacks.BackupAndRestore"),
    "tf.enable_eager_execution": in_words("nothing: TensorFlow 2 is eager"),
    "tf.disable_v2_behavior": in_words("nothing: it takes TensorFlow 2 back to 1"),
    "tf.disable_eager_execution": in_words("nothing: it takes TensorFlow 2 back to 1"),
    "tf.get_default_graph": _NO_GRAPH,
    "tf.reset_default_graph": _NO_GRAPH,
    "tf.get_default_session": in_words("nothing: there is no session"),
    "tf.placeholder": in_words("an argument of a function, or keras.Input"),
    "tf.placeholder_with_default": in_words("an argument of a function with a default"),
    "tf.set_random_seed": Advice(
        NUMBERS,
        note="tf.random.set_seed gives other numbers; the same ones: the initializers of "
        "tf_edureka.tf1, with the op's seed",
    ),
    "tf.get_variable": in_words(
        "tf.Variable, kept by a keras.Layer or a tf.Module; without an initializer it was "
        "keras.initializers.GlorotUniform()"
    ),
    "tf.variable_scope": in_words("a keras.Layer or a tf.Module"),
    "tf.get_variable_scope": in_words("a keras.Layer or a tf.Module"),
    "tf.AUTO_REUSE": in_words("a layer made once and called twice"),
    "tf.global_variables": in_words("model.variables"),
    "tf.all_variables": in_words("model.variables"),
    "tf.trainable_variables": in_words("model.trainable_variables"),
    "tf.global_variables_initializer": _INITIALISED,
    "tf.initialize_all_variables": _INITIALISED,
    "tf.local_variables_initializer": _INITIALISED,
    "tf.variables_initializer": _INITIALISED,
    "tf.get_collection": in_words("a list of your own, or the properties of a keras.Layer"),
    "tf.add_to_collection": in_words("a list of your own, or the properties of a keras.Layer"),
    "tf.train.get_or_create_global_step": in_words("optimizer.iterations"),
    "tf.train.get_global_step": in_words("optimizer.iterations"),
    "tf.train.create_global_step": in_words("optimizer.iterations"),
    "tf.train.Saver": in_words("model.save, or tf.train.Checkpoint"),
    "tf.train.import_meta_graph": in_words("the model's own code, and model.load_weights"),
    "tf.train.write_graph": in_words("model.export"),
    "tf.summary": in_words("tf.summary.create_file_writer, and tf.summary.* with a step"),
    "tf.summary.FileWriter": renamed("tf.summary.create_file_writer(logdir)"),
    "tf.summary.merge_all": in_words("nothing: tf.summary.* writes when it is called"),
    "tf.summary.merge": in_words("nothing: tf.summary.* writes when it is called"),
    "tf.Summary": in_words("tf.summary.scalar(name, value, step)"),
    **dict.fromkeys(
        (
            *("tf.train.batch", "tf.train.shuffle_batch", "tf.train.start_queue_runners"),
            *("tf.train.Coordinator", "tf.train.string_input_producer"),
            *("tf.train.slice_input_producer", "tf.train.range_input_producer"),
            *("tf.train.add_queue_runner", "tf.train.QueueRunner", "tf.train.batch_join"),
            *("tf.train.shuffle_batch_join", "tf.FIFOQueue", "tf.RandomShuffleQueue"),
            *("tf.TFRecordReader", "tf.WholeFileReader", "tf.TextLineReader"),
            "tf.train.limit_epochs",
        ),
        _PIPELINE,
    ),
    "tf.data.Iterator": _HANDS_OUT,
    "tf.examples.tutorials.mnist": in_words(
        "keras.datasets.mnist.load_data(), or tf_edureka.load_mnist()"
    ),
    "tf.GraphDef": in_words("tf.compat.v1.GraphDef, only to read a file of then"),
    "tf.import_graph_def": in_words(
        "tf.compat.v1.wrap_function round tf.graph_util.import_graph_def"
    ),
    "tf.gfile.FastGFile": renamed("tf.io.gfile.GFile(name, mode)"),
    "tf.test.get_temp_dir": in_words("tmp_path of pytest"),
}

# Methods of TensorFlow 1's objects, which a script calls on names of its own.
METHODS = {
    "eval": in_words("nothing, or .numpy(): a tensor has its value"),
    "initializer": _INITIALISED,
    "make_initializable_iterator": _HANDS_OUT,
    "make_one_shot_iterator": _HANDS_OUT,
    "minimize": in_words("keras.Model.fit; or tf.GradientTape and optimizer.apply_gradients"),
    "compute_gradients": in_words("tf.GradientTape"),
    "next_batch": in_words("tf.data.Dataset.from_tensor_slices(...).shuffle(n).batch(batch_size)"),
    "run": in_words("a call of a function; what is fed are its arguments"),
}
