"""The random inputs reveal differences between an original network and a model."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from tf_edureka import parity
from tf_edureka.errors import InputError

v1 = tf.compat.v1


def saved(folder, build):
    """A checkpoint with random values and the graph that a function builds."""
    with tf.Graph().as_default(), v1.Session() as session:
        v1.set_random_seed(1)
        build()
        session.run(v1.global_variables_initializer())
        v1.train.Saver().save(session, str(folder / "old"))
    return folder / "old"


def variable(*shape, stddev=0.5, mean=0.0):
    """A variable without a name, as in many scripts for TensorFlow 1."""
    with v1.variable_scope("", use_resource=False):
        return v1.Variable(v1.random_normal(shape, mean, stddev), use_resource=False)


def placeholder(name, *shape, dtype=tf.float32):
    return v1.placeholder(dtype, [None, *shape], name)


def layer(x, units):
    return tf.matmul(x, variable(x.shape[-1], units)) + variable(units)


def expect_rejected(model, path):
    with pytest.raises(InputError, match="expected a model with the same outputs as"):
        parity.load_into(model, path)


def test_inputs_named_like_placeholders_are_assigned_to_them(tmp_path):
    def build():
        user, item = placeholder("user", 5), placeholder("item", 5)
        tf.matmul(tf.concat([user, item], 1), variable(10, 3))

    path = saved(tmp_path, build)
    inputs = [keras.Input((5,), name=name) for name in ("user", "item")]
    dense = layers.Dense(3, use_bias=False)
    right = keras.Model(inputs, dense(layers.Concatenate()(inputs)))
    assert parity.load_into(right, path).is_proved
    crosswise = keras.Model(
        inputs, layers.Dense(3, use_bias=False)(ops.concatenate(inputs[::-1], 1))
    )
    expect_rejected(crosswise, path)


def test_small_columns_are_compared_next_to_large_ones(tmp_path):
    def build():
        x = placeholder("x", 4)
        price, share = layer(x, 1), layer(x, 1)
        tf.concat([1e6 * price, tf.sigmoid(share)], 1)

    def port(activation):
        x = keras.Input((4,))
        price, share = layers.Dense(1)(x), layers.Dense(1, activation=activation)(x)
        return keras.Model(x, ops.concatenate([1e6 * price, share], 1))

    path = saved(tmp_path, build)
    assert parity.load_into(port("sigmoid"), path).is_proved
    expect_rejected(port("hard_sigmoid"), path)


@pytest.mark.slow
def test_output_must_have_the_shape_of_the_tensor(tmp_path):
    def build():
        tf.reshape(layer(placeholder("x", 4), 6), [-1, 3, 2])

    def port(shape):
        return keras.Sequential([keras.Input((4,)), layers.Dense(6), layers.Reshape(shape)])

    path = saved(tmp_path, build)
    assert parity.load_into(port((3, 2)), path).is_proved
    expect_rejected(port((2, 3)), path)


@pytest.mark.slow
def test_integers_that_select_no_rows_are_sampled_beyond_1(tmp_path):
    def build():
        counts = placeholder("counts", 4, dtype=tf.int32)
        layer(tf.cast(counts, tf.float32), 3)

    def port(most):
        x = keras.Input((4,), dtype="int32")
        counts = ops.cast(x if most is None else ops.minimum(x, most), "float32")
        return keras.Model(x, layers.Dense(3)(counts))

    path = saved(tmp_path, build)
    assert parity.load_into(port(None), path).is_proved
    expect_rejected(port(1), path)


@pytest.mark.slow
def test_some_sequences_are_zero_padded_to_reveal_a_mask(tmp_path):
    def build():
        ids = placeholder("ids", 6, dtype=tf.int32)
        rows = tf.nn.embedding_lookup(variable(500, 3), ids)
        there = tf.cast(tf.not_equal(ids, 0), tf.float32)[:, :, None]
        layer(tf.reduce_sum(rows * there, 1), 2)

    def port(*, is_masked):
        ids = keras.Input((6,), dtype="int32")
        rows = layers.Embedding(500, 3)(ids)
        there = ops.cast(ops.not_equal(ids, 0), "float32")[:, :, None]
        return keras.Model(ids, layers.Dense(2)(ops.sum(rows * there if is_masked else rows, 1)))

    path = saved(tmp_path, build)
    assert parity.load_into(port(is_masked=True), path).is_proved
    expect_rejected(port(is_masked=False), path)


def normalized(x, phase):
    """Handwritten batch normalization, with its variables in a misleading order."""
    gamma, beta = variable(5, mean=1.0), variable(5)
    with v1.variable_scope("", use_resource=False):
        variance = v1.Variable(v1.random_uniform([5], 0.5, 1.5), trainable=False)
        mean = v1.Variable(v1.random_normal([5]), trainable=False)
    batch = tf.nn.moments(x, [0])
    used = v1.cond(phase, lambda: batch, lambda: (tf.identity(mean), tf.identity(variance)))
    return tf.nn.batch_normalization(x, *used, beta, gamma, 1e-3)


class BatchStatistics(layers.Layer):
    """Always normalizes by the batch's own mean and variance."""

    def build(self, shape):
        self.gamma = self.add_weight(name="gamma", shape=shape[-1:], initializer="ones")
        self.beta = self.add_weight(name="beta", shape=shape[-1:], initializer="zeros")

    def call(self, x):
        mean, variance = ops.moments(x, 0)
        return self.gamma * (x - mean) * ops.rsqrt(variance + 1e-3) + self.beta


@pytest.mark.slow
def test_graph_with_a_training_placeholder_is_compared_in_inference_mode(tmp_path):
    def build():
        with v1.variable_scope("", use_resource=False):
            phase = v1.placeholder(tf.bool, [], "phase_train")
            x = layer(placeholder("x", 4), 5)
            layer(tf.nn.elu(normalized(x, phase)), 3)

    def port(normalization):
        parts = [layers.Dense(5), normalization, layers.ELU(), layers.Dense(3)]
        return keras.Sequential([keras.Input((4,)), *parts])

    v1_control_flow = tf.compat.v1.control_flow_v2_enabled()
    tf.compat.v1.disable_control_flow_v2()
    try:
        path = saved(tmp_path, build)
    finally:
        if v1_control_flow:
            tf.compat.v1.enable_control_flow_v2()
    model = port(layers.BatchNormalization())
    loaded = parity.load_into(model, path)
    assert loaded.is_proved
    assert not loaded.unseen
    assert loaded.fed == "phase_train False"
    reader = tf.train.load_checkpoint(str(path))
    moving = model.layers[1]
    np.testing.assert_array_equal(moving.moving_variance, reader.get_tensor("Variable_4"))
    np.testing.assert_array_equal(moving.moving_mean, reader.get_tensor("Variable_5"))
    expect_rejected(port(BatchStatistics()), path)


@pytest.mark.slow
def test_activation_after_the_output_is_reported(tmp_path):
    path = saved(tmp_path, lambda: tf.tanh(layer(placeholder("x", 4), 3), name="steer"))
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    assert (
        "the original graph then applies steer (Tanh), the model does not"
        in parity.load_into(model, path).says
    )
