import pytest
import tensorflow as tf
from old_networks import Recording, convolution, record

from tf_edureka import trace
from tf_edureka.parity import noise


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
    writer.manifest({"variables": [], "trainings": [training], "ended": "complete"})
    writer.close()
    return trace.Trace(folder)


@pytest.fixture(scope="module")
def recording():
    return record(convolution)


def of_the_only_step(recorded: trace.Trace) -> noise.Noise:
    return noise.of_step(recorded, recorded.steps[0])


def test_each_recorded_value_has_its_noise(recording, tmp_path):
    found = of_the_only_step(written(recording, tmp_path / "trace"))
    weights = ["k", "d", "gamma", "beta"]
    (logits,) = recording.built.forward
    expected = [("loss", ""), ("tensor", trace.short(logits.name))]
    expected += [(kind, name) for kind in ("gradient", "after") for name in weights]
    assert found.spreads.keys() == {*expected}
    assert not found.unknown
    for key, spread in found.spreads.items():
        print(key, spread)
        assert spread.again == 0
        assert 2**-27 < spread.largest < 1e-4
        assert found.of(*key) == spread.largest
