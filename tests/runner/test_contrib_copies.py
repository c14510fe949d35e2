"""Hand-written copies of tf.contrib: `--report` lists those that compute something else."""

import ast

import pytest

from tf_edureka.runner import contrib_copies, report


def found_in(text: str) -> list[tuple[int, str, str]]:
    return contrib_copies.find_copies(ast.parse(text))


ARG_SCOPE = """
@contextlib.contextmanager
def arg_scope(list_ops_or_scope, **kwargs):
    yield
"""
IN_A_CLASS = """
class Framework:
    def arg_scope(self, *args, **kwargs):
        class Nothing:
            def __enter__(self): pass
            def __exit__(self, kind, error, trace): pass
        return Nothing()
"""
IN_A_MAPPING = """
Framework = type("Framework", (), {
    "arg_scope": staticmethod(lambda *args, **kwargs: lambda function: function),
})
"""
BY_ANOTHER_NAME = """
def nothing(ops, **kwargs):
    return contextlib.nullcontext()
framework.arg_scope = nothing
"""
BIDIRECTIONAL = """
def static_bidirectional_rnn(cell_fw, cell_bw, inputs, dtype=None, scope=None):
    return [tf.zeros_like(one) for one in inputs], None, None
"""
TWICE = """
def l2_regularizer(scale):
    return tf.keras.regularizers.l2(scale)
"""


@pytest.mark.parametrize(
    ("text", "line", "name", "what"),
    [
        (ARG_SCOPE, 3, "arg_scope", "ignores list_ops_or_scope, kwargs; "),
        (IN_A_CLASS, 3, "arg_scope", "ignores args, kwargs; "),
        (IN_A_MAPPING, 3, "arg_scope", "ignores args, kwargs; "),
        (BY_ANOTHER_NAME, 4, "arg_scope", "ignores ops, kwargs; "),
        ("f = Namespace(l1_regularizer=lambda scale: None)", 1, "l1_regularizer", "ignores scale;"),
        ("def add_arg_scope(f): return f", 1, "add_arg_scope", "returns f unchanged; "),
        (TWICE, 2, "l2_regularizer", "returns twice as much as tf.contrib.layers.l2_regularizer"),
        (
            "xavier_initializer = tf.keras.initializers.GlorotUniform",
            *(1, "xavier_initializer", "is tf.keras.initializers.GlorotUniform; "),
        ),
        (
            "sys.modules['tensorflow.contrib'] = Mock()",
            1,
            "tensorflow.contrib",
            "is a substitute: ",
        ),
        ("tf.contrib = Mock()", 1, "tf.contrib", "is a substitute: "),
    ],
)
def test_copy_that_computes_something_else_is_listed(text, line, name, what):
    ((found_line, found_name, found),) = found_in(text)
    assert (found_line, found_name) == (line, name)
    assert found.startswith(what)


def test_network_that_returns_zeros_is_listed():
    found = [what for _, _, what in found_in(BIDIRECTIONAL)]
    assert found == [
        "ignores cell_fw, cell_bw, dtype; tf.contrib.rnn.static_bidirectional_rnn does not",
        "returns zeros; tf.contrib.rnn.static_bidirectional_rnn does not",
    ]


@pytest.mark.parametrize(
    "text",
    [
        # It halves the sum of squares; the argument `scope` does not matter.
        "def l2_regularizer(scale, scope=None): return lambda w: scale * tf.nn.l2_loss(w)",
        "from tensorflow.contrib.framework import arg_scope",
        "arg_scope = tf.contrib.framework.arg_scope",
        "sys.modules['tensorflow.contrib.slim'] = tf_slim",
        "tf.contrib = slim",
        "def flatten(x): return tf.reshape(x, [-1, 784])",
        "flatten = FLAGS.flatten_images",
        "def dropout(x, unused): return x",  # many scripts have a function of this name
    ],
)
def test_equivalent_copies_and_other_functions_are_not_listed(text):
    assert found_in(text) == []


def test_report_lists_copies_under_their_own_title():
    text = report.text("net.py", f"import tensorflow as tf{BIDIRECTIONAL}".encode())
    assert text.splitlines() == [
        "net.py uses nothing that TensorFlow 2 has changed.",
        "Functions of net.py that replace tf.contrib and compute something else:",
        *(f"  2  static_bidirectional_rnn  {what}" for _, _, what in found_in(BIDIRECTIONAL)),
    ]
