import json

import keras
import numpy as np
import pytest
import recorded
import tensorflow as tf
from recorded import Original, clipped, gradients, record, stairs

from tf_edureka.errors import InputError
from tf_edureka.parity.optimizer.causes import diagnose
from tf_edureka.parity.optimizer.sampling import sample
from tf_edureka.parity.optimizer.segment_reader import roundings_of_step, segments
from tf_edureka.trace.format import reference

STEPS = 30
RATES = [stairs(step, rate=0.01) for step in range(STEPS)]


def own(original):
    return [{n: state[n] for n in recorded.SHAPES} for state in original.states[1:]]


@pytest.mark.parametrize("kind", recorded.OPTIMIZERS)
def test_weights_between_recorded_steps_are_computed_from_the_gradients(tmp_path, kind):
    given = gradients(STEPS)
    original = Original(kind, RATES, given)
    (segment,) = segments(record(tmp_path / "trace", original, given, states=(0, 1, STEPS - 1)))
    assert segment.numbers == list(range(STEPS))
    assert segment.note == ""
    assert np.flatnonzero(segment.recorded).tolist() == [0, 1, STEPS - 1]
    verdict = diagnose(segment, own(original))
    assert verdict.passed
    assert verdict.causes == ()


def test_tolerance_allows_for_keras_adam_in_a_first_step_from_0(tmp_path):
    # 1 - 0.999 is off by parts in 100,000 in float32, and Keras computes it in float64. A variable
    # that starts at 0 is equal to its move, so the relative difference is as large.
    given = gradients(1)
    start = {name: np.zeros_like(one) for name, one in recorded.weights().items()}
    original = Original("Adam", [0.01], given, start=start)
    trace = record(tmp_path / "trace", original, given)
    allowed = roundings_of_step(trace, 0, trace.steps[0])
    assert set(allowed) == set(start)
    adam = keras.optimizers.Adam(0.01, epsilon=1e-8)
    variables = {name: keras.Variable(one) for name, one in start.items()}
    adam.apply([given[0][name] for name in start], [*variables.values()])
    for name, variable in variables.items():
        difference = np.abs(np.array(variable) - original.states[1][name]).max()
        assert 2e-6 < difference / 0.01 < 2e-5
        assert difference < allowed[name] < 1e-3 * 0.01


def test_segment_starts_with_a_state_and_ends_with_the_gradients(tmp_path):
    given = gradients(12)
    original = Original("Momentum", RATES[:12], given)
    trace = record(tmp_path / "trace", original, given, states=(3, 7), begin=1, more=(0.1, 0.2))
    (segment,) = segments(trace)
    assert segment.numbers == list(range(3, 12))
    assert set(segment.rates) == set(range(1, 14))
    # The accumulator before step 3 is part of the segment.
    assert diagnose(segment, own(original)[3:]).passed


def test_external_change_of_the_weights_ends_a_segment(tmp_path):
    given = gradients(10)
    original = Original("Adam", RATES[:10], given)
    for state in original.states[6:]:
        state["bias"] = state["bias"] + 1  # by an assignment between two steps
    trace = record(tmp_path / "between", original, given, states=(0, 4, 6, 9))
    first, second = segments(trace)
    assert (first.numbers, second.numbers) == ([0, 1, 2, 3, 4], [6, 7, 8, 9])
    assert first.note == "the optimizer's update rule does not give the weights after step 6"
    folder = tmp_path / "seen"
    trace = record(folder, original, given, states=(0, 5, 6))
    lines = trace_lines(folder)
    lines[5]["after"]["bias"] = store(folder, original.states[6]["bias"] - 1)
    write_lines(folder, lines)
    first, second = segments(type(trace)(folder))
    assert (first.numbers, second.numbers) == ([0, 1, 2, 3, 4, 5], [6, 7, 8, 9])
    assert first.note == "something else changes the weights after step 5"


def test_optimizer_that_does_more_than_its_rule_has_recorded_steps_only(tmp_path):
    given = gradients(5)
    original = Original("Momentum", RATES[:5], given)
    for state in original.states[1:]:
        state["kernel"] = np.clip(state["kernel"], -0.1, 0.1)  # as a constraint does
    (segment,) = segments(record(tmp_path / "trace", original, given, states=(0, 1)))
    assert segment.numbers == [0, 1]
    assert segment.original is None
    assert segment.note == "the optimizer does more than the update rule of Momentum"


def test_unknown_optimizer_has_recorded_steps_only(tmp_path):
    given = gradients(6)
    original = Original("Adam", RATES[:6], given)
    expected = own(original)
    original.kind = "PowerSign"
    original.hyper = lambda step: {"lr": 0.1}
    (segment,) = segments(record(tmp_path / "trace", original, given, states=(0, 1, 2)))
    assert segment.numbers == [0, 1, 2]
    assert diagnose(segment, expected[:3]).passed
    verdict = diagnose(segment, [{n: w + 1 for n, w in one.items()} for one in expected[:3]])
    assert verdict.first_step == 0
    assert verdict.causes == []


@pytest.mark.parametrize("kind", ["Momentum", "Adam"])
def test_sparse_gradients_move_the_rows_they_contain(tmp_path, kind):
    """TensorFlow 1's Adam moves all rows, its other optimizers those in the indices."""
    random = np.random.default_rng(1)
    start = {"embedding": random.normal(size=(20, 4)).astype(np.float32)}
    rows = [random.choice(20, 3, replace=False) for _ in range(15)]
    parts = [random.normal(size=(3, 4)).astype(np.float32) for _ in rows]
    make, settings = recorded.OPTIMIZERS[kind]
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        variable = v1.Variable(start["embedding"], name="embedding")
        fed, at = v1.placeholder(tf.float32, (3, 4)), v1.placeholder(tf.int64, (3,))
        train = make(0.1, **settings).apply_gradients([(tf.IndexedSlices(fed, at), variable)])
        session.run(v1.global_variables_initializer())
        path = []
        for indices, values in zip(rows, parts, strict=True):
            session.run(train, {fed: values, at: indices})
            path.append({"embedding": session.run(variable)})
    dense = [{"embedding": np.zeros((20, 4), np.float32)} for _ in rows]
    original = Original(kind, [0.1] * 15, dense, start)
    folder = tmp_path / "trace"
    trace = record(folder, original, dense, states=(0,))
    lines = trace_lines(folder)
    for line, indices, values in zip(lines, rows, parts, strict=True):
        sparse = {"indices": store(folder, indices), "values": store(folder, values)}
        line["gradients"] = {"embedding": {**sparse, "shape": [20, 4]}}
        line["raw_gradients"] = {}
        line.pop("after", None)
    write_lines(folder, lines)
    (segment,) = segments(type(trace)(folder))
    assert diagnose(segment, path).passed
    for one, indices, values in zip(dense, rows, parts, strict=True):
        one["embedding"][indices] = values
    of_all_rows = diagnose(segment, Original(kind, [0.1] * 15, dense, start).states[1:])
    if kind == "Adam":
        assert of_all_rows.passed
    else:
        assert not of_all_rows.passed
        assert "moves all rows" in of_all_rows.causes[0].says


def trace_lines(folder):
    return [json.loads(line) for line in (folder / "steps.jsonl").read_text().splitlines()]


def write_lines(folder, lines):
    (folder / "steps.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def store(folder, array):
    np.save(folder / "arrays" / f"{reference(array)}.npy", array)
    return reference(array)


def differences(folder, kind, seeds, steps, scale):
    """Yields the difference of right ports (the rule in float32 and float64) over the tolerance."""
    rates = [stairs(step, rate=0.01) for step in range(steps)]
    for seed in range(seeds):
        given = gradients(steps, seed=seed, scale=scale)
        original = Original(kind, rates, given)
        (segment,) = segments(record(folder / f"{seed}", original, given))
        limits = segment.tolerance()
        assert np.isfinite(limits).all()
        for dtype in (np.float32, np.float64):
            off = np.abs(segment.original.run(dtype) - segment.sampled(own(original)))
            yield (off / limits).max()


@pytest.mark.parametrize("kind", recorded.OPTIMIZERS)
def test_right_ports_pass(tmp_path, kind):
    assert max(differences(tmp_path, kind, seeds=1, steps=STEPS, scale=0.01)) < 1


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1e-8, 1e-3, 1e3])
@pytest.mark.parametrize("kind", recorded.OPTIMIZERS)
def test_right_ports_pass_whatever_the_size_of_the_gradients(tmp_path, kind, scale):
    assert max(differences(tmp_path, kind, seeds=1, steps=100, scale=scale)) < 1


EQUAL = [
    ("GradientDescent", lambda: keras.optimizers.SGD(0.01)),
    ("Adam", lambda: keras.optimizers.Adam(0.01, epsilon=1e-8)),
    ("Adagrad", lambda: keras.optimizers.Adagrad(0.01, epsilon=0)),
    ("Adadelta", lambda: keras.optimizers.Adadelta(0.01, epsilon=1e-8)),
    ("Ftrl", lambda: keras.optimizers.Ftrl(0.01)),
]


def keras_path(optimizer, start, given, rates=None):
    """Weights after each step of an optimizer of Keras."""
    variables = {n: keras.Variable(start[n]) for n in given[0]}
    steps = []
    for step, one in enumerate(given):
        if rates is not None:
            optimizer.learning_rate = float(rates[step])
        optimizer.apply([tf.constant(one[n]) for n in variables], list(variables.values()))
        steps.append({n: variable.numpy() for n, variable in variables.items()})
    return steps


@pytest.mark.parametrize(
    ("kind", "make"),
    [*EQUAL[:2], *(pytest.param(*one, marks=pytest.mark.slow) for one in EQUAL[2:])],
)
def test_keras_classes_of_the_same_arithmetic_pass(tmp_path, kind, make):
    for seed in range(2):
        given = gradients(STEPS, seed=seed)
        original = Original(kind, RATES, given)
        (segment,) = segments(record(tmp_path / f"{seed}", original, given))
        path = keras_path(make(), original.states[0], given, RATES)
        assert diagnose(segment, path).passed


def test_large_weights_are_sampled_evenly():
    chosen = sample({"large": (1000, 1000), "small": (7,), "scalar": ()}, 1000)
    assert [len(at) for at in chosen.places.values()] == [992, 7, 1]
    assert chosen.places["large"][[0, -1]].tolist() == [0, 999_999]
    thin, kept = chosen.thinned(10)
    assert [len(at) for at in thin.places.values()] == [4, 4, 1]
    assert len(kept) == 9
    values = {n: np.arange(np.prod(s)).reshape(s) for n, s in chosen.shapes.items()}
    np.testing.assert_array_equal(chosen.flat(values)[kept], thin.flat(values))


def test_weights_of_a_port_are_validated(tmp_path):
    given = gradients(3)
    original = Original("Adam", RATES[:3], given)
    (segment,) = segments(record(tmp_path / "trace", original, given))
    path = own(original)
    with pytest.raises(InputError, match="expected its weights after each of 3 steps, got 2"):
        diagnose(segment, path[:2])
    with pytest.raises(InputError, match=r"'bias': expected shape \(20,\), got \(1, 20\)"):
        diagnose(segment, [{**one, "bias": one["bias"][None]} for one in path])
    with pytest.raises(InputError, match="expected an array for 'bias'"):
        diagnose(segment, [{"kernel": one["kernel"]} for one in path])
    path[1]["bias"] = path[1]["bias"] * np.nan
    verdict = diagnose(segment, path)
    assert (verdict.first_step, verdict.weight) == (1, "bias")
    assert verdict.measured == np.inf


def test_segment_has_the_gradients_before_and_after_clipping(tmp_path):
    raw = gradients(10)
    applied = [clipped(one, "global_norm", 0.5) for one in raw]
    original = Original("GradientDescent", RATES[:10], applied)
    clipping = {"kind": "global_norm", "bound": 0.5}
    (segment,) = segments(record(tmp_path / "trace", original, applied, raw, clipping))
    np.testing.assert_array_equal(segment.raw[3], segment.sample.flat(raw[3]))
    norm = np.sqrt(sum((g.astype(float) ** 2).sum() for g in raw[3].values()))
    assert np.sqrt((segment.norms[3] ** 2).sum()) == pytest.approx(norm)
    assert diagnose(segment, own(original)).passed
