import json

from conftest import ROOT, load_script, written

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


def test_the_original_is_there_on_mnist(mnist_folder, tmp_path, monkeypatch, capsys):
    import numpy as np

    from tf_edureka import mlp
    from tf_edureka.legacy import mlp as legacy_mlp
    from tf_edureka.result import MlpResult

    nothing = MlpResult(*[np.ones(15)] * 4, weights=())
    for module in (mlp, legacy_mlp):
        monkeypatch.setattr(module, "train", lambda *_: nothing)
    assert overview.main(["--data-dir", str(mnist_folder), "--out", str(tmp_path)]) == 0
    row = rows(capsys.readouterr().out)["original: TF 1.15.5"]
    golden = json.loads(GOLDEN.read_text())["graph_seeds"]["1"]
    assert row[2] == f"{golden['accuracy'][-1]:.2%}"
    assert row[3] == f"{golden['seconds_per_epoch']:.2f}"


def test_the_readme_has_the_originals_row_and_the_picture():
    golden = json.loads(GOLDEN.read_text())["graph_seeds"]["1"]
    numbers = [f"{golden['cost'][0]:.2f}", f"{golden['cost'][-1]:.2f}"]
    row = rows((ROOT / "README.md").read_text())["original: TF 1.15.5"]
    assert row[:3] == [*numbers, f"{golden['accuracy'][-1]:.2%}"]
