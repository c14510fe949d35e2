import json

import pytest
from helpers import expect_error, written

from tf_edureka.cli import train_perceptron
from tf_edureka.perceptron import plots
from tf_edureka.perceptron.gates import GATES


def main(arguments) -> int:
    """The command with --limits."""
    return train_perceptron.main(["--limits", *arguments])


@pytest.mark.slow
def test_it_counts_each_seed_once_and_no_single_neuron_learns_xor(tmp_path, capsys, monkeypatch):
    drawn, hidden_space = [], plots.hidden_space

    def noting(*arguments):
        drawn.append(arguments)
        return hidden_space(*arguments)

    monkeypatch.setattr(plots, "hidden_space", noting)
    arguments = ["--sweep", "20", "--epochs", "2000", "--learning-rate", "0.5"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
    output = capsys.readouterr().out
    assert "XOR: 0 of 120 single neurons have 4 of 4 rows right" in output
    limits = json.loads((tmp_path / "out" / "limits.json").read_text())
    for row in limits["one_neuron"].values():
        assert list(row) == ["or", "and", "nand", "xor"]
        for counts in row.values():
            assert sum(counts.values()) == 20
    for activation, outcome in (("step", "learned"), ("sigmoid", "learned"), ("softmax", "dead")):
        assert limits["one_neuron"][activation]["or"] == {outcome: 20}
    hidden = limits["hidden_neurons"]
    assert hidden["identity"] == hidden["softmax"] == 0
    assert hidden["sigmoid"] > 10
    ((activation, _, weights, title),) = drawn
    assert hidden[activation] == max(hidden.values())
    assert title.endswith("4 of 4 rows right")
    assert (
        "one line separates"
        in hidden_space(activation, GATES["xor"], weights, "").axes[1].get_title()
    )
    names = written(tmp_path / "out")
    assert names == {"limits.json", "activations.png", "xor.png"}


@pytest.mark.slow
def test_diverged_trainings_are_counted_and_plotted_too(tmp_path, capsys):
    arguments = ["--sweep", "3", "--epochs", "40", "--learning-rate", "1e30"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
    limits = json.loads((tmp_path / "out" / "limits.json").read_text())
    assert limits["one_neuron"]["identity"]["or"] == {"diverged": 3}
    assert (tmp_path / "out" / "xor.png").exists()


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_without_files(tmp_path):
    assert main(["--sweep", "3", "--epochs", "5", "--out", str(tmp_path)]) == 130
    assert not written(tmp_path)


def test_invalid_arguments_end_in_one_line_and_write_nothing(tmp_path, capsys):
    for arguments, complaint in (
        (["--sweep", "0"], "sweep: expected a number from 1 to 100000, got 0"),
        (["--learning-rate", "inf"], "learning_rate: expected a number"),
        (["--epochs", "0"], "epochs: expected a whole number"),
    ):
        assert main([*arguments, "--out", str(tmp_path / "out")]) == 2
        expect_error(capsys.readouterr().err, complaint)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--gate", "and"],
        ["--activation", "tanh"],
        ["--seed", "3"],
        ["--animation"],
        ["--implementation", "legacy"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_options_set_by_limits_are_rejected_in_one_line(tmp_path, capsys, arguments):
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 2
    output, error = capsys.readouterr()
    assert output == ""
    assert error.startswith("error: --limits ")
    assert f"leave out {arguments[0]}" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()
