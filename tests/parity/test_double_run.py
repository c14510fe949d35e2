"""The free run in float64, for a network with dropout of which every step was recorded."""

import dataclasses
import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tf_edureka import parity, tf1
from tf_edureka.parity.model.keras_port import KerasPort
from tf_edureka.parity.noise import noise_of_step as noise, run_in_float64
from tf_edureka.parity.rungs import double_run
from tf_edureka.parity.rungs.keras_climb import KerasClimb
from tf_edureka.parity.rungs.recorded import random_ops, read
from tf_edureka.tf1.recorded_graph import RecordedGraph
from tf_edureka.trace import Fingerprint, Writer, short

v1 = tf.compat.v1
STEPS, FALLS = 30, 20  # steps after which the rate falls
KEEP, SCALE, SMOOTHING = 0.7, 0.1, 0.003
_random = np.random.default_rng(0)
X = _random.normal(size=(STEPS, 16, 7)).astype(np.float32)
Y = _random.integers(0, 3, (STEPS, 16))


def rate_of(step):
    return v1.train.exponential_decay(0.1, step, FALLS, 0.3, staircase=True)


def momentum(step):
    return v1.train.MomentumOptimizer(rate_of(step), 0.9)


def adam(step):
    return v1.train.AdamOptimizer(0.01)


def record(folder, optimizer, scale=SCALE):
    """Writes a trace with the inputs of every step and the first three steps in full."""
    writer = Writer(folder, 1e9)
    with tf.Graph().as_default() as graph, v1.Session() as session:
        v1.set_random_seed(1)
        x, y = v1.placeholder(tf.float32, [None, 7], "x"), v1.placeholder(tf.int64, [None], "y")
        starts = [v1.random_normal(shape, stddev=0.5, seed=3) for shape in ([7, 9], [9, 3])]
        a, b = v1.Variable(starts[0], name="a"), v1.Variable(starts[1], name="b")
        hidden = tf.nn.leaky_relu(x * scale @ a)
        uniform = v1.random_uniform([16, 9], seed=5, name="uniform")
        hidden = hidden / KEEP * tf.cast(uniform >= 1 - KEEP, tf.float32)
        costs = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=hidden @ b)
        loss = tf.add(tf.reduce_mean(costs), SMOOTHING * tf.nn.l2_loss(a), name="loss")
        step = v1.train.get_or_create_global_step()
        maker = optimizer(step)
        pairs = maker.compute_gradients(loss)
        train = maker.apply_gradients(pairs, step)
        apply = next(one for one in graph.get_operations() if "ResourceApply" in one.type)
        rate = apply.inputs[[one.name for one in apply.op_def.input_arg].index("lr")]
        session.run(v1.global_variables_initializer())
        writer.graph(graph.as_graph_def().SerializeToString())
        every = {one.op.name: one for one in v1.global_variables()}
        put = lambda arrays: {n: writer.put(one) for n, one in arrays.items()}  # noqa: E731
        slopes = {weight.op.name: slope for slope, weight in pairs}
        initial = session.run(every)
        for number in range(STEPS):
            given = {"x": X[number], "y": Y[number]}
            before = session.run(every)
            asked = {"loss": loss, "lr": rate, "slopes": slopes, "drawn": uniform, "train": train}
            got = session.run(asked, {x: X[number], y: Y[number]})
            line = {
                "number": number,
                "hyper": {"lr": float(got["lr"])},
                "loss": float(got["loss"]),
                "fingerprints": {name: Fingerprint(one) for name, one in given.items()},
                "inputs": put(given),
                "random": put({short(uniform.name): got["drawn"]}),
            }
            if number < 3:
                line |= {"before": put(before), "after": put(session.run(every))}
                line |= {"gradients": put(got["slopes"]), "raw_gradients": put(got["slopes"])}
            writer.step(line)
        slots = {name: {} for name in maker.get_slot_names()}
        for name, own in slots.items():
            own |= {one.op.name: maker.get_slot(one, name).op.name for one in (a, b)}
        kinds = {"momentum": "accum"}
    variables = [
        {"name": n, "shape": [*one.shape], "dtype": one.dtype.name, "initial": writer.put(one)}
        for n, one in initial.items()
    ]
    training = {
        "loss": "loss",
        "weights": ["a", "b"],
        "optimizer": type(maker).__name__.removesuffix("Optimizer"),
        "hyper": {"lr": short(rate.name)},
        "slots": {kinds.get(name, name): own for name, own in slots.items()},
        "run": [train.name],
    }
    random_ops = [{"name": short(uniform.name), "op": "RandomUniform"}]
    content = {"variables": variables, "trainings": [training], "random_ops": random_ops}
    writer.manifest({**content, "float64": True, "ended": "complete"})
    writer.close()
    return parity.Trace(folder)


@pytest.fixture(scope="module", autouse=True)
def in_this_process():
    """Replaces the process with one thread, which takes seconds to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(noise, "OneThread", RecordedGraph)
        yield


@pytest.fixture(scope="module")
def trace(tmp_path_factory):
    return record(tmp_path_factory.mktemp("trace") / "t", momentum)


def port(optimizer=None, scale=SCALE, smoothing=SMOOTHING, dtype=None, last=()):
    def build():
        falling = keras.optimizers.schedules.ExponentialDecay(0.1, FALLS, 0.3, staircase=True)
        model = keras.Sequential(
            [
                keras.Input((7,)),
                layers.Rescaling(scale),
                layers.Dense(9, use_bias=False, kernel_regularizer=tf1.L2(smoothing)),
                layers.LeakyReLU(negative_slope=0.2),
                layers.Dropout(1 - KEEP),
                layers.Dense(3, use_bias=False, dtype=dtype),
                *(make() for make in last),
            ]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer() if optimizer else tf1.Momentum(falling, 0.9), loss)
        return model

    return build


def free_run(ladder):
    return next(one for one in ladder.rungs if one.rung == "free run")


def in_float64(trace, build):
    """Computes only the free run."""
    model = port()()
    own = KerasPort(model, KerasClimb(trace, model, {}).found, random_ops=random_ops(trace))
    first = read(trace, 0)[0]
    own.choose_feeding(first.state, first.batch, first.loss, first.tensors)
    return double_run.climb(trace, 0, own, build)


# In 30 steps the original differs from itself by about 1e-13; float32 rounds by 6e-8 per step.
LITTLE = 1e-12


def test_right_port_has_the_original_losses_in_float64(trace):
    before = keras.config.floatx(), keras.config.dtype_policy().name
    rung = in_float64(trace, port())
    assert rung.compared == "the loss in 30 consecutive steps in float64"
    assert rung.passed
    assert max(rung.series["tolerance"]) < LITTLE
    assert (keras.config.floatx(), keras.config.dtype_policy().name) == before


def test_float64_run_fails_first_after_the_rate_changes(trace):
    def of_keras():
        falling = keras.optimizers.schedules.ExponentialDecay(0.1, FALLS, 0.3, staircase=True)
        return keras.optimizers.SGD(falling, 0.9)

    rung = in_float64(trace, port(of_keras))
    assert not rung.passed
    assert (
        rung.first == f"first difference in step {FALLS + 1}"
    )  # the first loss after a step by another rate
    pairs = zip(rung.series["original"], rung.series["port"], strict=True)
    apart = [abs(one - other) / one for one, other in pairs]
    assert max(apart[: FALLS + 1]) < LITTLE < 1e-6 < min(apart[FALLS + 1 :])


@pytest.mark.slow
def test_wrong_epsilon_fails_in_float64_but_not_in_float32(tmp_path):
    trace = record(tmp_path / "t", adam)
    ports = [port(lambda e=e: keras.optimizers.Adam(0.01, epsilon=e)) for e in (1e-8, 1e-7)]
    assert [in_float64(trace, one).passed for one in ports] == [True, False]
    trace.manifest["float64"] = False
    rung = free_run(trace.climb(ports[1]))
    assert rung.compared == "the loss in 3 consecutive steps"
    assert rung.passed


class Float32(layers.Layer):
    def call(self, x):
        return tf.cast(tf.cast(x, tf.float32), x.dtype)


def only_in_float32():
    assert keras.config.floatx() == "float32", "float32 is wanted"
    return port()()


@pytest.mark.parametrize(
    ("build", "why"),
    [
        (port(last=[Float32]), "the port itself casts to float32"),
        (port(dtype="float32"), "the port itself makes sequential.*kernel in float32"),
        (only_in_float32, "cannot be trained in float64 .AssertionError: float32 is wanted"),
        (lambda: keras.Sequential([keras.Input((7,)), layers.Dense(1)]), "has other variables"),
        (None, "the port was given as a model, not as a function that builds one"),
    ],
    ids=["a cast", "a layer", "an error", "another", "a model"],
)
def test_reason_for_not_running_in_float64_is_reported(trace, build, why):
    with pytest.raises(run_in_float64.NotInFloat64, match=why):
        in_float64(trace, build)
    assert (keras.config.floatx(), keras.config.dtype_policy().name) == ("float32", "float32")


@pytest.mark.slow
def test_port_that_cannot_run_in_float64_runs_in_float32(trace):
    ladder = trace.climb(only_in_float32)
    assert free_run(ladder).compared == "the loss in 3 consecutive steps"
    assert "free run: in float32, since the port cannot" in ladder.text()


@pytest.mark.slow
def test_non_decimal_constant_may_differ_by_float32_rounding(tmp_path):
    third = record(tmp_path / "t", momentum, scale=1 / 3)
    run = run_in_float64.run_training(third, 0)
    assert "mul/y by half a unit of float32" in run.why
    assert 1e-9 < run.limits[0] < run.limits[-1] < 1e-3
    assert in_float64(third, port(scale=1 / 3)).passed
    assert not in_float64(third, port(scale=0.3334)).passed


def changed(trace, place, **values):
    """The trace with another step."""
    other = parity.Trace(trace.folder)
    steps = [*trace.steps]
    steps[place] = dataclasses.replace(steps[place], **values)
    other.steps = tuple(steps)
    return other


def test_run_ends_before_a_step_that_cannot_be_recomputed(trace):
    rate = changed(trace, 7, hyper={"lr": 0.5})
    assert len(run_in_float64.run_training(rate, 0).steps) == 7
    full = changed(trace, 7, inputs={})
    assert len(run_in_float64.run_training(full, 0).steps) == 7
    weights = changed(trace, 2, before={**trace.steps[2].before, "a": trace.steps[0].before["a"]})
    assert len(run_in_float64.run_training(weights, 0).steps) == 2


def test_reason_for_not_recomputing_the_run_is_reported(trace):
    for other, said in (
        (changed(trace, 0, before={}), "the first step was not recorded in full"),
        (changed(trace, 0, random={}), "were not recorded"),
        (changed(trace, 1, hyper={"lr": 0.5}), "fewer than two consecutive steps"),
    ):
        with pytest.raises(run_in_float64.NotInFloat64, match=said):
            run_in_float64.run_training(other, 0)


def test_float64_text_has_the_distances_of_original_and_port(trace):
    """If loss or gradients differ, the text has the float64 value and both distances from it."""
    ladder = trace.climb(port(smoothing=2 * SMOOTHING))
    assert free_run(ladder).compared == "the loss in 30 consecutive steps in float64"
    rungs = {one.rung: one for one in ladder.failing}
    for name in ("loss", "gradients"):
        said = rungs[name].float64
        original, of_port = map(float, re.findall(r" by ([\d.e-]+)", said))
        assert original < 1e-6
        assert of_port == pytest.approx(rungs[name].measured, rel=0.5)  # printed with one digit
        assert said in " ".join(ladder.text().split())
        assert ladder.to_json()["rungs"][ladder.rungs.index(rungs[name])]["float64"] == said
    step = int(rungs["loss"].first.removeprefix("largest difference in step "))
    value = float(re.match(r"in float64 the loss is ([\d.]+);", rungs["loss"].float64)[1])
    assert value == pytest.approx(trace.steps[step].loss, rel=1e-6)
