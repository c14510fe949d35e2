import json

import numpy as np
import pytest
from helpers import written

from tf_edureka.mlp import ensemble
from tf_edureka.results import MlpResult


@pytest.fixture
def pretended(monkeypatch):
    """Nothing is trained: the i-th network has the cost 3 - i / 10 and the accuracy i / 10."""

    def pretend(config, _, *, seeds, on_epoch) -> list[MlpResult]:
        accuracies = np.arange(len(seeds)) / 10
        epochs = 0
        while epochs < config.epochs:
            epochs += 1
            if on_epoch(epochs - 1, 3 - accuracies, accuracies):
                break
        return [
            MlpResult(
                np.full(epochs, 3 - accuracy),
                np.full(epochs, accuracy),
                step_cost=np.zeros(0),
                epoch_seconds=np.ones(epochs),
                weights=(),
            )
            for accuracy in accuracies
        ]

    monkeypatch.setattr(ensemble, "train", pretend)


@pytest.mark.slow
def test_mean_and_standard_deviation_of_the_seeds_are_reported(train_mnist, capsys):
    assert train_mnist("--seeds", "3", "--seed", "5", "--epochs", "2") == 0
    assert written(train_mnist.out) == {"history.json", "seeds.png"}
    history = json.loads((train_mnist.out / "history.json").read_text())
    assert [one["seed"] for one in history["networks"]] == [5, 6, 7]
    each = np.array([one["accuracy"] for one in history["networks"]])
    assert history["accuracy"] == pytest.approx(each.mean(axis=0).tolist())
    assert history["standard_deviation"] == pytest.approx(each[:, -1].std(ddof=1))
    assert f"Accuracy: {each[:, -1].mean():.4f} +- " in capsys.readouterr().out


@pytest.mark.usefixtures("pretended", "no_training", "no_pictures")
def test_seeds_run_and_single_run_replace_each_other_completely(train_mnist, capsys):
    assert train_mnist("--epochs", "1", "--snapshots") == 0
    assert train_mnist("--seeds", "1", "--epochs", "1") == 2
    assert "already holds a run" in capsys.readouterr().err
    assert train_mnist("--seeds", "1", "--epochs", "1", "--overwrite") == 0
    assert written(train_mnist.out) == {"history.json", "seeds.png"}
    assert train_mnist("--epochs", "1") == 2
    assert train_mnist("--epochs", "1", "--overwrite") == 0
    assert "model.keras" in written(train_mnist.out)
    assert "seeds.png" not in written(train_mnist.out)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--seeds", "0"], "expected 1 to 1000 networks, got 0"),
        (["--seeds", "1001"], "expected 1 to 1000 networks, got 1001"),
        (["--seeds", "2", "--resume"], "leave out --implementation"),
        (["--seeds", "2", "--snapshots"], "--snapshots and --show"),
        (["--seeds", "2", "--implementation", "legacy"], "leave out --implementation"),
        (["--seeds", "2", "--strategy", "mirrored"], "leave out --implementation"),
        (["--seeds", "2", "--seed", str(2**31 - 1)], "give a lower --seed"),
    ],
)
def test_options_incompatible_with_seeds_are_rejected(train_mnist, capsys, arguments, complaint):
    assert train_mnist(*arguments) == 2
    assert complaint in capsys.readouterr().err
    assert not train_mnist.out.exists()


@pytest.mark.usefixtures("pretended", "ctrl_c")
def test_ctrl_c_ends_after_the_epoch_and_writes_the_results(train_mnist, capsys):
    assert train_mnist("--seeds", "2", "--epochs", "5") == 130
    assert "ended after 1 of 5 epochs; give --overwrite to start again" in capsys.readouterr().err
    assert len(json.loads((train_mnist.out / "history.json").read_text())["cost"]) == 1


@pytest.mark.usefixtures("pretended")
def test_min_accuracy_applies_to_the_mean(train_mnist):
    for least, code in (("0.1", 0), ("0.11", 1)):  # the mean of 0, 0.1 and 0.2 is 0.1
        arguments = ("--seeds", "3", "--epochs", "1", "--overwrite")
        assert train_mnist(*arguments, "--min-accuracy", least) == code
