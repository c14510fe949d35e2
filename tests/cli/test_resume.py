import functools
import itertools
import json
import os
import random
import signal
import time
from dataclasses import replace

import kill_and_resume
import numpy as np
import pytest
from trainings import without_xla

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.legacy import mlp as legacy_mlp
from tf_edureka.mlp import ensemble, loop
from tf_edureka.runs.checkpoint import Checkpoints

many = functools.partial(ensemble.train, seeds=[3, 1])
TUNED, AUGMENTED = MlpConfig.tuned(epochs=3), MlpConfig.augmented(epochs=3)
ARTICLE = MlpConfig.article(epochs=3, batch_size=30)
TRAININGS = [
    pytest.param(without_xla, TUNED, id="tuned"),
    pytest.param(without_xla, AUGMENTED, id="augmented", marks=pytest.mark.slow),
    pytest.param(without_xla, ARTICLE, id="article", marks=pytest.mark.slow),
    pytest.param(legacy_mlp.train, ARTICLE, id="legacy"),
]
WITH_XLA = [
    pytest.param(mlp.train, config, id=f"{name}, XLA", marks=pytest.mark.slow)
    for name, config in (("tuned", TUNED), ("augmented", AUGMENTED), ("article", ARTICLE))
]
MANY = [
    pytest.param(many, config, id=f"{name}, two seeds", marks=pytest.mark.slow)
    for name, config in (("tuned", TUNED), ("augmented", AUGMENTED), ("article", ARTICLE))
]
each = pytest.mark.parametrize(("train", "config"), TRAININGS)


@pytest.fixture
def within_epochs(monkeypatch):
    """Saves the state as often as possible, and computes the compiled epoch in four calls."""
    monkeypatch.setattr("tf_edureka.runs.progress.SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr(
        loop,
        "parts_of_epoch",
        lambda steps, *_: list(itertools.pairwise(steps * part // 4 for part in range(5))),
    )


def the_same(one, other) -> bool:
    if isinstance(one, list):
        return len(one) == len(other) and all(map(the_same, one, other))
    names = ("cost", "accuracy", "step_cost")
    pairs = [(getattr(one, name), getattr(other, name)) for name in names]
    pairs += zip(one.weights, other.weights, strict=True)
    return all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in pairs)


@pytest.mark.parametrize(("train", "config"), [*TRAININGS, *WITH_XLA, *MANY])
@pytest.mark.usefixtures("within_epochs")
def test_resuming_from_any_state_is_bit_identical(data, train, config):
    states = []
    whole = train(config, data, save=states.append)
    between, within = [], []
    for state in states:
        (within if state.step else between).append(state)
    assert [state.epoch for state in between] == [1, 2, 3]
    assert len(within) >= 9
    for state in [*between, *random.Random(1).sample(within, 3)]:
        assert the_same(whole, train(config, data, start=state))


@pytest.mark.parametrize(
    ("train", "config"),
    [*TRAININGS, pytest.param(mlp.train, TUNED, id="tuned, XLA", marks=pytest.mark.slow)],
)
def test_true_from_save_ends_the_training_at_a_resumable_state(data, train, config):
    states = []
    ended = train(config, data, save=lambda state: states.append(state) or state.epoch == 2)
    assert (len(ended.cost), len(states)) == (2, 2)
    lines = []
    whole = train(
        config, data, on_epoch=lambda *line: lines.append(line) and None, start=states[-1]
    )
    assert [epoch for epoch, *_ in lines] == [2]
    assert the_same(whole, train(config, data))


@each
@pytest.mark.usefixtures("within_epochs")
def test_a_training_can_end_within_its_first_epoch(data, train, config):
    ended = train(config, data, save=lambda _: True)
    assert len(ended.cost) == 0
    assert len(ended.weights) == 6


@each
def test_state_of_another_training_is_rejected_with_the_differences(data, train, config):
    states = []
    train(config, data, save=lambda state: states.append(state) is None)
    for change, named in (
        ({"hidden_units": (16,)}, r"hidden_units \[256, 256\] \(here \[16\]\)"),
        ({"batch_size": 128}, rf"batch_size {config.batch_size} \(here 128\)"),
        ({"seed": 2}, r"seed 1 \(here 2\)"),
        ({"epochs": 4}, r"epochs 3 \(here 4\)"),
    ):
        with pytest.raises(InputError, match=f"start: expected .* got one with {named}"):
            train(replace(config, **change), data, start=states[0])
    with pytest.raises(InputError, match=r"start: .* data_sha256 .* \(here .*\)"):
        train(config, data.limited(999), start=states[0])
    other = replace(states[0], training={**states[0].training, "implementation": "x"})
    with pytest.raises(InputError, match=r'implementation "x" \(here'):
        train(config, data, start=other)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "killed_in"),
    [
        (["--snapshots"], {1: "checkpoint-1-", 15: "snapshot-0007"}),
        (["--implementation", "legacy"], {1: "checkpoint-1-", 15: "checkpoint-15"}),
        (["--seeds", "2"], {1: "checkpoint-1-", 15: "checkpoint-15"}),
        (
            ["--seeds", "2", "--augment", "--epochs", "6", kill_and_resume.WITHIN_EPOCHS],
            {2: "checkpoint-0-", 14: "checkpoint-3-"},
        ),
    ],
    ids=["modern", "legacy", "seeds", "seeds, within epochs"],
)
def test_training_killed_while_writing_resumes_to_the_same_files(
    drawn_folder, tmp_path, options, killed_in
):
    arguments = ["--data-dir", str(drawn_folder), "--epochs", "40", *options]
    kill_and_resume.finish(tmp_path / "whole", *arguments)
    broken = tmp_path / "broken"
    for write, name in killed_in.items():
        assert kill_and_resume.kill_in_write(broken, write, *arguments)
        assert [path.name[:22] for path in broken.glob(".partial*")] == [f".partial-{name}"]
        assert not (broken / "history.json").exists()
    assert "damaged" not in kill_and_resume.finish(broken, *arguments)
    assert not list(broken.glob(".partial*"))
    wanted, found = (kill_and_resume.outcome(out) for out in (tmp_path / "whole", broken))
    assert found.keys() == wanted.keys()
    assert [name for name in wanted if wanted[name] != found[name]] == []


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--seeds", "2"]], ids=["one network", "seeds"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
@pytest.mark.usefixtures("within_epochs")
def test_signal_within_an_epoch_ends_it_and_resume_continues(
    train_mnist, tmp_path, capsys, monkeypatch, options, number
):
    arguments = ["--epochs", "3", "--hidden-units", "8", *options]
    assert train_mnist(*arguments, out=tmp_path / "whole") == 0
    save = Checkpoints.save

    def save_and_signal(checkpoints, state):
        save(checkpoints, state)
        if (state.epoch, state.step) == (1, 5):
            os.kill(os.getpid(), number)
            time.sleep(0.1)

    monkeypatch.setattr(Checkpoints, "save", save_and_signal)
    assert train_mnist(*arguments) == 128 + number
    advice = "ended after 1 of 3 epochs; to continue, run the same command with --resume"
    assert advice in capsys.readouterr().err
    assert len(json.loads((train_mnist.out / "history.json").read_text())["cost"]) == 1
    monkeypatch.setattr(Checkpoints, "save", save)
    assert train_mnist(*arguments, "--resume") == 0
    assert "resumed after 1 epoch and 5 steps" in capsys.readouterr().out
    wanted, found = (kill_and_resume.outcome(out) for out in (tmp_path / "whole", train_mnist.out))
    assert [name for name in wanted if wanted[name] != found[name]] == []
