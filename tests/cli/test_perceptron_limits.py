import json

import pytest
from conftest import load_script, written

from tf_edureka import gate_plots
from tf_edureka.gates import GATES

main = load_script("perceptron_limits").main


def test_it_counts_each_seed_once_and_no_single_neuron_learns_xor(tmp_path, capsys, monkeypatch):
    drawn, hidden_space = [], gate_plots.hidden_space

    def noting(*arguments):
        drawn.append(arguments)
        return hidden_space(*arguments)

    monkeypatch.setattr(gate_plots, "hidden_space", noting)
    arguments = ["--seeds", "20", "--epochs", "2000", "--learning-rate", "0.5"]
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
        "one line does" in hidden_space(activation, GATES["xor"], weights, "").axes[1].get_title()
    )
    names = written(tmp_path / "out")
    assert names == {"limits.json", "activations.png", "xor.png"}


def test_what_diverges_is_counted_and_drawn_too(tmp_path, capsys):
    arguments = ["--seeds", "3", "--epochs", "40", "--learning-rate", "1e30"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
    limits = json.loads((tmp_path / "out" / "limits.json").read_text())
    assert limits["one_neuron"]["identity"]["or"] == {"diverged": 3}
    assert (tmp_path / "out" / "xor.png").exists()


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_it_with_nothing(tmp_path):
    assert main(["--seeds", "3", "--epochs", "5", "--out", str(tmp_path)]) == 130
    assert not written(tmp_path)


def test_wrong_arguments_end_in_one_line_and_leave_nothing(tmp_path, capsys):
    for arguments, complaint in (
        (["--seeds", "0"], "seeds: expected a number from 1 to"),
        (["--learning-rate", "inf"], "learning_rate: expected a number"),
        (["--epochs", "0"], "epochs: expected a whole number"),
    ):
        assert main([*arguments, "--out", str(tmp_path / "out")]) == 2
        error = capsys.readouterr().err
        assert error.startswith("error: ")
        assert complaint in error
        assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()
