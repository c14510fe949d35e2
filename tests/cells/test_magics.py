"""`%%tensorflow1` and `%%tensorflow2` in notebooks that Jupyter's own client runs."""

import os
import re
import time
from pathlib import Path

import nbclient
import nbformat
import pytest
from jupyter_client.manager import start_new_kernel

LOAD = "%load_ext tf_edureka.cells"
COLOURS = re.compile("\x1b\\[[0-9;]*m")


@pytest.fixture
def run(tmp_path):
    """Runs cells after one that loads the extension; returns the outputs of each."""

    def run(*cells):
        # If it is set, ipykernel does not capture the output of subprocesses.
        without_pytest = {**os.environ}
        without_pytest.pop("PYTEST_CURRENT_TEST")
        made = [nbformat.v4.new_code_cell(cell) for cell in (LOAD, *cells)]
        notebook = nbformat.v4.new_notebook(cells=made)
        nbclient.NotebookClient(
            notebook,
            allow_errors=True,
            timeout=200,
            resources={"metadata": {"path": str(tmp_path)}},
            extra_arguments=["--log-level=CRITICAL"],
        ).execute(env=without_pytest)
        return [cell.outputs for cell in notebook.cells[1:]]

    return run


def printed(outputs, name="stdout") -> str:
    return "".join(one.text for one in outputs if one.get("name") == name)


def plain(error) -> str:
    """Returns a traceback without colours."""
    return COLOURS.sub("", "\n".join(error.traceback))


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].startswith(" Z")


GRAPH = """%%tensorflow1 old
import os
import tensorflow as tf
x = tf.placeholder(tf.float32)
doubled = x * 2
"""
SESSION = """%%tensorflow1
with tf.Session() as session:
    print(session.run(doubled, {x: 3}), os.getppid(), os.getcwd())
"""
HERE = """%%tensorflow2 new
import os, sys
print(os.getpid(), "tensorflow" in sys.modules)
1 + 1
"""


def test_tensorflow_1_cells_share_variables(run, tmp_path):
    _, session, here, texts = run(GRAPH, SESSION, HERE, "print([old, new])")
    ours, has_tensorflow = printed(here).split()
    assert printed(session) == f"6.0 {ours} {tmp_path}\n"
    assert has_tensorflow == "False"
    assert here[-1].data["text/plain"] == "2"
    without_magics = [cell.partition("\n")[2] for cell in (GRAPH, HERE)]
    assert printed(texts) == f"{without_magics}\n"


SHOWS = """%%tensorflow1
import os, sys
from IPython.display import HTML, clear_output, display
print("gone")
clear_output()
print("out")
print("err", file=sys.stderr)
display(HTML("<b>bold</b>"))
shown = display("before", display_id=True)
shown.update("after")
os.system("echo said by a process")
"""


@pytest.mark.slow
def test_output_of_a_cell_appears_once_and_in_order(run):
    (outputs,) = run(SHOWS)
    assert printed(outputs) == "out\nsaid by a process\n"
    assert printed(outputs, "stderr").endswith("err\n")
    shown = [one.data for one in outputs if one.output_type == "display_data"]
    assert shown[0]["text/html"] == "<b>bold</b>"
    assert [one["text/plain"] for one in shown[1:]] == ["'after'", "0"]


@pytest.mark.slow
def test_failed_cell_shows_the_other_kernels_traceback(run):
    cells = (
        "text = 'a'\n1 / 0",
        "%no_such_magic",
        "import sys; sys.exit(2)",
        "import sys; sys.exit()",
    )
    failed, unknown, ends, ends_well = run(*(f"%%tensorflow1\n{cell}" for cell in cells))
    (error,) = failed
    assert (error.ename, error.evalue) == ("ZeroDivisionError", "division by zero")
    lines = plain(error)
    assert "In[1], line 2" in lines or "Input In [1], line 2" in lines, lines
    assert "tensorflow1_kernel" not in lines
    assert "%no_such_magic" in printed(unknown, "stderr")
    assert unknown[-1].output_type == "error"
    assert ends[-1].ename == "SystemExit"
    assert "error" not in [one.output_type for one in ends_well]


@pytest.mark.slow
def test_failed_cell_stops_the_notebook(tmp_path):
    cells = [LOAD, "%%tensorflow1\n1 / 0", "print('reached')"]
    made = [nbformat.v4.new_code_cell(cell) for cell in cells]
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="ZeroDivisionError"):
        nbclient.NotebookClient(nbformat.v4.new_notebook(cells=made)).execute()


@pytest.mark.slow
def test_dead_kernel_is_reported_and_the_next_cell_starts_a_new_one(run):
    dies, next_one = run(
        "%%tensorflow1\nimport os; os._exit(3)", "%%tensorflow1\nprint('os' in dir())"
    )
    assert len(dies) == 1
    said = printed(dies, "stderr")
    assert said.startswith("UsageError: the TensorFlow 1 kernel died with exit code 3; ")
    assert said.count("\n") == 1
    assert printed(next_one) == "False\n"


def test_kernel_that_does_not_start_gives_one_line(run):
    broken = "from tf_edureka.runner import kernel\nkernel.spec = lambda: {'argv': ['false']}"
    _, outputs = run(broken, "%%tensorflow1\n1")
    assert "died with exit code 1; " in printed(outputs, "stderr")
    assert len(outputs) == 1


def test_failed_tensorflow_2_cell_keeps_line_numbers_and_its_text(run):
    failed, kept = run("%%tensorflow2 new\n\n1 / 0", "print([new])")
    assert "line 3" in plain(failed[0])
    assert printed(kept) == "['\\n1 / 0']\n"


def test_invalid_names_are_rejected(run):
    for number, outputs in enumerate(run("%%tensorflow1 class\n1", "%%tensorflow2 1a\n1"), 1):
        said = printed(outputs, "stderr")
        assert said.startswith(f"UsageError: expected %%tensorflow{number} NAME, where NAME is a")
        assert len(outputs) == 1


@pytest.fixture
def live():
    """A kernel as in JupyterLab, which can also be interrupted and killed."""
    manager, client = start_new_kernel(extra_arguments=["--log-level=CRITICAL"])
    client.execute(LOAD, reply=True)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def first_line(client) -> str:
    """Waits for the first line that the running cell prints and returns it."""
    while True:
        message = client.get_iopub_msg(timeout=100)
        if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
            return message["content"]["text"].strip()


WAITS = """%%tensorflow1
import os, time
print(os.getpid(), flush=True)
time.sleep(600)
"""


@pytest.mark.slow
def test_interrupt_ends_the_cell_and_keeps_the_kernels_variables(live):
    manager, client = live
    asked = client.execute(WAITS)
    there = first_line(client)
    manager.interrupt_kernel()
    reply = client.get_shell_msg(timeout=100)
    assert reply["parent_header"]["msg_id"] == asked
    assert (reply["content"]["status"], reply["content"]["ename"]) == ("error", "KeyboardInterrupt")
    client.execute("%%tensorflow1\nprint(os.getpid(), flush=True)")
    assert first_line(client) == there


@pytest.mark.slow
@pytest.mark.parametrize("is_killed", [True, False])
def test_the_kernel_ends_with_the_notebook(live, is_killed):
    manager, client = live
    client.execute(WAITS if is_killed else WAITS.replace("600", "0"))
    there = int(first_line(client))
    assert is_running(there)
    if is_killed:
        manager.provisioner.process.kill()
    else:
        manager.shutdown_kernel()
    end = time.monotonic() + 60
    while is_running(there):
        assert time.monotonic() < end, "an orphan"
        time.sleep(0.1)
