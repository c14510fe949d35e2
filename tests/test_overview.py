import json

import numpy as np
import pytest
from conftest import ROOT, load_script, written

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.legacy import mlp as legacy_mlp
from tf_edureka.result import MlpResult

overview = load_script("overview")
GOLDEN = ROOT / "tests" / "goldens" / "mlp.json"


def rows(text):
    """The cells of the table's rows, by the first."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return {first: others for first, *others in cells}


def test_each_way_has_a_row_and_the_same_costs_on_the_same_recipe(drawn_folder, tmp_path, capsys):
    arguments = ["--epochs", "1", "--data-dir", str(drawn_folder), "--out", str(tmp_path)]
    assert overview.main(arguments) == 0
    table = rows(capsys.readouterr().out)
    assert written(tmp_path) == {"overview.md", "overview.png"}
    assert rows((tmp_path / "overview.md").read_text()) == table
    legacy, article, modern = table.values()
    assert abs(float(legacy[0]) / float(article[0]) - 1) < 1e-3
    assert float(modern[0]) < 3 < float(article[0])


@pytest.fixture
def trained(monkeypatch):
    """The names and configurations of what would have been trained."""
    seen = []
    nothing = np.zeros(15)
    result = MlpResult(np.linspace(3, 2, 15), np.full(15, 0.5), nothing, nothing + 7, ())
    for module in (mlp, legacy_mlp):

        def train(config, data, _, name=module.__name__):
            seen.append((name, config))
            return result

        monkeypatch.setattr(module, "train", train)
    return seen


def test_each_way_gets_the_seed_and_its_recipe(drawn_folder, tmp_path, trained, capsys):
    arguments = ["--seed", "5", "--data-dir", str(drawn_folder), "--out", str(tmp_path)]
    assert overview.main(arguments) == 0
    assert trained == [
        ("tf_edureka.legacy.mlp", MlpConfig.article(seed=5)),
        ("tf_edureka.mlp", MlpConfig.article(seed=5)),
        ("tf_edureka.mlp", MlpConfig.modern(seed=5)),
    ]
    printed = capsys.readouterr().out
    assert "1,000 training images" in printed
    assert rows(printed)["modern, today's recipe"][:5] == ["3.00", "2.00", "50.00%", "7.00", "5"]
    assert overview.main(arguments) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert overview.main([*arguments, "--overwrite"]) == 0


@pytest.mark.parametrize("more", [[], ["--limit", "500"], ["--epochs", "3"], ["--seed", "5"]])
def test_the_original_is_there_where_it_is_known(mnist_folder, tmp_path, trained, capsys, more):
    assert overview.main(["--data-dir", str(mnist_folder), "--out", str(tmp_path), *more]) == 0
    table = rows(capsys.readouterr().out)
    assert ("original: TF 1.15.5" in table) == (not more)
    if not more:
        golden = json.loads(GOLDEN.read_text())["graph_seeds"]["1"]
        row = table["original: TF 1.15.5"]
        assert row[2:4] == [f"{golden['accuracy'][-1]:.2%}", f"{golden['seconds_per_epoch']:.2f}"]


def test_the_readme_has_the_originals_row():
    golden = json.loads(GOLDEN.read_text())["graph_seeds"]["1"]
    numbers = [f"{golden['cost'][0]:.2f}", f"{golden['cost'][-1]:.2f}"]
    row = rows((ROOT / "README.md").read_text())["original: TF 1.15.5"]
    assert row[:3] == [*numbers, f"{golden['accuracy'][-1]:.2%}"]
