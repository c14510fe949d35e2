"""Models that only resemble an original network are rejected and keep their own values."""

import checkpoint_networks
import keras
import numpy as np
import pytest
import tensorflow as tf
from checkpoint_files import golden_arrays
from keras import layers

from tf_edureka import parity
from tf_edureka.errors import InputError
from tf_edureka.parity.loading import proof

v1 = tf.compat.v1


def values_of(model):
    return [one.numpy() for one in model.variables]


def expect_rejected(model, path, says=None, **given):
    """Asserts that a checkpoint is rejected and the model keeps its own values."""
    own = values_of(model)
    with pytest.raises(InputError, match=says) as caught:
        parity.load_into(model, path, **given)
    assert "\n" not in str(caught.value)
    assert [a.tobytes() for a in own] == [a.tobytes() for a in values_of(model)]


WRONG_LAYERS = [
    *(pytest.param("five", layer, marks=pytest.mark.slow) for layer in range(5)),
    *(pytest.param("branches", layer, marks=pytest.mark.slow) for layer in range(5)),
]


@pytest.mark.parametrize(("name", "layer"), WRONG_LAYERS)
def test_one_wrong_activation_in_any_layer_is_found(checkpoints, monkeypatch, name, layer):
    if layer:  # for one layer the search may run to its end
        monkeypatch.setattr(proof, "_MOST_CALLS", 200)
    model = getattr(checkpoint_networks, name)()
    dense = [one for one in model.layers if isinstance(one, layers.Dense)][layer]
    is_linear = dense.activation is keras.activations.linear
    dense.activation = keras.activations.relu if is_linear else keras.activations.sigmoid
    expect_rejected(model, checkpoints / name, "expected a model with the same outputs as")


@pytest.mark.slow
def test_layers_of_one_shape_are_mapped_by_outputs_despite_misleading_names(
    checkpoints,
):
    loaded = parity.load_into(model := checkpoint_networks.five(), checkpoints / "five")
    layer_of = {path: path.split("/")[-2] for _, path, _ in loaded.mapping}
    # `five` of `goldens/checkpoints.py` created kernels as 3 1 5 2 4, biases as 2 5 4 1 3.
    expected = {
        **{f"Variable_{i}" if i else "Variable": n for i, n in enumerate((3, 1, 5, 2, 4))},
        **{f"Variable_{i + 5}": n for i, n in enumerate((2, 5, 4, 1, 3))},
    }
    names = [one.name for one in model.layers]
    found = {old: names.index(layer_of[path]) + 1 for old, path, _ in loaded.mapping}
    assert found == expected


@pytest.mark.slow
def test_branches_are_mapped_by_outputs_despite_misleading_names(checkpoints):
    loaded = parity.load_into(checkpoint_networks.branches(), checkpoints / "branches")
    assert {(old.split("/")[0], new.split("_")[0]) for old, new, _ in loaded.mapping} == {
        *(("right", "left"), ("left", "right")),
        *(("merged", "merged/kernel"), ("merged", "merged/bias")),
    }


def dense(*units, inputs=6, activation=None, **options):
    model = keras.Sequential([keras.Input((inputs,))])
    for count in units[:-1]:
        model.add(layers.Dense(count, activation=activation))
    model.add(layers.Dense(units[-1], **options))
    return model


# The original networks have layers of 5 and 2 units for 6 inputs; 16, 16 and 10 for 784.
@pytest.mark.parametrize(
    ("file", "inputs", "units", "says"),
    [
        ("nesterov", 6, (5, 5, 2), "got none for "),
        ("nesterov", 6, (7, 3), "got none for "),
        ("nesterov", 6, (2,), "expected "),
        ("article_without_graph", 784, (16, 16, 16, 10), "got none for "),
        ("article_without_graph", 784, (16, 12, 10), "got none for "),
        (
            "article_without_graph",
            784,
            (16, 10),
            "expected a model with all 6 variables of the checkpoint",
        ),
    ],
)
def test_model_with_other_variables_is_rejected(checkpoints, file, inputs, units, says):
    model = dense(*units, inputs=inputs, activation="tanh")
    expect_rejected(model, checkpoints / file, says)


def test_checkpoint_of_another_network_with_the_same_shapes_is_rejected(checkpoints):
    expect_rejected(checkpoint_networks.queue(), checkpoints / "nesterov", "different outputs: the")


@pytest.mark.slow
def test_keras_adam_matches_tensorflow_1_only_with_its_epsilon(checkpoints):
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model = dense(16, 16, 10, inputs=784, activation="relu")
    model.compile(keras.optimizers.Adam(0.001, epsilon=1e-8), loss)
    loaded = parity.load_into(model, checkpoints / "article")
    assert loaded.is_proved
    assert loaded.optimizer.startswith("Adam at step 7; a step with random gradients matches")
    model.compile(keras.optimizers.Adam(0.001), loss)
    loaded = parity.load_into(model, checkpoints / "article")
    assert loaded.is_proved
    assert loaded.optimizer == (
        "Adam at step 7; it differs from the original graph's: epsilon is 1e-07, the graph's 1e-08"
    )


@pytest.mark.slow
def test_another_optimizer_does_not_match(checkpoints):
    model = dense(5, 2, activation="tanh")
    model.compile(keras.optimizers.SGD(0.02), "mse")
    loaded = parity.load_into(model, checkpoints / "saved_model")
    assert loaded.is_proved
    assert "matches the original graph's" not in loaded.optimizer


def test_uncompiled_model_gets_the_weights(checkpoints):
    loaded = parity.load_into(dense(5, 2, activation="tanh"), checkpoints / "nesterov")
    assert loaded.is_proved
    assert loaded.optimizer == "4 slots not loaded: the model is not compiled"


def test_given_names_are_used_and_wrong_ones_rejected(checkpoints):
    model = dense(5, 2, activation="tanh")
    paths = [one.path for one in model.variables]
    given = {"hidden/weights": paths[0], "output/biases": paths[3]}
    assert parity.load_into(model, checkpoints / "nesterov", given=given).is_proved
    expect_rejected(model, checkpoints / "nesterov", "nowhere", given={"hidden/weights": "nowhere"})
    expect_rejected(model, checkpoints / "nesterov", "nothing", given={"nothing": paths[0]})
    expect_rejected(model, checkpoints / "nesterov", given={"hidden/weights": paths[1]})


def weights(name, *shape):
    """A variable of TensorFlow 1; moving variances are positive."""
    is_trained = "moving" not in name
    start = v1.random_normal_initializer(stddev=0.5)
    if name.endswith("variance"):
        start = v1.random_uniform_initializer(0.5, 1.5)
    return v1.get_variable(name, shape, initializer=start, trainable=is_trained, use_resource=False)


def save(folder, make, *shape):
    """A checkpoint with random values and the graph of a function of `x`."""
    with tf.Graph().as_default(), v1.Session() as session:
        v1.set_random_seed(1)
        x = v1.placeholder(tf.float32, [None, *shape], name="x")
        tf.identity(make(x), name="y")
        session.run(v1.global_variables_initializer())
        v1.train.Saver().save(session, str(folder / "old"))
    return folder / "old"


def layer(x, name, units, activation=tf.identity):
    kernel, bias = weights(f"{name}/kernel", x.shape[-1], units), weights(f"{name}/bias", units)
    return activation(tf.matmul(x, kernel) + bias)


def activated(activation):
    return lambda x: layer(layer(x, "one", 5, activation), "two", 3)


def convolved(padding="VALID", pool=None):
    def make(x):
        x = tf.nn.conv2d(x, weights("kernel", 3, 3, 2, 4), 1, padding) + weights("bias", 4)
        x = pool(x, 2, 2, "VALID") if pool else x
        return layer(tf.reduce_mean(x, [1, 2]), "last", 3)

    return make


def convolution(padding="valid", pool=None):
    return [
        layers.Conv2D(4, 3, padding=padding),
        *([pool(2)] if pool else []),
        layers.GlobalAveragePooling2D(),
        layers.Dense(3),
    ]


def normalized(x):
    x = layer(x, "one", 5)
    mean, variance = weights("norm/moving_mean", 5), weights("norm/moving_variance", 5)
    beta, gamma = weights("norm/beta", 5), weights("norm/gamma", 5)
    return layer(tf.nn.batch_normalization(x, mean, variance, beta, gamma, 1e-3), "two", 3)


def normalization(epsilon):
    return [layers.Dense(5), layers.BatchNormalization(epsilon=epsilon), layers.Dense(3)]


def gru(x):
    """Four steps of TensorFlow 1's `GRUCell`."""
    state = tf.zeros_like(x[:, 0, :1]) * tf.zeros([1, 5])
    for step in range(4):
        both = tf.concat([x[:, step], state], 1)
        with v1.variable_scope("rnn/gru_cell", reuse=v1.AUTO_REUSE):
            reset, update = tf.split(tf.sigmoid(layer(both, "gates", 10)), 2, 1)
            new = layer(tf.concat([x[:, step], reset * state], 1), "candidate", 5, tf.tanh)
        state = update * state + (1 - update) * new
    return layer(state, "last", 3)


def turned(x):
    return tf.matmul(layer(x, "one", 6), weights("two/kernel", 6, 6), transpose_b=True)


def two(activation):
    return [layers.Dense(5, activation=activation), layers.Dense(3)]


def leaky(slope):
    return [layers.Dense(5), layers.LeakyReLU(negative_slope=slope), layers.Dense(3)]


# Original network, shape of its inputs, correct layers, and wrong layers.
MISTAKES = {
    "relu6": (activated(tf.nn.relu6), (6,), two("relu6"), two("relu")),
    "relu": (activated(tf.nn.relu), (6,), two("relu"), two("relu6")),
    "slope": (activated(tf.nn.leaky_relu), (6,), leaky(0.2), leaky(0.3)),
    "slightly different slope": (activated(tf.nn.leaky_relu), (6,), leaky(0.2), leaky(0.201)),
    "elu": (activated(tf.nn.elu), (6,), two("elu"), two("selu")),
    "selu": (activated(tf.nn.selu), (6,), two("selu"), two("elu")),
    "tanh for sigmoid": (activated(tf.nn.sigmoid), (6,), two("sigmoid"), two("tanh")),
    "swish for gelu": (
        activated(lambda x: x * tf.sigmoid(x)),
        *((6,), two("silu"), two("gelu")),
    ),
    "epsilon": (normalized, (6,), normalization(1e-3), normalization(1e-5)),
    "padding same": (convolved("SAME"), (6, 6, 2), convolution("same"), convolution("valid")),
    "padding valid": (convolved("VALID"), (6, 6, 2), convolution("valid"), convolution("same")),
    "pooling": (
        convolved(pool=tf.nn.max_pool2d),
        (6, 6, 2),
        convolution(pool=layers.MaxPooling2D),
        convolution(pool=layers.AveragePooling2D),
    ),
    "gru": (
        gru,
        (4, 3),
        [layers.GRU(5, reset_after=False), layers.Dense(3)],
        [layers.GRU(5), layers.Dense(3)],
    ),
    "gru activation": (
        gru,
        (4, 3),
        [layers.GRU(5, reset_after=False), layers.Dense(3)],
        [layers.GRU(5, reset_after=False, recurrent_activation="hard_sigmoid"), layers.Dense(3)],
    ),
}
CORE = ("relu6",)


def made(shape, parts):
    """A model of new copies of these layers."""
    new = [type(one).from_config(one.get_config()) for one in parts]
    return keras.Sequential([keras.Input(shape), *new])


@pytest.mark.parametrize(
    "mistake",
    [pytest.param(one, marks=() if one in CORE else pytest.mark.slow) for one in MISTAKES],
)
def test_model_that_computes_something_else_is_rejected(tmp_path, mistake):
    make, shape, right, wrong = MISTAKES[mistake]
    path = save(tmp_path, make, *shape)
    assert parity.load_into(made(shape, right), path).is_proved
    expect_rejected(made(shape, wrong), path)


def outputs_of(path, x):
    """The outputs of the original graph."""
    with tf.Graph().as_default(), v1.Session() as session:
        v1.train.import_meta_graph(f"{path}.meta").restore(session, str(path))
        return session.run("y:0", {"x:0": x})


def test_transposed_use_of_a_square_kernel_is_rejected(tmp_path):
    model = [layers.Dense(6), layers.Dense(6, use_bias=False)]
    expect_rejected(made((6,), model), save(tmp_path, turned, 6), "different outputs: the")


def expect_not_run(tmp_path, make):
    """Asserts that a graph that writes `out` is not run, and that its values are loaded."""
    path = save(tmp_path, make, 6)
    loaded = parity.load_into(model := made((6,), two("relu")), path)
    assert not loaded.is_proved
    assert "WriteFile" in loaded.says
    assert not (tmp_path / "out").exists()
    x = np.ones((1, 6), np.float32)
    assert np.array(model(x)) == pytest.approx(outputs_of(path, x), rel=1e-5)
    assert (tmp_path / "out").read_text() == "written"  # as TensorFlow itself does


def test_graph_that_writes_a_file_is_not_run_and_not_proved(tmp_path):
    def make(x):
        with tf.control_dependencies([tf.io.write_file(str(tmp_path / "out"), "written")]):
            x = tf.identity(x)
        return layer(layer(x, "one", 5, tf.nn.relu), "two", 3)

    expect_not_run(tmp_path, make)


@pytest.mark.slow
def test_graph_that_writes_a_file_in_another_branch_is_proved(tmp_path):
    def make(x):
        x = layer(x, "one", 5)
        tf.io.write_file(str(tmp_path / "out"), tf.strings.as_string(tf.reduce_sum(x)))
        return layer(tf.nn.relu(x), "two", 3)

    path = save(tmp_path, make, 6)
    assert parity.load_into(made((6,), two("relu")), path).is_proved
    assert not (tmp_path / "out").exists()


def test_unbuilt_model_is_built_from_the_graphs_inputs(checkpoints):
    model = keras.Sequential([layers.Dense(5, activation="tanh"), layers.Dense(2)])
    loaded = parity.load_into(model, checkpoints / "nesterov")
    assert loaded.is_proved
    expected = golden_arrays(checkpoints, "nesterov")
    outputs = np.array(model(expected["x"]))
    np.testing.assert_allclose(outputs, expected["outputs"], rtol=0, atol=8 * 2.0**-23)


@pytest.mark.parametrize("name", ["v1", "saved_model", "five"])
def test_different_epsilon_is_reported(checkpoints, name):
    model = getattr(checkpoint_networks, name)()
    model.compile(keras.optimizers.Adam(0.01), "mse")
    assert "epsilon is 1e-07" in parity.load_into(model, checkpoints / name).optimizer


def test_graph_that_writes_a_file_between_layers_is_not_run_and_not_proved(tmp_path):
    def make(x):
        x = layer(x, "one", 5)
        with tf.control_dependencies([tf.io.write_file(str(tmp_path / "out"), "written")]):
            return layer(tf.nn.relu(x), "two", 3)

    expect_not_run(tmp_path, make)
