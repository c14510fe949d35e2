import nbformat
import pytest
from conftest import ROOT, load_script

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ALL = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
# What a page says if the notebook shows what its text tells, whatever the digits are.
SHOWS = {
    "01_perceptron": ["Epoch-- 0 --loss-- 2.0738316", "Epoch-- 99 --loss-- 0.2716712", ": True"],
    "02_mnist": ["- Accuracy= 0.9", "not moved at all: "],
    "03_legacy_vs_modern": [
        "the same bits: True",
        "each bit: True",
        "holds",
        "w is 2.99",
        "or keras.Input",
    ],
}
# Of the few epochs that need not be awaited, those of the texts.
EPOCHS = {"02_mnist": "EPOCHS = 15", "03_legacy_vs_modern": "EPOCHS = 3"}
render_notebooks = load_script("render_notebooks")


def page_of(path, folder) -> str:
    assert render_notebooks.main([str(path), "--out", str(folder)]) == 0
    page = (folder / f"{path.stem}.html").read_text()
    assert page.count("data:image/png") >= 2
    assert 'data-mime-type="application/vnd.jupyter.stderr"' not in page
    assert "FAILS" not in page
    for text in SHOWS[path.stem]:
        assert text in page
    return page


def test_there_are_three():
    assert [path.stem for path in NOTEBOOKS] == list(SHOWS)


@ALL
def test_no_outputs_are_committed(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    assert len(code) <= 13
    lines = [[line for line in cell.source.splitlines() if line] for cell in code]
    assert max(map(len, lines)) <= 15


@ALL
def test_on_mnist_it_shows_what_it_tells(path, mnist_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("TF_EDUREKA_MNIST_DIR", str(mnist_folder))
    page = page_of(path, tmp_path)
    assert ("TF 1.15.5" in page) == (path.stem == "03_legacy_vs_modern")
    assert "rendered digits, not MNIST" not in page


@ALL
def test_without_network_and_widgets_it_runs_on_rendered_digits(path, tmp_path, monkeypatch):
    for name in ("ipywidgets", "ipycanvas"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not installed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    notebook = path.read_text()
    epochs = EPOCHS.get(path.stem, "")
    assert epochs in notebook
    short = tmp_path / path.name
    short.write_text(notebook.replace(epochs, "EPOCHS = 1") if epochs else notebook)
    page = page_of(short, tmp_path)
    assert ("rendered digits, not MNIST" in page) == bool(epochs)


def test_a_cell_that_fails_is_shown_and_ends_with_1(tmp_path, capsys):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    nbformat.write(notebook, tmp_path / "wrong.ipynb")
    assert render_notebooks.main([str(tmp_path / "wrong.ipynb"), "--out", str(tmp_path)]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert not (tmp_path / "wrong.html").exists()


def test_what_is_no_notebook_is_refused(tmp_path, capsys):
    (tmp_path / "text.ipynb").write_text("no JSON")
    (tmp_path / "other.ipynb").write_text('{"cells": 1}')
    for name in ("absent.ipynb", "text.ipynb", "other.ipynb"):
        assert render_notebooks.main([str(tmp_path / name), "--out", str(tmp_path / "out")]) == 2
        assert "expected a notebook" in capsys.readouterr().err


def test_ctrl_c_ends_it_as_it_ends_other_scripts(tmp_path, capsys):
    code = "import os, signal, time\nos.kill(os.getppid(), signal.SIGINT)\ntime.sleep(60)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbformat.write(notebook, tmp_path / "long.ipynb")
    assert render_notebooks.main([str(tmp_path / "long.ipynb"), "--out", str(tmp_path)]) == 130
    assert "interrupted" in capsys.readouterr().err
