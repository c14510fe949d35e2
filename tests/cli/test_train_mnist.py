import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from helpers import SCRIPTS, expect_error, idx_bytes, processes, write_folder, written
from trainings import without_xla

from tf_edureka.config import MlpConfig
from tf_edureka.data import mnist
from tf_edureka.errors import InputError
from tf_edureka.legacy import mlp as legacy_mlp
from tf_edureka.runs.folder import RunFolder

SCRIPT = SCRIPTS / "train_mnist.py"
FILES = {
    "history.json",
    "model.keras",
    "cost.png",
    "accuracy.png",
    "predictions.png",
    "weights.png",
}
LINE = re.compile(r"Epoch: \d{4} - cost= \d+\.\d{9} - Accuracy= \d\.\d+$")


def results(out: Path) -> set[str]:
    """The files in a run's folder, without those that --resume needs."""
    names = written(out)
    kept = [name for name in names if name.startswith("checkpoint-")]
    assert len(kept) in (1, 2)
    return names - set(kept)


@pytest.fixture
def train(train_mnist, no_training, no_pictures):
    """Runs the command without training and pictures, for tests that are not about them."""
    return train_mnist


def test_a_run_writes_history_pictures_and_model(train_mnist, capsys):
    assert train_mnist("--epochs", "2") == 0
    assert results(train_mnist.out) == FILES
    history = json.loads((train_mnist.out / "history.json").read_text())
    assert len(history["cost"]) == len(history["accuracy"]) == len(history["epoch_seconds"]) == 2
    assert history["data"] == "idx"
    assert history["config"]["recipe"] == "tuned"
    assert history["startup_seconds"] > 0
    assert set(history["versions"]) == {"tf_edureka", "python", "tensorflow", "keras", "numpy"}
    assert history["command"].startswith("tf-edureka train-mnist --epochs 2 --data-dir ")
    assert len(history["data_sha256"]) == 64
    assert (history["xla"], history["config"]["deterministic"]) == (True, False)
    assert {"device", "cores", "threads", "environment", "platform"} <= set(history)
    first, *lines = capsys.readouterr().out.splitlines()
    assert re.match(r"TensorFlow 2\.\d+\.\d+, .*, not MNIST.*, seed 1$", first)
    assert [bool(LINE.match(line)) for line in lines[:3]] == [True, True, False]
    assert keras.saving.load_model(train_mnist.out / "model.keras").output_shape == (None, 10)


def test_the_article_recipe_also_records_the_steps_of_its_first_epoch(train):
    assert train("--recipe", "article", "--epochs", "2") == 0
    history = json.loads((train.out / "history.json").read_text())
    assert len(history["step_cost"]) == 10
    np.testing.assert_allclose(history["cost"][0], np.mean(history["step_cost"]), rtol=1e-6)


def test_the_tuned_recipe_is_the_default_and_still_known_by_its_old_name(train, tmp_path, capsys):
    histories = []
    for name in ("tuned", "modern", None):
        out = tmp_path / str(name)
        recipe = ["--recipe", name] if name else []
        assert train("--epochs", "2", "--limit", "200", "--quiet", *recipe, out=out) == 0
        histories.append(json.loads((out / "history.json").read_text()))
        said = capsys.readouterr().err.splitlines()
        notes = ["note: --recipe modern is now called --recipe tuned"] if name == "modern" else []
        assert [line for line in said if "--recipe" in line] == notes
    tuned, modern, default = histories
    assert tuned["config"]["recipe"] == "tuned"
    for other in (modern, default):
        assert other["config"] == tuned["config"]
        assert (other["cost"], other["accuracy"]) == (tuned["cost"], tuned["accuracy"])


def test_the_legacy_implementation_gives_the_same_files_and_form(train_mnist, drawn_folder, capsys):
    assert train_mnist("--implementation", "legacy", "--epochs", "2") == 0
    assert results(train_mnist.out) == FILES
    history = json.loads((train_mnist.out / "history.json").read_text())
    assert history["config"]["implementation"] == "legacy"
    assert history["config"]["recipe"] == "article"
    assert history["xla"] is False
    trained = legacy_mlp.train(MlpConfig.article(epochs=1), mnist.load("idx", drawn_folder))
    assert history["step_cost"] == trained.step_cost.tolist()  # the modern one rounds differently
    first, *lines = capsys.readouterr().out.splitlines()
    assert first.endswith("seed 1, legacy")
    assert [bool(LINE.match(line)) for line in lines[:3]] == [True, True, False]
    assert keras.saving.load_model(train_mnist.out / "model.keras").output_shape == (None, 10)


def test_data_that_is_not_mnist_is_noted_on_stderr(train, capsys):
    train("--epochs", "1", "--quiet")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("note: ")
    assert "not the published MNIST" in captured.err
    assert captured.err.count("\n") == 1


def test_limit_augment_and_hidden_units_reach_the_training(train, capsys):
    options = ["--limit", "100", "--augment", "--hidden-units", "8,4"]
    assert train("--epochs", "1", *options) == 0
    config = json.loads((train.out / "history.json").read_text())["config"]
    assert config["limit"] == 100
    assert config["distortion"]["shift"] > 0
    weights = keras.saving.load_model(train.out / "model.keras").get_weights()
    assert [kernel.shape for kernel in weights[::2]] == [(784, 8), (8, 4), (4, 10)]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--epochs", "0"], "epochs: expected a whole number from 1 to 1000000, got 0"),
        (["--epochs", "many"], "argument --epochs: invalid int value: 'many'"),
        (["--hidden-units", "64,"], "expected whole numbers such as 128,64, got '64,'"),
        (["--hidden-units", "64,0"], "hidden_units: expected a whole number from 1 to 1000000"),
        (["--batch-size", "60001"], "batch_size: expected at most 1000, the number of training"),
        (
            ["--batch-size", "400", "--limit", "300"],
            "expected at most 300, the number of training examples",
        ),
        (
            ["--learning-rate", "nan"],
            "learning_rate: expected a number from 1e-37 to 1e+37",
        ),
        (["--seed", "-1"], "seed: expected"),
        (["--limit", "0"], "limit: expected a whole number from 1 to 1000, got 0"),
        (["--min-accuracy", "97"], "min_accuracy: expected a number from 0 to 1"),
        (["--recipe", "article", "--augment"], "--augment: expected the tuned recipe"),
        (["--recipe", "antique"], "invalid choice: 'antique'"),
        (["--implementation", "legacy", "--recipe", "modern"], "leave out --recipe"),
        (["--implementation", "legacy", "--recipe", "tuned"], "leave out --recipe"),
        (["--implementation", "legacy", "--augment"], "--augment: expected the tuned recipe"),
        (["--unknown"], "unrecognized arguments: --unknown"),
        (["--epoch", "1"], "unrecognized arguments: --epoch 1"),
        (["--epochs", "9" * 44], "epochs: expected a whole number from 1 to 1000000"),
        (["--data-dir", ""], "argument --data-dir: expected a path, got nothing"),
        (["--data", "rendered"], "data rendered: expected no MNIST folder"),
        (["--resume", "--overwrite"], "--overwrite replaces it"),
    ],
)
def test_invalid_arguments_end_in_one_line_and_write_nothing(train, capsys, arguments, complaint):
    assert train("--epochs", "1", *arguments) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("note")]
    assert len(errors) == 1
    assert errors[0].startswith("error: ")
    assert complaint in errors[0]
    assert not train.out.exists()


def test_invalid_folder_ends_in_one_line_and_writes_nothing(train, capsys, tmp_path, digits):
    broken = write_folder(tmp_path / "broken", digits)
    (broken / "train-labels-idx1-ubyte.gz").write_bytes(idx_bytes(np.full(6000, 11)))
    for folder, complaint in ((tmp_path / "none", "expected a folder"), (broken, "labels from 0")):
        assert train(folder=folder) == 2
        expect_error(capsys.readouterr().err, complaint)
        assert not train.out.exists()


def test_a_folder_that_cannot_be_written_to_ends_in_one_line(train, capsys, tmp_path):
    (tmp_path / "file").write_text("mine")
    for out in (
        tmp_path / "file",
        tmp_path / "file" / "below",
        Path("/proc/none"),
        Path("a" * 300),
    ):
        assert train("--quiet", out=out) == train("--quiet", "--resume", out=out) == 2
        assert capsys.readouterr().err.splitlines()[-1].startswith(f"error: {out}")
    assert (tmp_path / "file").read_text() == "mine"


def test_an_earlier_run_is_kept_unless_it_may_be_overwritten(train, capsys):
    assert train("--epochs", "1") == 0
    before = {path.name: path.read_bytes() for path in train.out.iterdir()}
    assert train("--epochs", "1", "--seed", "2") == 2
    assert "give --resume to continue it, --overwrite to replace it" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in train.out.iterdir()} == before
    assert train("--epochs", "1", "--seed", "2", "--overwrite") == 0
    assert json.loads((train.out / "history.json").read_text())["config"]["seed"] == 2


def test_missing_the_accuracy_asked_for_is_exit_code_1_with_the_run_written(train, capsys):
    assert train("--epochs", "1", "--min-accuracy", "1") == 1
    assert "expected an accuracy of at least 1.0" in capsys.readouterr().err
    assert results(train.out) == FILES


def test_nan_cost_ends_the_run_and_is_reported(train_mnist, capsys):
    arguments = ("--recipe", "article", "--learning-rate", "1e30", "--batch-size", "10")
    assert train_mnist(*arguments) == 1
    assert "the cost is not finite" in capsys.readouterr().err
    assert json.loads((train_mnist.out / "history.json").read_text())["cost"][-1] is None


@pytest.mark.slow
def test_diverged_run_is_written_and_plotted_too(train_mnist):
    assert train_mnist("--recipe", "article", "--learning-rate", "9e36", "--epochs", "2") == 1
    assert results(train_mnist.out) == FILES


@pytest.mark.usefixtures("no_training")
def test_a_folder_may_have_any_name(train_mnist, drawn_folder, tmp_path):
    name = "a$x^$b \udcff"  # math markup, and bytes that are not UTF-8
    (tmp_path / name).symlink_to(drawn_folder)
    out = tmp_path / f"out {name}"
    assert train_mnist("--epochs", "1", folder=tmp_path / name, out=out) == 0
    assert results(out) == FILES


@pytest.mark.slow
def test_closed_pipe_does_not_end_the_training(drawn_folder, tmp_path):
    command = f"{sys.executable} {SCRIPT} --epochs 5 --data-dir {drawn_folder} --out {tmp_path}/out"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{command} | head -1"], capture_output=True, text=True
    )
    assert done.returncode == 4, done.stderr
    assert done.stdout.startswith("TensorFlow")
    history = json.loads((tmp_path / "out" / "history.json").read_text())
    assert len(history["cost"]) == 5


by_signal = pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)


@by_signal
def test_signal_ends_after_the_current_epoch_and_resume_continues(
    train, signal_after, capsys, number, code
):
    signal_after(3, number)
    assert train("--epochs", "5") == code
    assert (
        "ended after 3 of 5 epochs; to continue, run the same command with --resume"
        in capsys.readouterr().err
    )
    assert len(json.loads((train.out / "history.json").read_text())["cost"]) == 3
    assert results(train.out) == FILES
    assert train("--epochs", "5", "--resume") == 0
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.endswith("seed 1, resumed after 3 epochs")
    assert second.startswith("Epoch: 0004 - ")
    history = json.loads((train.out / "history.json").read_text())
    assert len(history["cost"]) == 5
    assert [before["epochs"] for before in history["earlier"]] == [3]


@pytest.mark.slow
@by_signal
def test_signal_from_outside_ends_the_process_too(drawn_folder, tmp_path, number, code):
    command = [sys.executable, SCRIPT, "--epochs", "100000", "--out", tmp_path / "out"]
    with processes() as start:
        process = start([*command, "--data-dir", drawn_folder])
        next(line for line in process.stdout if line.startswith("Epoch: 0003"))
        process.send_signal(number)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == code
    assert "Traceback" not in errors
    epochs = len(json.loads((tmp_path / "out" / "history.json").read_text())["cost"])
    assert epochs >= 3
    assert (
        f"ended after {epochs} of 100000 epochs; to continue, run the same command with --resume"
        in errors
    )


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--seeds", "2"]], ids=["one network", "seeds"])
def test_second_signal_ends_immediately(drawn_folder, tmp_path, options):
    code = (
        "import os, runpy, signal, sys, time\n"
        "from tf_edureka.runs.console import EpochDisplay\n"
        "def press(display, _):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    while not display.interrupted: time.sleep(0.001)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    time.sleep(10)\n"
        "EpochDisplay.line = press\n"
        f"sys.argv = ['train_mnist.py', '--data-dir', {str(drawn_folder)!r}, '--out', "
        f"{str(tmp_path / 'out')!r}, *{options}]\n"
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (130, "interrupted")
    assert written(tmp_path / "out") == set()


@pytest.mark.usefixtures("no_training")
def test_a_finished_run_resumed_gives_the_same_files_again(train_mnist, capsys):
    assert train_mnist("--epochs", "2") == 0
    before = {name: (train_mnist.out / name).read_bytes() for name in FILES - {"model.keras"}}
    (train_mnist.out / "cost.png").unlink()
    capsys.readouterr()
    assert train_mnist("--epochs", "2", "--resume") == 0
    assert "Epoch:" not in capsys.readouterr().out
    for name in FILES - {"model.keras", "history.json"}:
        assert (train_mnist.out / name).read_bytes() == before[name]


@pytest.mark.slow
@pytest.mark.usefixtures("no_training")
def test_pictures_are_of_one_format_also_after_resuming_and_overwriting(train_mnist, capsys):
    svg = {name.replace(".png", ".svg") for name in FILES}
    assert train_mnist("--epochs", "1", "--pictures", "svg") == 0
    assert results(train_mnist.out) == svg
    assert "cost.svg, accuracy.svg, predictions.svg, weights.svg" in capsys.readouterr().out
    assert all(path.stat().st_size < 500_000 for path in train_mnist.out.glob("*.svg"))
    assert train_mnist("--epochs", "1") == 2
    assert "already holds a run" in capsys.readouterr().err
    assert train_mnist("--epochs", "1", "--resume") == 0
    assert results(train_mnist.out) == FILES
    assert train_mnist("--epochs", "1", "--overwrite", "--pictures", "svg") == 0
    assert results(train_mnist.out) == svg


def test_resume_without_a_checkpoint_starts_with_a_note(train, capsys):
    assert train("--epochs", "1", "--resume") == 0
    assert "has no checkpoint; starting at epoch 1" in capsys.readouterr().err
    assert results(train.out) == FILES


def test_resume_does_not_replace_a_run_that_has_no_checkpoint(train, capsys):
    assert train("--epochs", "1") == 0
    for path in train.out.glob("checkpoint-*"):
        path.unlink()
    (train.out / "checkpoint-mine.npz").write_text("not ours")
    before = {path.name: path.read_bytes() for path in train.out.iterdir()}
    assert train("--epochs", "1", "--resume") == 2
    assert "it has no checkpoint to resume from" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in train.out.iterdir()} == before


def test_resume_rejects_another_training_and_keeps_the_files(train, capsys, tmp_path, digits):
    assert train("--epochs", "2") == 0
    before = {path.name: path.read_bytes() for path in train.out.iterdir()}
    images, *others = digits
    other = write_folder(tmp_path / "other", (255 - images, *others))
    for arguments, folder, complaint in (
        (["--epochs", "3"], {}, "got one with epochs 2 (here 3); give the same options"),
        (["--epochs", "2", "--limit", "500"], {}, "limit null (here 500)"),
        (["--epochs", "2"], {"folder": other}, "on the same data, got one with other examples"),
    ):
        assert train(*arguments, "--resume", **folder) == 2
        assert complaint in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in train.out.iterdir()} == before


def test_overwrite_starts_again_and_deletes_earlier_checkpoints(train):
    assert train("--epochs", "4") == 0
    assert train("--epochs", "2", "--seed", "2", "--overwrite") == 0
    kept = sorted(path.name.split("-")[1] for path in train.out.glob("checkpoint-*"))
    assert kept == ["1", "2"]
    assert train("--epochs", "2", "--seed", "2", "--resume") == 0


@pytest.mark.slow
def test_full_disk_ends_in_one_line_and_keeps_the_last_checkpoint(drawn_folder, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, str(SCRIPT), "--quiet", "--epochs", "5", "--out", str(out)]
    command += ["--data-dir", str(drawn_folder)]
    # Files are limited to a megabyte, so even the first checkpoint does not fit.
    limited = ["bash", "-c", 'ulimit -f 1000; exec "$@"', "bash"]
    done = subprocess.run([*limited, *command], capture_output=True, text=True)
    errors = [line for line in done.stderr.splitlines() if not line.startswith("note")]
    assert (done.returncode, len(errors)) == (2, 1), done.stderr
    assert errors[0].startswith(f"error: {out}: cannot be written to (File too large)")
    assert written(out) == set()


@pytest.mark.slow
def test_deterministic_runs_are_bit_identical(drawn_folder, tmp_path):
    histories = []
    for name in "ab":
        command = [sys.executable, str(SCRIPT), "--deterministic", "--augment", "--epochs", "2"]
        command += ["--data-dir", str(drawn_folder), "--out", str(tmp_path / name)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        histories.append(json.loads((tmp_path / name / "history.json").read_text()))
    assert histories[0]["config"]["deterministic"] is True
    assert histories[0]["cost"] == histories[1]["cost"]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--implementation", "legacy", "--strategy", "mirrored"], "leave out --strategy"),
        (["--replicas", "2"], "--replicas requires --strategy mirrored"),
        (["--wait", "9"], "--wait requires --strategy multiworker"),
        (["--strategy", "multiworker", "--wait", "0"], "--wait: expected seconds above 0"),
        (["--recipe", "article", "--precision", "tf32"], "precision: expected float32"),
        (["--strategy", "mirrored", "--replicas", "0"], "replicas: expected a whole number from 1"),
        (["--strategy", "multiworker"], "expected TF_CONFIG in the environment"),
    ],
)
def test_invalid_device_options_are_rejected(train, monkeypatch, capsys, arguments, fault):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert train(*arguments) == 2
    assert fault in capsys.readouterr().err
    assert not train.out.exists()


def test_precision_is_printed_and_recorded(train, capsys):
    assert train("--epochs", "2", "--precision", "mixed_bfloat16") == 0
    assert capsys.readouterr().out.splitlines()[0].endswith(", seed 1, mixed_bfloat16")
    history = json.loads((train.out / "history.json").read_text())
    assert history["config"]["precision"] == "mixed_bfloat16"
    assert (history["strategy"], history["replicas"]) == ("none", 1)
    assert keras.saving.load_model(train.out / "model.keras").dtype == "float32"


@pytest.mark.slow
def test_one_mirrored_device_gives_the_single_device_result(train_mnist, data):
    assert train_mnist("--epochs", "2", "--strategy", "mirrored", "--replicas", "1") == 0
    mirrored = json.loads((train_mnist.out / "history.json").read_text())
    alone = without_xla(MlpConfig.tuned(epochs=2), data)
    assert mirrored["cost"] == alone.cost.tolist()
    assert (mirrored["strategy"], mirrored["replicas"], mirrored["xla"]) == ("mirrored", 1, False)


def test_write_error_says_how_to_resume(train, capsys, monkeypatch):
    def full(*_):
        raise InputError("out: no space left", topic="folder cannot be written to")

    monkeypatch.setattr(RunFolder, "write_json", full)
    assert train("--epochs", "2") == 2
    assert capsys.readouterr().err.endswith(
        "error: out: no space left; when that is fixed, run the same command with --resume (and "
        "without --overwrite) to continue after 2 epochs\n"
    )
    assert sorted(train.out.glob("checkpoint-2-*"))
