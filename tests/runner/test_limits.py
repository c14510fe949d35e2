"""Compiled parts of TensorFlow 1.15.5 that no longer exist: one line, never a crash."""

import pytest

GONE = """
import tensorflow as tf

tf.contrib.resampler.resampler(tf.zeros([1, 4, 4, 1]), tf.zeros([1, 2]))
"""
TREES = """
import tensorflow as tf
column = tf.feature_column.numeric_column("x")
column = tf.feature_column.bucketized_column(column, [0.0, 1.0])
trees = tf.estimator.BoostedTreesClassifier([column], n_batches_per_layer=1, model_dir="trees")
trees.train(lambda: tf.data.Dataset.from_tensors(({"x": [[0.5]]}, [[1]])))
"""
LIBRARIES = """
import importlib, os
import tensorflow as tf

folder = os.path.dirname(tf.__file__)
gru = tf.load_op_library(os.path.join(folder, "contrib/rnn/python/ops/_gru_ops.so"))
with open("garbage.so", "wb") as file:
    file.write(b"no library")
def tried(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        print(type(error).__name__)
    else:
        print("loaded")
tried(getattr, gru, "gru_block_cell")
tried(tf.load_file_system_library, os.path.join(folder, "x.so"))
for load in (tf.load_op_library, tf.load_library):
    tried(load, os.path.abspath("garbage.so"))
    tried(load, os.path.abspath("none.so"))
for name in (
    "python._pywrap_tensorflow_internal",
    "python.pywrap_tensorflow_internal",
    "contrib.resampler.python.ops._resampler_ops",
    "lite.python.interpreter_wrapper._tensorflow_wrap_interpreter_wrapper",
):
    tried(importlib.import_module, "tensorflow." + name)
print(tf.Session().run(tf.constant(1)))
"""


@pytest.mark.parametrize(
    ("script", "line", "op"),
    [
        pytest.param(GONE, 4, "Resampler", id="resampler"),
        pytest.param(
            TREES, 6, "BoostedTreesEnsembleResourceHandleOp", id="trees", marks=pytest.mark.slow
        ),
    ],
)
def test_op_without_a_kernel_ends_the_script_with_one_line(script, line, op, run, tmp_path):
    done = run(script)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"error: {tmp_path}/script.py, line {line}: {op}: this op was compiled for TensorFlow 1, "
        "and TensorFlow 2 does not have it"
    )
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_compiled_libraries_of_1_15_do_not_crash_the_process(run):
    done = run(LIBRARIES)
    assert done.stdout.splitlines() == [
        "InputError",
        "loaded",
        "NotFoundError",
        "NotFoundError",
        "NotFoundError",
        "FileNotFoundError",
        "ModuleNotFoundError",
        "loaded",
        *["ModuleNotFoundError"] * 2,
        "1",
    ], done.stderr
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_library_linked_to_tensorflow_1_is_not_loaded(run):
    # With both versions' core libraries loaded, the process would crash.
    script = """
import tensorflow as tf
with open("then.so", "wb") as file:
    file.write(bytes(1) + b"libtensorflow_framework.so.1" + bytes(1))
for load in (tf.load_op_library, tf.load_library):
    try:
        load("then.so")
    except tf.errors.NotFoundError as error:
        print(error.message)
"""
    assert run(script).stdout == "then.so: compiled for TensorFlow 1\n" * 2
