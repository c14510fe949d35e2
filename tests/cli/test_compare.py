import dataclasses
import json

import numpy as np
import pytest
from helpers import REFERENCE, ROOT, written

from tf_edureka.cli.compare import main
from tf_edureka.config import MlpConfig
from tf_edureka.legacy import mlp as legacy_mlp
from tf_edureka.mlp import training
from tf_edureka.parity import PortLadder
from tf_edureka.parity.article import measure
from tf_edureka.results import MlpResult

FILES = {"compare.json", "compare.png", "overview.md", "overview.png"}
GOLDEN = json.loads(REFERENCE.read_text())["graph_seeds"]["1"]
ORIGINAL = "original: TF 1.15.5"
TUNED = "modern, the tuned recipe"
# Bit-identical paths have no differences to plot.
alike = pytest.mark.filterwarnings("ignore:Data has no positive values")


def rows(text):
    """The cells of the table's rows, by their first cell."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return {first: others for first, *others in cells}


@pytest.fixture
def compare(drawn_folder, tmp_path):
    def run(*arguments):
        options = ["--epochs", "2", "--steps", "10", "--data-dir", str(drawn_folder)]
        return main([*options, *arguments, "--out", str(tmp_path / "out")])

    run.out = tmp_path / "out"
    return run


@pytest.mark.slow
def test_ladder_and_table_are_printed_and_written_with_plots(compare, capsys):
    assert compare() == 0
    printed = capsys.readouterr().out
    assert "compared with no recorded results of TensorFlow 1" in printed
    assert "FAILS" not in printed
    assert written(compare.out) == FILES
    rungs = json.loads((compare.out / "compare.json").read_text())
    assert all(rung["passed"] for rung in rungs)
    for rung in rungs:
        assert {"rung", "measured", "tolerance", "passed", "why"} <= set(rung)
        assert rung["rung"].split()[0] in printed
    table = rows(printed)
    assert rows((compare.out / "overview.md").read_text()) == table
    legacy, article, tuned = table.values()
    assert abs(float(legacy[0]) / float(article[0]) - 1) < 1e-3
    assert float(tuned[0]) < 3 < float(article[0])


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_without_a_verdict(compare, capsys):
    assert compare() == 130
    assert capsys.readouterr().err.endswith("\ninterrupted\n")
    assert written(compare.out) == set()


def test_wrong_arguments_exit_with_one_line_and_write_nothing(compare, capsys):
    for arguments, complaint in (
        (["--steps", "11"], "steps: expected 1 to 10, the steps of epoch 1, got 11"),
        (["--seed", "-1"], "seed: expected a whole number"),
    ):
        assert compare(*arguments) == 2
        assert complaint in capsys.readouterr().err.splitlines()[-1]
    assert not compare.out.exists()


@pytest.fixture
def trained(monkeypatch):
    """Replaces the trainings; returns the list of their modules and configurations.

    Trainings with the article recipe return the results of TensorFlow 1.15.5; nothing is recorded.
    """
    seen = []
    start = [np.zeros(1, np.float32)] * 6
    port = PortLadder(rungs=(), trace="", port="", script="", versions={})
    monkeypatch.setattr(measure, "climb_as_port", lambda *_, **__: ((start, start), port))

    def result(config) -> MlpResult:
        cost, accuracy, steps = np.linspace(3, 2, 15), np.full(15, 0.5), np.zeros(15)
        if config.recipe == "article":
            cost, accuracy, steps = (GOLDEN[name] for name in ("cost", "accuracy", "step_cost"))
        return MlpResult(
            np.array(cost[: config.epochs]),
            np.array(accuracy[: config.epochs]),
            step_cost=np.array(steps, config.dtype),
            epoch_seconds=np.full(config.epochs, 7.0),
            weights=(),
        )

    for module in (training, legacy_mlp):

        def train(config, data, *, name=module.__name__, **_):
            seen.append((name, config))
            return result(config)

        monkeypatch.setattr(module, "train", train)
    return seen


@pytest.mark.slow
@pytest.mark.usefixtures("other_batches")
def test_failing_rung_is_named_and_exits_with_1(compare, capsys):
    assert compare() == 1
    captured = capsys.readouterr()
    assert "error: batches (legacy, modern): expected at most 0, got 20" in captured.err
    assert "FAILS" in captured.out


@pytest.mark.slow
@alike
def test_each_training_gets_the_seed_and_its_recipe(drawn_folder, tmp_path, trained, capsys):
    arguments = ["--seed", "5", "--steps", "10", "--data-dir", str(drawn_folder)]
    arguments += ["--out", str(tmp_path)]
    assert main(arguments) == 0
    legacy, modern = "tf_edureka.legacy.mlp", "tf_edureka.mlp.training"
    article = MlpConfig.article(seed=5)
    double = dataclasses.replace(article, dtype="float64", epochs=1)
    assert trained == [
        *[(legacy, article), (modern, article), (modern, article)],  # the last one without XLA
        *[(legacy, double), (modern, double), (modern, double)],
        (modern, MlpConfig.tuned(seed=5)),
    ]
    printed = capsys.readouterr().out
    assert "1,000 training images" in printed
    assert rows(printed)[TUNED][:5] == ["3.00", "2.00", "50.00%", "7.00", "5"]
    assert main(arguments) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert main([*arguments, "--overwrite"]) == 0


@pytest.mark.slow
@pytest.mark.parametrize("more", [[], ["--limit", "500"], ["--epochs", "3"], ["--seed", "5"]])
@alike
def test_original_results_appear_only_if_recorded(mnist_folder, tmp_path, trained, capsys, more):
    arguments = ["--steps", "5", "--data-dir", str(mnist_folder), "--out", str(tmp_path)]
    assert main([*arguments, *more]) == 0
    printed = capsys.readouterr().out
    table = rows(printed)
    assert (ORIGINAL in table) == (not more)
    # Any number of epochs has recorded results; other data and unrecorded seeds have none.
    legacy, modern = (printed.count(f"{path}, TF 1.15.5") for path in ("legacy", "modern"))
    assert legacy == modern
    assert (legacy > 0) == (more in ([], ["--epochs", "3"]))
    if not more:
        row = table[ORIGINAL]
        assert row[2:4] == [f"{GOLDEN['accuracy'][-1]:.2%}", f"{GOLDEN['seconds_per_epoch']:.2f}"]


def test_article_page_has_the_original_results():
    numbers = [f"{GOLDEN['cost'][0]:.2f}", f"{GOLDEN['cost'][-1]:.2f}"]
    row = rows((ROOT / "docs" / "article.md").read_text())[ORIGINAL]
    assert row[:3] == [*numbers, f"{GOLDEN['accuracy'][-1]:.2%}"]


def test_help_names_the_recorded_seeds(capsys):
    assert main(["--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    *most, last = json.loads(REFERENCE.read_text())["graph_seeds"]
    assert f"--seed is {', '.join(most)} or {last}, both are also checked" in text
