"""`--report-only`: the report on a script without running it."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import tf_edureka
from tf_edureka.cli import run as command
from tf_edureka.runner import local_modules, source
from tf_edureka.runner.period_wheels import FOLDER_VARIABLE

OLD = "import tensorflow as tf\ntf.log(1)\nraise SystemExit('it was run')\n"


def write(folder: Path, **files: str) -> None:
    """Files by their names, in which `__` is a folder."""
    for name, text in files.items():
        file = folder / f"{name.replace('__', '/')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def names(given: Path | str) -> list[str]:
    return [name.replace(os.sep, "/") for name, _ in local_modules.read(str(given))]


def test_script_and_its_modules_are_reported_on_and_not_run(tmp_path, capsys):
    write(tmp_path, old=f"import net\n{OLD}", net="import tensorflow as tf\ntf.Session()\n")
    assert command.main(["--report-only", str(tmp_path / "old.py"), "--steps", "3"]) == 0
    out, err = capsys.readouterr()
    assert [line.split()[:5] for line in out.splitlines() if line.startswith(" ")] == [
        ["renamed", "3", "tf.log", "use", "tf.math.log"],
        ["restructured", "2", "tf.Session", "remove", "it:"],
    ]
    assert err == ""


def test_tensorflow_and_the_period_packages_are_not_needed(tmp_path):
    write(tmp_path, old=OLD)
    code = (
        "import sys; from tf_edureka.cli import run; code = run.main(sys.argv[1:]); "
        "sys.exit(code or 'tensorflow' in sys.modules)"
    )
    environment = {**os.environ, FOLDER_VARIABLE: str(tmp_path / "none")}
    arguments = [sys.executable, "-c", code, "--report-only", str(tmp_path / "old.py")]
    assert subprocess.run(arguments, env=environment).returncode == 0


def test_modules_are_found_as_python_finds_them(tmp_path):
    write(
        tmp_path,
        old="import net.layers.dense, numpy, missing\nfrom data import reader\nimport old\n",
        net____init__="from . import losses",
        net__losses="from .layers import dense\nfrom ..outside import x",
        net__layers__dense="def f():\n    import late\n",
        net__unused="",
        data__reader="from net.layers.dense import f",
        late="",
        outside="",
    )
    (tmp_path / "net" / "__init__.py").write_text("from . import losses")
    assert names(tmp_path / "old.py") == [
        *("old.py", "net/__init__.py", "net/layers/dense.py", "data/reader.py"),
        *("net/losses.py", "late.py"),
    ]


def test_folders_and_archives_are_read_as_python_runs_them(tmp_path):
    (tmp_path / "__main__.py").write_text("import net")
    write(tmp_path, net=OLD)
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        for name in ("__main__.py", "net.py"):
            archive.write(tmp_path / name, name)
    assert names(tmp_path) == [f"{tmp_path}/__main__.py", "net.py"]
    assert names(tmp_path / "old.zip") == [f"{tmp_path}/old.zip/__main__.py", "net.py"]


@pytest.mark.parametrize("link", [False, True])
def test_packages_installed_below_the_folder_of_the_script_are_ignored(tmp_path, monkeypatch, link):
    write(
        tmp_path,
        old="import tf_edureka.legacy, installed.site_packages, cache.tensorflow_core",
        cache__tensorflow_core="",
    )
    ours = Path(tf_edureka.__file__).parent
    if link:
        (tmp_path / "tf_edureka").symlink_to(ours)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    assert names(tmp_path / "old.py") == ["old.py"]
    script = source.read(str(tmp_path / "old.py"))
    for file in ("cache/tensorflow_core.py", "venv/site-packages/net.py"):
        assert not script.owns(str(tmp_path / file))
    assert script.owns(str(tmp_path / "net.py"))
    assert script.owns(str(tmp_path / "tf_edureka" / "config.py")) is not link


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.py", None, "cannot be read (No such file or directory)"),
        ("two.py", b"print 1\n", "cannot be parsed as Python 3 (SyntaxError"),
        # A SyntaxError; on Python 3.10 a ValueError.
        ("data.bin", b"\0\1\2", "cannot be parsed as Python 3 ("),
        ("gone.ipynb", None, "gone.ipynb"),
        ("none.ipynb", b"[1, 2]", "expected a notebook, got invalid JSON or cells"),
        ("none.ipynb", b"no JSON", "expected a notebook, got invalid JSON or cells"),
    ],
)
def test_unreadable_script_is_one_line_and_exit_code_2(tmp_path, capsys, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert command.main(["--report-only", str(tmp_path / name)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.startswith("error: ")
    assert err.count("\n") == 1


def test_unreadable_module_is_one_line_and_the_others_are_reported_on(tmp_path, capsys):
    write(tmp_path, old=f"import two\n{OLD}", two="print 1\n")
    assert command.main(["--report-only", str(tmp_path / "old.py")]) == 2
    out, err = capsys.readouterr()
    assert "tf.math.log" in out
    assert err.startswith("error: two.py: cannot be parsed as Python 3 (SyntaxError")


CODE = ["import tensorflow as tf\n", "%matplotlib inline\n", "!ls\n", "tf.log(1)"]


@pytest.mark.parametrize(
    "notebook",
    [
        {
            "cells": [
                {"cell_type": "markdown", "source": "x"},
                {"cell_type": "code", "source": CODE},
            ]
        },
        {"worksheets": [{"cells": [{"cell_type": "code", "input": "".join(CODE)}]}]},
    ],
)
def test_a_notebook_is_reported_on_cell_by_cell(tmp_path, capsys, notebook):
    (tmp_path / "old.ipynb").write_text(json.dumps(notebook))
    assert command.main(["--report-only", str(tmp_path / "old.ipynb")]) == 0
    _, row = capsys.readouterr().out.splitlines()
    assert row.split() == ["renamed", "cell", "1,", "line", "4", "tf.log", "use", "tf.math.log"]


def test_missing_script_argument_is_an_error(capsys):
    assert command.main(["--report-only", "--fetch-period"]) == 2
    assert "--report-only needs a SCRIPT" in capsys.readouterr().err
