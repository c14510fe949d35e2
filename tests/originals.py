"""What tests of small originals, which are recorded in the test itself, have in common."""

import tensorflow as tf

from tf_edureka import parity

v1 = tf.compat.v1


def variable(shape, name):
    """One whose initial value has a seed of its own."""
    return v1.Variable(v1.random_normal(shape, seed=len(name)), use_resource=False, name=name)


def train(session, loss, feeds) -> None:
    """Four steps, on what `feeds` gives."""
    step = v1.train.GradientDescentOptimizer(0.1).minimize(loss)
    session.run(v1.global_variables_initializer())
    for _ in range(4):
        session.run([step, loss], feeds())


def failing(ladder: parity.PortLadder) -> list[str]:
    """The rungs that fail, but that of the initial values, which these ports draw otherwise."""
    assert not ladder.lacking
    return [rung.rung for rung in ladder.failing if rung.rung != "initial values"]
