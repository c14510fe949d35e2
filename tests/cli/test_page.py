import json
import re
import subprocess
import sys

import numpy as np
import pytest
from helpers import expect_error

from tf_edureka import mlp
from tf_edureka.cli.page import main
from tf_edureka.config import MlpConfig
from tf_edureka.data import mnist
from tf_edureka.page import assemble
from tf_edureka.runs import snapshots
from tf_edureka.runs.folder import RunFolder
from tf_edureka.runs.state import identity

CONFIG = MlpConfig.tuned(hidden_units=(20,), epochs=3)


def write_run(folder, digits, of=CONFIG, **told):
    """Writes a run folder like train-mnist, with an untrained network."""
    folder.mkdir()
    model = mlp.from_weights(of, mlp.network(of).get_weights())
    mlp.save_model(model, folder / "model.keras")
    conditions = identity("modern", of, digits)
    history = {
        "cost": [3.0, 2.0, 1.0],
        "accuracy": [0.7, 0.8, 0.9],
        "config": {**conditions, "limit": None},
        "data": "idx",
        "data_sha256": conditions["data_sha256"],
    }
    (folder / "history.json").write_text(json.dumps(history | told))
    for epoch in range(4):
        weights = [one * np.float32(epoch / 3) for one in model.get_weights()]
        snapshots.write(RunFolder(folder, []), epoch, weights)
    return folder


@pytest.fixture(scope="module")
def run(drawn_folder, tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("page") / "run", mnist.load("idx", drawn_folder))


@pytest.fixture
def page(tmp_path, drawn_folder, monkeypatch):
    """Runs the command in an empty folder, on rendered digits; returns the exit code."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: main([*map(str, arguments), "--data-dir", str(drawn_folder)])


def data_of(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', text)[1])


def test_page_contains_network_and_training_of_the_run(page, run, tmp_path, capsys):
    assert page(run) == 0
    made = data_of(tmp_path / "page.html")
    (network,) = made["networks"]
    assert network["layers"] == [784, 20, 10]
    assert network["cost"] == [3.0, 2.0, 1.0]
    assert [one["epoch"] for one in network["snapshots"]] == [0, 1, 2]
    captured = capsys.readouterr()
    size = (tmp_path / "page.html").stat().st_size
    assert captured.out == (
        f"Written page.html: a neuron, the network of {run} (tuned recipe, seed 1, accuracy "
        f"{network['accuracy']:.4f}), 3 earlier epochs; {size / 1000:.0f} kB\n"
    )
    # The only note: the rendered digits are not the published MNIST.
    assert re.fullmatch(r"note: .*: not the published MNIST; the SHA-256 .*\n", captured.err)


def test_beside_adds_a_second_network(page, run, tmp_path, data, capsys):
    article = MlpConfig.article(hidden_units=(16, 16), epochs=3)
    other = write_run(tmp_path / "other", data, article)
    assert page(run, "--beside", other, "--out", "two.html") == 0
    made = data_of(tmp_path / "two.html")
    assert [one["name"] for one in made["networks"]] == ["tuned", "article"]
    assert len(made["mistakes"]) == len(made["mistakes_in_all"]) == 2
    said = capsys.readouterr().out
    assert f"the network of {other} (article recipe, seed 1, accuracy 0." in said


def test_page_without_a_run_has_the_neuron_only_and_imports_no_tensorflow(tmp_path):
    code = (
        "import sys\n"
        "from tf_edureka.cli import main\n"
        "assert main(['page', '--out', 'alone.html']) == 0\n"
        "sys.exit(bool({'tensorflow', 'keras', 'matplotlib', 'h5py'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    size = (tmp_path / "alone.html").stat().st_size
    assert done.stdout == f"Written alone.html: a neuron; {size / 1000:.0f} kB\n"
    assert done.stderr == (
        "note: runs/mnist has no network, so the page has the neuron only; run tf-edureka "
        "train-mnist --snapshots to train one\n"
    )
    assert (tmp_path / "alone.html").read_text(encoding="utf-8") == assemble()


def test_default_run_is_that_of_train_mnist(page, run, tmp_path, capsys):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "mnist").symlink_to(run)
    assert page() == 0
    assert "the network of runs/mnist (tuned recipe" in capsys.readouterr().out


def test_named_run_without_a_network_is_rejected(page, run, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for arguments in (["absent"], ["empty"], [run, "--beside", "empty"]):
        assert page(*arguments) == 2
        expect_error(
            capsys.readouterr().err,
            "expected the folder of a train-mnist run with model.keras in it",
        )
    assert page("--beside", run) == 2
    expect_error(capsys.readouterr().err, "name a RUN, since runs/mnist has none")
    assert not (tmp_path / "page.html").exists()


def test_only_an_earlier_page_is_replaced(page, tmp_path, capsys):
    assert page("--out", "page.html") == page("--out", "page.html") == 0
    other = tmp_path / "other.html"
    content = "<!DOCTYPE html>" + " " * 4096 + '<meta name="generator" content="tf_edureka">'
    other.write_text(content)
    capsys.readouterr()
    assert page("--out", other) == 2
    expect_error(capsys.readouterr().err, "other.html: expected a page made by this command")
    assert other.read_text() == content


@pytest.mark.parametrize(
    ("out", "complaint"),
    [
        (".", "expected a file to write to, got a folder"),
        ("absent/page.html", "expected a file in an existing folder, got none at absent"),
        ("/dev/null", "expected a file to write to, got a device"),
        ("x" * 300, "cannot be written (File name too long)"),
        ("", "expected a path, got nothing"),
    ],
)
def test_invalid_output_paths_are_reported(page, capsys, out, complaint, tmp_path):
    assert page("--out", out) == 2
    *_, said = capsys.readouterr().err.splitlines(keepends=True)
    expect_error(said, complaint)
    assert [*tmp_path.iterdir()] == []


def test_earlier_page_stays_if_the_command_is_interrupted(page, run, tmp_path, monkeypatch):
    assert page() == 0
    before = (tmp_path / "page.html").read_bytes()
    monkeypatch.setattr("tf_edureka.page.networks.from_runs", interrupt)
    assert page(run) == 130
    assert (tmp_path / "page.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def interrupt(*_):
    raise KeyboardInterrupt


def test_run_on_rendered_digits_uses_them_by_default(run, data, tmp_path, monkeypatch):
    asked = []

    def find(source, folder):
        asked.append(source)
        return data, None

    monkeypatch.setattr(mnist, "find", find)
    monkeypatch.setattr("tf_edureka.page.networks.from_runs", lambda *_: {"networks": []})
    monkeypatch.chdir(tmp_path)
    rendered = write_run(tmp_path / "rendered", data, data="rendered")
    for arguments in (
        [rendered],
        [rendered, "--data", "idx"],
        [run],
        [rendered, "--data-dir", "x"],
    ):
        assert main([*map(str, arguments)]) == 0
    assert asked == ["rendered", "idx", "auto", "auto"]


def test_digits_that_differ_from_the_training_data_are_noted(page, data, tmp_path, capsys):
    limited = write_run(tmp_path / "limited", data.limited(400))
    told = json.loads((limited / "history.json").read_text())
    told["config"]["limit"] = 400
    (limited / "history.json").write_text(json.dumps(told))
    other = write_run(tmp_path / "other", data.limited(300))
    assert page(limited, "--beside", other) == 0
    said = capsys.readouterr().err
    assert f"note: {other}: trained on other digits than the page shows" in said
    assert str(limited) not in said


def test_markup_in_a_history_is_escaped(page, data, tmp_path):
    hostile = "</script><script>alert(1)</script>"
    folder = write_run(
        tmp_path / "hostile", data, data=hostile, config={"recipe": hostile, "seed": hostile}
    )
    named = folder.rename(tmp_path / "<script>alert(2)<")
    assert page(named) == 0
    text = (tmp_path / "page.html").read_text()
    assert "alert(" not in text.replace("\\u003cscript>alert(2)\\u003c", "")
    assert text.count("<script") == 3
