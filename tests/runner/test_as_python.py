"""Compares a script's exit code and output under the runner with Python's, each in a process.

TensorFlow is left out, since its import takes seconds and does not affect the results.
"""

import re
import shutil
import subprocess
import sys

import pytest
from helpers import expect_interrupted

RUNNER = """
import contextlib, sys
from unittest import mock
nothing = lambda *_: None
hidden = mock.Mock(
    hidden_frames=lambda *_: contextlib.nullcontext(), explanation=nothing, advice=nothing
)
sys.modules["tf_edureka.runner.modules"] = hidden
sys.modules["tensorflow"] = mock.Mock()
from tf_edureka.cli import run
run._store = lambda: None
sys.exit(run.main())
"""
OWN_HOOK = """
import sys, traceback
def hook(*error):
    print("mine")
    traceback.print_exception(*error)
assert sys.excepthook is sys.__excepthook__
sys.excepthook = hook
1 / 0
"""
LAST = """
import atexit, sys, traceback
atexit.register(lambda: traceback.print_tb(sys.last_traceback))
1 / 0
"""
STANDARD_INPUT = """
import other, sys
print(sys.argv, repr(sys.path[0]), __file__, __name__, __loader__, sorted(globals()))
print(repr(sys.stdin.read()))
def fail():
    raise ValueError("no")
fail()
"""
ENDS = {
    "a hook of its own": OWN_HOOK,
    "a text": "import sys; print('so far'); sys.exit('no more')",
    "a number": "import sys; sys.exit(259)",
    "a list": "raise SystemExit(['a'])",
    "nothing": "raise SystemExit",
    "options": "import argparse; argparse.ArgumentParser(prog='p').parse_args()",
    "Ctrl-C": "import signal; signal.raise_signal(signal.SIGINT)",
    "SIGTERM": "import signal; signal.raise_signal(signal.SIGTERM)",
    "at once": "import os; os._exit(7)",
    "an error at exit": "import atexit; print(1); atexit.register(open, '/none')",
    "the last traceback": LAST,
    "too deep a recursion": "def f():\n    f()\nf()\n",
    "an error of an error": "try:\n    1 / 0\nexcept Exception:\n    raise ValueError",
    "a closed stderr": "import sys; sys.stderr.close(); raise ValueError",
    "another folder": "import os; os.mkdir('a'); os.chdir('a'); 1 / 0",
    "its own end": "import os; os.remove(__file__); 1 / 0",
    "no globals": "globals().clear()",
}
QUICK = ("a hook of its own",)


def commands(*arguments, options=()):
    """Returns the command lines of Python and of the runner with these arguments."""
    return [[sys.executable, *options, *start, *arguments] for start in ([], ["-c", RUNNER])]


@pytest.fixture
def ends(tmp_path):
    """Returns exit code, output and errors of a script under Python and under the runner."""

    def ended(text, *arguments, options=(), shell="", **started):
        results = []
        for command in commands(*arguments, options=options):
            folder = tmp_path / "folder"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (folder / "script.py").write_text(text)
            (folder / "other.py").touch()
            before = ["sh", "-c", f'"$@" {shell}', "sh"] if shell else []
            done = subprocess.run(
                before + command, cwd=folder, capture_output=True, text=True, **started
            )
            # These differ: addresses, and the runner's own frames in a recursion limit.
            said = re.sub(r"repeated \d+ more|0x\w+|refcount *: .*", "", done.stderr)
            results.append((done.returncode, done.stdout, said))
        return results

    return ended


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=name, marks=[] if name in QUICK else pytest.mark.slow)
        for name, text in ENDS.items()
    ],
)
def test_exit_code_and_output_are_pythons(text, ends):
    python, runner = ends(text, "script.py", "--none")
    assert runner == python


def test_script_on_standard_input_runs_as_in_python(ends):
    python, runner = ends("", "-", "a", "--", "--report", input=STANDARD_INPUT)
    assert python[0] == 1
    assert runner == python


@pytest.mark.slow
def test_standard_input_is_read_from_its_current_position(tmp_path):
    script = tmp_path / "script.py"
    script.write_bytes(b"no Python\n# coding: latin-1\nprint('\xe9')\n1 = 2\n")
    results = []
    for command in commands("-"):
        with open(script, "rb", buffering=0) as file:
            file.seek(len(b"no Python\n"))
            done = subprocess.run(command, stdin=file, capture_output=True)
            results.append((done.returncode, done.stdout, done.stderr))
    python, runner = results
    assert b"line 3\n    1 = 2\n" in python[2]
    assert runner == python


@pytest.mark.slow
@pytest.mark.parametrize("given", ["-", "/dev/stdin", "none.py", "none\x1b[31m.py", "../folder"])
def test_missing_scripts_give_pythons_error(given, ends):
    python, runner = ends("", given, stdin=subprocess.DEVNULL)
    assert runner == python


@pytest.mark.slow
def test_arguments_are_passed_unchanged(ends):
    for arguments in (["--"], ["--", "a"], ["a", "--", "--"], ["-h"], ["--report", "-"], [""]):
        python, runner = ends("import sys; print(sys.argv)", "script.py", *arguments)
        assert runner == python


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [["-O"], ["-W", "error"], ["-bb"], ["-X", "dev"], ["-u"], ["-P"]], ids=" ".join
)
def test_python_options_have_the_same_effect(options, ends):
    if options == ["-P"] and sys.version_info < (3, 11):
        pytest.skip("Python 3.10 has no -P")
    script = "import sys; print(sys.flags, sys.warnoptions, sys.path[0]); assert 0; print('\\d')"
    python, runner = ends(script, "script.py", options=options)
    assert runner == python


@pytest.mark.slow
@pytest.mark.parametrize("shell", [">&-", "2>&-", ">/dev/full", "2>/dev/full", "| true"])
def test_failing_streams_behave_as_in_python(shell, ends):
    python, runner = ends("print('out', flush=True)\n1 / 0\n", "script.py", shell=shell)
    assert runner == python


def test_report_is_not_mixed_with_the_scripts_output(tmp_path):
    (tmp_path / "script.py").write_text("import sys\nsys.stderr = sys.stdout\nprint(1)\n")
    for shell, said in (
        ("2>&-", ""),
        ("", "\nscript.py uses nothing that TensorFlow 2 has changed.\n"),
    ):
        command = ["sh", "-c", f'"$@" {shell}', "sh", sys.executable, "-c", RUNNER, "--report"]
        done = subprocess.run([*command, "script.py"], cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", said)


def test_ctrl_c_before_the_script_starts_prints_one_line():
    code = (
        "import os, signal, time\n"
        "from tf_edureka.cli import run\n"
        "from tf_edureka.runner import source\n"
        "source.read = lambda _: (os.kill(os.getpid(), signal.SIGINT), time.sleep(60))\n"
        "run.main(['script.py'])"
    )
    expect_interrupted(code)
