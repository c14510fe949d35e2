import operator
import re

import keras
import pytest
import tensorflow as tf

from tf_edureka.runner import modern_names, report


def lines(tmp_path, text: str):
    path = tmp_path / "script.py"
    path.write_text(text)
    return report.lines(path)


def test_each_line_of_tensorflow_1_is_named_with_what_one_writes_today(tmp_path):
    found = lines(
        tmp_path,
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


def test_other_ways_to_import_it_are_read_too(tmp_path):
    found = lines(
        tmp_path,
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


def test_a_script_of_today_has_nothing_to_report(tmp_path):
    text = "import tensorflow as tf\nx = tf.Variable(1.0)\nprint(tf.square(x), tf.nn.relu(x))\n"
    assert lines(tmp_path, text) == []
    assert "nothing that TensorFlow 2 has changed" in report.text(tmp_path / "script.py")


@pytest.mark.parametrize("old", modern_names.MODERN)
def test_what_is_said_to_be_today_is_there(old):
    for library, name in re.findall(r"\b(tf|keras)\.([\w.]*\w)", modern_names.MODERN[old]):
        operator.attrgetter(name)({"tf": tf, "keras": keras}[library])
