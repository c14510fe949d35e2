"""Names in reprs, pickles, modules and log lines, and the forms of their imports."""

import importlib
import logging
import pickle
import sys

import tensorflow as tf
from checking import call


def module(kind):
    return kind.__module__


def check_versions():
    assert tf.__version__ == tf.VERSION == "1.15.5"
    assert tf.__name__ == "tensorflow"


def check_reprs():
    for part, named in ((tf, ""), (tf.nn, "._api.v1.nn"), (tf.contrib.layers, ".contrib.layers")):
        assert repr(part).startswith(f"<module 'tensorflow{named}' from"), repr(part)
    assert repr(tf.Session) == "<class 'tensorflow.python.client.session.Session'>"
    assert repr(tf.layers.Dense) == "<class 'tensorflow.python.layers.core.Dense'>"
    assert repr(type(tf.constant(1))) == "<class 'tensorflow.python.framework.ops.Tensor'>"
    from tensorflow.python.framework import ops

    assert repr(ops).startswith("<module 'tensorflow.python.framework.ops' from")
    tf.reset_default_graph()
    assert repr(tf.constant(1)) == "<tf.Tensor 'Const:0' shape=() dtype=int32>"
    assert repr(tf.Variable(2)) == "<tf.Variable 'Variable:0' shape=() dtype=int32_ref>"
    assert repr(tf.float32) == "tf.float32"
    assert repr(tf.no_op()) == "<tf.Operation 'NoOp' type=NoOp>"
    assert repr(tf.TensorShape([None, 2])) == "TensorShape([Dimension(None), Dimension(2)])"
    assert repr(tf.Graph()).startswith("<tensorflow.python.framework.ops.Graph object at")


def check_modules_of_what_is_the_installed_tensorflows():
    assert module(tf.Session) == "tensorflow.python.client.session"
    assert module(type(tf.constant(1))) == "tensorflow.python.framework.ops"
    assert module(tf.Operation) == "tensorflow.python.framework.ops"
    assert module(tf.TensorShape) == "tensorflow.python.framework.tensor_shape"
    assert module(tf.DType) == "tensorflow.python.framework.dtypes"
    assert module(tf.gfile.GFile) == "tensorflow.python.platform.gfile"
    assert module(tf.errors.OutOfRangeError) == "tensorflow.python.framework.errors_impl"
    assert module(tf.test.TestCase) == "tensorflow.python.framework.test_util"


def check_modules_of_what_is_1_15s_own():
    assert module(tf.train.Saver) == "tensorflow.python.training.saver"
    assert module(tf.matmul) == "tensorflow.python.ops.math_ops"
    assert module(tf.nn.rnn_cell.LSTMCell) == "tensorflow.python.ops.rnn_cell_impl"
    assert module(tf.contrib.rnn.NASCell) == "tensorflow.contrib.rnn.python.ops.rnn_cell"
    assert module(tf.keras.layers.Dense) == "tensorflow.python.keras.layers.core"
    assert module(tf.data.Dataset) == "tensorflow.python.data.ops.dataset_ops"


def check_pickles():
    for kind, name in (
        (tf.Session, b"ctensorflow.python.client.session\nSession\n"),
        (tf.layers.Dense, b"ctensorflow.python.layers.core\nDense\n"),
        (tf.TensorShape, b"ctensorflow.python.framework.tensor_shape\nTensorShape\n"),
        (
            tf.contrib.training.HParams,
            b"ctensorflow.contrib.training.python.training.hparam\nHParams\n",
        ),
    ):
        assert name in pickle.dumps(kind, 0), pickle.dumps(kind, 0)
        assert pickle.loads(pickle.dumps(kind)) is kind
    parameters = pickle.loads(pickle.dumps(tf.contrib.training.HParams(rate=0.1)))
    assert parameters.values() == {"rate": 0.1}
    assert pickle.loads(pickle.dumps(tf.TensorShape([1, None]))).as_list() == [1, None]
    assert pickle.loads(pickle.dumps(tf.float32)) is tf.float32
    config = tf.ConfigProto(log_device_placement=True)
    assert pickle.loads(pickle.dumps(config)) == config


def check_imports_of_public_modules():
    import tensorflow.image
    import tensorflow.losses
    import tensorflow.train
    from tensorflow.image import rgb_to_grayscale
    from tensorflow.losses import mean_squared_error

    assert mean_squared_error is tf.losses.mean_squared_error
    assert rgb_to_grayscale is tf.image.rgb_to_grayscale
    assert tensorflow.losses is sys.modules["tensorflow.losses"]
    # Their attributes are still available.
    for place, name in ((tf.train, "Saver"), (tf.train, "start_queue_runners")):
        assert hasattr(place, name)
    assert hasattr(tf.image, "resize_images")


def check_imports_of_inner_modules():
    from tensorflow.core.framework import graph_pb2
    from tensorflow.python.autograph.core import naming
    from tensorflow.python.autograph.pyct import compiler
    from tensorflow.python.framework import ops
    from tensorflow.python.framework.graph_util import convert_variables_to_constants
    from tensorflow.python.ops import nn_ops, rnn_cell_impl
    from tensorflow.python.platform import gfile
    from tensorflow.python.pywrap_tensorflow import NewCheckpointReader
    from tensorflow.python.util import nest
    from tensorflow.tools.graph_transforms import TransformGraph

    assert (nn_ops.__name__, ops.__name__) == (
        "tensorflow.python.ops.nn_ops",
        "tensorflow.python.framework.ops",
    )
    assert ops.Graph is tf.Graph
    assert graph_pb2.GraphDef is tf.GraphDef
    assert gfile.GFile is tf.gfile.GFile
    assert rnn_cell_impl.LSTMCell is tf.nn.rnn_cell.LSTMCell
    assert convert_variables_to_constants is tf.graph_util.convert_variables_to_constants
    assert callable(NewCheckpointReader)
    assert callable(TransformGraph)
    assert callable(naming.Namer({}).new_symbol)  # TensorFlow Probability 0.8 imports both
    assert compiler.__name__.startswith("tensorflow.python.autograph.pyct.")
    assert nest.is_sequence([1])
    assert tf.contrib.framework.nest.is_sequence((1,))


def check_imports_below_contrib():
    for name in (
        "rnn.python.ops.rnn_cell",
        "layers.python.layers.layers",
        "layers.python.layers.initializers",
        "layers.python.layers.regularizers",
        "framework.python.ops.variables",
        "slim.python.slim.nets.resnet_v1",
        "slim.python.slim.learning",
        "learn.python.learn.datasets.base",
        "training.python.training.training",
        "autograph",
        "cudnn_rnn",
    ):
        importlib.import_module("tensorflow.contrib." + name)
    import tensorflow.contrib.slim as slim
    from tensorflow.contrib import learn, rnn
    from tensorflow.contrib.layers import xavier_initializer

    assert slim is tf.contrib.slim
    assert (learn, rnn) == (tf.contrib.learn, tf.contrib.rnn)
    assert xavier_initializer is tf.contrib.layers.xavier_initializer


def check_names_of_contrib_and_estimator():
    for name in (
        "estimator.Estimator",
        "contrib.crf.crf_log_likelihood",
        "contrib.seq2seq.dynamic_decode",
        "contrib.learn.preprocessing.VocabularyProcessor",
        "contrib.learn.ModeKeys",
        "contrib.learn.LinearClassifier",
        "contrib.rnn.LayerNormBasicLSTMCell",
        "contrib.rnn.LSTMBlockCell",
        "contrib.rnn.stack_bidirectional_dynamic_rnn",
        "contrib.legacy_seq2seq.embedding_attention_seq2seq",
        "contrib.opt.ScipyOptimizerInterface",
        "contrib.opt.AdamWOptimizer",
        "contrib.distributions.MultivariateNormalDiag",
        "contrib.staging.StagingArea",
        "contrib.layers.embed_sequence",
        "contrib.layers.real_valued_column",
        "contrib.lookup.index_table_from_file",
        "contrib.signal.stft",
        "contrib.predictor.from_saved_model",
        "contrib.tpu.CrossShardOptimizer",
        "contrib.cluster_resolver.TPUClusterResolver",
        "contrib.summary.create_file_writer",
        "contrib.factorization.KMeans",
        "contrib.tensor_forest.python",
        "contrib.graph_editor.graph_replace",
    ):
        where = tf
        for part in name.split("."):
            where = getattr(where, part)


def check_names_that_never_were():
    for place, name in ((tf.train, "SummaryWriter"), (tf.contrib, "nothing"), (tf, "nothing")):
        assert not hasattr(place, name)


def check_log_lines():
    assert tf.logging.info.__module__ == "tensorflow.python.platform.tf_logging"
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append((record.name, record.getMessage()))
    logger = logging.getLogger("tensorflow")
    logger.addHandler(handler)
    tf.logging.warn("warned %d", 1)
    logger.removeHandler(handler)
    assert lines[-1] == ("tensorflow", "warned 1"), lines


call(globals())
