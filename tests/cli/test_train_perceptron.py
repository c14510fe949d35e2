import json
import os
import signal

import numpy as np
import pytest
from helpers import GOLDENS, expect_error, written
from PIL import Image

from tf_edureka.cli import train_perceptron
from tf_edureka.cli.train_perceptron import main
from tf_edureka.runs.console import loss_line

GOLDEN = json.loads((GOLDENS / "perceptron.json").read_text())
LAST_LOSSES = [GOLDEN["op_seeds"][str(seed)]["losses"][-1] for seed in range(41)]


@pytest.mark.parametrize("implementation", ["modern", "legacy"])
def test_a_run_prints_the_articles_lines_and_writes_history_and_pictures(
    implementation, tmp_path, capsys
):
    assert main(["--implementation", implementation, "--out", str(tmp_path / "out")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "Epoch-- 0 --loss-- 2.0738316"
    assert lines[100] == "Epoch-- 99 --loss-- 0.2716712"
    assert lines[101:105] == [
        "0 or 0: 0.361, should be 0",
        "0 or 1: 0.7292, should be 1",
        "1 or 0: 0.8057, should be 1",
        "1 or 1: 1.174, should be 1",
    ]
    assert lines[105].startswith("learned: ")
    names = written(tmp_path / "out")
    assert names == {"history.json", "loss.png", "decision.png"}
    history = json.loads((tmp_path / "out" / "history.json").read_text())
    assert np.float32(history["loss"][-1]) == np.float32(0.2716712)
    assert len(history["initial_weights"]) == len(history["final_weights"]) == 3
    assert len(history["outputs"]) == 4
    assert history["config"] == {
        "implementation": implementation,
        "gate": "or",
        "learning_rate": 0.01,
        "epochs": 100,
        "seed": 15,
        "activation": "relu",
    }


def test_animation_is_written_on_request(tmp_path):
    assert main(["--animation", "--epochs", "2", "--out", str(tmp_path / "out")]) == 0
    with Image.open(tmp_path / "out" / "decision.gif") as film:
        assert film.n_frames == 3


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--epochs", "2"], {"history.json", "loss.svg", "decision.svg"}),
        pytest.param(["--sweep", "3"], {"sweep.json", "sweep.svg"}, marks=pytest.mark.slow),
        pytest.param(
            ["--limits", "--sweep", "2", "--epochs", "2"],
            {"limits.json", "activations.svg", "xor.svg"},
            marks=pytest.mark.slow,
        ),
    ],
)
def test_pictures_can_be_svg_and_replace_those_of_the_other_format(
    arguments, names, tmp_path, capsys
):
    out = ["--out", str(tmp_path)]
    assert main([*arguments, *out]) == 0
    assert main([*arguments, *out, "--pictures", "svg"]) == 2  # the folder holds a run
    capsys.readouterr()
    assert main([*arguments, *out, "--pictures", "svg", "--overwrite"]) == 0
    assert written(tmp_path) == names
    last = capsys.readouterr().out.splitlines()[-1]
    assert set(last.partition(": ")[2].split(", ")) == names


@pytest.mark.parametrize(
    "implementation", ["modern", pytest.param("legacy", marks=pytest.mark.slow)]
)
def test_a_sweep_says_how_many_seeds_learn_and_why_the_others_do_not(
    implementation, tmp_path, capsys
):
    arguments = ["--sweep", "7", "--implementation", implementation]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:3] == ["learned", "2", "28.57%"]
    assert lines[2].split()[:3] == ["dead", "1", "14.29%"]
    assert lines[3].split()[:3] == ["stuck", "4", "57.14%"]
    assert lines[4] == "Seeds that learn: 4, 6"
    assert written(tmp_path / "out") == {"sweep.json", "sweep.png"}
    record = json.loads((tmp_path / "out" / "sweep.json").read_text())
    assert record["outcome"] == [*["stuck"] * 4, "learned", "dead", "learned"]
    assert np.float32(record["loss"]).tolist() == np.float32(LAST_LOSSES[:7]).tolist()
    assert record["counts"] == {"stuck": 4, "learned": 2, "dead": 1}
    assert record["config"]["seeds"] == 7
    assert "seed" not in record["config"]


def test_activation_that_cannot_learn_has_a_note(tmp_path, capsys):
    for activation, note, end in (
        ("softmax", "softmax over a single output is 1", "dead: "),
        ("step", "the step function has no gradient; Rosenblatt's rule", "not yet: "),
    ):
        out = ["--out", str(tmp_path / activation)]
        assert main(["--activation", activation, "--epochs", "3", *out]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[1].startswith(f"Note: {note}")
        assert any(line.startswith(end) for line in lines)


def test_diverging_training_ends_with_an_error(tmp_path, capsys):
    for rate, epochs in (("0.5", 27), ("0.17", 100), ("1e30", 1)):
        arguments = ["--activation", "identity", "--learning-rate", rate]
        assert main([*arguments, "--out", str(tmp_path / rate)]) == 1
        output, error = capsys.readouterr()
        assert output.count("--loss--") == epochs
        assert error.startswith("error: the loss went from")
        assert f"try a --learning-rate below {rate if rate != '1e30' else '1e+30'}" in error
        assert error.count("\n") == 1
        assert json.loads((tmp_path / rate / "history.json").read_text())["loss"]
        assert (tmp_path / rate / "decision.png").exists()


def test_invalid_arguments_end_in_one_line_and_write_nothing(tmp_path, capsys):
    for arguments, complaint in (
        (["--seed", "-1"], "seed: expected a whole number"),
        (["--epochs", "-5"], "epochs: expected a whole number from 1"),
        (["--gate", "nor"], "invalid choice: 'nor' (choose from "),
        (["--activation", "gelu"], "invalid choice: 'gelu' (choose from "),
        (["--learning-rate", "0"], "learning_rate: expected a number"),
        (["--learning-rate", "nan"], "learning_rate: expected a number"),
        (["--sweep", "0"], "sweep: expected a number from 1"),
        (["--sweep", "5", "--seed", "15"], "not allowed with argument"),
        (["--activation", "step", "--implementation", "legacy"], "activation step: not available"),
        (["--sweep", "5", "--animation"], "--animation shows the training of one seed"),
    ):
        assert main([*arguments, "--out", str(tmp_path / "out")]) == 2
        expect_error(capsys.readouterr().err, complaint)
    assert not (tmp_path / "out").exists()


def test_earlier_run_is_kept_unless_overwritten_with_its_animation(tmp_path, capsys):
    arguments = ["--epochs", "2", "--out", str(tmp_path)]
    assert main([*arguments, "--animation"]) == 0
    assert main(arguments) == 2
    assert "already holds a run" in capsys.readouterr().err
    assert main([*arguments, "--overwrite"]) == 0
    assert not (tmp_path / "decision.gif").exists()


def test_ctrl_c_ends_a_training_and_writes_its_results(tmp_path, capsys, monkeypatch):
    def pressing(epoch, loss):
        if epoch == 4:
            os.kill(os.getpid(), signal.SIGINT)
        return loss_line(epoch, loss)

    monkeypatch.setattr(train_perceptron, "loss_line", pressing)
    assert main(["--out", str(tmp_path)]) == 130
    assert "ended after 5 of 100 epochs" in capsys.readouterr().err
    assert len(json.loads((tmp_path / "history.json").read_text())["loss"]) == 5


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_a_sweep_without_files(tmp_path):
    assert main(["--sweep", "3", "--out", str(tmp_path)]) == 130
    assert not written(tmp_path)


def test_gates_and_activations_ignore_case(tmp_path):
    assert main(["--gate", "NAND", "--activation", "ReLU", "--out", str(tmp_path / "out")]) == 0
