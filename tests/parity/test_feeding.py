"""The choice of a port's inputs, labels and example weights among the fed arrays."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from originals import failing, train, variable

from tf_edureka import parity

v1 = tf.compat.v1


def named(session, random):
    user = v1.placeholder(tf.int32, [None], "user")
    item = v1.placeholder(tf.int32, [None], "item")
    y = v1.placeholder(tf.float32, [None, 1], "y")
    users, items = variable([7, 3], "users"), variable([9, 3], "items")
    both = [tf.gather(users, user), tf.gather(items, item)]
    score = tf.matmul(tf.concat(both, 1), variable([6, 1], "kernel"))

    def feeds():
        ids = {user: random.integers(0, 7, 8), item: random.integers(0, 9, 8)}
        return {**ids, y: random.normal(size=(8, 1))}

    train(session, tf.reduce_mean(tf.square(score - y)), feeds)


@pytest.mark.slow
def test_inputs_may_be_a_dict(recorded):
    def build():
        user, item = (keras.Input((), dtype="int32", name=name) for name in ("user", "item"))
        both = [layers.Embedding(7, 3)(user), layers.Embedding(9, 3)(item)]
        score = layers.Dense(1, use_bias=False)(layers.Concatenate()(both))
        model = keras.Model({"user": user, "item": item}, score)
        model.compile(keras.optimizers.SGD(0.1), "mse")
        return model

    ladder = recorded(named).climb(build)
    assert failing(ladder) == []


@pytest.mark.slow
def test_labels_may_be_the_class_indices_that_are_the_input(recorded):
    def copies(session, random):
        word = v1.placeholder(tf.int32, [None, 2], "word")
        rows = tf.reshape(tf.gather(variable([5, 3], "table"), word), [-1, 6])
        logits = tf.reshape(tf.matmul(rows, variable([6, 10], "kernel")), [-1, 2, 5])
        entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=word, logits=logits)
        train(session, tf.reduce_mean(entropy), lambda: {word: random.integers(0, 5, (8, 2))})

    def build():
        parts = [keras.Input((2,), dtype="int32"), layers.Embedding(5, 3), layers.Flatten()]
        parts += [layers.Dense(10, use_bias=False), layers.Reshape((2, 5))]
        model = keras.Sequential(parts)
        model.compile(
            keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        )
        return model

    assert failing(recorded(copies).climb(build)) == []


@pytest.mark.slow
def test_example_weights_are_found_among_the_fed_arrays(recorded):
    def weighted(session, random):
        x = v1.placeholder(tf.float32, [None, 3], "x")
        y = v1.placeholder(tf.float32, [None, 1], "y")
        weight = v1.placeholder(tf.float32, [None], "weight")
        error = tf.square(tf.matmul(x, variable([3, 1], "kernel")) - y)
        train(
            session,
            tf.reduce_mean(weight[:, None] * error),
            lambda: {
                x: random.normal(size=(8, 3)),
                y: random.normal(size=(8, 1)),
                weight: random.uniform(1, 5, size=8),
            },
        )

    def build(loss="mse"):
        model = keras.Sequential([keras.Input((3,)), layers.Dense(1, use_bias=False)])
        model.compile(keras.optimizers.SGD(0.1), loss)
        return model

    trace = recorded(weighted)
    assert failing(trace.climb(build)) == []
    assert "loss" in failing(trace.climb(lambda: build("mae")))


def linear(session, random):
    """Linear regression, fed one point at a time, as in many tutorials."""
    x, y = v1.placeholder(tf.float32, name="x"), v1.placeholder(tf.float32, name="y")
    start = {"initial_value": random.normal(), "dtype": tf.float32, "use_resource": False}
    line = x * v1.Variable(**start, name="weight") + v1.Variable(**start, name="bias")
    loss = tf.reduce_sum(tf.square(line - y)) / 20
    train(session, loss, lambda: {x: random.normal(), y: random.normal()})


@pytest.mark.slow
def test_fed_scalars_are_batches_of_one(recorded):
    def build(share=20, start="normal", has_input=True):
        line = layers.Dense(1, kernel_initializer=start, bias_initializer=start)
        model = keras.Sequential([keras.Input((1,)), line] if has_input else [line])

        def loss(labels, outputs):
            return keras.ops.sum(keras.ops.square(labels - outputs)) / share

        model.compile(keras.optimizers.SGD(0.1), loss)
        return model

    trace = recorded(linear)
    ladder = trace.climb(build)
    assert ladder.passed
    assert {one.rung for one in ladder.rungs if not one.passed} == {"batches", "final metric"}
    assert trace.climb(lambda: build(has_input=False)).passed  # built on the fed arrays
    assert {"loss", "gradients"} <= {*failing(trace.climb(lambda: build(share=40)))}
    assert trace.climb(lambda: build(start="ones")).first == "initial values"


@pytest.mark.slow
def test_rung_batches_is_skipped_if_only_scalars_were_fed(recorded):
    def from_constants(session, random):
        rate = v1.placeholder(tf.float32, [], "rate")
        x = tf.constant(random.normal(size=(8, 3)), tf.float32)
        loss = tf.reduce_mean(tf.square(tf.matmul(x, variable([3, 1], "kernel"))))
        train(session, rate * loss, lambda: {rate: 1.0})

    def update(weights, slots, gradients, step):
        return [weights[0] - 0.1 * gradients[0]], slots

    port = parity.Functions(
        loss=lambda weights, feeds: 0.0, gradients=lambda weights, feeds: weights, update=update
    )
    ladder = recorded(from_constants).climb(port, batches=iter([np.zeros((8, 3))] * 4))
    (batches,) = (rung for rung in ladder.rungs if rung.rung == "batches")
    assert batches.passed is None
    assert "no arrays were fed" in batches.why
