import operator
import re

import keras
import pytest
import tensorflow as tf

from tf_edureka.runner import modern_names, report


def lines(text: str):
    return report.lines(text.encode())


def test_each_line_of_tensorflow_1_is_named_with_what_one_writes_today():
    found = lines(
        """from tensorflow.examples.tutorials.mnist import input_data as reader
import tensorflow as tf, numpy as np, subprocess
from tensorflow.contrib import slim
mnist = reader.read_data_sets("MNIST_data/")
x = tf.placeholder(tf.float32)
nn = tf.nn
y = nn.dynamic_rnn(slim.flatten(tf.log(x)), tf.reduce_sum(x), np.log(2))
step = tf.train.AdamOptimizer(0.1).minimize(y)
tf.Session().run(step, {x: mnist.train.next_batch(100)})
subprocess.run("true")
""",
    )
    assert [(line, old) for line, old, _ in found] == [
        (1, "tf.examples.tutorials.mnist.input_data"),
        (3, "tf.contrib.slim"),
        (4, "tf.examples.tutorials.mnist.input_data.read_data_sets"),
        (5, "tf.placeholder"),
        (7, "tf.nn.dynamic_rnn"),
        (7, "tf.contrib.slim.flatten"),
        (7, "tf.log"),
        (8, ".minimize"),
        (8, "tf.train.AdamOptimizer"),
        (9, ".run"),
        (9, "tf.Session"),
        (9, ".next_batch"),
    ]
    today = {old: modern for _, old, modern in found}
    assert today["tf.log"] == "tf.math.log"
    assert today["tf.train.AdamOptimizer"].startswith("keras.optimizers.Adam with epsilon=1e-8")


def test_other_ways_to_import_it_are_read_too():
    found = lines(
        """import tensorflow.compat.v1 as tf1
import tensorflow.contrib.layers as layers
import tensorflow
tf1.disable_v2_behavior()
layers.xavier_initializer()
tensorflow.get_variable("x", [1])
""",
    )
    assert [old for _, old, _ in found] == [
        "tf.contrib.layers",
        "tf.disable_v2_behavior",
        "tf.contrib.layers.xavier_initializer",
        "tf.get_variable",
    ]


def test_a_cell_of_a_notebook_has_the_names_of_those_before_it():
    text = report.text_of_cells("old.ipynb", ["import tensorflow as tf", "print 1", "\ntf.log(1)"])
    unread, found = text.splitlines()[1:]
    assert unread.strip().startswith("cell 2  ")
    assert found.strip().startswith("cell 3, line 2  tf.log  ")


def test_a_script_of_today_has_nothing_to_report():
    text = "import tensorflow as tf\nx = tf.Variable(1.0)\nprint(tf.square(x), tf.nn.relu(x))\n"
    assert lines(text) == []
    assert "nothing that TensorFlow 2 has changed" in report.text("script.py", text.encode())


def test_a_source_is_reported_on_in_its_encoding_and_however_deep_it_is():
    deep = f"# coding: latin-1\nx = {'1 + ' * 900}tf.log('é')\n"
    text = f"{deep}import tensorflow as tf\ntf.log(1)\n".encode("latin-1")
    assert [line for line, *_ in report.lines(text)] == [4]
    chain = "x.log" + "().log" * 500
    assert lines(chain) == []


@pytest.mark.parametrize("text", [b"x = '\xe9'\n", b"\0", b"print 1\n", b"x = " + b"-" * 100_000])
def test_what_is_no_python_by_now_is_a_line(text):
    assert report.text("net.py", text).startswith("net.py cannot be read for a report (")


@pytest.mark.parametrize("old", modern_names.MODERN)
def test_what_is_said_to_be_today_is_there(old):
    for library, name in re.findall(r"\b(tf|keras)\.([\w.]*\w)", modern_names.MODERN[old]):
        operator.attrgetter(name)({"tf": tf, "keras": keras}[library])
