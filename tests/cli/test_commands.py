"""The command `tf-edureka`, which calls all others."""

import importlib
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from helpers import package_alone

import tf_edureka
from tf_edureka.cli import COMMANDS, main

MODULE = [sys.executable, "-m", "tf_edureka"]
INSTALLED = [str(Path(sysconfig.get_path("scripts"), "tf-edureka"))]


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_it_lists_every_command_and_what_each_does(capsys, arguments):
    assert main(arguments) == 0
    output, error = capsys.readouterr()
    listed = dict(line.split(maxsplit=1) for line in output.splitlines() if line.startswith("  "))
    assert listed == {name: does for name, (_, does) in COMMANDS.items()}
    assert error == ""


def test_version_is_printed(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"tf_edureka {tf_edureka.__version__}\n"


@pytest.mark.parametrize("name", ["train", "train_mnist", "--verbose", ""])
def test_an_unknown_command_is_one_line(capsys, name):
    assert main([name, "--epochs", "1"]) == 2
    output, error = capsys.readouterr()
    assert output == ""
    assert error.startswith("error: expected one of the commands train-mnist, ")
    assert f"got {name!r}; tf-edureka --help" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_a_module_with_a_main_function(command):
    module = importlib.import_module(COMMANDS[command][0])
    assert callable(module.main)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_needs_no_tensorflow(command):
    code = (
        "import runpy, sys\n"
        f"sys.argv[1:] = [{command!r}, '--help']\n"
        "try: runpy.run_module('tf_edureka', run_name='__main__', alter_sys=True)\n"
        "except SystemExit as end: assert not end.code\n"
        "else: raise AssertionError('went on')\n"
        f"assert {COMMANDS[command][0]!r} in sys.modules\n"
        "sys.exit(bool({'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: tf-edureka {command} ")
    assert done.stderr == ""


def test_a_command_gets_the_arguments_after_its_name_and_gives_the_exit_code(
    capsys, monkeypatch, tmp_path
):
    monkeypatch.setattr(sys, "argv", ["tf-edureka", "--version"])
    out = tmp_path / "out"
    assert main(["train-perceptron", "--epochs", "2", "--quiet", "--out", str(out)]) == 0
    assert (out / "history.json").exists()
    assert main(["train-perceptron", "--epochs", "0", "--out", str(out)]) == 2
    assert capsys.readouterr().err.startswith("error: epochs: expected a whole number")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 0),
        (["--version"], 0),
        (["nonsense"], 2),
        (["train-mnist", "--help"], 0),
        (["train-mnist", "--epochs", "0"], 2),
        pytest.param(["run", "script.py", "--help"], 3, marks=pytest.mark.slow),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_the_module_is_the_installed_command(tmp_path, arguments, code):
    (tmp_path / "script.py").write_text("import sys; print(sys.argv, __name__); sys.exit(3)")
    module, installed = (
        subprocess.run([*start, *arguments], cwd=tmp_path, capture_output=True, text=True)
        for start in (MODULE, INSTALLED)
    )
    assert module.returncode == installed.returncode == code
    assert (module.stdout, module.stderr) == (installed.stdout, installed.stderr)
    assert module.stdout or module.stderr.startswith("error: ")


def test_doctor_runs_without_any_installed_package(tmp_path):
    code = (
        "import runpy, sys\n"
        f"sys.path.insert(0, {str(package_alone(tmp_path))!r})\n"
        "sys.argv[1:] = ['doctor', '--help']\n"
        "runpy.run_module('tf_edureka', run_name='__main__', alter_sys=True)"
    )
    # -S: without site-packages
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--json" in done.stdout
