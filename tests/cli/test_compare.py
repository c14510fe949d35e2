import json

import pytest
from conftest import load_script, written

from tf_edureka import seeds

main = load_script("compare").main


@pytest.fixture
def compare(drawn_folder, tmp_path):
    def run(*arguments):
        options = ["--epochs", "2", "--steps", "10", "--data-dir", str(drawn_folder)]
        return main([*options, *arguments, "--out", str(tmp_path / "out")])

    run.out = tmp_path / "out"
    return run


def test_it_prints_the_ladder_and_writes_table_and_picture(compare, capsys):
    assert compare() == 0
    printed = capsys.readouterr().out
    assert "against no numbers of TensorFlow 1" in printed
    assert "FAILS" not in printed
    assert written(compare.out) == {"compare.json", "compare.png"}
    rungs = json.loads((compare.out / "compare.json").read_text())
    assert all(rung["passed"] for rung in rungs)
    for rung in rungs:
        assert {"rung", "measured", "tolerance", "passed", "why"} <= set(rung)
        assert rung["rung"].split()[0] in printed


def test_a_rung_that_fails_is_named_and_gives_exit_code_1(compare, capsys, monkeypatch):
    rule = seeds.batch_order
    monkeypatch.setattr(seeds, "batch_order", lambda n, size, seed: rule(n, size, seed + 1))
    assert compare() == 1
    captured = capsys.readouterr()
    assert "error: batches (legacy, modern): expected at most 0, got 20" in captured.err
    assert "FAILS" in captured.out


def test_real_mnist_is_also_compared_with_tensorflow_1(mnist_folder, tmp_path, capsys):
    out = str(tmp_path / "out")
    assert (
        main(["--epochs", "1", "--data-dir", str(mnist_folder), "--seed", "7", "--out", out]) == 0
    )
    printed = capsys.readouterr().out
    assert "against TF 1.15.5" in printed
    assert printed.count("legacy, TF 1.15.5") == printed.count("modern, TF 1.15.5") == 7


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_it_without_a_verdict(compare, capsys):
    assert compare() == 130
    assert capsys.readouterr().err.endswith("\ninterrupted\n")
    assert written(compare.out) == set()


def test_wrong_arguments_end_in_one_line_and_leave_nothing(compare, capsys):
    for arguments, complaint in (
        (["--steps", "11"], "steps: expected 1 to 10, those of epoch 1, got 11"),
        (["--seed", "-1"], "seed: expected a whole number"),
    ):
        assert compare(*arguments) == 2
        assert complaint in capsys.readouterr().err.splitlines()[-1]
    assert not compare.out.exists()
