import functools
import json
import os
import signal

import keras
import pytest
from trainings import without_xla

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.legacy import mlp as legacy_mlp
from tf_edureka.runs import snapshots

TIMES = ("epoch_seconds", "startup_seconds", "command", "earlier")


class Killed(BaseException):
    """Simulates a kill within this process."""


@pytest.fixture
def quick(monkeypatch, no_pictures):
    """Trains without XLA, and draws no pictures."""
    monkeypatch.setattr("tf_edureka.mlp.training.train", without_xla)


@pytest.fixture
def train(train_mnist, no_training, no_pictures):
    """Trains nothing: after epoch n with seed s each weight is n + 1000 s."""
    run = functools.partial(train_mnist, "--hidden-units", "4")
    run.out = train_mnist.out
    return run


@pytest.fixture
def kill_in_write(monkeypatch):
    """Simulates a kill when the n-th file is written but not yet renamed."""
    fsync = os.fsync

    def arm(write):
        left = [write]

        def dying(file):
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            fsync(file)

        monkeypatch.setattr("os.fsync", dying)

    return arm


def initial_weights():
    return mlp.network(MlpConfig.tuned(hidden_units=(4,))).get_weights()


def values(out) -> dict[int, int]:
    """The weight that `no_training` set in each snapshot except the initial one."""
    found = {epoch: weights[-1] for epoch, weights in snapshots.read(out).items() if epoch}
    return {epoch: int(bias[0]) for epoch, bias in found.items()}


def expect_equal(one, other) -> None:
    assert [a.tobytes() for a in one] == [b.tobytes() for b in other]


def history(out) -> dict:
    found = json.loads((out / "history.json").read_text())
    return {name: value for name, value in found.items() if name not in TIMES}


def initial_of_legacy(config):
    built = legacy_mlp.build_graph(config)
    with legacy_mlp.session(built) as running:
        return running.run(built.variables)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("options", "initial"),
    [
        (
            ["--hidden-units", "8,4"],
            lambda: mlp.build(MlpConfig.tuned(hidden_units=(8, 4)), 30).get_weights(),
        ),
        (
            ["--implementation", "legacy", "--seed", "3"],
            lambda: initial_of_legacy(MlpConfig.article(seed=3)),
        ),
    ],
    ids=["modern", "legacy"],
)
def test_initial_to_final_weights_are_kept_without_changing_the_training(
    train_mnist, tmp_path, capsys, options, initial
):
    options = ["--epochs", "3", *options]
    assert train_mnist(*options, "--snapshots") == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"Written to {train_mnist.out}: model.keras, history.json, cost.png, accuracy.png, "
        "predictions.png, weights.png, snapshot-*.npz"
    )
    found = snapshots.read(train_mnist.out)
    assert list(found) == [0, 1, 2, 3]
    expect_equal(found[0], initial())
    model = keras.saving.load_model(train_mnist.out / "model.keras")
    expect_equal(found[3], model.get_weights())
    assert train_mnist(*options, out=tmp_path / "plain") == 0
    assert "snapshot" not in capsys.readouterr().out
    assert history(train_mnist.out) == history(tmp_path / "plain")
    plain = keras.saving.load_model(tmp_path / "plain" / "model.keras")
    expect_equal(model.get_weights(), plain.get_weights())


@pytest.mark.usefixtures("quick")
def test_snapshots_after_a_kill_equal_those_of_an_uninterrupted_run(
    train_mnist, tmp_path, monkeypatch, kill_in_write
):
    options = ["--implementation", "legacy", "--hidden-units", "8", "--batch-size", "250"]
    options += ["--epochs", "3", "--snapshots", "--resume"]
    assert train_mnist(*options, out=tmp_path / "whole") == 0
    monkeypatch.setattr("tf_edureka.runs.progress.SECONDS_BETWEEN", 0.0)  # saves each step
    # Killed while writing the initial snapshot, the one of epoch 1, a checkpoint within epoch 2.
    for write, there in ((2, []), (5, [0]), (2, [0, 1])):
        kill_in_write(write)
        with pytest.raises(Killed):
            train_mnist(*options)
        assert list(snapshots.read(train_mnist.out)) == there
    assert train_mnist(*options) == 0
    found, wanted = (snapshots.read(out) for out in (train_mnist.out, tmp_path / "whole"))
    assert list(found) == list(wanted) == [0, 1, 2, 3]
    for epoch, weights in wanted.items():
        expect_equal(found[epoch], weights)
    # Started without snapshots, and resumed with them within epoch 2.
    kill_in_write(6)
    with pytest.raises(Killed):
        train_mnist(*[one for one in options if one != "--snapshots"], out=tmp_path / "late")
    assert train_mnist(*options, out=tmp_path / "late") == 0
    found = snapshots.read(tmp_path / "late")
    assert list(found) == [0, 2, 3]
    for epoch, weights in found.items():
        expect_equal(wanted[epoch], weights)


@pytest.mark.parametrize("write", [1, 2, 3, 4, 5])
def test_kill_at_any_write_never_mixes_two_runs(train, kill_in_write, write):
    assert train("--epochs", "3", "--seed", "2", "--snapshots") == 0
    assert values(train.out) == {1: 2001, 2: 2002, 3: 2003}
    kill_in_write(write)
    with pytest.raises(Killed):
        train("--epochs", "2", "--snapshots", "--overwrite")
    assert all(value < 2000 for value in values(train.out).values())
    # If killed while writing the first checkpoint, there is none to resume from.
    assert train("--epochs", "2", "--snapshots", "--resume" if write > 1 else "--overwrite") == 0
    assert values(train.out) == {1: 1001, 2: 1002}
    expect_equal(snapshots.read(train.out)[0], initial_weights())


def test_snapshots_start_where_the_run_is_resumed(train, signal_after, capsys):
    signal_after(3, signal.SIGINT)
    assert train("--epochs", "5") == 130
    assert values(train.out) == {}
    assert train("--epochs", "5", "--snapshots", "--resume") == 0
    notes = [line for line in capsys.readouterr().err.splitlines() if "snapshots" in line]
    assert notes == [
        f"note: {train.out}: no snapshots of these epochs: 1, 2; --snapshots saves only the "
        "epochs from here on"
    ]
    assert values(train.out) == {3: 1003, 4: 1004, 5: 1005}
    expect_equal(snapshots.read(train.out)[0], initial_weights())
    assert train("--epochs", "5", "--resume") == 0
    assert "snapshots" not in capsys.readouterr().err


@pytest.mark.parametrize("again", [(), ("--snapshots",)])
def test_resuming_deletes_snapshots_of_repeated_epochs(train, signal_after, again):
    signal_after(3, signal.SIGINT)
    assert train("--epochs", "4", "--snapshots") == 130
    next(train.out.glob("checkpoint-3-*")).write_bytes(b"")  # so it resumes after epoch 2
    (train.out / "snapshot-0003.npz").write_bytes(b"stale")
    assert train("--epochs", "4", "--resume", *again) == 0
    resumed = {3: 1003, 4: 1004} if again else {}
    assert values(train.out) == {1: 1001, 2: 1002} | resumed


def test_overwrite_deletes_the_snapshots_of_the_earlier_run(train, capsys):
    train.out.mkdir()
    (train.out / "snapshot-0000.npz").write_text("all that is left of one")
    assert train("--epochs", "3") == 2
    assert "already holds a run (snapshot-0000.npz)" in capsys.readouterr().err
    assert train("--epochs", "3", "--snapshots", "--overwrite") == 0
    assert train("--epochs", "2", "--seed", "2", "--snapshots", "--overwrite") == 0
    assert values(train.out) == {1: 2001, 2: 2002}
    assert train("--epochs", "2", "--overwrite") == 0
    assert not list(train.out.glob(snapshots.PATTERN))


def test_snapshot_write_error_says_how_to_resume(train, capsys, monkeypatch):
    def full(folder, epoch, weights):
        if epoch == 2:
            raise InputError("out: no space left", topic="folder cannot be written to")

    monkeypatch.setattr(snapshots, "write", full)
    assert train("--epochs", "3", "--snapshots") == 2
    assert "with --resume (and without --overwrite) to continue after 2 epochs" in (
        capsys.readouterr().err
    )
