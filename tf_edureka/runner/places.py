"""Where TensorFlow 1's names are today: tables for `modules`."""

import numpy as np

# Old module, without `tensorflow.`: where its names are looked up, in this order. `v1` is
# `tensorflow.compat.v1`. tf_slim is what its authors made of contrib's slim, layers, framework and
# metrics (github.com/google-research/tf-slim); layers, keras and nn.rnn_cell of v1 come from
# tf_keras (github.com/keras-team/tf-keras). What they are modules of follows below.
MODULES = {
    "": ("v1",),
    "contrib.data": ("v1.data.experimental", "v1.data"),
    "contrib.distributions": ("v1.distributions",),
    "contrib.eager": ("v1",),
    "contrib.framework": ("tf_slim", "v1.train", "v1"),
    "contrib.framework.nest": ("v1.nest",),
    "contrib.framework.python.ops": ("tf_slim", "tf_slim.ops"),
    "contrib.image": ("v1.image",),
    "contrib.keras": ("v1.keras",),
    "contrib.layers": ("tf_slim.layers",),
    "contrib.layers.python.layers": ("tf_slim.layers",),
    "contrib.learn.datasets.mnist": ("tf_edureka.legacy.input_data",),
    "contrib.learn.python.learn.datasets.mnist": ("tf_edureka.legacy.input_data",),
    "contrib.lookup": ("v1.lookup",),
    "contrib.losses": ("v1.losses",),
    "contrib.metrics": ("tf_slim.metrics", "v1.metrics", "v1"),
    "contrib.nn": ("v1.nn",),
    "contrib.opt": ("v1.train",),
    "contrib.rnn": ("v1.nn.rnn_cell", "v1.nn"),
    "contrib.saved_model": ("v1.saved_model",),
    "contrib.slim": ("tf_slim",),
    "contrib.slim.nets": ("tf_slim.nets",),
    "contrib.slim.python.slim": ("tf_slim",),
    "contrib.slim.python.slim.nets": ("tf_slim.nets",),
    "contrib.summary": ("v1.summary",),
    "contrib.tensorboard.plugins.projector": ("tensorboard.plugins.projector",),
    "contrib.training": ("tf_slim.training.training", "tf_slim.evaluation", "v1.train"),
    "contrib.util": ("v1",),
    "examples.tutorials.mnist.input_data": ("tf_edureka.legacy.input_data",),
    "keras": ("v1.keras",),
    "layers": ("v1.layers",),
    "nn": ("v1.nn",),
    "nn.rnn_cell": ("v1.nn.rnn_cell",),
}

_OURS, _EAGER = "tf_edureka.runner", "tensorflow.python.eager"
# Old name: the same by another name today, or written anew in `contrib`.
NAMES = {
    "contrib.data.batch_and_drop_remainder": f"{_OURS}.contrib.batch_and_drop_remainder",
    "contrib.eager.Checkpoint": "v1.train.Checkpoint",
    "contrib.eager.Iterator": "tensorflow.python.data.ops.iterator_ops.OwnedIterator",
    "contrib.eager.Network": f"{_OURS}.contrib_keras.Network",
    "contrib.eager.Variable": "tensorflow.python.ops.resource_variable_ops.ResourceVariable",
    "contrib.eager.defun": "v1.function",
    "contrib.eager.gradients_function": f"{_EAGER}.backprop.gradients_function",
    "contrib.eager.implicit_gradients": f"{_EAGER}.backprop.implicit_grad",
    "contrib.eager.implicit_value_and_gradients": f"{_EAGER}.backprop.implicit_val_and_grad",
    "contrib.eager.in_eager_mode": "v1.executing_eagerly",
    "contrib.eager.num_gpus": f"{_EAGER}.context.num_gpus",
    "contrib.eager.value_and_gradients_function": f"{_EAGER}.backprop.val_and_grad_function",
    "contrib.learn.datasets.load_dataset": f"{_OURS}.contrib.load_dataset",
    "contrib.learn.datasets.mnist.load_mnist": "tf_edureka.legacy.input_data.read_data_sets",
    "contrib.legacy_seq2seq.rnn_decoder": f"{_OURS}.contrib.rnn_decoder",
    "contrib.legacy_seq2seq.sequence_loss_by_example": f"{_OURS}.contrib.sequence_loss_by_example",
    "contrib.lookup.HashTable": "v1.lookup.StaticHashTable",
    "contrib.rnn.OutputProjectionWrapper": f"{_OURS}.contrib_keras.OutputProjectionWrapper",
    "contrib.seq2seq.sequence_loss": f"{_OURS}.contrib.sequence_loss",
    "contrib.training.HParams": f"{_OURS}.contrib.HParams",
    "contrib.util.constant_value": "v1.get_static_value",
}

for _name in [*MODULES, *NAMES]:
    while _name := _name.rpartition(".")[0]:
        MODULES.setdefault(_name, ())

# What is no part of TensorFlow, by the beginning of its place: the module that it is in, the name
# of that to pip, and our extra that has it.
PACKAGES = {
    "tensorboard": ("tensorboard", "tensorboard", "tensorboard"),
    "tf_edureka.runner.contrib_keras": ("tf_keras", "tf-keras", "legacy"),
    "tf_slim": ("tf_slim", "tf-slim", "legacy"),
    "v1.keras": ("tf_keras", "tf-keras", "legacy"),
    "v1.layers": ("tf_keras", "tf-keras", "legacy"),
    "v1.nn.rnn_cell": ("tf_keras", "tf-keras", "legacy"),
}

# Names that have moved within TensorFlow: where tf_slim, and old scripts, look for them in
# `tensorflow.python`, and their names in `v1`.
MOVED = {
    "framework.graph_util.convert_variables_to_constants": (
        "graph_util.convert_variables_to_constants"
    ),
    "framework.ops.IndexedSlices": "IndexedSlices",
    "framework.ops.Tensor": "Tensor",
    "ops.array_ops.stack": "stack",
    "ops.array_ops.unstack": "unstack",
    "ops.control_flow_ops.Assert": "Assert",
    "ops.control_flow_ops.case": "case",
    "ops.control_flow_ops.cond": "cond",
    "ops.control_flow_ops.while_loop": "while_loop",
    "ops.variable_scope.variable": "Variable",
    "pywrap_tensorflow.NewCheckpointReader": "train.NewCheckpointReader",
}

# Names that NumPy has dropped since.
NUMPY = {
    **{kind.__name__: kind for kind in (bool, complex, float, int, object, str)},
    "Inf": np.inf,
    "NaN": np.nan,
    "alltrue": np.all,
    "asscalar": lambda array: array.item(),
    "float_": np.float64,
    "in1d": np.isin,
    "infty": np.inf,
    "product": np.prod,
    "sometrue": np.any,
    "string_": np.bytes_,
    "unicode_": np.str_,
}
