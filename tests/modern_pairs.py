"""Calls of TensorFlow 1 with arguments, for both sides of `test_modern`; needs only NumPy."""

import dataclasses
from collections.abc import Mapping

import numpy as np

STEPS, RATE = 50, 0.0625
RATES = [0.125] * 20 + [0.03125] * 30


def values(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal random numbers that depend only on the shape."""
    samples = np.random.default_rng(shape).normal(size=shape) * scale
    return samples.astype(np.float32)


GRADIENTS = values(STEPS, 4).astype(np.float64) * [1.0, 1.0, 0.1, 1e-3]
START = np.ones(4)


def target(output: np.ndarray) -> np.ndarray:
    """The target values of the training for an output."""
    return np.cos(np.arange(output.size)).reshape(output.shape).astype(np.float32)


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """A call of a function of TensorFlow 1.

    Attributes:
        given: arguments that are numbers, strings, or lists of them.
        trained: arguments that are variables, with their initial values.
        fixed: arguments that are arrays.
        made: arguments that are objects, each as two expressions: TensorFlow 1, Keras.
    """

    given: Mapping[str, object] = dataclasses.field(default_factory=dict)
    trained: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    fixed: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    made: Mapping[str, tuple[str, str]] = dataclasses.field(default_factory=dict)


def _schedule(**given: object) -> Case:
    return Case({"learning_rate": 0.5, **given})


OPTIMIZERS = {
    "tf.train.GradientDescentOptimizer": Case(),
    "tf.train.MomentumOptimizer": Case({"momentum": 0.875}),
    "tf.train.AdamOptimizer": Case(),
    "tf.train.RMSPropOptimizer": Case({"momentum": 0.5}),
    "tf.train.AdadeltaOptimizer": Case(),
    "tf.train.AdagradOptimizer": Case(),
    "tf.train.FtrlOptimizer": Case(),
    "tf.contrib.opt.AdamWOptimizer": Case({"weight_decay": 0.015625, "learning_rate": 0.125}),
    "tf.contrib.opt.AdaMaxOptimizer": Case(),
}
_STAIRS = {"decay_steps": 7, "decay_rate": 0.9, "staircase": True}
SCHEDULES = {
    "tf.train.exponential_decay": _schedule(**_STAIRS),
    "tf.train.natural_exp_decay": _schedule(**_STAIRS),
    "tf.train.inverse_time_decay": _schedule(decay_steps=7, decay_rate=0.9),
    "tf.train.polynomial_decay": _schedule(decay_steps=20, power=2.0, cycle=True),
    "tf.train.cosine_decay": _schedule(decay_steps=40, alpha=0.1),
    "tf.train.cosine_decay_restarts": _schedule(first_decay_steps=7),
    **dict.fromkeys(
        ("tf.train.piecewise_constant", "tf.train.piecewise_constant_decay"),
        Case({"boundaries": [10, 20], "values": [0.5, 0.25, 0.125]}),
    ),
}
REGULARIZERS = {
    "tf.contrib.layers.l1_regularizer": Case({"scale": 0.25}),
    "tf.contrib.layers.l2_regularizer": Case({"scale": 0.25}),
    "tf.contrib.layers.l1_l2_regularizer": Case({"scale_l1": 0.125, "scale_l2": 0.25}),
}
_SCALES = ("random_normal", "truncated_normal", "random_uniform", "variance_scaling")
_OTHERS = ("glorot_uniform", "glorot_normal", "orthogonal", "uniform_unit_scaling")
INITIALIZERS = {
    **{f"tf.{name}_initializer": Case() for name in (*_SCALES, *_OTHERS)},
    **{f"tf.initializers.{name}": Case() for name in (*_SCALES, *_OTHERS)},
    **{
        f"tf.{name}": Case({"value": 0.5} if "constant" in name else {})
        for kind in ("zeros", "ones", "constant")
        for name in (f"{kind}_initializer", f"initializers.{kind}")
    },
    "tf.initializers.identity": Case(),
    "tf.initializers.he_normal": Case(),
    "tf.initializers.he_uniform": Case(),
    "tf.initializers.lecun_normal": Case(),
    "tf.initializers.lecun_uniform": Case(),
    "tf.contrib.layers.variance_scaling_initializer": Case(),
    "tf.contrib.layers.xavier_initializer": Case(),
    "tf.contrib.layers.xavier_initializer_conv2d": Case(),
}

_CLASSES = np.array([0, 2, 1, 3, 0, 2])
_ONEHOT = np.eye(4, dtype=np.float32)[_CLASSES]
_BITS = (values(6, 4) > 0).astype(np.float32)
_LOGITS = values(6, 4)
_PREDICTED = {"trained": {"predictions": _LOGITS}, "fixed": {"labels": values(6, 4, scale=2)}}
_LOSSES = {
    "softmax_cross_entropy": Case(
        {"label_smoothing": 0.1}, {"logits": _LOGITS}, {"onehot_labels": _ONEHOT}
    ),
    "sparse_softmax_cross_entropy": Case({}, {"logits": _LOGITS}, {"labels": _CLASSES}),
    "sigmoid_cross_entropy": Case(
        {"label_smoothing": 0.1}, {"logits": _LOGITS}, {"multi_class_labels": _BITS}
    ),
    "mean_squared_error": Case(**_PREDICTED),
    "absolute_difference": Case(**_PREDICTED),
    "hinge_loss": Case({}, {"logits": _LOGITS}, {"labels": _BITS}),
    # With a value near 0, where the two methods to keep the logarithm finite differ.
    "log_loss": Case(
        {},
        {"labels": np.eye(2, dtype=np.float32)},
        {"predictions": np.float32([[1e-6, 0.5], [0.3, 0.9]])},
    ),
    "cosine_distance": Case({"axis": 1}, **_PREDICTED),
}
LOSSES = {
    **{f"tf.losses.{name}": case for name, case in _LOSSES.items()},
    "tf.losses.huber_loss": Case({"delta": 0.5}, **_PREDICTED),
    **{f"tf.contrib.losses.{name}": case for name, case in _LOSSES.items()},
    "tf.nn.softmax_cross_entropy_with_logits": Case({}, {"logits": _LOGITS}, {"labels": _ONEHOT}),
    "tf.contrib.seq2seq.sequence_loss": Case(
        {},
        {"logits": values(2, 3, 4)},
        {"targets": _CLASSES.reshape(2, 3), "weights": np.float32([[1, 1, 0], [1, 0, 0]])},
    ),
    "tf.nn.l2_loss": Case({}, {"t": values(6, 4)}),
}

_IMAGES = values(4, 6, 6, 8)
_CONV = {"kernel_size": 3}
_POOL = {"pool_size": 3, "strides": 2, "padding": "same"}


def _layer(inputs: np.ndarray, **given: object) -> Case:
    return Case(given, {"inputs": inputs})


LAYERS = {
    "tf.layers.dense": _layer(values(6, 30), units=40),
    "tf.layers.conv1d": _layer(values(4, 9, 20), filters=20, strides=2, **_CONV),
    "tf.layers.conv2d": _layer(_IMAGES, filters=16, padding="same", strides=2, **_CONV),
    "tf.layers.conv3d": _layer(values(2, 4, 4, 4, 5), filters=8, **_CONV),
    "tf.layers.conv2d_transpose": _layer(_IMAGES, filters=16, strides=2, **_CONV),
    "tf.layers.separable_conv2d": _layer(_IMAGES, filters=16, **_CONV),
    **{
        f"tf.contrib.layers.{name}": _layer(values(6, 30), num_outputs=40)
        for name in ("fully_connected", "relu", "linear")
    },
    **{
        f"tf.contrib.layers.{name}": _layer(images, num_outputs=16, stride=2, **_CONV)
        for images, names in (
            (values(4, 9, 24), ("conv1d", "convolution1d")),
            (_IMAGES, ("conv2d", "convolution2d")),
            (_IMAGES, ("conv2d_transpose", "convolution2d_transpose")),
            (_IMAGES, ("separable_conv2d", "separable_convolution2d")),
            (values(2, 4, 4, 4, 5), ("conv3d", "convolution3d")),
        )
        for name in names
    },
    **{
        f"tf.layers.{kind}_pooling{rank}d": _layer(values(2, *[7] * rank, 3), **_POOL)
        for kind in ("max", "average")
        for rank in (1, 2, 3)
    },
    **{
        f"tf.contrib.layers.{kind}_pool{rank}d": _layer(values(2, *[7] * rank, 3), kernel_size=3)
        for kind in ("max", "avg")
        for rank in (2, 3)
    },
    "tf.layers.flatten": _layer(_IMAGES),
    "tf.contrib.layers.flatten": _layer(_IMAGES),
    "tf.contrib.layers.softmax": Case({}, {"logits": _LOGITS}),
    "tf.contrib.layers.one_hot_encoding": Case({"num_classes": 4}, {}, {"labels": _CLASSES}),
    "tf.layers.batch_normalization": _layer(_IMAGES, training=True),
    "tf.contrib.layers.batch_norm": _layer(_IMAGES),
    "tf.contrib.layers.layer_norm": _layer(values(6, 30, scale=0.1)),
    "tf.contrib.layers.instance_norm": _layer(values(4, 6, 6, 8, scale=0.1)),
    "tf.contrib.layers.group_norm": _layer(values(4, 6, 6, 8, scale=0.1), groups=4),
    "tf.contrib.layers.embed_sequence": Case(
        {"vocab_size": 50, "embed_dim": 40}, {}, {"ids": _CLASSES.reshape(2, 3)}
    ),
    **{f"tf.keras.layers.{name}": _layer(values(3, 5, 6), units=20) for name in ("LSTM", "GRU")},
}
DROPOUTS = {
    "tf.layers.dropout": Case(
        {"training": True, "rate": 0.125}, {}, {"inputs": np.ones(100_000, np.float32)}
    ),
    "tf.contrib.layers.dropout": Case(
        {"keep_prob": 0.875}, {}, {"inputs": np.ones(100_000, np.float32)}
    ),
    "tf.nn.dropout": Case({"keep_prob": 0.875}, {}, {"x": np.ones(100_000, np.float32)}),
}

_OLD_CELL, _CELL = "tf.nn.rnn_cell.BasicRNNCell(4)", "tf_edureka.tf1.BasicRNNCell(4)"
_SEQUENCES = {"inputs": values(3, 5, 6)}
CELLS = {
    **{
        f"tf.{module}.{name}": Case({"num_units": 20})
        for module, names in (
            ("nn.rnn_cell", ("BasicLSTMCell", "LSTMCell", "GRUCell", "BasicRNNCell")),
            ("contrib.rnn", ("LSTMBlockCell", "GRUBlockCellV2")),
        )
        for name in names
    },
    "tf.nn.rnn_cell.MultiRNNCell": Case(
        made={"cells": (f"[{_OLD_CELL}, {_OLD_CELL}]", f"[{_CELL}, {_CELL}]")}
    ),
}
RECURRENT = {
    "tf.nn.dynamic_rnn": Case(
        {}, _SEQUENCES, {"sequence_length": np.int32([5, 2, 3])}, {"cell": (_OLD_CELL, _CELL)}
    ),
    "tf.nn.bidirectional_dynamic_rnn": Case(
        {}, _SEQUENCES, {}, {"cell_fw": (_OLD_CELL, _CELL), "cell_bw": (_OLD_CELL, _CELL)}
    ),
}
_SIZE = {"size": np.int32([5, 7])}
FUNCTIONS = {
    "tf.div": Case({}, {}, {"x": np.int32([-7, 7]), "y": np.int32([2, 2])}),
    "tf.where": Case(
        {},
        {"x": values(2, 2), "y": values(2, 2, scale=2)},
        {"condition": np.array([True, False])},
    ),
    **{
        f"tf.image.resize_{name}": Case({}, {"images": values(1, 4, 4, 2)}, _SIZE)
        for name in ("images", "bilinear", "nearest_neighbor", "bicubic")
    },
    "tf.image.resize_area": Case({}, {}, {"images": values(1, 4, 4, 2), **_SIZE}),
}
TRAINED = {**LOSSES, **LAYERS, **CELLS, **RECURRENT, **FUNCTIONS}
CASES = {**OPTIMIZERS, **SCHEDULES, **REGULARIZERS, **INITIALIZERS, **DROPOUTS, **TRAINED}
