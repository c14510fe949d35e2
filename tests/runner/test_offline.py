"""Without TensorFlow 1.15.5's Python files, a script runs on `tf.compat.v1`."""

import json
from pathlib import Path

import pytest
from helpers import GOLDENS

from tf_edureka.runner import period

PERCEPTRON = Path(__file__).parent / "checks" / "perceptron.py"
FETCHED = f"tf-edureka run --fetch-period fetches them ({period.sizes()})"
NOTE = (
    "note: running on tf.compat.v1, which lacks parts of TensorFlow 1; "
    f"TensorFlow 1.15.5's own Python files have them: {FETCHED}"
)
ADVICE = f"TensorFlow 1.15.5's own Python files may have it: {FETCHED}"


def test_perceptron_is_bit_identical_and_a_missing_name_is_one_line(run_without, tmp_path):
    text = PERCEPTRON.read_text()
    done = run_without(f"{text}tf.contrib.layers\n")
    golden = json.loads((GOLDENS / "perceptron.json").read_text())["op_seeds"]["15"]["losses"]
    assert [float(loss) for loss in done.stdout.splitlines()] == golden
    assert done.returncode == 1
    line = text.count("\n") + 1
    assert done.stderr.splitlines() == [
        NOTE,
        f"error: {tmp_path}/script.py, line {line}: module 'tensorflow' has no attribute "
        f"'contrib'; {ADVICE}",
    ]


@pytest.mark.slow
def test_installed_keras_is_hidden(run_without):
    script = """
import sys
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data
print(tf.__version__, tf.VERSION, input_data.read_data_sets.__name__)
for name in ("keras", "layers", "estimator", "contrib"):
    print(hasattr(tf, name), end=" ")
for name in (
    "keras",
    "keras.layers.core",
    "tensorflow.keras",
    "tensorflow.keras.layers",
    "tensorflow.contrib.slim",
):
    try:
        __import__(name)
    except ImportError:
        print(end=". ")
    else:
        print(name, end=" ")
from tensorflow.keras.layers import Dense
"""
    done = run_without(script)
    assert done.stdout == "1.15.5 1.15.5 read_data_sets\nFalse False False False . . . . . "
    assert done.stderr.count("\n") == 2
    assert done.stderr.endswith(f"; {ADVICE}\n")


@pytest.mark.slow
def test_op_seeds_are_those_of_1_15_or_of_tensorflow_2(run_without):
    script = """
import tensorflow as tf
tf.set_random_seed(1)
print([tf.random_normal([2]).op.inputs[0].op.inputs[0].op.get_attr("seed2") for _ in range(2)])
"""
    assert run_without(script).stdout == "[3, 9]\n"
    assert run_without(script, options=["--seeds", "tf2"]).stdout == "[0, 1]\n"


@pytest.mark.slow
def test_errors_of_the_script_are_printed_as_by_python(run_without):
    done = run_without("import tensorflow as tf\n1 / 0\n")
    assert done.stderr.startswith(f"{NOTE}\nTraceback (most recent call last):\n")
    assert done.stderr.endswith("\nZeroDivisionError: division by zero\n")
