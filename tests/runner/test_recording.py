"""Recording a block of code in a process that is not in TensorFlow 1 mode."""

import pytest
import tensorflow as tf
from tensorflow.python.client.session import BaseSession

from tf_edureka import trace
from tf_edureka.runner.record import recording
from tf_edureka.runner.record.options import Options

v1 = tf.compat.v1


def train(steps: int) -> None:
    """Takes steps of gradient descent on x^2 from 8; each halves x."""
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.Variable(8.0, use_resource=False, name="x")
        step = v1.train.GradientDescentOptimizer(0.25).minimize(x * x)
        session.run(v1.global_variables_initializer())
        for _ in range(steps):
            session.run(step)


def test_each_block_has_its_own_trace(tmp_path):
    for steps in (3, 2):
        folder = tmp_path / str(steps)
        with recording.record(Options(folder), name="halving"):
            train(steps)
        read = trace.Trace(folder)
        after = [float(read.arrays(step.after)["x"]) for step in read.steps]
        assert after == [4, 2, 1][:steps]
        assert read.manifest["ended"] == "complete"
        assert read.manifest["script"]["name"] == "halving"


def test_tensorflow_is_restored_after_the_block(tmp_path):
    def functions():
        optimizer = v1.train.Optimizer
        return BaseSession.close, BaseSession.make_callable, optimizer.apply_gradients

    before = functions()
    with recording.record(Options(tmp_path / "trace"), name="halving"):
        assert not set(functions()) & set(before)
    assert functions() == before
    train(1)
    assert not trace.Trace(tmp_path / "trace").steps


def test_error_in_the_block_is_noted_and_raised(tmp_path):
    def fails():
        with recording.record(Options(tmp_path / "trace"), name="halving"):
            train(1)
            raise ArithmeticError("went wrong")

    with pytest.raises(ArithmeticError):
        fails()
    read = trace.Trace(tmp_path / "trace")
    assert read.manifest["ended"] == "ArithmeticError: went wrong"
    assert len(read.steps) == 1
