"""Scripts under `python -m tf_edureka.legacy`; each `run` is a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import GOLDENS
from PIL import Image

from tf_edureka import runtime
from tf_edureka.runner import modules, process

CHECKS = Path(__file__).parent / "checks"


def as_python(tmp_path, *arguments, stdin=""):
    """Runs a script with Python alone."""
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


@pytest.mark.slow
def test_script_does_not_allocate_all_gpu_memory(run):
    script = "import os; print(os.environ['TF_FORCE_GPU_ALLOW_GROWTH'])"
    assert run(script).stdout == "true\n"
    assert run(script, TF_FORCE_GPU_ALLOW_GROWTH="false").stdout == "false\n"


def test_cuda_is_looked_for_before_tensorflow_is_imported(monkeypatch):
    order = []
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setenv("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    monkeypatch.setattr(runtime, "preload_cusolver", lambda: order.append("cuda"))
    monkeypatch.setattr(modules, "install", lambda *_, **__: order.append("tensorflow"))
    process.switch_to_tensorflow_1(None)
    assert order == ["cuda", "tensorflow"]


def test_perceptron_and_op_seeds_are_bit_identical_to_1_15(run):
    done = run(DRAWS + (CHECKS / "perceptron.py").read_text())
    golden = json.loads((GOLDENS / "perceptron.json").read_text())["op_seeds"]["15"]["losses"]
    op_seeds, *losses = done.stdout.splitlines()
    assert op_seeds == "[3, 11, 26]"
    assert [float(loss) for loss in losses] == golden
    assert not done.stderr


@pytest.mark.slow
def test_op_seeds_can_be_those_of_tensorflow_2(run):
    assert run(DRAWS, options=["--seeds", "tf2"]).stdout == "[0, 1, 2]\n"


@pytest.mark.slow
def test_graphs_have_as_many_ops_as_in_1_15(run):
    counts = json.loads(run(GOLDENS / "op_counts.py").stdout)
    golden = json.loads((GOLDENS / "op_counts.json").read_text())
    assert counts.keys() == golden.keys()
    others = {name: counts[name] for name in golden if counts[name] != golden[name]}
    assert not others


@pytest.mark.slow
def test_seeded_networks_train_as_with_1_15(run):
    # Dropout, batch normalization, a recurrent network, a shuffled data set. The remaining
    # difference is rounding: measured at most 5e-7 of the loss; float32 has a spacing of 1.2e-7.
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


def test_a_script_behaves_as_if_python_ran_it(run, tmp_path):
    (tmp_path / "other.py").touch()
    arguments = ["--help", "--", "--report", "x"]
    done = run(EVERYTHING, *arguments, stdin="a\nb\n")
    python = as_python(tmp_path, "script.py", *arguments, stdin="a\nb\n")
    assert (done.stdout, done.stderr) == (python.stdout, python.stderr)
    assert done.returncode == python.returncode


@pytest.mark.slow
def test_op_stacks_contain_only_the_scripts_lines(run, tmp_path):
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


def test_missing_script_gives_pythons_error(run, tmp_path):
    done, python = run(Path("none.py")), as_python(tmp_path, "none.py")
    assert (done.returncode, done.stderr) == (python.returncode, python.stderr)


def test_wrong_options_give_one_error_line(run):
    for options in (["--seeds", "3"], ["--figures", ""], ["--other"]):
        done = run("", options=options)
        assert done.returncode == 2
        assert done.stderr.startswith("error: ")
        assert options[0] in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_linked_script_imports_modules_next_to_its_target(run, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "other.py").write_text("name = 'beside'")
    (tmp_path / "real" / "program.py").write_text("import other; print(other.name)")
    (tmp_path / "link.py").symlink_to(tmp_path / "real" / "program.py")
    assert run(tmp_path / "link.py").stdout == "beside\n"


FILES = GOLDENS / "files.zip"


def test_files_of_1_15_are_read(run, tmp_path):
    shutil.unpack_archive(FILES, tmp_path / "files")
    done = run(CHECKS / "files.py", "files")
    assert done.stdout.endswith("6 checks, failed: none\n"), done.stderr


@pytest.mark.slow
def test_files_that_are_written_here_are_read(run, tmp_path):
    (tmp_path / "files").mkdir()
    assert run(FILES.with_suffix(".py"), "files").returncode == 0
    done = run(CHECKS / "files.py", "files")
    assert done.stdout.endswith("6 checks, failed: none\n"), done.stderr


# They also pass on TensorFlow 1.15.5 itself: `python tests/runner/checks/names.py`.
@pytest.mark.parametrize(
    "checks", ["names", "features", "eager", pytest.param("keras_2_3_1", marks=pytest.mark.slow)]
)
def test_checks_that_pass_on_1_15_pass_here(checks, run):
    done = run(CHECKS / f"{checks}.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("checks, failed: none\n")


@pytest.mark.slow
def test_imports_of_contrib_do_not_advance_random_generators(run, tmp_path):
    (tmp_path / "sklearn.py").write_text("import rich.style\n")  # as the current one does
    script = """
import random, sys
import tensorflow as tf
random.seed(1)
tf.contrib.learn
print("sklearn" in sys.modules, random.random())
"""
    assert run(script).stdout == "True 0.13436424411240122\n"


@pytest.mark.slow
def test_name_unknown_to_1_15_gives_pythons_error(run, tmp_path):
    done = run("import tensorflow as tf\n\ntf.train.SummaryWriter\n")
    assert done.returncode == 1
    trace = (
        f'Traceback (most recent call last):\n  File "{tmp_path}/script.py", line 3, in <module>\n'
        "    tf.train.SummaryWriter\n"
    )
    assert done.stderr.startswith(trace)
    error = "AttributeError: module 'tensorflow._api.v1.train' has no attribute 'SummaryWriter'\n"
    assert done.stderr.endswith(error)


@pytest.mark.slow
def test_python_without_docstrings_is_rejected_in_one_line(tmp_path, period_packages):
    (tmp_path / "script.py").touch()
    done = as_python(tmp_path, "-OO", "-m", "tf_edureka.legacy", "script.py")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("error: expected Python with docstrings")


@pytest.mark.slow
def test_unavailable_mnist_gives_one_error_line(run, tmp_path):
    script = """
from tensorflow.examples.tutorials.mnist import input_data
input_data.read_data_sets("MNIST_data/")
"""
    done = run(script, TF_EDUREKA_MNIST_DIR=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == (
        f"error: {tmp_path}/script.py, line 3: {tmp_path}: expected the four MNIST files in this "
        "folder, set by TF_EDUREKA_MNIST_DIR, but train-images-idx3-ubyte.gz is missing\n"
    )


@pytest.mark.slow
def test_figures_are_saved_if_no_screen_is_available(run, tmp_path):
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
def test_figures_are_saved_into_the_given_folder(run, tmp_path):
    script = "import os, pylab; os.mkdir('c'); os.chdir('c'); pylab.plot([1]); pylab.show()"
    done = run(script, options=["--figures", "a/b"])
    assert done.stderr == "figure: ../a/b/script-1.png\n"
    assert (tmp_path / "a/b/script-1.png").exists()


@pytest.mark.slow
def test_unsaved_figure_gives_one_line_and_the_script_continues(run, tmp_path):
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
def test_notebook_backend_does_not_prevent_saving_figures(run):
    inline = "module://matplotlib_inline.backend_inline"
    done = run("import pylab; pylab.plot([1]); pylab.show()", MPLBACKEND=inline)
    assert done.stderr == "figure: script-1.png\n"
    done = run("import pylab; pylab.plot([1]); pylab.show()", MPLBACKEND="svg")
    assert "figure:" not in done.stderr


@pytest.mark.slow
def test_mnist_is_read_from_the_scripts_folder_else_from_the_variables(run, tmp_path, drawn_folder):
    script = """
from tensorflow.examples.tutorials.mnist import input_data
input_data.read_data_sets("MNIST_data/", one_hot=True)
"""
    environment = {"TF_EDUREKA_MNIST_DIR": str(drawn_folder)}
    assert run(script, **environment).stdout.startswith(f"Extracting {drawn_folder}/train-images")
    (tmp_path / "MNIST_data").symlink_to(drawn_folder)
    assert run(script, **environment).stdout.startswith("Extracting MNIST_data/train-images")


@pytest.mark.slow
def test_report_follows_the_output_and_names_lines(run, tmp_path):
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
        f"Names of TensorFlow 1 in {os.path.join('net', 'layers.py')}, and what to write instead "
        "(arguments by their TensorFlow 1 names):",
        "  restructured  2  tf.placeholder  use an argument of a function, or keras.Input",
        f"{os.path.join('net', 'gone.py')} can no longer be read (No such file or directory).",
    ]


@pytest.mark.slow
def test_loop_over_a_data_set_in_a_function_terminates(run):
    # Python's own `for` would never end on the data set of a graph.
    script = """
import tensorflow as tf
tf.enable_eager_execution()

@tf.function
def total(data):
    result = tf.constant(0, tf.int64)
    for x in data:
        result += x
    return result

print(int(total(tf.data.Dataset.range(10))))
"""
    assert run(script).stdout == "45\n"


KERNELS = """
import tensorflow as tf

words = tf.placeholder(tf.float32, [2, 8, 16, 1])
found = tf.nn.conv2d(words, tf.ones([3, 16, 1, 4]), [1, 1, 1, 1], "VALID")
options, traced = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), tf.RunMetadata()
with tf.Session() as session:
    gradient = tf.gradients(found, words)
    print(session.run(gradient, {words: [[[[1.0]] * 16] * 8] * 2}, options, traced)[0].sum())
for device in traced.step_stats.dev_stats:
    for node in device.node_stats:
        if " = Conv2DBackpropInput(" in node.timeline_label:
            print("TensorFlow's own kernel")
nodes = tf.get_default_graph().as_graph_def().node
print(*[node.attr["padding"].s for node in nodes if node.op == "Conv2DBackpropInput"])
"""


def test_convolutions_over_whole_rows_do_not_use_onednn(run):
    assert run(KERNELS).stdout == "2304.0\nTensorFlow's own kernel\nb'VALID'\n"
