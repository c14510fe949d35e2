"""The rung `final metric`, on an evaluation that is recorded by hand."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tf_edureka import parity
from tf_edureka.parity.model import active_in_inference
from tf_edureka.parity.noise import noise_of_step as noise
from tf_edureka.parity.noise.recorded_evaluation import perturbed
from tf_edureka.tf1.recorded_graph import RecordedGraph
from tf_edureka.trace import Writer

v1 = tf.compat.v1
STEPS, RATE = 3, 0.4


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """Replaces the process with one thread, which takes seconds to start."""
    monkeypatch.setattr(noise, "OneThread", RecordedGraph)
    noise.original.cache_clear()


def dense(x, name, units):
    kernel = v1.get_variable(
        f"{name}/kernel", [x.shape[1], units], initializer=v1.glorot_uniform_initializer(seed=1)
    )
    zeros = v1.zeros_initializer()
    return tf.matmul(x, kernel) + v1.get_variable(f"{name}/bias", [units], initializer=zeros)


def record(folder, inference_rate=0.0, error=0.0):
    """Writes a trace of a classifier with dropout and an evaluation of 40 examples.

    Args:
        folder: folder of the trace.
        inference_rate: rate of the dropout in the evaluation.
        error: error added to the recorded accuracy.
    """
    random = np.random.default_rng(0)
    writer = Writer(folder, 1e9)
    put = lambda arrays: {n: writer.put(a) for n, a in arrays.items()}  # noqa: E731
    with tf.Graph().as_default() as graph, v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 7], "x")
        y = v1.placeholder(tf.int64, [None], "y")
        rate = v1.placeholder(tf.float32, [], "rate")
        hidden = tf.nn.relu(dense(x, "a", 20))
        drawn = v1.random_uniform(tf.shape(hidden), seed=2, name="drawn")
        hidden *= tf.cast(drawn >= rate, tf.float32) / (1 - rate)
        logits = dense(hidden, "b", 3)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
        loss = tf.reduce_mean(losses, name="loss")
        is_right = tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32)
        accuracy = tf.reduce_mean(is_right, name="accuracy")
        weights = {one.op.name: one for one in v1.trainable_variables()}
        slopes = dict(zip(weights, tf.gradients(loss, [*weights.values()]), strict=True))
        pairs = [(slopes[n], weights[n]) for n in weights]
        train = v1.train.GradientDescentOptimizer(0.1).apply_gradients(pairs)
        uniform = graph.get_operation_by_name("drawn/RandomUniform")
        session.run(v1.global_variables_initializer())
        initial = put(session.run(weights))

        def given(count, rate):
            return {
                "x": random.normal(size=(count, 7)).astype(np.float32),
                "y": random.integers(0, 3, count),
                "rate": np.float32(rate),
            }

        for step in range(STEPS):
            fed = given(16, RATE)
            line = {"number": step, "hyper": {"lr": float(np.float32(0.1))}, "inputs": put(fed)}
            line["before"] = put(session.run(weights))
            asked = [loss, slopes, {logits.op.name: logits}, uniform.outputs[0], train]
            value, taken, tensors, numbers, _ = session.run(
                asked, {f"{name}:0": one for name, one in fed.items()}
            )
            line |= {"loss": float(value), "tensors": put(tensors)}
            line |= {"random": put({uniform.name: numbers}), "after": put(session.run(weights))}
            line["gradients"] = line["raw_gradients"] = put(taken)
            writer.step(line)
        fed = given(40, inference_rate)
        value, numbers = session.run(
            [accuracy, uniform.outputs[0]], {f"{name}:0": one for name, one in fed.items()}
        )
        evaluation = {
            "steps": STEPS,
            "scalars": {"accuracy": float(value) + error},
            "inputs": put(fed),
            "random": put({uniform.name: numbers}),
            "before": put(session.run(weights)),
        }
        writer.graph(graph.as_graph_def().SerializeToString())
    variables = [
        {"name": n, "shape": list(v.shape), "dtype": "float32", "initial": initial[n]}
        for n, v in weights.items()
    ]
    training = {"loss": "loss", "weights": [*weights], "optimizer": "GradientDescent"}
    writer.manifest(
        {
            "variables": variables,
            "trainings": [training],
            "evaluations": [evaluation],
            "random_ops": [{"name": uniform.name, "op": "RandomUniform"}],
            "ended": "complete",
        }
    )
    writer.close()
    return parity.Trace(folder)


@pytest.fixture(scope="module")
def trace(tmp_path_factory):
    return record(tmp_path_factory.mktemp("trace") / "t")


def port(dropout=None, activation=None, first=layers.Identity):
    x = keras.Input((7,))
    hidden = layers.Dense(20, "relu")(first()(x))
    hidden = (dropout or layers.Dropout(RATE))(hidden)
    model = keras.Model(x, layers.Dense(3, activation)(hidden))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=activation is None)
    model.compile(keras.optimizers.SGD(0.1), loss)
    return model


class LeftOn(layers.Dropout):
    def call(self, x, training=None):
        return super().call(x, training=True)


def test_moved_output_goes_both_ways_but_not_across_0():
    output = np.float32([0, 1e-4, -1e-4, *[8.0] * 20])
    apart = perturbed(output, 0.125, np.random.default_rng(0)) - output
    np.testing.assert_array_equal(apart[:3] > 0, [True, True, False])
    assert {*apart[3:].tolist()} == {-0.125, 0.125}


@pytest.mark.parametrize("activation", [None, pytest.param("softmax", marks=pytest.mark.slow)])
def test_right_port_has_the_recorded_metric(trace, activation):
    ladder = trace.climb(port(activation=activation))
    assert ladder.passed
    last = ladder.rungs[-1]
    assert (last.rung, last.passed, last.unit) == ("final metric", True, "relative")
    accuracy = trace.evaluations[0].scalars["accuracy"]
    assert 0.2 < accuracy < 1
    assert last.compared == (
        f"accuracy: original {accuracy:.6g}, port {accuracy:.6g}; the output on 40 examples"
    )


@pytest.mark.parametrize(
    "given",
    [
        # The original samples a mask there, too, but keeps all units.
        pytest.param({"dropout": LeftOn(RATE)}, marks=pytest.mark.slow),
        # The original has no mask there, so nothing is dropped before inference.
        {"first": lambda: LeftOn(RATE)},
    ],
    ids=["where the original has dropout", "where it has none"],
)
def test_dropout_in_inference_fails_only_the_final_metric_and_is_named(trace, given):
    ladder = trace.climb(port(**given))
    assert [one.rung for one in ladder.failing] == ["final metric"]
    last = ladder.rungs[-1]
    assert last.first == "largest difference of the inference output from add_1"
    (cause,) = last.causes
    assert (cause.cause, cause.explains) == ("dropout", pytest.approx(1))


def test_nearer_output_without_dropout_layers_names_no_cause():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    apart = iter([1.0, 0.1, 0.1])
    assert not [*active_in_inference.causes(SimpleNamespace(model=model), lambda: next(apart))]


@pytest.mark.slow
def test_final_metric_is_skipped_for_an_evaluation_in_training_mode(tmp_path):
    ladder = record(tmp_path / "trace", inference_rate=RATE).climb(port)
    assert ladder.passed
    assert ladder.rungs[-1].passed is None
    assert "evaluated in training mode" in ladder.rungs[-1].why


@pytest.mark.slow
@pytest.mark.parametrize(("examples", "is_compared"), [(1, True), (2, False)])
def test_accuracy_may_differ_by_one_example(tmp_path, examples, is_compared):
    last = record(tmp_path / "trace", error=examples / 40).climb(port).rungs[-1]
    assert last.passed is (True if is_compared else None)
    if not is_compared:
        assert last.why == "recomputing accuracy does not give the recorded value"
