import nbformat
import pytest
from helpers import ROOT

from tf_edureka.cli import render_notebooks

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ALL = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
# What a page says if the notebook shows what its text tells, whatever the digits are.
SHOWS = {
    "01_perceptron": [
        "Epoch-- 0 --loss-- 2.0738316",
        "Epoch-- 99 --loss-- 0.2716712",
        "The same weights, bit for bit: True",
        "slopes of the hidden weights [1. 0.]",  # as the table above that cell has them
        "networks that learn XOR: 83, single neurons: 0",
    ],
    "02_mnist": ["- Accuracy= 0.9", "was the best", "not moved at all: "],
    "03_legacy_vs_modern": [
        "Epoch-- 99 --loss-- 0.2716712",
        "This port computes what old.py computed: 10 of 10 rungs hold.",
        "epsilon explains 100% of the difference: the port's epsilon is 1e-07, the original's",
        "step 0, number ",  # where the first bit differs
    ],
    "04_prove_your_port": [
        "First rung that fails: loss (largest difference in step 10). Probable cause: l2.",
        "optimizer: momentum explains 100% of the difference",
        "With the penalty corrected: First rung that fails: optimizer (first difference in step 20",
        "This port computes what old.py computed: 9 of 10 rungs hold, 1 skipped.",
    ],
}
# How often a rung fails: of a wrong epsilon, and of a port with two mistakes.
FAILS = {"03_legacy_vs_modern": 2, "04_prove_your_port": 5}
# The line that says how many epochs are trained, where one is enough to see that all runs.
EPOCHS = {"02_mnist": "EPOCHS = 15"}
# How often a notebook says that its digits are rendered ones.
WARNS = {"02_mnist": 1, "03_legacy_vs_modern": 2, "04_prove_your_port": 1}


def page_of(path, folder, warnings=0) -> str:
    assert render_notebooks.main([str(path), "--out", str(folder)]) == 0
    page = (folder / f"{path.stem}.html").read_text("utf-8")
    assert page.count('data-mime-type="application/vnd.jupyter.stderr"') == warnings
    assert [text for text in SHOWS[path.stem] if text not in page] == []
    assert page.count("FAILS") == FAILS.get(path.stem, 0)
    return page


def test_there_are_four():
    assert [path.stem for path in NOTEBOOKS] == list(SHOWS)


def test_the_proof_of_a_port_takes_twelve_cells():
    assert len(nbformat.read(NOTEBOOKS[3], as_version=4).cells) == 12


@ALL
def test_no_outputs_are_committed(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)


@pytest.mark.slow
@ALL
def test_on_mnist_it_shows_what_it_tells(path, mnist_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("TF_EDUREKA_MNIST_DIR", str(mnist_folder))
    page = page_of(path, tmp_path)
    assert "rendered digits, not MNIST" not in page
    if path.stem == "03_legacy_vs_modern":
        # The weights of the old program, in TensorFlow 1, and of the new one, in hexadecimal.
        assert page.count("bytes of the weights: 18aae33e8f79bc3e43dab83e") == 2
        assert "cost 140.22" in page  # of TensorFlow 1.15.5's first epoch: 140.17


@pytest.mark.slow
@ALL
def test_without_network_it_runs_on_rendered_digits(path, tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    notebook = path.read_text()
    epochs = EPOCHS.get(path.stem, "")
    assert epochs in notebook
    short = tmp_path / path.name
    short.write_text(notebook.replace(epochs, "EPOCHS = 1") if epochs else notebook)
    warnings = WARNS.get(path.stem, 0)
    page = page_of(short, tmp_path, warnings=warnings)
    assert ("InputWarning: these are rendered digits, not MNIST" in page) == bool(warnings)


def write(path, code, kernel="python3"):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code)],
        metadata={"kernelspec": {"name": kernel, "display_name": kernel}},
    )
    nbformat.write(notebook, path)
    return str(path)


def render(*arguments):
    return render_notebooks.main([str(argument) for argument in arguments])


@pytest.mark.slow
def test_a_notebook_is_executed_where_it_lies_and_its_page_replaced(tmp_path):
    (tmp_path / "beside.txt").write_text("from beside")
    path = write(tmp_path / "näher dran.ipynb", "print(open('beside.txt').read())")
    for _ in range(2):
        assert render(path, "--out", tmp_path / "out") == 0
        assert "from beside" in (tmp_path / "out" / "näher dran.html").read_text("utf-8")


@pytest.mark.slow
def test_a_cell_that_fails_is_shown_and_ends_with_1(tmp_path, capsys):
    path = write(tmp_path / "wrong.ipynb", "1 / 0")
    assert render(path, "--out", tmp_path) == 1
    printed = capsys.readouterr().err
    assert "ZeroDivisionError" in printed
    assert "\x1b" not in printed
    assert not (tmp_path / "wrong.html").exists()


@pytest.mark.slow
def test_a_kernel_that_dies_ends_with_1(tmp_path, capsys):
    assert render(write(tmp_path / "dies.ipynb", "import os; os._exit(1)"), "--out", tmp_path) == 1
    assert "Kernel died" in capsys.readouterr().err


def test_invalid_notebooks_are_rejected(tmp_path, capsys):
    (tmp_path / "text.ipynb").write_text("no JSON")
    (tmp_path / "other.ipynb").write_text('{"cells": 1}')
    write(tmp_path / "page.html", "1")
    for name in ("absent.ipynb", "text.ipynb", "other.ipynb", "page.html"):
        assert render(tmp_path / name, "--out", tmp_path / "out") == 2
        assert re.search("expected an? (existing )?notebook", capsys.readouterr().err)


def test_two_notebooks_for_one_page_are_rejected(tmp_path, capsys):
    (tmp_path / "a").mkdir()
    both = [write(folder / "same.ipynb", "1") for folder in (tmp_path, tmp_path / "a")]
    assert render(*both, "--out", tmp_path / "out") == 2
    assert "different names" in capsys.readouterr().err


def test_a_kernel_that_is_not_installed_is_named(tmp_path, capsys):
    assert render(write(tmp_path / "other.ipynb", "1", "julia-9"), "--out", tmp_path) == 2
    assert "julia-9" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_ends_it_as_it_ends_other_scripts(tmp_path, capsys, name, code):
    sends = f"import os, signal, time\nos.kill(os.getppid(), signal.{name})\ntime.sleep(60)"
    assert render(write(tmp_path / "long.ipynb", sends), "--out", tmp_path) == code
    assert "interrupted" in capsys.readouterr().err
