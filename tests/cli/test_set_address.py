import json
import shutil
from pathlib import Path

import nbformat
import pytest
from helpers import ROOT, expect_error

from tf_edureka.cli import set_address as command

ADDRESS = "https://github.com/some-one/a.name_2"


def texts() -> dict[Path, str]:
    files = (command.PROJECT, command.CITATION, command.README, *command.NOTEBOOKS.glob("*.ipynb"))
    return {path: path.read_bytes().decode() for path in files}


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """The working directory, with copies of the files that contain the address."""
    for name in (command.PROJECT, command.CITATION, command.README):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / command.NOTEBOOKS, tmp_path / command.NOTEBOOKS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_files_of_the_project_have_the_address_of_pyproject(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert command.with_address(texts()) == texts(), "python scripts/set_address.py"


def test_a_new_address_is_written_everywhere_and_nothing_else_changes(project, capsys):
    before = texts()
    assert command.main([ADDRESS]) == 0
    after = texts()
    for path, text in after.items():
        assert "OWNER/" not in text, path
        assert "OWNER.github.io" not in text, path
        for old, new in (
            ("some-one/a.name_2", "OWNER/tf_edureka"),
            ("some-one.github.io/a.name_2", "OWNER.github.io/tf_edureka"),
        ):
            text = text.replace(old, new)
        assert text == before[path]
    assert f'repository-code: "{ADDRESS}"' in after[command.CITATION]
    assert f"{ADDRESS}/blob/main/CHANGELOG.md" in after[command.PROJECT]
    assert "https://some-one.github.io/a.name_2/" in after[command.PROJECT]
    colab = "https://colab.research.google.com/github/some-one/a.name_2/blob/main/notebooks/"
    for path in (path for path in after if path.suffix == ".ipynb"):
        assert f"({colab}{path.name})" in after[command.README]
        notebook = nbformat.reads(after[path], as_version=4)
        nbformat.validate(notebook)
        heading, _, badge, *_ = notebook.cells[0].source.split("\n")
        assert heading.startswith("# ")
        assert badge.endswith(f"({colab}{path.name})")
        assert f'"git+{ADDRESS}"' in notebook.cells[1].source
    assert f"\n0 of {len(after)} files already had it\n" in capsys.readouterr().out
    assert command.main([ADDRESS]) == 0
    assert texts() == after
    assert f"{len(after)} of {len(after)} files already had it" in capsys.readouterr().out
    assert command.main(["https://github.com/OWNER/tf_edureka"]) == 0
    assert texts() == before


def test_the_first_cell_is_the_same_in_every_notebook_and_short():
    notebooks = [nbformat.read(path, 4) for path in (ROOT / "notebooks").glob("*.ipynb")]
    cells = {next(x.source for x in one.cells if x.cell_type == "code") for one in notebooks}
    (cell,) = cells
    assert len(cell.split("\n")) < 20


def test_a_new_notebook_gets_its_badge_its_first_cell_and_a_line_in_readme(project):
    path = project / "notebooks" / "04_new.ipynb"
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_markdown_cell("# 4. New"), nbformat.v4.new_code_cell("1")]
    nbformat.write(made, path)
    assert command.main([]) == 0
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[0].source.startswith("# 4. New\n\n[![Open in Colab]")
    assert [cell.source.count("%pip install") for cell in notebook.cells] == [0, 1, 0]
    assert notebook.cells[2].source == "1"
    text = path.read_text()
    assert nbformat.writes(notebook) + "\n" == text
    assert "- [New](notebooks/04_new.ipynb) [![Open" in Path("README.md").read_text()
    assert command.main([]) == 0
    assert path.read_text() == text


@pytest.mark.parametrize(
    "address",
    [
        "http://github.com/a/b",
        "https://gitlab.com/a/b",
        "https://github.com/a",
        "https://github.com/a/b/",
        "https://github.com/a/b.git",
        "git+https://github.com/a/b",
        "https://github.com/a/b c",
        'https://github.com/a/b"',
    ],
)
def test_invalid_addresses_are_rejected(address, project, capsys):
    before = texts()
    assert command.main([address]) == 2
    expect_error(capsys.readouterr().err, "https://github.com/OWNER/NAME, got")
    assert texts() == before


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("pyproject.toml", "[project]\n", "expected a line Repository = "),
        ("pyproject.toml", None, "cannot be read"),
        ("README.md", "# tf_edureka\n", "expected lines that start with - [...](notebooks/"),
        ("notebooks/01_perceptron.ipynb", "no JSON", "expected a notebook that starts with #"),
        ("notebooks/01_perceptron.ipynb", "[]", "expected a notebook that starts with #"),
        (
            "notebooks/01_perceptron.ipynb",
            json.dumps({"cells": [{"cell_type": "markdown", "source": "# A"}]}),
            "has a code cell",
        ),
        (
            "notebooks/01_perceptron.ipynb",
            json.dumps({"cells": [{"cell_type": "code", "source": "1"}]}),
            "(no title)",
        ),
    ],
)
def test_invalid_file_gives_one_line_and_nothing_is_written(path, text, complaint, project, capsys):
    if text is None:
        Path(path).unlink()
    else:
        Path(path).write_text(text)
    before = {file: file.read_bytes() for file in project.rglob("*.*") if file.is_file()}
    assert command.main([ADDRESS]) == 2
    expect_error(capsys.readouterr().err, complaint)
    assert {file: file.read_bytes() for file in before} == before
