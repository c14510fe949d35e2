"""`python -m tf_edureka.legacy`, as a user runs it: each `run` is a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import GOLDENS
from PIL import Image

# For which the number of ops is still another than with 1.15: by how much, and for the gradient.
# After these, ops without a seed draw other numbers: after the gradient of a loop, or of a few ops,
# and after a few ops that are rare, or rare in batches.
OTHER_COUNTS = {
    'birnn("BasicLSTMCell")': (0, -4),
    'multi("BasicLSTMCell")': (0, -18),
    'multi("GRUCell")': (0, -18),
    'opt("FtrlOptimizer", 0.1)': (11, None),
    'rnn("BasicLSTMCell")': (0, -4),
    'rnn("BasicLSTMCell", drop=True)': (0, -18),
    'rnn("BasicRNNCell")': (0, 10),
    'rnn("GRUCell")': (0, -4),
    'rnn("LSTMCell")': (0, -4),
    "tf.clip_by_global_norm([x, y], 1.0)": (0, -1),
    "tf.confusion_matrix(li, li, 10)": (-2, None),
    'tf.einsum("ij,jk->ik", x, w)': (-13, -2),
    "tf.eye(3)": (4, 0),
    "tf.foldl(lambda a, r: a + r, x)": (0, 2),
    'tf.get_variable("v", [4, 4], initializer=tf.initializers.identity())': (4, None),
    "tf.image.flip_left_right(im)": (-22, 0),
    "tf.image.random_flip_left_right(im)": (-22, 0),
    "tf.image.resize_image_with_crop_or_pad(im, 4, 4)": (-54, 0),
    "tf.layers.conv3d(tf.expand_dims(im, 1), 4, [1, 3, 3])": (0, -1),
    "tf.linspace(0.0, 1.0, 5)": (70, 0),
    "tf.map_fn(lambda r: r * 2.0, x)": (0, 8),
    "tf.matrix_inverse(tf.eye(3))": (4, 0),
    "tf.mod(x, 2.0)": (0, -2),
    "tf.nn.swish(x)": (2, 11),
    "tf.random_gamma([3], 1.0)": (2, None),
    "tf.reduce_prod(x, 1)": (0, -3),
    "tf.scan(lambda a, r: a + r, x)": (0, 12),
    "tf.train.polynomial_decay(0.1, tf.Variable(0), 10)": (-1, 0),
    "tf.unsorted_segment_sum(x, [0, 1, 0, 1], 2)": (0, 10),
    "tf.while_loop(lambda i, z: i < 5, lambda i, z: (i + 1, z * 2.0), [0, u])": (0, -2),
}
PERCEPTRON = """
import tensorflow as tf
kernel = tf.Variable(tf.random_normal([3, 1], seed=15))
inputs, targets = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [None, 1])
loss = tf.reduce_sum(tf.square(tf.nn.relu(tf.matmul(inputs, kernel)) - targets))
step = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
feed = {inputs: [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], targets: [[0], [1], [1], [1]]}
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for _ in range(100):
        session.run(step, feed)
        print(session.run(loss, feed))
"""


@pytest.fixture
def run(tmp_path):
    """Runs a script, given as its text or its path, in an empty folder."""

    def runs(script, *arguments, options=(), stdin="", without=(), **environment):
        if not isinstance(script, Path):
            (tmp_path / "script.py").write_text(script)
            script = "script.py"
        blocked = f"import sys; sys.modules.update(dict.fromkeys({list(without)}));"
        module = "import runpy; runpy.run_module('tf_edureka.legacy', run_name='__main__')"
        start = ["-c", f"{blocked} {module}"] if without else ["-m", "tf_edureka.legacy"]
        return subprocess.run(
            [sys.executable, *start, *options, str(script), *arguments],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, "DISPLAY": "", "MPLBACKEND": "", **environment},
            timeout=600,  # if it waits for a pipe
        )

    return runs


def as_python(tmp_path, *arguments, stdin=""):
    """The same by Python alone."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=tmp_path, input=stdin, capture_output=True, text=True
    )


DRAWS = """
import tensorflow as tf
with tf.Graph().as_default() as graph:
    tf.set_random_seed(1)
    draws = [tf.random_normal([2]), tf.nn.dropout(tf.ones([2]), 0.5), tf.random_uniform([2])]
    random = [op for op in graph.get_operations() if "Random" in op.type]
    print([op.get_attr("seed2") for op in random])
"""


def test_a_script_leaves_gpu_memory_that_it_does_not_need_to_others(run):
    script = "import os; print(os.environ['TF_FORCE_GPU_ALLOW_GROWTH'])"
    assert run(script).stdout == "true\n"
    assert run(script, TF_FORCE_GPU_ALLOW_GROWTH="false").stdout == "false\n"


def test_the_perceptron_and_op_seeds_are_those_of_1_15_to_each_bit(run):
    done = run(DRAWS + PERCEPTRON)
    golden = json.loads((GOLDENS / "perceptron.json").read_text())["op_seeds"]["15"]["losses"]
    op_seeds, *losses = done.stdout.splitlines()
    assert op_seeds == "[3, 11, 26]"
    assert [float(loss) for loss in losses] == golden
    assert not done.stderr


@pytest.mark.slow
def test_op_seeds_can_be_those_of_tensorflow_2(run):
    assert run(DRAWS, options=["--seeds", "tf2"]).stdout == "[0, 1, 2]\n"


@pytest.mark.slow
def test_graphs_have_the_number_of_ops_that_1_15_counted(run):
    counts = json.loads(run(GOLDENS / "op_counts.py").stdout)
    golden = json.loads((GOLDENS / "op_counts.json").read_text())
    assert counts.keys() == golden.keys()
    others, other_seeds = {}, []
    for name, (ops, gradient, seeds) in golden.items():
        more = counts[name][0] - ops, None if gradient is None else counts[name][1] - gradient
        if any(more):
            others[name] = more
        if counts[name][2] != seeds:
            other_seeds.append(name)
    assert others == OTHER_COUNTS
    assert other_seeds == ["tf.random_gamma([3], 1.0)", "tf.image.random_flip_left_right(im)"]


@pytest.mark.slow
def test_seeded_networks_train_as_with_1_15(run):
    # Dropout, batch normalization, a recurrent network, a shuffled data set. What is left is
    # rounding: 5e-7 of the loss at most, measured, where a float32 has steps of 1.2e-7.
    courses = json.loads(run(GOLDENS / "seeded_training.py").stdout)
    golden = json.loads((GOLDENS / "seeded_training.json").read_text())
    assert courses.keys() == golden.keys()
    for name, losses in golden.items():
        np.testing.assert_allclose(courses[name], losses, rtol=2e-6, err_msg=name)


EVERYTHING = """
import atexit, sys
import other
atexit.register(print, "end")
print(sys.argv, __name__, __file__, sys.path[0], other.__file__)
print(input() + input())
print("error", file=sys.stderr)

def fail():
    raise ValueError("no")

fail()
"""


@pytest.mark.parametrize(
    "script",
    [pytest.param(EVERYTHING, id="everything"), pytest.param("print 'Python 2'", id="Python 2")],
)
def test_a_script_behaves_as_if_python_ran_it(run, tmp_path, script):
    (tmp_path / "other.py").touch()
    arguments = ["--help", "--", "--report", "x"]
    done = run(script, *arguments, stdin="a\nb\n")
    python = as_python(tmp_path, "script.py", *arguments, stdin="a\nb\n")
    assert (done.stdout, done.stderr) == (python.stdout, python.stderr)
    assert done.returncode == python.returncode


@pytest.mark.slow
def test_where_an_op_was_made_is_told_by_the_scripts_lines_alone(run, tmp_path):
    script = """
import tensorflow as tf
def made():
    return tf.get_variable("x", [], regularizer=tf.contrib.layers.l2_regularizer(0.1))
made()
made()
"""
    said = run(script).stderr.partition("Originally defined at:\n\n")[2]
    assert (
        said.split()
        == (
            f'File "{tmp_path}/script.py", line 4, in made '
            f'File "{tmp_path}/script.py", line 5, in <module>'
        ).split()
    )


def test_a_script_that_is_missing_is_told_as_by_python(run, tmp_path):
    done, python = run(Path("none.py")), as_python(tmp_path, "none.py")
    assert (done.returncode, done.stderr) == (python.returncode, python.stderr)


def test_wrong_options_are_a_line(run):
    for options in (["--seeds", "3"], ["--figures", ""], ["--other"]):
        done = run("", options=options)
        assert done.returncode == 2
        assert done.stderr.startswith("error: ")
        assert options[0] in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_script_that_is_a_link_finds_what_is_beside_it(run, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "other.py").write_text("name = 'beside'")
    (tmp_path / "real" / "program.py").write_text("import other; print(other.name)")
    (tmp_path / "link.py").symlink_to(tmp_path / "real" / "program.py")
    assert run(tmp_path / "link.py").stdout == "beside\n"


def test_what_contrib_had_is_served(run):
    script = """
import numpy as np, tensorflow as tf
import tensorflow.contrib.slim as slim
import tensorflow.contrib.layers as layers
from tensorflow.contrib import learn, rnn
from tensorflow.contrib.rnn import BasicLSTMCell, static_rnn
from tensorflow.contrib.layers import xavier_initializer, variance_scaling_initializer
from tensorflow.contrib.learn.python.learn.datasets.mnist import read_data_sets
from tensorflow.examples.tutorials.mnist import input_data
from tensorflow.keras.layers import Dense
from keras.models import Sequential

x, training = tf.placeholder(tf.float32, [None, 4, 3]), tf.placeholder(tf.bool)
with slim.arg_scope([slim.batch_norm], is_training=training):
    hidden = slim.fully_connected(x, 5, normalizer_fn=slim.batch_norm)
    hidden = tf.reshape(slim.batch_norm(tf.reshape(hidden, [-1, 5]), fused=True), [-1, 4, 5])
cells = rnn.MultiRNNCell([rnn.GRUCell(6), rnn.OutputProjectionWrapper(BasicLSTMCell(6), 7)])
outputs, _ = static_rnn(cells, tf.unstack(hidden, axis=1), dtype=tf.float32)
logits = layers.fully_connected(layers.flatten(tf.stack(outputs, 1)), 8, activation_fn=None)
logits = tf.reshape(Dense(8)(logits), [-1, 4, 2])
loss = tf.contrib.seq2seq.sequence_loss(logits, tf.zeros([3, 4], tf.int32), tf.ones([3, 4]))
step = tf.train.AdamOptimizer().minimize(loss)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    feed = {x: np.ones([3, 4, 3]), training: True}
    losses = [session.run([loss, step], feed)[0] for _ in range(30)]
print(losses[0] > losses[-1], read_data_sets is input_data.read_data_sets)
print(read_data_sets is learn.datasets.mnist.load_mnist, hasattr(tf.contrib, "crf"))
print(tf.__version__, tf.VERSION, np.asscalar(np.float_(2)), np.reshape([1], newshape=[1, 1]))
from tensorflow.python.pywrap_tensorflow import NewCheckpointReader
from tensorflow.python.framework.graph_util import convert_variables_to_constants
from tensorflow.contrib.training import create_train_op, HParams
tf.contrib.layers.optimize_loss(loss, tf.train.get_or_create_global_step(), 0.1, "SGD")

class Network(tf.contrib.eager.Network):
    def __init__(self):
        super().__init__()
        self.first = self.track_layer(tf.keras.layers.Dense(2))
        self.second = self.track_layer(tf.keras.layers.Dense(3))

    def call(self, inputs):
        return self.second(self.first(inputs))

network = Network()
print(len(network.layers), network(tf.zeros([4, 5])).shape, len(network.variables))
"""
    done = run(script)
    assert done.stdout == "True True\nTrue False\n1.15.5 1.15.5 2.0 [[1]]\n2 (4, 3) 4\n"
    assert not done.stderr


@pytest.mark.slow
def test_every_entry_of_the_tables_leads_somewhere(run):
    script = """
import sys
from tf_edureka.runner import modules, places
for old, homes in places.MODULES.items():
    for place in homes:
        if modules.missing_package(place) is None:
            assert modules.find(place) is not None, place
    assert dir(sys.modules[f"tensorflow.{old}".rstrip(".")])
for place in places.NAMES.values():
    assert callable(modules.find(place)), place
from tensorflow import *
from tensorflow.contrib.layers import *
sys.stdout.write(f"{placeholder.__name__} {fully_connected.__name__}")  # print is TensorFlow's
"""
    assert run(script).stdout == "placeholder fully_connected"


@pytest.mark.slow
def test_eager_scripts_run(run):
    script = """
import tensorflow as tf
tf.enable_eager_execution()
tfe = tf.contrib.eager
rate = tfe.Variable(3.0)
gradients = tfe.implicit_gradients(lambda x: rate * x)
data = tf.data.Dataset.from_tensor_slices([1.0, 2.0]).batch(1)
for batch in tfe.Iterator(data):
    tf.train.GradientDescentOptimizer(0.5).apply_gradients(gradients(batch))
print(rate.numpy())
"""
    assert run(script).stdout == "1.5\n"


# Says of each line that it is given why it fails.
REFUSALS = """
import sys
import tensorflow as tf
from tf_edureka.runner import modules
for line in sys.argv[1:]:
    try:
        exec(line)
    except Exception as error:
        sys.stdout.write(modules.refusal(error) + "\\n")
"""


@pytest.mark.slow
def test_what_nothing_serves_is_refused_with_what_there_is_today(run):
    refused = {
        "tf.train.SummaryWriter": "tf.train.SummaryWriter: not in TensorFlow 2",
        "tf.contrib.factorization.KMeans": "tf.contrib.factorization: not in",
        "from tensorflow.contrib.rnn import NASCell": "tf.contrib.rnn.NASCell: not in",
        "import tensorflow.contrib.tpu": "tf.contrib.tpu: not in TensorFlow 2",
        "tf.estimator.Estimator": "tf.estimator: not in TensorFlow 2; today: keras.Model.fit",
    }
    lines = run(REFUSALS, *refused).stdout.splitlines()
    for line, beginning in zip(lines, refused.values(), strict=True):
        assert line.startswith(beginning)


def test_what_nothing_serves_ends_the_script_in_one_line(run, tmp_path):
    done = run("import tensorflow as tf\n\ntf.train.SummaryWriter\n")
    assert done.returncode == 1
    place = f"{tmp_path / 'script.py'}, line 3"
    assert done.stderr.startswith(f"error: {place}: tf.train.SummaryWriter: not in TensorFlow 2")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_the_line_that_is_told_is_that_of_the_module_that_has_it(run, tmp_path):
    (tmp_path / "net").mkdir()
    module = tmp_path / "net" / "crf.py"
    module.write_text("import tensorflow as tf\n\ntf.contrib.crf\n")
    assert run("import net.crf").stderr.startswith(f"error: {module}, line 3: tf.contrib.crf: not")


@pytest.mark.slow
def test_mnist_that_cannot_be_had_is_a_line(run, tmp_path):
    script = """
from tensorflow.examples.tutorials.mnist import input_data
input_data.read_data_sets("MNIST_data/")
"""
    done = run(script, TF_EDUREKA_MNIST_DIR=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == (
        f"error: {tmp_path}/script.py, line 3: {tmp_path}: expected the four MNIST files, as "
        "TF_EDUREKA_MNIST_DIR says, but train-images-idx3-ubyte.gz is missing\n"
    )


@pytest.mark.slow
def test_packages_that_are_missing_are_asked_for_by_name_and_the_rest_runs(run):
    lines = {
        "tf.layers.dense": "tf-keras",
        "tf.nn.rnn_cell.GRUCell": "tf-keras",
        "from tensorflow.keras.layers import Dense": "tf-keras",
        "tf.contrib.layers.flatten": "tf-slim",
    }
    done = run(REFUSALS + PERCEPTRON, *lines, without=["tf_keras", "tf_slim"])
    refused, losses = done.stdout.splitlines()[:4], done.stdout.splitlines()[4:]
    for line, package in zip(refused, lines.values(), strict=True):
        assert line.endswith(f"needs {package}; pip install -e '.[legacy]'")
    assert len(losses) == 100


@pytest.mark.slow
def test_figures_are_saved_where_there_is_no_screen(run, tmp_path):
    script = """
import matplotlib
matplotlib.use("TkAgg")
import matplotlib.pyplot as plt
plt.figure(figsize=(3, 2))
plt.plot([1, 2])
plt.show()
plt.figure(figsize=(4, 2))
plt.figure(figsize=(5, 2))
plt.show()
print(plt.get_fignums())
plt.figure(figsize=(6, 2)).show()
plt.waitforbuttonpress()
plt.close()
plt.ion()
plt.figure(figsize=(7, 2))
plt.show()
plt.pause(0.01)
"""
    done = run(script)
    files = [f"script-{number}.png" for number in (1, 2, 3, 4, 5)]
    assert done.stderr.splitlines() == [f"figure: {file}" for file in files]
    assert done.stdout == "[]\n"
    for file, width in zip(files, (300, 400, 500, 600, 700), strict=True):
        with Image.open(tmp_path / file) as figure:
            assert figure.size == (width, 200)
    assert len(list(tmp_path.glob("*.png"))) == 5


@pytest.mark.slow
def test_figures_go_into_a_folder_of_choice(run, tmp_path):
    script = "import os, pylab; os.mkdir('c'); os.chdir('c'); pylab.plot([1]); pylab.show()"
    done = run(script, options=["--figures", "a/b"])
    assert done.stderr == "figure: ../a/b/script-1.png\n"
    assert (tmp_path / "a/b/script-1.png").exists()


@pytest.mark.slow
def test_a_figure_that_cannot_be_saved_is_a_line_and_the_script_goes_on(run, tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "folder" / "script-1.png")
    script = "import pylab; pylab.plot([1]); pylab.show(); pylab.plot([1]); pylab.show(); print(1)"
    done = run(script, options=["--figures", "folder"])
    assert (done.returncode, done.stdout) == (0, "1\n")
    assert done.stderr.splitlines() == [
        "figure: folder/script-1.png cannot be written (No such device or address)",
        "figure: folder/script-2.png",
    ]
    done = run(script, options=["--figures", "file"])
    assert (done.returncode, done.stdout) == (0, "1\n")
    assert done.stderr.count("figure: file/script-") == done.stderr.count("\n") == 2


@pytest.mark.slow
def test_a_notebooks_backend_shows_nothing_in_another_process(run):
    inline = "module://matplotlib_inline.backend_inline"
    done = run("import pylab; pylab.plot([1]); pylab.show()", MPLBACKEND=inline)
    assert done.stderr == "figure: script-1.png\n"
    done = run("import pylab; pylab.plot([1]); pylab.show()", MPLBACKEND="svg")
    assert "figure:" not in done.stderr


@pytest.mark.slow
def test_mnist_is_taken_from_where_the_script_asks_else_from_the_environments_folder(
    run, tmp_path, drawn_folder
):
    script = """
from tensorflow.examples.tutorials.mnist import input_data
input_data.read_data_sets("MNIST_data/", one_hot=True)
"""
    environment = {"TF_EDUREKA_MNIST_DIR": str(drawn_folder)}
    assert run(script, **environment).stdout.startswith(f"Extracting {drawn_folder}/train-images")
    (tmp_path / "MNIST_data").symlink_to(drawn_folder)
    assert run(script, **environment).stdout.startswith("Extracting MNIST_data/train-images")


@pytest.mark.slow
def test_the_report_comes_at_the_end_and_names_lines(run, tmp_path):
    (tmp_path / "net").mkdir()
    module = "import tensorflow as tf\nx = tf.placeholder(tf.float32)\n"
    (tmp_path / "net" / "layers.py").write_text(module)
    (tmp_path / "net" / "gone.py").touch()
    script = """import net.layers, net.gone, os, sys
os.remove(net.gone.__file__)
os.remove(__file__)
print('last', file=sys.stderr)
raise SystemExit(4)
"""
    done = run(script, options=["--report"])
    assert done.returncode == 4
    assert [line for line in done.stderr.splitlines() if line] == [
        "last",
        "script.py uses nothing that TensorFlow 2 has changed.",
        "What layers.py has of TensorFlow 1, and what one writes today:",
        "     2  tf.placeholder  an argument of a function, or keras.Input",
        "gone.py cannot be read any more (No such file or directory).",
    ]
