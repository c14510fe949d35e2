import ast
import builtins
import importlib
import inspect
import math
import re

import keras
import pytest
import tensorflow as tf

import tf_edureka.tf1
from tf_edureka.errors import InputError
from tf_edureka.runner import report
from tf_edureka.runner.modern import names
from tf_edureka.runner.modern.advice import KINDS, NUMBERS, RENAMED, RESTRUCTURED


def rows(text: str) -> list[report.Row]:
    return report.rows(ast.parse(text))


def test_each_name_of_tensorflow_1_is_a_row_of_its_kind_with_its_lines():
    found = rows(
        """from tensorflow.examples.tutorials.mnist import input_data as reader
import tensorflow as tf, numpy as np, subprocess
from tensorflow.contrib import slim
mnist = reader.read_data_sets("MNIST_data/")
x = tf.placeholder(tf.float32)
nn = tf.nn
y = nn.dynamic_rnn(slim.flatten(tf.log(x)), tf.reduce_sum(x), np.log(2))
step = tf.train.AdamOptimizer(0.1).minimize(tf.log(y) + tf.log(x))
tf.Session().run(step, {x: mnist.train.next_batch(100)})
subprocess.run("true")
"""
    )
    assert [(row.kind, row.places, row.name) for row in found] == [
        (NUMBERS, ("7",), "tf.nn.dynamic_rnn"),
        (NUMBERS, ("8",), "tf.train.AdamOptimizer"),
        (RESTRUCTURED, ("1",), "tf.examples.tutorials.mnist.input_data"),
        (RESTRUCTURED, ("3",), "tf.contrib.slim"),
        (RESTRUCTURED, ("4",), "tf.examples.tutorials.mnist.input_data.read_data_sets"),
        (RESTRUCTURED, ("5",), "tf.placeholder"),
        (RESTRUCTURED, ("7",), "tf.contrib.slim.flatten"),
        (RESTRUCTURED, ("8",), ".minimize"),
        (RESTRUCTURED, ("9",), ".run"),
        (RESTRUCTURED, ("9",), "tf.Session"),
        (RESTRUCTURED, ("9",), ".next_batch"),
        (RENAMED, ("7", "8"), "tf.log"),
    ]
    replacements = {row.name: row.replacement for row in found}
    assert replacements["tf.log"] == "use tf.math.log"
    assert replacements["tf.train.AdamOptimizer"].startswith(
        "use keras.optimizers.Adam(learning_rate, epsilon=1e-8); do not use keras.optimizers.Adam("
    )


def test_other_forms_of_import_are_understood():
    found = rows(
        """import tensorflow.compat.v1 as tf1
import tensorflow.contrib.layers as layers
import tensorflow
tf1.disable_v2_behavior()
layers.xavier_initializer()
tensorflow.get_variable("x", [1])
tensorflow.compat.v1.train.MomentumOptimizer(0.1, 0.9)
"""
    )
    assert [row.name for row in found] == [
        "tf.compat.v1.train.MomentumOptimizer",
        "tf.contrib.layers",
        "tf.disable_v2_behavior",
        "tf.get_variable",
        "tf.contrib.layers.xavier_initializer",
    ]


@pytest.mark.parametrize(
    ("old", "other"),
    [
        ("tf.contrib.slim.l2_regularizer", "tf.contrib.layers.l2_regularizer"),
        ("tf.contrib.layers.python.layers.batch_norm", "tf.contrib.layers.batch_norm"),
        ("tf.contrib.slim.losses.log_loss", "tf.contrib.losses.log_loss"),
        ("tf.contrib.rnn.GRUCell", "tf.nn.rnn_cell.GRUCell"),
        ("tf.compat.v1.train.RMSPropOptimizer", "tf.train.RMSPropOptimizer"),
    ],
)
def test_aliases_of_a_name_have_the_same_advice(old, other):
    assert names.advice_for(old) == (old, names.ROWS[other])


def test_all_flags_share_one_row():
    found = rows(
        """import tensorflow as tf
flags = tf.app.flags
flags.DEFINE_string("folder", "out", "")
flags.DEFINE_integer("n", 1, "")
FLAGS = flags.FLAGS
print(FLAGS.folder, FLAGS.n)
tf.app.run()
"""
    )
    assert [(row.name, row.places) for row in found] == [
        ("tf.app.run", ("7",)),
        ("tf.app.flags.*", ("2", "3", "4", "5", "6")),
    ]


def test_long_list_of_lines_is_shortened():
    source = "import tensorflow as tf\n" + "tf.log(1)\n" * 20
    _, row = report.text("net.py", source.encode()).splitlines()
    assert row == "  renamed  2, 3, 4 ... 21 (20 lines)  tf.log  use tf.math.log"


def test_notebook_cells_share_their_names():
    text = report.text_of_cells("old.ipynb", ["import tensorflow as tf", "print 1", "\ntf.log(1)"])
    found, unread = text.splitlines()[1:]
    assert found.split() == ["renamed", "cell", "3,", "line", "2", "tf.log", "use", "tf.math.log"]
    assert unread.strip().startswith("cell 2: cannot be parsed as Python 3 (SyntaxError")


def test_tensorflow_2_script_has_nothing_to_report():
    text = "import tensorflow as tf\nx = tf.Variable(1.0)\nprint(tf.square(x), tf.nn.relu(x))\n"
    assert rows(text) == []
    assert "nothing that TensorFlow 2 has changed" in report.text("script.py", text.encode())


def test_source_encoding_is_respected_and_deep_nesting_is_read():
    deep = f"# coding: latin-1\nx = {'1 + ' * 900}tf.log('é')\n"
    text = f"{deep}import tensorflow as tf\ntf.log(1)\n".encode("latin-1")
    (row,) = report.rows(report.parse("net.py", text))
    assert row.places == ("4",)
    assert rows("x.log" + "().log" * 500) == []


@pytest.mark.parametrize("text", [b"x = '\xe9'\n", b"\0", b"print 1\n", b"x = " + b"-" * 100_000])
def test_source_that_is_not_python_3_is_one_line(text):
    assert report.text("net.py", text).startswith("net.py: cannot be parsed as Python 3 (")
    with pytest.raises(InputError, match=r"net\.py: cannot be parsed as Python 3 \("):
        report.parse("net.py", text)


def test_renames_equal_the_table_of_tensorflow():
    from tensorflow.tools.compatibility import all_renames_v2

    theirs = all_renames_v2.symbol_renames
    assert names.renames() == {old: new for old, new in theirs.items() if old.startswith("tf.")}


LIBRARIES = {"tf": tf, "keras": keras, "tf_edureka": tf_edureka, "math": math}
ROWS = {**names.ROWS, **{f".{name}": advice for name, advice in names.METHODS.items()}}


def found(name: str):
    """The object with a dotted name; skips the test if `tf1` has no class of that name."""
    library, *path = name.split(".")
    one = LIBRARIES[library]
    if path[:1] == ["tf1"] and path[1:]:
        one, path = importlib.import_module("tf_edureka.tf1"), path[1:]
        if not hasattr(one, path[0]):
            pytest.skip(f"{name} does not exist")
    for part in path:
        one = getattr(one, part)
    return one


@pytest.mark.parametrize("old", ROWS)
def test_replacements_exist_and_accept_their_arguments(old):
    advice = ROWS[old]
    assert advice.kind in KINDS
    assert not advice.trap or (advice.kind == NUMBERS and advice.trap != advice.replacement)
    for name in re.findall(r"\b(?:tf|keras|tf_edureka)\.[\w.]*\w", advice.note):
        found(name)
    for expression in filter(None, (advice.replacement, advice.trap)):
        for node in ast.walk(ast.parse(expression, mode="eval")):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if name.partition(".")[0] in LIBRARIES and "(" not in name:
                positional = [None for _ in node.args]
                keywords = {keyword.arg: None for keyword in node.keywords}
                inspect.signature(found(name)).bind(*positional, **keywords)


# Names in an expression that are not arguments of the original call.
OWN = {"losses", "model", "tf", "keras", "tf_edureka", "math", *vars(builtins)}


@pytest.mark.parametrize("old", [old for old in names.ROWS if names.ROWS[old].replacement])
def test_arguments_have_their_tensorflow_1_names(old):
    function = tf.compat.v1
    for part in old.split(".")[1:]:
        function = getattr(function, part, None)
    if function is None or not callable(function):
        pytest.skip("not in tf.compat.v1: a name of tf.contrib or of tf.keras of 1.15")
    nodes = [*ast.walk(ast.parse(names.ROWS[old].replacement, mode="eval"))]
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    bound = {node.arg for node in nodes if isinstance(node, ast.arg)}
    assert used - bound - OWN <= {*inspect.signature(function).parameters}
