import contextlib
import functools
import importlib
import io
import pkgutil
import re
from pathlib import Path

import pytest
from helpers import PACKAGE, ROOT

from tf_edureka import cli

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "tests/goldens/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ALL = pytest.mark.parametrize("path", [*PAGES, *NOTEBOOKS], ids=lambda path: path.name)
# Each command with its arguments, up to the end of the line or of the code.
COMMAND = re.compile(
    r"(python scripts/\w+\.py|python -m tf_edureka(?:\.\w+)*|tf-edureka [a-z-]+)([^`#;\n\\]*)"
)
FILE = re.compile(r"(?<![\w./-])(?:docs|notebooks|scripts|tests|tf_edureka)/[\w./-]*\w")
NAME = re.compile(r"(?<![\w./-])tf_edureka(?:\.[A-Za-z]\w*)+")


def anchors(text):
    """The targets that a link can have after `#`: the headings as GitHub writes them."""
    without_code = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", without_code, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(text, folder):
    broken = []
    for target in re.findall(r"\]\((?!https://)([^)]*)\)", text):
        file, _, anchor = target.partition("#")
        there = folder / file
        found = anchor and there.exists() and anchors(there.read_text() if file else text)
        if not there.exists() or (anchor and anchor not in found):
            broken.append(target)
    return broken


def module_of(command):
    """The module that runs a command; None if the command does not exist."""
    called_by, _, name = command.rpartition(" ")
    if called_by == "tf-edureka":
        return cli.COMMANDS[name][0] if name in cli.COMMANDS else None
    if called_by == "python -m":
        return f"{name}.__main__"
    if name == "scripts/gallery.py":
        return "gallery"  # not in the package
    return f"tf_edureka.cli.{Path(name).stem}" if (ROOT / name).exists() else None


@functools.cache
def options_of(command):
    """The options in the --help of a command; None if the command does not exist."""
    try:
        module = importlib.import_module(module_of(command) or "absent")
    except ModuleNotFoundError:
        return None
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
        module.main(["--help"])
    options = re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", text.getvalue(), re.MULTILINE)
    # launch-workers passes on the options that it does not know.
    passed_on = options_of("tf-edureka train-mnist") if "WORKERS" in text.getvalue() else set()
    return {*options, *passed_on}


def unknown_options(text):
    """Commands that do not exist, and options that commands do not have."""
    unknown = []
    for command, arguments in COMMAND.findall(text):
        options = options_of(command)
        if command in ("tf-edureka run", "python -m tf_edureka.legacy"):
            # What follows the script are the script's own options.
            arguments = re.split(r"\.(?:py|ipynb)\b", arguments)[0]
        if options is None:
            unknown.append(command)
        else:
            given = re.findall(r"--[a-z-]+", arguments)
            unknown += [f"{command} {one}" for one in given if one not in options]
    return unknown


def absent_names(text):
    """Files of the project, and names of the package, that do not exist."""
    folders = (ROOT, PACKAGE.parent)
    absent = [
        file
        for file in FILE.findall(text)
        if not any((folder / file).exists() for folder in folders)
    ]
    for name in NAME.findall(text):
        try:
            pkgutil.resolve_name(name)
        except (ImportError, AttributeError):
            absent.append(name)
    return absent


@ALL
def test_link_targets_exist(path):
    assert broken_links(path.read_text(), path.parent) == []


@ALL
def test_documented_commands_and_options_exist(path):
    assert unknown_options(path.read_text()) == []


@ALL
def test_documented_files_and_names_exist(path):
    assert absent_names(path.read_text()) == []


def test_links_that_lead_nowhere_are_found(tmp_path):
    (tmp_path / "there.md").write_text("# One, two\n```sh\n# three\n```\n")
    text = "[a](there.md) [b](there.md#one-two) [c](absent.md) [d](there.md#three) [e](#here)"
    assert broken_links(text, tmp_path) == ["absent.md", "there.md#three", "#here"]
    assert broken_links(f"{text}\n## here\n", tmp_path) == ["absent.md", "there.md#three"]


def test_commands_and_options_that_are_not_there_are_found():
    text = """
python scripts/compare.py --seed 2 --out X --recipe article   # --not-this
`python scripts/absent.py` python scripts/launch_workers.py 2 --timeout 9 --epochs 1 --help
tf-edureka train-perceptron --limits --sweep 9 --steps; tf-edureka absent
python -m tf_edureka.doctor --json --seed, `python -m tf_edureka.absent`
python -m tf_edureka.legacy --seeds tf2 --report; python -m tf_edureka.mlp
tf-edureka run --absent old.py --epochs 3
"""
    assert unknown_options(text) == [
        "python scripts/compare.py --recipe",
        "python scripts/absent.py",
        "tf-edureka train-perceptron --steps",
        "tf-edureka absent",
        "python -m tf_edureka.doctor --seed",
        "python -m tf_edureka.absent",
        "python -m tf_edureka.mlp",
        "tf-edureka run --absent",
    ]


def test_files_and_names_that_are_not_there_are_found():
    text = "`tf_edureka/mlp/`, tests/absent.py; tf_edureka.mlp.train, tf_edureka.legacy.absent."
    assert absent_names(text) == ["tests/absent.py", "tf_edureka.legacy.absent"]
