import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from old_networks import Built, Recording, convolution, embedded, record, tensors_of, trained

from tf_edureka import trace
from tf_edureka.errors import InputError
from tf_edureka.parity.noise import noise_of_step as noise
from tf_edureka.tf1.recorded_graph import RecordedGraph

v1 = tf.compat.v1


def written(recording: Recording, folder, **changes) -> trace.Trace:
    """The trace of a recorded step."""
    writer = trace.Writer(folder, 1e9)
    writer.graph(recording.graph)

    def put(values):
        return {trace.short(name): writer.put(value) for name, value in values.items()}

    built, values = recording.built, recording.values
    weights = [one.op.name for one in built.weights]
    gradients = {}
    for name, gradient in zip(weights, built.gradients, strict=True):
        if isinstance(gradient, tf.IndexedSlices):
            gradients[name] = {
                "indices": writer.put(values[gradient.indices.name]),
                "values": writer.put(values[gradient.values.name]),
                "shape": list(recording.before[name].shape),
            }
        else:
            gradients[name] = writer.put(values[gradient.name])
    given = {one.name for one in built.given if "noise" in one.name}
    fed = recording.feeds
    step = {
        "number": 0,
        "training": 0,
        "loss": float(values[built.loss.name]),
        "inputs": put({name: fed[name] for name in fed.keys() - given}),
        "random": put({name: fed[name] for name in given}),
        "before": put(recording.before),
        "after": put(recording.after),
        "raw_gradients": gradients,
        "tensors": put({one.name: values[one.name] for one in built.forward}),
    }
    writer.step({**step, **changes})
    training = {"loss": trace.short(built.loss.name), "weights": weights}
    variables = [
        {"name": name, "shape": value.shape, "dtype": value.dtype.name}
        for name, value in recording.before.items()
    ]
    writer.manifest({"variables": variables, "trainings": [training], "ended": "complete"})
    writer.close()
    return trace.Trace(folder)


@pytest.fixture(scope="module")
def recording():
    return record(convolution)


@pytest.fixture
def in_this_process(monkeypatch):
    """Avoids the one-thread process, which takes seconds to start."""
    monkeypatch.setattr(noise, "OneThread", RecordedGraph)


def noise_of_only_step(recorded: trace.Trace) -> noise.Noise:
    return noise.measure(recorded, recorded.steps[0])


def expect_noise(found: noise.Noise, recording: Recording) -> None:
    (logits,) = recording.built.forward
    expected = [("loss", ""), ("tensor", trace.short(logits.name))]
    weights = [one.op.name for one in recording.built.weights]
    expected += [(kind, name) for kind in ("gradient", "after") for name in weights]
    assert found.variations.keys() == {*expected}
    assert not found.unknown
    for key, variation in found.variations.items():
        assert variation.again == 0  # all recorded values are reproduced bit-identically
        # From half a unit in the last place to the rounding of sums of some hundred numbers.
        assert 2**-26 < variation.largest < 2e-6
        assert found.largest(*key) == variation.largest


def test_each_recorded_value_has_its_noise(recording, tmp_path, in_this_process):
    norms = [np.linalg.norm(recording.values[one.name]) for one in recording.built.gradients]
    assert np.linalg.norm(norms) > 0.5  # so it was clipped, and the unclipped gradient is found
    found = noise_of_only_step(written(recording, tmp_path / "trace"))
    expect_noise(found, recording)
    assert found.largest("tensor", "absent") is None


@pytest.mark.slow  # it starts a process that imports TensorFlow
def test_one_thread_is_measured_too(recording, tmp_path):
    expect_noise(noise_of_only_step(written(recording, tmp_path / "trace")), recording)


@pytest.mark.parametrize("build", [convolution, embedded])
def test_the_exact_values_are_those_of_float64(build, tmp_path, in_this_process):
    recording, double = record(build, steps=0), record(build, tf.float64, steps=0)
    exact = noise_of_only_step(written(recording, tmp_path / "trace")).exact
    assert exact["loss", ""] == pytest.approx(double.values[double.loss], rel=1e-12)
    for weight, gradient in zip(double.built.weights, double.built.gradients, strict=True):
        name = weight.op.name
        after, taken = exact["after", name], exact["gradient", name]
        np.testing.assert_allclose(after, double.after[name], 1e-12, 1e-14)
        if isinstance(gradient, tf.IndexedSlices):  # dense: the rows of each word are summed
            expected = np.zeros(taken.shape)
            of_rows, rows = (double.values[one.name] for one in tensors_of(gradient))
            np.add.at(expected, rows, of_rows)
        else:
            expected = double.values[gradient.name]
        np.testing.assert_allclose(taken, expected, 1e-12, 1e-14)


def at_the_kink(dtype) -> Built:
    """A ReLU with the input 0: one unit in the last place more gives its weights a gradient."""
    x = v1.placeholder(dtype, [1, 2], "x")
    kernel = v1.get_variable("k", initializer=np.ones((2, 1), np.float32), use_resource=False)
    hidden = tf.nn.relu(tf.matmul(x, kernel))
    loss = tf.reduce_sum(hidden + 1)
    feeds = {x: np.array([[1.1, -1.1]], np.float32)}
    return trained(v1.train.GradientDescentOptimizer(0.5), loss, feeds=feeds, forward=[hidden])


def test_relu_switched_on_by_rounding_is_part_of_the_noise(tmp_path, in_this_process):
    recording = record(at_the_kink, steps=0)
    np.testing.assert_array_equal(recording.values[recording.built.gradients[0].name], 0)
    found = noise_of_only_step(written(recording, tmp_path / "trace"))
    moved = found.variations["gradient", "k"]
    # The gradient is 0 or x: the difference is 1.1, and absolute, since all entries are 0.
    assert max(moved.inputs, moved.weights) == pytest.approx(1.1, rel=1e-6)
    assert moved.float64 == 0
    # One unit in the last place of each input, relative to a loss of 1.
    assert found.largest("loss") < 4e-7


def test_recorded_value_that_the_graph_does_not_reproduce_is_not_noise(
    recording, tmp_path, in_this_process
):
    """As noise, it would allow a port any difference."""
    name = recording.built.gradients[0].name
    wrong = {**recording.values, name: recording.values[name] * np.float32(1.01)}
    changed = dataclasses.replace(recording, values=wrong)
    found = noise_of_only_step(written(changed, tmp_path / "trace", loss=2.5))
    assert found.largest("loss") is found.largest("gradient", "k") is None
    assert found.largest("gradient", "d") is not None
    assert found.unknown.keys() == {("loss", ""), ("gradient", "k")}
    assert "computed again it differs by 0.01" in found.unknown["gradient", "k"]


def test_steps_that_cannot_be_computed_again_are_rejected(recording, tmp_path, in_this_process):
    unrecorded = written(recording, tmp_path / "1", before={})
    with pytest.raises(InputError, match="step 0: expected a step recorded in full"):
        noise_of_only_step(unrecorded)
    no_noise = written(recording, tmp_path / "2", random={})
    with pytest.raises(InputError, match="sampled by noise/RandomUniform .* were not recorded"):
        noise_of_only_step(no_noise)
    no_graph = written(recording, tmp_path / "3")
    (no_graph.folder / "graph.pb").unlink()
    with pytest.raises(InputError, match="the graph was not recorded"):
        noise_of_only_step(no_graph)
