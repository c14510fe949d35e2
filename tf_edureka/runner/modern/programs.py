"""Graphs, sessions, variables, data, files and flags.

A name that ends in `.*` is a single row of a report for all names below it.
"""

from tf_edureka.runner.modern.advice import NUMBERS, RENAMED, Advice, in_words, renamed

_INITIALISED = in_words("remove it: a variable has its value when it is created")
_NO_GRAPH = in_words("remove it: there is no default graph")
_EAGER = "remove it: operations run immediately"
_FLAGS = Advice(RENAMED, note="use the same names of absl.flags, or argparse")
_LOGGING = in_words("use logging or absl.logging")
_PIPELINE = in_words("use a tf.data.Dataset; its shuffle(n) gives another order")
_LOOP = in_words("write: for batch in dataset")

ROWS = {
    "tf.app.flags.*": _FLAGS,
    "tf.flags.*": _FLAGS,
    "tf.app.run": in_words("use absl.app.run(main), or call main()"),
    "tf.logging.*": _LOGGING,
    "tf.estimator.*": in_words("use keras.Model.fit"),
    "tf.contrib.tpu.*": in_words("use tf.distribute.TPUStrategy"),
    "tf.python.*": in_words("use public names: these modules are private to TensorFlow"),
    "tf.GraphKeys.*": in_words("use the properties of a keras.Layer, or a list of your own"),
    "tf.ConfigProto": in_words("use tf.config, for example tf.config.set_visible_devices"),
    "tf.GPUOptions": in_words("use tf.config.experimental.set_memory_growth"),
    "tf.Graph": in_words(f"{_EAGER}; @tf.function compiles a function into a graph"),
    "tf.InteractiveSession": in_words(_EAGER),
    "tf.Session": in_words(f"{_EAGER}; decorate a function with @tf.function to make it fast"),
    "tf.train.MonitoredTrainingSession": in_words("use keras.Model.fit with callbacks"),
    "tf.train.MonitoredSession": in_words("use keras.Model.fit with callbacks"),
    "tf.train.Supervisor": in_words("use keras.callbacks.BackupAndRestore"),
    "tf.enable_eager_execution": in_words("remove it: eager execution is the default"),
    "tf.disable_v2_behavior": in_words("remove it: it makes TensorFlow 2 behave like 1"),
    "tf.disable_eager_execution": in_words("remove it: it makes TensorFlow 2 behave like 1"),
    "tf.get_default_graph": _NO_GRAPH,
    "tf.reset_default_graph": _NO_GRAPH,
    "tf.get_default_session": in_words("remove it: there is no session"),
    "tf.placeholder": in_words("use an argument of a function, or keras.Input"),
    "tf.placeholder_with_default": in_words("use an argument of a function, with a default"),
    "tf.set_random_seed": Advice(
        NUMBERS,
        note="tf.random.set_seed gives other numbers; for the same ones use the initializers of "
        "tf_edureka.tf1 with the seed of the op",
    ),
    "tf.get_variable": in_words(
        "use tf.Variable as an attribute of a keras.Layer or a tf.Module; the default initializer "
        "was keras.initializers.GlorotUniform()"
    ),
    "tf.variable_scope": in_words("use a keras.Layer or a tf.Module"),
    "tf.get_variable_scope": in_words("use a keras.Layer or a tf.Module"),
    "tf.AUTO_REUSE": in_words("create a layer once and call it twice"),
    "tf.global_variables": in_words("use model.variables"),
    "tf.all_variables": in_words("use model.variables"),
    "tf.trainable_variables": in_words("use model.trainable_variables"),
    "tf.global_variables_initializer": _INITIALISED,
    "tf.initialize_all_variables": _INITIALISED,
    "tf.local_variables_initializer": _INITIALISED,
    "tf.variables_initializer": _INITIALISED,
    "tf.get_collection": in_words("use a list of your own, or the properties of a keras.Layer"),
    "tf.add_to_collection": in_words("use a list of your own, or the properties of a keras.Layer"),
    "tf.train.get_or_create_global_step": in_words("use optimizer.iterations"),
    "tf.train.get_global_step": in_words("use optimizer.iterations"),
    "tf.train.create_global_step": in_words("use optimizer.iterations"),
    "tf.train.Saver": in_words("use model.save or tf.train.Checkpoint"),
    "tf.train.import_meta_graph": in_words(
        "create the model in code, then call model.load_weights"
    ),
    "tf.train.write_graph": in_words("use model.export"),
    "tf.summary": in_words("use tf.summary.create_file_writer, and pass a step to tf.summary.*"),
    "tf.summary.FileWriter": renamed("tf.summary.create_file_writer(logdir)"),
    "tf.summary.merge_all": in_words("remove it: tf.summary.* writes when it is called"),
    "tf.summary.merge": in_words("remove it: tf.summary.* writes when it is called"),
    "tf.Summary": in_words("use tf.summary.scalar(name, value, step)"),
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
    "tf.data.Iterator": _LOOP,
    "tf.examples.tutorials.mnist": in_words(
        "use keras.datasets.mnist.load_data() or tf_edureka.load_mnist()"
    ),
    "tf.GraphDef": in_words("use tf.compat.v1.GraphDef, only to read files of TensorFlow 1"),
    "tf.import_graph_def": in_words(
        "call tf.graph_util.import_graph_def in a function, wrapped by tf.compat.v1.wrap_function"
    ),
    "tf.gfile.FastGFile": renamed("tf.io.gfile.GFile(name, mode)"),
    "tf.test.get_temp_dir": in_words("use the tmp_path fixture of pytest"),
}

# Methods of TensorFlow 1's objects, which a script calls on its own variables.
METHODS = {
    "eval": in_words("remove it, or call .numpy(): a tensor has its value"),
    "initializer": _INITIALISED,
    "make_initializable_iterator": _LOOP,
    "make_one_shot_iterator": _LOOP,
    "minimize": in_words("use keras.Model.fit, or tf.GradientTape and optimizer.apply_gradients"),
    "compute_gradients": in_words("use tf.GradientTape"),
    "next_batch": in_words(
        "use tf.data.Dataset.from_tensor_slices(...).shuffle(n).batch(batch_size)"
    ),
    "run": in_words("call a function; pass the fed values as its arguments"),
}
