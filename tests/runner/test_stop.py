"""`--stop-after`: an endless script ends as if Ctrl-C had been pressed."""

import pytest

HEAD = """
import atexit, threading, time
import numpy as np
import tensorflow as tf

atexit.register(print, "atexit")
total = tf.Variable(0)
one_more = tf.assign_add(total, 1)
session = tf.Session()
session.run(total.initializer)
def train():
    while True:
        session.run(one_more)
"""
HANDLES = """
try:
    train()
except KeyboardInterrupt:
    print("saved", session.run(total))
"""
CLEANS_UP = """
try:
    train()
finally:
    print("cleaned up", session.run(total))
"""
THREADS = """
threads = [threading.Thread(target=train) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
KERAS = """
model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,))])
model.compile("sgd", "mse")
model.fit(np.zeros([4, 2]), np.zeros(4), epochs=10**9, verbose=0)
"""


@pytest.mark.parametrize(
    ("body", "printed"),
    [
        # The first of the 20 runs is the initializer's.
        pytest.param(HANDLES, "saved 19\natexit\n", id="handles Ctrl-C"),
        pytest.param(
            CLEANS_UP,
            "cleaned up 19\natexit\n",
            id="does not handle Ctrl-C",
            marks=pytest.mark.slow,
        ),
        pytest.param(THREADS, "atexit\n", id="in threads", marks=pytest.mark.slow),
    ],
)
def test_endless_script_is_stopped_after_n_session_runs(body, printed, start):
    done = start(HEAD + body, options=["--stop-after", "20"])
    assert done.stdout == printed
    assert done.stderr.endswith("stopped after 20 session runs\n")
    assert done.returncode == 0


@pytest.mark.slow
def test_session_runs_of_keras_count(run):
    done = run(HEAD + KERAS, options=["--stop-after", "20"])
    assert (done.stdout, done.stderr) == ("atexit\n", "stopped after 20 session runs\n")


@pytest.mark.slow
def test_script_is_stopped_after_seconds_even_while_it_sleeps(start):
    done = start(HEAD + "time.sleep(1e6)", options=["--stop-after", "1s"])
    assert done.stdout == "atexit\n"
    assert done.stderr.endswith("stopped after 1 seconds\n")


@pytest.mark.slow
def test_script_that_ends_before_the_limit_is_not_stopped(start):
    done = start(HEAD + "session.run(total)", options=["--stop-after", "3"])
    assert (done.returncode, "stopped" in done.stderr) == (0, False)


@pytest.mark.parametrize("given", ["0", "-1", "x", "s", "nan", "infs", "1.5"])
def test_invalid_limits_are_rejected(given, capsys):
    from tf_edureka.cli import run

    assert run.main([f"--stop-after={given}", "script.py"]) == 2
    assert capsys.readouterr().err == (
        "error: argument --stop-after: expected session runs, such as 100, or seconds, such as "
        f"90s, got {given!r}; --help lists the options\n"
    )
