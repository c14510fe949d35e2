"""Helpers for tests that record a small original themselves."""

import tensorflow as tf

from tf_edureka import parity

v1 = tf.compat.v1


def variable(shape, name):
    """A variable whose initial value has its own seed."""
    return v1.Variable(v1.random_normal(shape, seed=len(name)), use_resource=False, name=name)


def train(session, loss, feeds) -> None:
    """Takes four steps; `feeds` returns the feed of each."""
    step = v1.train.GradientDescentOptimizer(0.1).minimize(loss)
    session.run(v1.global_variables_initializer())
    for _ in range(4):
        session.run([step, loss], feeds())


def failing(ladder: parity.PortLadder) -> list[str]:
    """Failing rungs, except the initial values, which differ in these ports on purpose."""
    assert not ladder.lacking
    return [rung.rung for rung in ladder.failing if rung.rung != "initial values"]
