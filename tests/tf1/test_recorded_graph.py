import contextlib
import os

import numpy as np
import pytest
import tensorflow as tf
from old_networks import NETWORKS, control_flow_of_version_1, dense, record

from tf_edureka.tf1.one_thread import OneThread
from tf_edureka.tf1.recorded_graph import RecordedGraph, Unreplayable

v1 = tf.compat.v1
ONES = np.ones(3, np.float32)


@pytest.fixture(scope="module", params=NETWORKS, ids=lambda build: build.__name__)
def recording(request):
    return record(request.param)


@pytest.fixture(scope="module")
def dense_recording():
    return record(dense)


def test_recomputed_values_are_bit_identical(recording):
    graph = RecordedGraph(recording.graph)
    values = graph.compute(list(recording.values), recording.before, recording.feeds)
    for value, (name, expected) in zip(values, recording.values.items(), strict=True):
        np.testing.assert_array_equal(value, expected, name, strict=True)


def test_recomputed_step_is_bit_identical(recording):
    graph = RecordedGraph(recording.graph)
    after = graph.step([recording.train], recording.before, recording.feeds)
    assert after.keys() == recording.after.keys()
    for name, value in after.items():
        np.testing.assert_array_equal(value, recording.after[name], name, strict=True)


def test_each_call_uses_only_the_given_state(dense_recording):
    graph = RecordedGraph(dense_recording.graph)
    feeds, loss = dense_recording.feeds, dense_recording.loss
    after = graph.step([dense_recording.train], dense_recording.before, feeds)
    (later,) = graph.compute([loss], after, feeds)
    (first,) = graph.compute([loss], dense_recording.before, feeds)
    assert first == dense_recording.values[loss]
    assert later < first


def test_given_weights_are_used(dense_recording):
    state = {**dense_recording.before, "k2": 0 * dense_recording.before["k2"]}
    graph = RecordedGraph(dense_recording.graph)
    (loss,) = graph.compute([dense_recording.loss], state, dense_recording.feeds)
    assert loss == pytest.approx(np.log(5), rel=1e-6)  # all five classes are equally likely


def test_fed_tensor_can_be_fetched(dense_recording):
    x = dense_recording.feeds["x:0"]
    graph = RecordedGraph(dense_recording.graph)
    (same,) = graph.compute(["x"], dense_recording.before, dense_recording.feeds)
    np.testing.assert_array_equal(same, x)


@pytest.mark.slow  # it starts a child process with TensorFlow
def test_one_thread_computes_the_same_up_to_rounding(dense_recording):
    graph = OneThread(dense_recording.graph)
    given = dense_recording.before, dense_recording.feeds
    with pytest.raises(Unreplayable, match="the graph has no node absent"):
        graph.run(["absent"], [], *given)
    (loss,), after = graph.run([dense_recording.loss], [dense_recording.train], *given)
    assert loss == pytest.approx(dense_recording.values[dense_recording.loss], rel=1e-6)
    for name, value in after.items():
        np.testing.assert_allclose(value, dense_recording.after[name], 1e-5, 1e-7, err_msg=name)


@pytest.mark.slow
def test_one_thread_rounds_a_long_sum_differently():
    """A long sum is split among the threads, and each split rounds differently."""

    with tf.Graph().as_default() as graph:
        tf.reduce_sum(v1.placeholder(tf.float32, [None], "x"), name="sum")
        content = graph.as_graph_def().SerializeToString()
    values = np.random.default_rng(0).normal(size=3_000_001).astype(np.float32)
    (by_one,), _ = OneThread(content).run(["sum"], [], {}, {"x": values})
    (by_all,) = RecordedGraph(content).compute(["sum"], {}, {"x": values})
    assert by_one == pytest.approx(by_all, abs=0.01)
    assert by_one != by_all or os.cpu_count() == 1


def compute(build, *, dtype="float32", version=1, feeds=None):
    """Outputs of a network computed again and in its own session; control flow of a `version`."""
    context = control_flow_of_version_1() if version == 1 else contextlib.nullcontext()
    with context, tf.Graph().as_default() as graph:
        v1.set_random_seed(1)
        outputs, fed = build()
        with v1.Session() as session:
            session.run([v1.global_variables_initializer(), v1.tables_initializer()])
            state = session.run({one.op.name: one for one in v1.global_variables()})
            expected = session.run(outputs, fed)
        content = graph.as_graph_def().SerializeToString()
    given = {one.name: np.asarray(value) for one, value in fed.items()} if feeds is None else feeds
    names = [one.name for one in outputs]
    return RecordedGraph(content, dtype=dtype).compute(names, state, given), expected


def test_tensor_in_a_branch_can_be_fed():
    """Dropout of `tf.layers` is in a branch if `training` is a placeholder."""

    def build():
        x, training = v1.placeholder(tf.float32, [3], "x"), v1.placeholder(tf.bool, [], "training")
        y = v1.cond(training, lambda: x * v1.random_uniform([3], name="drawn"), lambda: 2 * x)
        return [y], {x: ONES, training: np.array(False)}

    noise = np.array([0.25, 0.5, 0.75], np.float32)
    feeds = {"x:0": ONES, "cond/drawn/RandomUniform:0": noise}
    (y,), _ = compute(build, feeds={**feeds, "training:0": np.array(True)})
    np.testing.assert_array_equal(y, noise)
    (y,), _ = compute(build, feeds={**feeds, "training:0": np.array(False)})
    np.testing.assert_array_equal(y, 2 * ONES)
    # If the branch is not taken, nothing is sampled, so the values are not needed.
    (y,), _ = compute(build, feeds={"x:0": ONES, "training:0": np.array(False)})
    np.testing.assert_array_equal(y, 2 * ONES)
    with pytest.raises(Unreplayable, match="You must feed a value for .*drawn"):
        compute(build, feeds={"x:0": ONES, "training:0": np.array(True)})


@pytest.mark.parametrize("version", [1, 2])
def test_values_sampled_in_a_loop_cannot_be_fed(version):
    def build():
        x = v1.placeholder(tf.float32, [3], "x")
        _, y = v1.while_loop(
            lambda step, _: step < 3,
            lambda step, y: (step + 1, y + v1.random_uniform([3])),
            (0, x),
        )
        return [y], {x: ONES}

    with pytest.raises(Unreplayable, match="sampled by .*random_uniform.* were not recorded"):
        compute(build, version=version)
    if version == 1:
        given = {"x:0": ONES, "while/random_uniform/RandomUniform:0": ONES}
        with pytest.raises(Unreplayable, match="is inside a loop"):
            compute(build, feeds=given)


def drawn():
    return [v1.random_normal([3], name="drawn")], {}


def from_python():
    return [v1.py_func(lambda: ONES, [], tf.float32, name="from_python")], {}


def from_iterator():
    data = tf.data.Dataset.from_tensors(ONES).repeat()
    return [v1.data.make_one_shot_iterator(data).get_next()], {}


def fed():
    x = v1.placeholder(tf.float32, [3], "x")
    return [x + 1], {x: ONES}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            drawn,
            r"sampled by drawn/RandomStandardNormal \(RandomStandardNormal\) were not recorded",
        ),
        (from_python, "output of .*PyFunc.* was not recorded"),
        (from_iterator, "output of .*Iterator.* was not recorded"),
        (fed, "the value fed to x was not recorded"),
    ],
)
def test_values_that_were_not_recorded_are_named(build, message):
    with pytest.raises(Unreplayable, match=message):
        compute(build, feeds={})


def test_lookup_table_is_filled_again():
    def build():
        words = tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([1, 2], tf.int64))
        asked = v1.placeholder(tf.string, [None])
        return [tf.lookup.StaticHashTable(words, -1).lookup(asked)], {asked: ["b", "c", "a"]}

    (found,), _ = compute(build)
    np.testing.assert_array_equal(found, [2, -1, 1])


def test_print_ops_do_not_print_again(capfd):
    def build():
        x = v1.placeholder(tf.float32, [3])
        with tf.control_dependencies([v1.print("second", x)]):
            return [v1.Print(x, [x], "first")], {x: ONES}

    compute(build)
    shown = capfd.readouterr().err
    assert shown.count("first") == shown.count("second") == 1


def test_errors_say_what_cannot_be_computed(dense_recording):
    graph = RecordedGraph(dense_recording.graph)
    before, feeds = dense_recording.before, dense_recording.feeds
    loss = [dense_recording.loss]
    with pytest.raises(Unreplayable, match="the graph has no node absent"):
        graph.compute(["absent"], before, feeds)
    with pytest.raises(Unreplayable, match="the value of the variable b1 was not recorded"):
        graph.compute(loss, {name: one for name, one in before.items() if name != "b1"}, feeds)
    with pytest.raises(Unreplayable, match=r"shape \(3, 4\)"):
        graph.compute(loss, before, {**feeds, "x:0": np.ones((3, 4))})
    with pytest.raises(Unreplayable, match="cannot be run"):
        graph.compute(loss, {**before, "k1": np.ones((2, 2))}, feeds)
    with pytest.raises(Unreplayable, match="cannot be read"):
        RecordedGraph(b"no graph")
    unknown = v1.GraphDef()
    unknown.node.add(name="x", op="OpOfAnotherLibrary")
    with pytest.raises(Unreplayable, match="has no op OpOfAnotherLibrary"):
        RecordedGraph(unknown.SerializeToString()).compute(["x"], {}, {})
