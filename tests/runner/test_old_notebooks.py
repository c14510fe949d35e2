"""Old notebooks: from the command line, in the kernel "TensorFlow 1", and in any IPython."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from helpers import GOLDENS, REFERENCE, expect_error, processes
from jupyter_client.manager import start_new_kernel

from tf_edureka.cli import run as command
from tf_edureka.data.mnist import MNIST_FOLDER_VARIABLE
from tf_edureka.runner import install_commands, kernel, notebook
from tf_edureka.runner.period_wheels import FOLDER_VARIABLE

CHECKS = Path(__file__).parent / "checks"
LEGACY = [sys.executable, "-m", "tf_edureka.legacy"]


def write(path: Path, *cells: str, **metadata) -> Path:
    made = [nbformat.v4.new_code_cell(cell.strip("\n")) for cell in cells]
    text = nbformat.v4.new_markdown_cell("# Of then")
    nbformat.write(nbformat.v4.new_notebook(cells=[text, *made], metadata=metadata), path)
    return path


def outputs(path: Path) -> list:
    """Returns the outputs of each code cell."""
    cells = nbformat.read(path, as_version=4).cells
    return [cell.outputs for cell in cells if cell.cell_type == "code"]


def test_notebook_gives_the_numbers_of_1_15_and_stops_at_a_failed_cell(run, tmp_path):
    first, second = (CHECKS / "perceptron.py").read_text().split("\nwith ")
    asks_for_python_2 = {"name": "python2", "display_name": "Python 2", "language": "python"}
    waits = second.replace("print", "__import__('time').sleep(0.01); print")  # arrives in parts
    cells = [first, f"with {waits}", "1 / 0", "print('not reached')"]
    old = write(tmp_path / "old.ipynb", *cells, kernelspec=asks_for_python_2)
    before = old.read_bytes()
    done = run(old)
    golden = json.loads((GOLDENS / "perceptron.json").read_text())["op_seeds"]["15"]["losses"]
    assert [float(loss) for loss in done.stdout.splitlines()] == golden
    assert done.returncode == 1
    said = done.stderr.splitlines()
    assert said[:3] == ["cell 1 of 4", "cell 2 of 4", "cell 3 of 4"]
    assert said[-2:] == ["ZeroDivisionError: division by zero", "notebook: old.executed.ipynb"]
    _, printed, failed, not_run = outputs(tmp_path / "old.executed.ipynb")
    assert printed[0].text == done.stdout
    assert failed[0].ename == "ZeroDivisionError"
    assert not_run == []
    assert old.read_bytes() == before


@pytest.mark.slow
def test_first_costs_of_the_second_program_equal_1_15(run, tmp_path, mnist_folder):
    cells = (CHECKS / "mlp.py").read_text().split("\n\n")
    old = write(tmp_path / "old.ipynb", *cells)
    done = run(old, **{MNIST_FOLDER_VARIABLE: str(mnist_folder)})
    golden = json.loads(REFERENCE.read_text())["graph_seeds"]["1"]["step_cost"][:10]
    costs = [float(line) for line in done.stdout.splitlines() if line[0].isdigit()]
    np.testing.assert_allclose(costs, golden, rtol=2e-6)


OF_1 = """
import os, sys
import tensorflow as tf
print(tf.__version__, os.getcwd(), sys.argv[1], len(sys.argv))
"""
NAMED = """
infinite = tf.check_numerics(tf.log(0.0), "infinite")
tf.Session().run(infinite)
"""
SEEDS = """
with tf.Graph().as_default() as graph:
    tf.set_random_seed(1)
    tf.random_normal([2])
    print([op.get_attr("seed2") for op in graph.get_operations() if "Random" in op.type])
"""


@pytest.mark.slow
def test_keep_going_runs_the_cells_after_a_failed_one(run, tmp_path):
    (tmp_path / "folder").mkdir()
    old = write(
        tmp_path / "folder" / "old.ipynb",
        *(OF_1, "%tensorflow_version 1.x", "%tensorflow_version 2.x", "%tensorflow_version"),
        "!pip install tensorflow==1.15",
        "tf.contrib.resampler.resampler(tf.zeros([1, 2, 2, 1]), tf.zeros([1, 2]))",
        "print 1",
        *(NAMED, SEEDS, "%matplotlib inline\nimport pylab; pylab.plot([1]); pylab.show()"),
    )
    done = run(old, "--html", options=["--keep-going", "--report", "--seeds", "tf2"])
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"1.15.5 {old.parent} -f 3",
        "TensorFlow 1.x selected.",
        "Currently selected TF version: 1.x",
        "note: tensorflow==1.15: not changed in this environment",
        "[0]",
    ]
    assert "UsageError: expected 1.x" in done.stderr
    assert "this is Python 2 (print without parentheses); this kernel runs Python 3" in done.stderr
    assert "error: Resampler: this op was compiled for TensorFlow 1" in done.stderr
    assert 'File "<cell 8>", line 1, in <module>' in done.stderr
    assert "ipykernel" not in done.stderr
    assert re.search(r"  renamed +cell 8, line 1 +tf\.log +use tf\.math\.log\n", done.stderr)
    assert done.stderr.endswith("error: 4 of 10 cells failed\n")
    assert "image/png" in outputs(tmp_path / "old.executed.ipynb")[-1][0].data
    assert "TensorFlow 1.x selected." in (tmp_path / "old.executed.html").read_text()


@pytest.mark.slow
def test_cell_that_exits_with_success_has_not_failed(run, tmp_path):
    main = "import tensorflow as tf\ntf.app.run(lambda _: print('main'), ['script'])"
    done = run(write(tmp_path / "old.ipynb", main, "get_ipython().magic('precision 3')", "0.12345"))
    assert done.returncode == 0, done.stderr
    assert outputs(tmp_path / "old.executed.ipynb")[-1][0].data["text/plain"] == "0.123"
    assert run(write(tmp_path / "old.ipynb", "import sys; sys.exit(2)")).returncode == 1


@pytest.mark.slow
def test_dead_kernel_gives_one_error_line(run, tmp_path):
    done = run(write(tmp_path / "old.ipynb", "print('begun')", "import os; os._exit(3)", "1"))
    assert (done.returncode, done.stdout) == (1, "begun\n")
    complaint = "old.ipynb, cell 2: the kernel died with exit code 3\n"
    assert done.stderr.endswith(complaint)
    assert outputs(tmp_path / "old.executed.ipynb")[0][0].text == "begun\n"


WAIT = "import time; print('begun'); time.sleep(600)"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "wait"),
    [
        (signal.SIGINT, WAIT),
        (signal.SIGTERM, WAIT),
        # As in many scripts: the cell itself succeeds, and the run ends nevertheless.
        (signal.SIGINT, f"try:\n    {WAIT}\nexcept KeyboardInterrupt:\n    raise SystemExit(0)"),
    ],
)
def test_executed_cells_are_saved_after_a_signal(number, wait, period_packages, tmp_path):
    write(tmp_path / "old.ipynb", wait, "print('next')")
    with processes() as start:
        process = start([*LEGACY, "--keep-going", "old.ipynb"], cwd=tmp_path)
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        said = process.communicate()
    assert process.returncode == 128 + number
    assert said[0] == ""
    assert said[1].endswith("notebook: old.executed.ipynb\ninterrupted\n")
    first, second = outputs(tmp_path / "old.executed.ipynb")
    assert (first[0].text, second) == ("begun\n", [])


@pytest.mark.slow
@pytest.mark.parametrize("has_store", [True, False])
def test_the_kernel_is_installed_for_every_jupyter_of_the_user(
    has_store, request, tmp_path, monkeypatch
):
    if has_store:
        request.getfixturevalue("period_packages")
    else:
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "none"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    command_line = [sys.executable, "-m", "tf_edureka", "run", "--install-kernel"]
    done = subprocess.run(command_line, capture_output=True, text=True)
    folder = tmp_path / "kernels" / kernel.NAME
    assert done.stdout.splitlines() == [
        f'installed the Jupyter kernel "TensorFlow 1" in {folder}',
        "to remove it: jupyter kernelspec remove tensorflow1",
    ]
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)  # the kernel has stored it
    manager, client = start_new_kernel(kernel_name=kernel.NAME)
    try:
        said: list[str] = []
        client.execute_interactive(
            "import tensorflow as tf; print(tf.__version__)",
            output_hook=lambda message: said.append(message["content"].get("text", "")),
            timeout=100,
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert said[-2:] == ["1.15.5\n", ""]
    assert any("--fetch-period" in text for text in said) is not has_store


def ipython(*cells: str) -> str:
    """Returns what IPython prints on stderr when it runs the cells in a process of its own."""
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance(colors='nocolor')\n"
        f"for cell in {cells}: shell.run_cell(cell)"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr


def test_extension_is_rejected_after_tensorflow_was_imported():
    imported = "import sys, types; sys.modules['tensorflow'] = types.ModuleType('tensorflow')"
    said = ipython(imported, "%load_ext tf_edureka.legacy")
    assert said.startswith("UsageError: expected a process without TensorFlow")
    assert said.count("\n") == 1


@pytest.mark.slow
def test_extension_gives_any_ipython_tensorflow_1(period_packages):
    load = "%load_ext tf_edureka.legacy"
    version = "import sys, tensorflow as tf; print(tf.__version__, file=sys.stderr)"
    assert ipython(load, "%reload_ext tf_edureka.legacy", version) == "1.15.5\n"


@pytest.mark.parametrize(
    ("written", "run"),
    [
        ("!pip install numpyro\n", "!pip install numpyro\n"),
        ("x = 'pip install tensorflow'\n", "x = 'pip install tensorflow'\n"),
        ("  %pip install gym\n", "  %pip install gym\n"),
        ("!pip install -q tensorflow==1.15\nx\n", "!NOTE tensorflow==1.15\nx\n"),
        (
            "  !pip3 install 'Keras<2.3' gym && ls\n",
            "  !NOTE Keras<2.3 && pip3 install gym && ls\n",
        ),
        ("%pip install numpy gym\n", "!NOTE numpy\n%pip install gym\n"),
        ("pip install tensorflow-gpu\n", "!NOTE tensorflow-gpu\n"),
        ("%%bash\npip install keras\nls\n", "%%bash\nNOTE keras\nls\n"),
        ("!pip install \\\n  keras \\\n  gym\n", "!NOTE keras && pip install gym\n"),
        ("!{sys.executable} -m pip uninstall -y numpy; ls\n", "!NOTE numpy; ls\n"),
        ("out = !cd x; conda install keras\n", "out = !cd x; NOTE keras\n"),
    ],
)
def test_install_commands_do_not_change_tensorflow_keras_and_numpy(written, run):
    changed = "".join(
        install_commands.without_protected_packages(written.splitlines(keepends=True))
    )
    changed = changed.replace("echo 'note:", "NOTE")
    assert changed.replace(": not changed in this environment'", "") == run


R = {"kernelspec": {"name": "ir", "display_name": "R"}}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{\n", "old.ipynb: expected a notebook, got an invalid one"),
        ("[1]", "old.ipynb: expected a notebook, got an invalid one"),
        ({"cells": [], "metadata": {}}, "expected a notebook with code cells, found none"),
        ({"cells": [], "metadata": R}, "expected a notebook in Python, got one in R"),
        (None, "old.ipynb: cannot be read (No such file or directory)"),
    ],
)
def test_invalid_notebooks_give_one_error_line(text, complaint, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    if isinstance(text, dict):
        text = json.dumps({"nbformat": 4, "nbformat_minor": 4, **text})
    if text is not None:
        Path("old.ipynb").write_text(text)
    assert command.main(["old.ipynb"]) == 2
    expect_error(capsys.readouterr().err, complaint)
    assert not Path("old.executed.ipynb").exists()


@pytest.mark.parametrize("arguments", [["--figures", "x", "old.ipynb"], ["--html", "old.py"]])
def test_script_options_and_notebook_options_are_not_mixed(arguments, capsys):
    assert command.main(arguments) == 2
    expect_error(capsys.readouterr().err, "notebook")


def test_error_without_jupyter_says_how_to_install_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "jupyter_client.kernelspec", None)
    assert command.main(["--install-kernel"]) == 2
    expect_error(capsys.readouterr().err, "pip install -e '.[notebooks]' installs it")


@pytest.mark.parametrize("version", [2, 3])
def test_notebooks_of_older_formats_are_read(version, tmp_path):
    cell = {"cell_type": "code", "input": "1", "language": "python", "outputs": []}
    sheets = [{"cells": [cell], "metadata": {}}]
    old = {"nbformat": version, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets}
    (tmp_path / "old.ipynb").write_text(json.dumps(old))
    (found,) = notebook.code_cells(notebook.read(tmp_path / "old.ipynb")).values()
    assert found.source == "1"
