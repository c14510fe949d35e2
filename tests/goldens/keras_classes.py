"""Prints what TensorFlow 1.15.5 computes where `tf_edureka.tf1` has a Keras class for it.

The numbers that go in are drawn by `RandomState`, whose stream is the same in every NumPy. The
tests import the tables and the inputs from here.
"""

import json

import numpy as np

from goldens.generate import Facts, numbers, sha256, versions

STEPS = 50
SHAPE = (6, 3)
# Name of each case: class in `tf.train`, class in `tf_edureka.tf1`, and arguments.
OPTIMIZERS = {
    "momentum": ("MomentumOptimizer", "Momentum", {"momentum": 0.9}),
    "nesterov": ("MomentumOptimizer", "Momentum", {"momentum": 0.9, "use_nesterov": True}),
    "rms_prop": ("RMSPropOptimizer", "RMSProp", {}),
    "rms_prop_momentum": (
        *("RMSPropOptimizer", "RMSProp"),
        {"decay": 0.8, "momentum": 0.9, "epsilon": 1e-3},
    ),
    "rms_prop_centered": (
        *("RMSPropOptimizer", "RMSProp"),
        {"momentum": 0.5, "epsilon": 1e-5, "centered": True},
    ),
    "adadelta": ("AdadeltaOptimizer", "Adadelta", {}),
    "adadelta_epsilon": ("AdadeltaOptimizer", "Adadelta", {"rho": 0.9, "epsilon": 1e-6}),
    "adagrad": ("AdagradOptimizer", "Adagrad", {}),
    "adagrad_start": ("AdagradOptimizer", "Adagrad", {"initial_accumulator_value": 1.5}),
    "ftrl": ("FtrlOptimizer", "Ftrl", {}),
    "ftrl_penalties": (
        *("FtrlOptimizer", "Ftrl"),
        {
            "learning_rate_power": -0.6,
            "l1_regularization_strength": 0.01,
            "l2_regularization_strength": 0.02,
        },
    ),
    "ftrl_shrinkage": (
        *("FtrlOptimizer", "Ftrl"),
        {"l2_shrinkage_regularization_strength": 0.02},
    ),
    "adam": ("AdamOptimizer", "Adam", {}),
    "adam_betas": ("AdamOptimizer", "Adam", {"beta1": 0.5, "beta2": 0.99, "epsilon": 1e-3}),
}


def rate(step):
    """The learning rate: halved every ten steps."""
    return 0.1 * 0.5 ** (step // 10)


def descent(precision):
    """Initial weights, dense gradients, and the rows and values of sparse ones."""
    random = np.random.RandomState(1)
    start = random.normal(size=SHAPE).astype(precision)
    dense = random.normal(size=(STEPS, *SHAPE)).astype(precision)
    # Four indices of six rows; some rows occur twice, some not at all.
    rows = random.randint(0, SHAPE[0], size=(STEPS, 4))
    sparse = random.normal(size=(STEPS, 4, SHAPE[1])).astype(precision)
    return start, dense, rows, sparse


def trained(v1, case, precision, is_sparse):
    """The weights after the steps of an optimizer of `tf.train`."""
    name, _, arguments = OPTIMIZERS[case]
    start, dense, rows, sparse = descent(precision)
    with v1.Graph().as_default(), v1.Session() as session:
        weights = v1.Variable(start, use_resource=False)
        speed = v1.placeholder(v1.float32, [])
        values = v1.placeholder(precision, sparse.shape[1:] if is_sparse else SHAPE)
        indices = v1.placeholder(v1.int64, rows.shape[1:])
        gradient = values
        if is_sparse:
            gradient = v1.IndexedSlices(values, indices, v1.constant(SHAPE, v1.int64))
        optimizer = getattr(v1.train, name)(speed, **arguments)
        step = optimizer.apply_gradients([(gradient, weights)])
        session.run(v1.global_variables_initializer())
        for i in range(STEPS):
            fed = {values: sparse[i] if is_sparse else dense[i], indices: rows[i], speed: rate(i)}
            session.run(step, fed)
        return session.run(weights)


# Name of each case: class in `tf.nn.rnn_cell`, class in `tf_edureka.tf1`, arguments after units.
CELLS = {
    "basic_rnn": ("BasicRNNCell", "BasicRNNCell", {}),
    "basic_lstm": ("BasicLSTMCell", "LSTMCell", {"forget_bias": 0.7}),
    "lstm": ("LSTMCell", "LSTMCell", {}),
    "lstm_peepholes": (
        *("LSTMCell", "LSTMCell"),
        {
            "use_peepholes": True,
            "num_proj": 3,
            "cell_clip": 0.6,
            "proj_clip": 0.5,
        },
    ),
    "gru": ("GRUCell", "GRUCell", {}),
}
UNITS = 4
LENGTHS = (5, 3)  # of two sequences


def sequences():
    """Two sequences of five vectors."""
    return np.random.RandomState(2).normal(size=(2, 5, 3)).astype("float32")


def like(arrays_or_shapes, seed):
    """Normal numbers in these shapes, one array each."""
    random = np.random.RandomState(seed)
    return [random.normal(size=shape).astype("float32") for shape in arrays_or_shapes]


def cell(tf, case):
    """Names, shapes, outputs, last states and gradients of a cell over both sequences."""
    name, _, arguments = CELLS[case]
    with tf.Graph().as_default(), tf.Session() as session:
        inputs = tf.constant(sequences())
        outputs, last = tf.nn.dynamic_rnn(
            getattr(tf.nn.rnn_cell, name)(UNITS, **arguments),
            inputs,
            sequence_length=LENGTHS,
            dtype=tf.float32,
        )
        variables = tf.trainable_variables()
        shapes = [variable.shape.as_list() for variable in variables]
        (factors,) = like([outputs.shape.as_list()], 4)
        gradients = tf.gradients(tf.reduce_sum(outputs * factors), [*variables, inputs])
        session.run(tf.global_variables_initializer())
        biases = [v for v in variables if v.op.name.endswith("bias")]
        starts = [numbers(value) for value in session.run(biases)]
        for variable, value in zip(variables, like(shapes, 3)):  # noqa: B905 - Python 3.7
            variable.load(value, session)
        last = list(last) if isinstance(last, tuple) else [last]
        outputs, last, gradients = session.run([outputs, last, gradients])
    return {
        "variables": [v.op.name.split("/", 2)[2] for v in variables],
        "shapes": shapes,
        "biases": starts,
        "outputs": numbers(outputs),
        "last": [numbers(state) for state in last],
        "gradients": [numbers(gradient) for gradient in gradients],
    }


# Name of each case: module of the layer, its arguments, the arguments of
# `tf_edureka.tf1.BatchNormalization`, and the shape of a batch.
BATCH_NORMS = {
    "layers": ("layers", {}, {}, (4, 2, 1, 3)),
    "layers_plain": ("layers", {"fused": False}, {"fused": False}, (4, 2, 1, 3)),
    "layers_dense": ("layers", {}, {}, (5, 3)),
    "layers_arguments": (
        "layers",
        {"momentum": 0.8, "epsilon": 1e-7, "center": False, "scale": False},
        {"momentum": 0.8, "epsilon": 1e-7, "center": False, "scale": False},
        (4, 1, 1, 3),
    ),
    "contrib": (
        *("contrib", {}),
        {"momentum": 0.999, "scale": False, "fused": True},
        (4, 2, 1, 3),
    ),
    "contrib_dense": (
        *("contrib", {"decay": 0.9, "scale": True}),
        {"momentum": 0.9, "fused": True},
        (5, 3),
    ),
    "one_example": ("layers", {}, {}, (1, 1, 1, 3)),
}


def batches(shape):
    """Three batches for the training and one to predict, of another mean and another spread."""
    random = np.random.RandomState(5)
    return (random.normal(size=(4, *shape)) * 2 + 1).astype("float32")


def batch_norm(tf, case):
    """Results of a layer that normalizes three batches and predicts a fourth."""
    home, arguments, _, shape = BATCH_NORMS[case]
    *training, last = batches(shape)
    with tf.Graph().as_default(), tf.Session() as session:
        inputs = tf.placeholder(tf.float32, shape)
        in_training = tf.placeholder(tf.bool, [])
        if home == "layers":
            outputs = tf.layers.batch_normalization(inputs, training=in_training, **arguments)
        else:
            outputs = tf.contrib.layers.batch_norm(inputs, is_training=in_training, **arguments)
        (factors,) = like([shape], 6)
        weights = tf.trainable_variables()
        gradients = tf.gradients(tf.reduce_sum(outputs * factors), [inputs, *weights])
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        session.run(tf.global_variables_initializer())
        starts = like([variable.shape.as_list() for variable in weights], 7)
        for variable, value in zip(weights, starts):  # noqa: B905 - Python 3.7
            variable.load(value, session)
        for batch in training:
            fed = {inputs: batch, in_training: True}
            result, slopes, _ = session.run([outputs, gradients, updates], fed)
        predicted = session.run(outputs, {inputs: last, in_training: False})
        found = {v.op.name.split("/")[-1]: session.run(v) for v in tf.global_variables()}
    return {
        "weights": [variable.op.name.split("/")[-1] for variable in weights],
        "outputs": numbers(result),
        "gradients": [numbers(slope) for slope in slopes],
        "moving_mean": numbers(found["moving_mean"]),
        "moving_variance": numbers(found["moving_variance"]),
        "predicted": numbers(predicted),
    }


# Class in `tf_edureka.tf1`, its arguments, the name in TensorFlow 1, and the arguments there if
# they differ.
INITIALIZERS = [
    ("VarianceScaling", {}, "variance_scaling_initializer"),
    *(
        (
            "VarianceScaling",
            {"scale": 1.7, "mode": mode, "distribution": distribution},
            "variance_scaling_initializer",
        )
        for mode in ("fan_in", "fan_out", "fan_avg")
        for distribution in ("normal", "untruncated_normal", "uniform")
    ),
    ("GlorotUniform", {}, "glorot_uniform_initializer"),
    ("GlorotNormal", {}, "glorot_normal_initializer"),
    ("HeNormal", {}, "initializers.he_normal"),
    ("HeUniform", {}, "initializers.he_uniform"),
    ("ContribVarianceScaling", {}, "contrib.layers.variance_scaling_initializer"),
    *(
        (
            "ContribVarianceScaling",
            {"factor": 1.43, "mode": mode, "uniform": uniform},
            "contrib.layers.variance_scaling_initializer",
        )
        for mode in ("FAN_IN", "FAN_OUT", "FAN_AVG")
        for uniform in (False, True)
    ),
    ("Xavier", {}, "contrib.layers.xavier_initializer"),
    ("Xavier", {"uniform": False}, "contrib.layers.xavier_initializer"),
    ("Orthogonal", {}, "orthogonal_initializer"),
    ("Orthogonal", {"gain": 1.4}, "orthogonal_initializer"),
]
INITIAL_SHAPES = ([784, 256], [5, 5, 3, 16], [7])
ORTHOGONAL_SHAPES = ([6, 4], [3, 7], [2, 2, 3, 5])


def initializers(tf):
    """Samples of the initializers: as SHA-256; orthogonal ones as numbers."""
    draws = []
    for name, arguments, path in INITIALIZERS:
        make = tf
        for part in path.split("."):
            make = getattr(make, part)
        orthogonal = name == "Orthogonal"
        for shape in ORTHOGONAL_SHAPES if orthogonal else INITIAL_SHAPES:
            for dtype in ("float32", "float64"):
                with tf.Graph().as_default(), tf.Session() as session:
                    tf.set_random_seed(7)
                    values = session.run(make(seed=15, **arguments)(shape, tf.as_dtype(dtype)))
                found = {"values": numbers(values)} if orthogonal else {"sha256": sha256(values)}
                draw = {"class": name, "arguments": arguments, "shape": shape, "dtype": dtype}
                draws.append({**draw, **found})
    return draws


def penalties(tf):
    """The penalties of contrib on the same weights, and their gradients."""
    found = {}
    (start,) = like([SHAPE], 8)
    for name, make in (
        ("L1", tf.contrib.layers.l1_regularizer),
        ("L2", tf.contrib.layers.l2_regularizer),
    ):
        with tf.Graph().as_default(), tf.Session() as session:
            weights = tf.constant(start)
            penalty = make(0.3)(weights)
            value, slope = session.run([penalty, tf.gradients(penalty, weights)[0]])
        found[name] = {"value": numbers(value), "gradient": numbers(slope)}
    return found


def main():
    """Prints all of it: a line for each case."""
    import tensorflow as tf

    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    assert tf.__version__ == "1.15.5", f"expected 1.15.5, got {tf.__version__}"
    sections = Facts(
        optimizers={
            f"{case}/{precision}/{'sparse' if is_sparse else 'dense'}": numbers(
                trained(tf.compat.v1, case, precision, is_sparse)
            )
            for case in OPTIMIZERS
            for precision in ("float32", "float64")
            for is_sparse in (False, True)
        },
        cells={case: cell(tf, case) for case in CELLS},
        batch_norms={case: batch_norm(tf, case) for case in BATCH_NORMS},
        initializers=initializers(tf),
        penalties=penalties(tf),
    )
    print("{")
    print(f' "made_by": {json.dumps(versions(tf)["made_by"])},')
    for number, (name, section) in enumerate(sections.items()):
        if isinstance(section, dict):
            lines = [f"  {json.dumps(case)}: {json.dumps(x)}" for case, x in section.items()]
        else:
            lines = [f"  {json.dumps(x)}" for x in section]
        opening, closing = "{}" if isinstance(section, dict) else "[]"
        body = ",\n".join(lines)
        comma = "," if number + 1 < len(sections) else ""
        print(f' "{name}": {opening}\n{body}\n {closing}{comma}')
    print("}")


if __name__ == "__main__":
    main()
