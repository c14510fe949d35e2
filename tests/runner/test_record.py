"""`--record`: records the training of a script without changing its results."""

import re

import numpy as np
import pytest

from tf_edureka.runner.record.options import steps
from tf_edureka.runner.record.schedule import Mode, Schedule, first_change
from tf_edureka.trace import Trace

HEAD = """
import hashlib, sys
import numpy as np
import tensorflow as tf

one_thread = tf.ConfigProto(inter_op_parallelism_threads=1, intra_op_parallelism_threads=1)
tf.set_random_seed(1)
random = np.random.RandomState(1)

def digest(arrays):
    return hashlib.sha256(b"".join(one.tobytes() for one in arrays)).hexdigest()
"""
NETWORK = """
x = tf.placeholder(tf.float32, [None, 3], name="x")
hidden = tf.nn.relu(tf.matmul(x, tf.Variable(tf.random_normal([3, 4]), name="w1")))
hidden = tf.nn.dropout(hidden, 0.5)
w2 = tf.Variable(tf.random_normal([4, 2]), name="w2")
loss = tf.reduce_mean(tf.square(tf.matmul(hidden, w2)), name="loss")
counter = tf.train.get_or_create_global_step()
rate = tf.train.exponential_decay(0.125, counter, 5, 0.5, staircase=True)
optimizer = tf.train.MomentumOptimizer(rate, 0.5)
pairs = optimizer.compute_gradients(loss)
clipped, _ = tf.clip_by_global_norm([gradient for gradient, _ in pairs], 0.25)
train = optimizer.apply_gradients(zip(clipped, [one for _, one in pairs]), counter)
"""
LOOP = """
with tf.Session(config=one_thread) as session:
    session.run(tf.global_variables_initializer())
    for step in range(12):
        session.run(train, {x: random.randn(5, 3)})
    print(digest(session.run(tf.global_variables())))
"""
SCRIPT = HEAD + NETWORK + LOOP


def test_steps_are_selected_like_python_ranges():
    chosen = steps("0:3,100,10:20:5,1000:")
    assert [one for one in range(1002) if one in chosen] == [0, 1, 2, 10, 15, 100, 1000, 1001]


@pytest.mark.parametrize("text", ["", "x", "-1", "1,", "0:9:0", "1.5", "3:1"])
def test_invalid_steps_are_rejected(text, capsys):
    from tf_edureka.cli import run

    assert run.main(["--record", "trace", f"--record-steps={text}", "script.py"]) == 2
    assert capsys.readouterr().err == (
        "error: argument --record-steps: expected step numbers and ranges of them, such as "
        f"0:3,100, got {text!r}; --help lists the options\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--float64", "script.py"], "need --record"),
        (
            ["--record", "trace", "--max-mb=0", "script.py"],
            "expected a number of megabytes above 0",
        ),
        (["--record", "trace", "old.ipynb"], "--record is for scripts"),
    ],
)
def test_options_that_do_not_apply_are_rejected(arguments, said, capsys):
    from tf_edureka.cli import run

    assert run.main(arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("change", [1, 200, 201, 250, 100_000])
def test_first_change_of_the_rate_is_found(change):
    assert first_change(lambda steps: [float(step >= change) for step in steps]) == change


def test_constant_rate_has_no_first_change():
    assert first_change(lambda steps: [0.5 for _ in steps]) is None


def test_gradients_are_stored_until_three_steps_after_the_first_change():
    schedule = Schedule(None, 1e9)
    schedule.set_first_change(None, is_set=False)
    kept = []
    for step in range(150):
        if schedule.mode(step) >= Mode.GRADIENTS:
            kept.append(step)
        schedule.after_step(step, 0.1 if step < 100 else 0.09, 10)
    assert kept == [*range(103)]


def test_steps_around_a_late_change_are_stored_in_full():
    schedule = Schedule(None, 1e9)
    schedule.set_first_change(lambda steps: [float(step >= 500) for step in steps], is_set=False)
    full = [step for step in range(1200) if schedule.mode(step) == Mode.FULL]
    assert full == [0, 1, 2, 10, 100, 498, 499, 500, 501, 502, 1000]
    assert schedule.mode(3) == Mode.SCALARS


def test_recorded_script_computes_the_same_and_leaves_a_trace(record):
    trace = record(SCRIPT)
    (training,) = trace.trainings
    assert training.weights == ("w1", "w2")
    assert (training.loss, training.optimizer) == ("loss", "Momentum")
    assert training.slots == {"accum": {"w1": "w1/Momentum", "w2": "w2/Momentum"}}
    assert training.clipping == {"kind": "global_norm", "bound": 0.25}
    # After the last layer also ops of the loss, since one of them may be the output.
    assert training.tensors == ("MatMul", "Relu", "MatMul_1", "Square")
    assert [step.hyper["lr"] for step in trace.steps] == [0.125] * 5 + [0.0625] * 5 + [0.03125] * 2
    assert [step.number for step in trace.steps if step.is_recorded] == [0, 1, 2, 10]
    # The rate first changes at step 5; gradients are stored for three steps from there.
    assert [step.number for step in trace.steps if step.gradients] == [*range(8), 10]
    assert trace.ended == "complete"
    assert trace.manifest["notes"] == []
    drawn = {one["name"]: one["op_seed"] for one in trace.manifest["random_ops"]}
    assert (
        trace.variables["w1"].initializer["op_seed"] == drawn["random_normal/RandomStandardNormal"]
    )


def test_recorded_step_can_be_recomputed(record):
    trace = record(SCRIPT)
    for step in (one for one in trace.steps if one.is_recorded):
        before, after = trace.arrays(step.before), trace.arrays(step.after)
        gradients = trace.arrays(step.gradients)
        for name in ("w1", "w2"):
            slot = np.float32(0.5) * before[f"{name}/Momentum"] + gradients[name]
            weight = before[name] - np.float32(step.hyper["lr"]) * slot
            # The kernel may fuse a product and a sum, and round once less.
            np.testing.assert_allclose(after[f"{name}/Momentum"], slot, rtol=2e-7, atol=1e-9)
            np.testing.assert_allclose(after[name], weight, rtol=2e-7, atol=1e-9)
        assert after["global_step"] == before["global_step"] + 1 == step.number + 1
        # The loss by hand: dropout keeps units with a random number from 0.5 on, and doubles them.
        (drawn,), (images,) = trace.arrays(step.random).values(), trace.arrays(step.inputs).values()
        hidden = np.maximum(images @ before["w1"], 0) * 2 * (drawn >= 0.5)
        loss = np.mean((hidden @ before["w2"]) ** 2)
        np.testing.assert_allclose(step.loss, loss, rtol=1e-5)
        norm = np.sqrt(sum(np.sum(one**2) for one in trace.arrays(step.raw_gradients).values()))
        raw = trace.arrays(step.raw_gradients)["w1"]
        np.testing.assert_allclose(gradients["w1"], raw * 0.25 / max(norm, 0.25), rtol=1e-6)


@pytest.mark.slow
def test_recording_works_without_the_period_packages(record, tmp_path):
    trace = record(SCRIPT, environment={"TF_EDUREKA_PERIOD_DIR": str(tmp_path / "none")})
    assert (len(trace.steps), trace.trainings[0].optimizer) == (12, "Momentum")


@pytest.mark.slow
def test_only_selected_steps_are_stored(record):
    trace = record(SCRIPT, "--record-steps", "3,7:9")
    assert [step.number for step in trace.steps if step.is_recorded] == [3, 7, 8]
    assert [step.number for step in trace.steps if step.gradients] == [3, 7, 8]


@pytest.mark.slow
def test_float64_stores_inputs_and_masks_of_every_step(record):
    trace = record(SCRIPT, "--float64")
    assert all(step.inputs and step.random for step in trace.steps)
    assert trace.manifest["float64"] is True
    assert trace.trainings[0].run == ("Momentum",)


@pytest.mark.slow
def test_ops_of_a_step_include_only_what_updates_depend_on(record):
    """A counter that the rate depends on is part of the step; an independent one is not."""
    apart = """
with tf.control_dependencies([train]):
    count = tf.assign_add(counter, 1, name="count")
other = tf.assign_add(tf.Variable(0), 1, name="other")
"""
    network = NETWORK.replace("in pairs]), counter)", "in pairs]))") + apart
    loop = LOOP.replace("run(train,", "run([train, count, other],")
    assert {*record(HEAD + network + loop).trainings[0].run} == {"Momentum", "count"}


@pytest.mark.slow
def test_scalars_are_recorded_after_the_size_limit(record):
    trace = record(SCRIPT, "--max-mb", "0.0005")
    assert len(trace.steps) == 12
    assert re.search("no arrays are stored: the size limit", trace.manifest["notes"][0])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "ended"),
    [
        ("raise ValueError('bad')", "ValueError: bad"),
        ("sys.exit(3)", "SystemExit: 3"),
        ("sys.exit(0)", "complete"),
    ],
)
def test_end_of_the_script_is_noted(ending, ended, start, tmp_path):
    start(SCRIPT + ending, options=["--record", "trace"])
    trace = Trace(tmp_path / "trace")
    assert (trace.ended, len(trace.steps)) == (ended, 12)


@pytest.mark.slow
def test_trace_of_a_killed_run_can_be_read(start, tmp_path):
    late = "import os, time; time.sleep(0.05); session.run(train, {x: [[1, 2, 3]]}); os._exit(9)"
    killed = SCRIPT.replace("    print(", f"    {late}\n    print(")
    start(killed, options=["--record", "trace"])
    trace = Trace(tmp_path / "trace")
    assert (trace.ended, len(trace.steps)) == (None, 13)
    assert trace.arrays(trace.steps[0].before)["w1"].shape == (3, 4)


FORK = """
import os
with tf.Session(config=one_thread) as session:
    session.run(tf.global_variables_initializer())
    handle = session.partial_run_setup([pairs[0][0], loss], [x])
    print(session.partial_run(handle, loss, {x: random.randn(5, 3)}))
    session.run(train, {x: random.randn(5, 3)})
    child = os.fork()
    if not child:
        sys.exit(3)
    print(os.waitpid(child, 0)[1] >> 8)
    session.run(train, {x: random.randn(5, 3)})
    print(digest(session.run(tf.global_variables())))
"""


@pytest.mark.slow
def test_child_processes_and_partial_runs_are_not_recorded(record):
    trace = record(HEAD + NETWORK + FORK)
    assert [step.number for step in trace.steps] == [0, 1]
    assert trace.ended == "complete"
    assert trace.manifest["notes"] == ["runs by partial_run are not recorded"]


@pytest.mark.slow
def test_script_without_training_is_noted(start, tmp_path):
    done = start("print('hello')", options=["--record", "trace"])
    assert done.stdout == "hello\n"
    assert "note: the recorder saw no training step, so" in done.stderr
    assert Trace(tmp_path / "trace").steps == ()


@pytest.mark.slow
def test_error_of_the_recorder_does_not_end_the_script(start, tmp_path):
    broken = (
        "from tf_edureka.runner.record.step_record import StepRecord\n"
        "StepRecord.store_gradients = None\n"
    )
    done = start(broken + SCRIPT, options=["--record", "trace"])
    assert (done.returncode, done.stdout) == (0, start(SCRIPT).stdout)
    assert "note: the recording stopped after an error (TypeError" in done.stderr
    assert "the recording stopped" in Trace(tmp_path / "trace").manifest["notes"][0]


@pytest.mark.slow
def test_nan_loss_is_noted(record):
    trace = record(
        SCRIPT.replace("{x: random", "{x: np.nan * random").replace(
            "session.run(train,", "session.run([train, loss],"
        )
    )
    assert trace.manifest["notes"][0] == "loss is NaN from step 0 on"


RECURRENT = """
x = tf.placeholder(tf.float32, [None, 4, 3], name="x")
cell = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.BasicLSTMCell(5), output_keep_prob=0.8)
# Otherwise the masks of two time steps may be swapped, also without recording.
outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, parallel_iterations=1)
last = tf.layers.dense(outputs[:, -1], 2)
with tf.control_dependencies([tf.Assert(tf.reduce_all(tf.abs(last) < 1e6), [last])]):
    loss = tf.reduce_mean(tf.square(last))
train = tf.train.AdamOptimizer(0.01).minimize(loss)
"""
ROWS = """
x = tf.placeholder(tf.int32, [None], name="x")
with tf.variable_scope("", use_resource=True):
    table = tf.get_variable("table", [6, 3])
w = tf.get_variable("w", [6, 3])
both = tf.nn.embedding_lookup(table, x) + tf.nn.embedding_lookup(w, x)
train = tf.train.MomentumOptimizer(0.125, 0.5).minimize(tf.reduce_mean(tf.square(tf.tanh(both))))
"""
TWO = """
x = tf.placeholder(tf.float32, [None, 4], name="x")
def network(name, given, units):
    with tf.variable_scope(name, reuse=tf.AUTO_REUSE):
        return tf.layers.dense(tf.layers.dense(given, 8, tf.nn.relu), units)
made = network("maker", tf.random_uniform([5, 3]), 4)
judged, real = network("judge", made, 1), network("judge", x, 1)
penalty = tf.reduce_mean(tf.square(tf.gradients(network("judge", x + made, 1), [made])[0]))
distance = tf.reduce_mean(judged) - tf.reduce_mean(real)
judge = tf.train.RMSPropOptimizer(0.001).minimize(
    distance + penalty, var_list=tf.trainable_variables("judge")
)
maker = tf.train.AdamOptimizer(0.001).minimize(
    -tf.reduce_mean(judged), var_list=tf.trainable_variables("maker")
)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for step in range(12):
        session.run(judge, {x: random.randn(5, 4)})
        session.run(maker)
    print(digest(session.run(tf.global_variables())))
"""
ESTIMATOR = """
import tempfile
tf.logging.set_verbosity(tf.logging.ERROR)
images = random.randn(64, 5).astype(np.float32)
def given():
    data = tf.data.Dataset.from_tensor_slices((images, (images.sum(1) > 0).astype(np.int64)))
    return data.shuffle(64, seed=1).repeat().batch(8)
def model(features, labels, mode):
    training = mode == tf.estimator.ModeKeys.TRAIN
    hidden = tf.layers.batch_normalization(tf.layers.dense(features, 8), training=training)
    logits = tf.layers.dense(tf.layers.dropout(hidden, training=training), 2)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.AdagradOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train)
with tempfile.TemporaryDirectory() as folder:
    estimator = tf.estimator.Estimator(model, folder, tf.estimator.RunConfig(tf_random_seed=4))
    estimator.train(given, steps=12)
    names = estimator.get_variable_names()
    print(digest(map(estimator.get_variable_value, sorted(names))))
"""
KERAS = """
np.random.seed(1)
layers = keras.layers
model = keras.Sequential([
    layers.Dense(8, activation="relu", input_shape=(5,)), layers.BatchNormalization(),
    layers.Dropout(0.3), layers.Dense(2, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy")
images = np.random.randn(48, 5)
print(model.fit(images, (images.sum(1) > 0).astype(int), 8, 2, verbose=0).history)
print(digest(model.get_weights()))
"""
MONITORED = """
tf.logging.set_verbosity(tf.logging.ERROR)
with tf.train.MonitoredTrainingSession(hooks=[tf.train.StopAtStepHook(12)]) as session:
    while not session.should_stop():
        print(session.run([train, loss], {x: random.randn(5, 3)})[1])
"""
QUEUE = """
examples = tf.train.input_producer(random.randn(48, 3), seed=1, num_epochs=1).dequeue_many(4)
w = tf.Variable(tf.truncated_normal([3, 2], dtype=tf.float64), name="w")
rate = tf.Variable(np.float64(0.125), trainable=False)
loss = tf.reduce_mean(tf.matmul(examples, w) ** 2)
train = tf.train.GradientDescentOptimizer(rate).minimize(loss)
with tf.Session() as session:
    session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    coordinator = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(session, coordinator)
    try:
        for step in range(100):
            session.run(train)
            if step == 5:
                rate.load(0.0625, session)
    except tf.errors.OutOfRangeError:
        print("no more")
    coordinator.request_stop()
    coordinator.join(threads)
    print(digest(session.run(tf.global_variables())))
"""


BRANCHES = """
random = np.random.RandomState(1)
x = tf.placeholder(tf.float32, [None, 3], name="x")
training = tf.placeholder_with_default(False, [], name="training")
moving = [tf.Variable([9.0] * 3, trainable=False, use_resource=True) for _ in range(8)]
means = [tf.cond(training, lambda: tf.reduce_mean(x, 0), one.read_value) for one in moving]
hidden = [tf.nn.relu(x - mean) for mean in means]
w = tf.get_variable("w", [3, 1], use_resource=True)
loss = tf.reduce_mean(tf.square(tf.matmul(tf.add_n(hidden), w) - 1.0))
train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for step in range(3):
        print(session.run([train, loss], {x: random.randn(5, 3), training: True})[1])
"""


def test_forward_pass_ignores_branches_that_are_not_taken(record):
    trace = record(HEAD + BRANCHES)
    for step in trace.steps:
        x = trace.array(step.inputs["x"])
        wanted = np.maximum(x - x.mean(0), 0)
        hidden = [trace.array(one) for name, one in step.tensors.items() if "Relu" in name]
        assert len(hidden) == 8
        for one in hidden:
            np.testing.assert_allclose(one, wanted, atol=1e-6)  # a few roundings of numbers near 1


@pytest.mark.slow
@pytest.mark.usefixtures("period_packages")
@pytest.mark.parametrize(
    ("script", "optimizers", "inputs"),
    [
        pytest.param(
            RECURRENT + LOOP.replace("(5, 3)", "(5, 4, 3)"), ["Adam"], {"x"}, id="recurrent"
        ),
        pytest.param(
            ROWS + LOOP.replace("random.randn(5, 3)", "random.randint(0, 6, 5)"),
            ["Momentum"],
            {"x"},
            id="rows of variables",
        ),
        pytest.param(TWO, ["RMSProp", "Adam"], {"x"}, id="two optimizers"),
        pytest.param(
            ESTIMATOR, ["Adagrad"], {"IteratorGetNext", "IteratorGetNext:1"}, id="estimator"
        ),
        pytest.param("keras = tf.keras\n" + KERAS, ["Adam"], {"dense_input"}, id="tf.keras"),
        pytest.param("import keras\n" + KERAS, [None], {"dense_1_input"}, id="Keras"),
        pytest.param(NETWORK + MONITORED, ["Momentum"], {"x"}, id="monitored"),
        pytest.param(QUEUE, ["GradientDescent"], {"FIFOQueueV2_DequeueMany"}, id="queue"),
    ],
)
def test_all_ways_of_training_are_recorded(script, optimizers, inputs, record):
    trace = record(HEAD + script)
    assert [training.optimizer for training in trace.trainings] == optimizers
    assert not [note for note in trace.manifest["notes"] if "stopped" in note]
    for number, training in enumerate(trace.trainings):
        steps = [step for step in trace.steps if step.training == number]
        assert [step.number for step in steps] == [*range(12)]
        assert [step.number for step in steps if step.is_recorded] == [0, 1, 2, 10]
        assert steps[0].gradients
        assert set(steps[0].gradients) <= set(training.weights)
    assert inputs <= {one["name"] for one in trace.manifest["inputs"]}
    assert all(one.final for one in trace.variables.values())


EVALUATING = """
accuracy = tf.reduce_mean(tf.cast(hidden > 0.5, tf.float32), name="accuracy")
total = tf.reduce_sum(tf.get_variable("no_weight", [2]))
data = random.randn(9000, 3).astype(np.float32)
with tf.Session(config=one_thread) as session:
    session.run(tf.global_variables_initializer())
    for step in range(40):
        session.run(train, {x: data[:5]})
        print(session.run(accuracy, {x: data[step:step + 5]}))
        session.run([total, w2])
    END
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "steps", "note"),
    [
        ("print(session.run([loss, accuracy], {x: data}))", 40, None),
        ("[session.run(train, {x: data[:5]}) for _ in range(3)]", 21, None),
        (
            "session.run(accuracy, {x: data}); data *= 2",
            None,
            "has modified the array that it fed to x",
        ),
    ],
    ids=["at the end", "before more training", "fed array modified"],
)
def test_last_evaluation_is_stored_with_its_state(end, steps, note, record):
    trace = record(HEAD + NETWORK + EVALUATING.replace("END", end))
    notes = trace.manifest["notes"]
    assert len(notes) == (note is not None)
    if note is not None:
        assert note in notes[0]
        assert trace.evaluations == ()
        return
    last = trace.evaluations[-1]
    assert last.steps == steps
    assert set(last.before) == {"w1", "w2"} if steps == 40 else {"w1"}
    x, w1 = trace.array(last.inputs["x"]), trace.array(last.before["w1"])
    assert x.shape == ((9000, 3) if steps == 40 else (5, 3))
    (drawn,) = trace.arrays(last.random).values()
    hidden = np.maximum(x @ w1, 0) * 2 * (drawn >= 0.5)
    # A few may fall on the other side of 0.5, since NumPy sums in another order.
    assert last.scalars["accuracy"] == pytest.approx(np.mean(hidden > 0.5), abs=1e-4)
    if steps == 40:
        assert last.before["w1"] == trace.variables["w1"].final
        assert last.scalars["loss"] > 0


@pytest.mark.slow
def test_restored_model_in_another_session_is_an_evaluation(record):
    other = """
    saver = tf.train.Saver()
    saver.save(session, "./model")
with tf.Session(config=one_thread) as session:
    saver.restore(session, "./model")
    print(session.run(loss, {x: random.randn(5, 3)}))
"""
    trace = record(HEAD + NETWORK + LOOP + other.lstrip("\n"))
    (last,) = trace.evaluations
    assert last.steps == 12
    assert last.before["w1"] == trace.variables["w1"].final


@pytest.mark.slow
def test_evaluation_above_the_size_limit_is_not_stored(record):
    ending = "print(session.run(loss, {x: data}))"
    trace = record(HEAD + NETWORK + EVALUATING.replace("END", ending), "--max-mb", "0.05")
    assert trace.evaluations == ()
    assert trace.manifest["notes"] == [
        "the last evaluation is not stored: the size limit of the trace is reached"
    ]
    assert trace.steps[10].is_recorded
