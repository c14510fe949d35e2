import json

import numpy as np
from conftest import load_script

main = load_script("train_perceptron").main


def test_a_run_prints_the_articles_lines_and_writes_history_and_picture(tmp_path, capsys):
    assert main(["--out", str(tmp_path / "out")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "Epoch-- 0 --loss-- 2.0738316"
    assert lines[100] == "Epoch-- 99 --loss-- 0.2716712"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"history.json", "loss.png"}
    history = json.loads((tmp_path / "out" / "history.json").read_text())
    assert np.float32(history["loss"][-1]) == np.float32(0.2716712)
    assert len(history["initial_weights"]) == len(history["final_weights"]) == 3
    assert len(history["outputs"]) == 4
    assert history["config"]["seed"] == 15


def test_wrong_arguments_end_in_one_line_and_leave_nothing(tmp_path, capsys):
    for arguments, complaint in (
        (["--seed", "-1"], "seed: expected a whole number"),
        (["--gate", "nor"], "invalid choice: 'nor'"),
        (["--learning-rate", "0"], "learning_rate: expected a number"),
    ):
        assert main([*arguments, "--out", str(tmp_path / "out")]) == 2
        error = capsys.readouterr().err
        assert error.startswith("error: ")
        assert complaint in error
        assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_loss_beyond_all_numbers_is_written_and_drawn_too(tmp_path):
    assert main(["--learning-rate", "1e30", "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "loss.png").exists()
