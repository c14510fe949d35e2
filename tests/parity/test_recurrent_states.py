"""Recurrent layers that carry their state to the next batch."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from originals import failing, train, variable

from tf_edureka.parity.model.recurrent_states import RecurrentStates

v1 = tf.compat.v1
BATCH, STEPS, FEATURES, UNITS = 5, 3, 2, 4


def unrolled(x, c, h):
    """The last state of an LSTM with the gates in Keras' order and no additional forget bias."""
    kernel = variable([FEATURES, 4 * UNITS], "kernel")
    recurrent = variable([UNITS, 4 * UNITS], "recurrent")
    bias = variable([4 * UNITS], "bias")
    for step in range(STEPS):
        z = tf.matmul(x[:, step], kernel) + tf.matmul(h, recurrent) + bias
        i, f, new, o = tf.split(z, 4, axis=1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(new)
        h = tf.sigmoid(o) * tf.tanh(c)
    return c, h


def fed(session, random):
    x = v1.placeholder(tf.float32, [BATCH, STEPS, FEATURES], "x")
    y = v1.placeholder(tf.float32, [BATCH, UNITS], "y")
    start = [v1.placeholder(tf.float32, [BATCH, UNITS], name) for name in ("c", "h")]
    end = unrolled(x, *start)
    loss = tf.reduce_mean(tf.square(end[1] - y))
    step = v1.train.GradientDescentOptimizer(0.1).minimize(loss)
    session.run(v1.global_variables_initializer())
    state = [np.zeros((BATCH, UNITS))] * 2
    for _ in range(12):
        feed = {x: random.normal(size=x.shape), y: random.normal(size=y.shape)}
        _, _, state = session.run(
            [step, loss, end], {**feed, **dict(zip(start, state, strict=True))}
        )


def kept_in_variables(session, random):
    x = v1.placeholder(tf.float32, [BATCH, STEPS, FEATURES], "x")
    y = v1.placeholder(tf.float32, [BATCH, UNITS], "y")
    start = [
        v1.Variable(tf.zeros([BATCH, UNITS]), trainable=False, use_resource=False, name=name)
        for name in ("c", "h")
    ]
    end = unrolled(x, *start)
    loss = tf.reduce_mean(tf.square(end[1] - y))
    step = v1.train.GradientDescentOptimizer(0.1).minimize(loss)
    with tf.control_dependencies([step]):  # which reads the states
        update_states = [v1.assign(*pair) for pair in zip(start, end, strict=True)]
    session.run(v1.global_variables_initializer())
    for _ in range(12):
        feed = {x: random.normal(size=x.shape), y: random.normal(size=y.shape)}
        session.run([step, loss, update_states], feed)


def lstm(**options) -> keras.Model:
    """A layer alone, whose initial values differ from the original's."""
    x = keras.Input((STEPS, FEATURES), batch_size=BATCH)
    model = keras.Model(x, layers.LSTM(UNITS, **options)(x))
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


@pytest.mark.slow
@pytest.mark.parametrize("original", [fed, kept_in_variables])
def test_stateful_layer_carries_its_state_like_the_original(recorded, original):
    ladder = recorded(original).climb(lambda: lstm(stateful=True, unit_forget_bias=False))
    assert failing(ladder) == []
    assert not ladder.lacking


def test_states_may_be_fed_in_one_array():
    """TensorFlow 1 has the cell state first, Keras the output."""
    model = lstm(stateful=True)
    cell, output = np.random.default_rng(0).normal(size=(2, BATCH, UNITS)).astype("float32")
    found = RecurrentStates(model)
    fed = {"x": np.zeros((BATCH, STEPS, FEATURES)), "state": np.stack([cell, output])}

    def difference():
        found.load(fed)
        return sum(
            float(np.abs(one.numpy() - wanted).sum())
            for one, wanted in zip(model.layers[1].states, (output, cell), strict=True)
        )

    found.locate(fed, difference)
    assert difference() == 0
    found.reset()
    assert not any(one.numpy().any() for one in model.layers[1].states)


@pytest.mark.slow
def test_stateless_layer_differs_from_the_second_step_on(recorded):
    ladder = recorded(fed).climb(lambda: lstm(unit_forget_bias=False))
    assert failing(ladder)[:2] == ["forward pass", "loss"]
    (loss,) = (rung for rung in ladder.rungs if rung.rung == "loss")
    difference = np.subtract(loss.series["original"], loss.series["port"])
    assert abs(difference[0]) < 1e-6 < min(abs(difference[1:]))


@pytest.mark.slow
def test_initial_forget_bias_is_compared_with_the_layers_own(recorded):
    """The original adds no forget bias: its bias of 0 is equal to 0, not to Keras' 1."""

    def zero(session, random):
        x = v1.placeholder(tf.float32, [None, STEPS, FEATURES], "x")
        y = v1.placeholder(tf.float32, [None, UNITS], "y")
        zeros = tf.zeros([BATCH, UNITS])
        _, h = unrolled(x, zeros, zeros)
        (bias,) = (one for one in v1.trainable_variables() if one.op.name == "bias")
        loss = tf.reduce_mean(tf.square(h - y))
        step = v1.train.GradientDescentOptimizer(0.1).minimize(loss)
        session.run(v1.global_variables_initializer())
        session.run(v1.assign(bias, tf.zeros(bias.shape)))
        for _ in range(4):
            feed = {x: random.normal(size=[BATCH, STEPS, FEATURES])}
            session.run([step, loss], {**feed, y: random.normal(size=[BATCH, UNITS])})

    trace = recorded(zero)
    found = {}
    for unit in (False, True):
        ladder = trace.climb(lambda unit=unit: lstm(unit_forget_bias=unit))
        (rung,) = (rung for rung in ladder.rungs if rung.rung == "initial values")
        found[unit] = "bias" in rung.first
    assert found == {False: False, True: True}


def basic_lstm_cell(session, random, forget_bias):
    """The arithmetic and the names of TensorFlow 1's own cell."""
    x = v1.placeholder(tf.float32, [None, STEPS, FEATURES], "x")
    y = v1.placeholder(tf.float32, [None, UNITS], "y")
    kernel = variable([FEATURES + UNITS, 4 * UNITS], "rnn/basic_lstm_cell/kernel")
    bias = v1.Variable(tf.zeros(4 * UNITS), use_resource=False, name="rnn/basic_lstm_cell/bias")
    c = h = tf.zeros([BATCH, UNITS])
    for step in range(STEPS):
        z = tf.matmul(tf.concat([x[:, step], h], 1), kernel) + bias
        i, new, f, o = tf.split(z, 4, axis=1)
        c = tf.sigmoid(f + forget_bias) * c + tf.sigmoid(i) * tf.tanh(new)
        h = tf.sigmoid(o) * tf.tanh(c)

    def feeds():
        sequences = random.normal(size=[BATCH, STEPS, FEATURES])
        return {x: sequences, y: random.normal(size=[BATCH, UNITS])}

    train(session, tf.reduce_mean(tf.square(h - y)), feeds)


@pytest.mark.slow
@pytest.mark.parametrize("forget_bias", [0.0, 1.0])
def test_another_mistake_does_not_change_the_assumed_forget_bias(recorded, forget_bias):
    trace = recorded(functools.partial(basic_lstm_cell, forget_bias=forget_bias))
    for activation in ("relu", "sigmoid", "softsign"):
        ladder = trace.climb(lstm(unit_forget_bias=forget_bias == 1, activation=activation))
        (rung,) = (one for one in ladder.rungs if one.rung == "initial values")
        assert rung.compared.startswith("1 variables bit-identical")
        assert failing(ladder)[0] == "forward pass"
