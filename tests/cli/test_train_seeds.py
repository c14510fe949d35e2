import json
import signal
from types import SimpleNamespace

import numpy as np
import pytest
from helpers import written

from tf_edureka.mlp import ensemble
from tf_edureka.runs import checkpoint


def results(out) -> set[str]:
    """The files in a run's folder, without its checkpoints."""
    return {name for name in written(out) if not name.startswith("checkpoint-")}


class Pretended:
    """Networks that learn nothing: the i-th has the cost 3 - i / 10 and the accuracy i / 10."""

    model = SimpleNamespace(count_params=lambda: 1)

    def __init__(self, configs, data, total_steps) -> None:
        self.networks, self.test_images = np.arange(len(configs)), len(data.test.labels)

    def train(self, order, seed):
        return np.tile(3 - self.networks / 10, (len(order), 1))

    def test(self):
        return self.networks * self.test_images // 10

    def state(self):
        return [self.networks]

    def weights(self):
        return [()] * len(self.networks)

    def restore(self, state):
        assert state[0].tolist() == self.networks.tolist()

    def reset_metrics(self):
        pass

    def any_stops(self, stop):
        return stop


@pytest.fixture
def pretended(monkeypatch):
    """Nothing is trained."""
    monkeypatch.setattr(ensemble, "Networks", Pretended)


@pytest.mark.slow
def test_mean_and_standard_deviation_of_the_seeds_are_reported(train_mnist, capsys):
    assert train_mnist("--seeds", "3", "--seed", "5", "--epochs", "2") == 0
    assert results(train_mnist.out) == {"history.json", "seeds.png"}
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
    assert results(train_mnist.out) == {"history.json", "seeds.png"}
    assert train_mnist("--epochs", "1") == 2
    assert train_mnist("--epochs", "1", "--overwrite") == 0
    assert "model.keras" in written(train_mnist.out)
    assert "seeds.png" not in written(train_mnist.out)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--seeds", "0"], "expected 1 to 1000 networks, got 0"),
        (["--seeds", "1001"], "expected 1 to 1000 networks, got 1001"),
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


@pytest.mark.usefixtures("pretended")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_ends_after_the_epoch_and_resume_continues(
    train_mnist, signal_after, capsys, number, code
):
    signal_after(2, number)
    assert train_mnist("--seeds", "2", "--epochs", "5") == code
    advice = "ended after 2 of 5 epochs; to continue, run the same command with --resume"
    assert advice in capsys.readouterr().err
    assert len(json.loads((train_mnist.out / "history.json").read_text())["cost"]) == 2
    assert train_mnist("--seeds", "2", "--epochs", "5", "--resume") == 0
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.endswith("2 networks, seeds 1 to 2, resumed after 2 epochs")
    assert second.startswith("Epoch: 0003 - ")
    history = json.loads((train_mnist.out / "history.json").read_text())
    assert [len(one["cost"]) for one in history["networks"]] == [5, 5]
    assert [before["epochs"] for before in history["earlier"]] == [2]


@pytest.mark.usefixtures("pretended", "no_training", "no_pictures")
def test_resuming_with_another_number_of_seeds_is_rejected(train_mnist, capsys):
    for trained, resumed, named in (
        (["--seeds", "2"], ["--seeds", "3"], "seeds 2 (here 3)"),
        (["--seeds", "2"], [], "seeds 2 (here null)"),
        ([], ["--seeds", "2"], "seeds null (here 2)"),
    ):
        assert train_mnist(*trained, "--epochs", "2", "--overwrite") == 0
        before = checkpoint.newest_first(train_mnist.out)
        assert train_mnist(*resumed, "--epochs", "2", "--resume") == 2
        assert f"expected a checkpoint of the same training, got one with {named}; give" in (
            capsys.readouterr().err
        )
        assert checkpoint.newest_first(train_mnist.out) == before


@pytest.mark.usefixtures("pretended")
def test_resume_without_a_checkpoint_starts_with_a_note(train_mnist, capsys):
    assert train_mnist("--seeds", "2", "--epochs", "1", "--resume") == 0
    assert "has no checkpoint; starting at epoch 1" in capsys.readouterr().err


@pytest.mark.usefixtures("pretended")
def test_damaged_checkpoint_is_reported_and_the_previous_one_used(train_mnist, capsys):
    assert train_mnist("--seeds", "2", "--epochs", "3") == 0
    newest, _ = checkpoint.newest_first(train_mnist.out)
    newest.write_bytes(b"damaged")
    assert train_mnist("--seeds", "2", "--epochs", "3", "--resume") == 0
    output = capsys.readouterr()
    assert f"{newest.name} is damaged" in output.err
    assert "resumed after 2 epochs" in output.out


@pytest.mark.usefixtures("pretended")
def test_min_accuracy_applies_to_the_mean(train_mnist):
    for least, code in (("0.1", 0), ("0.11", 1)):  # the mean of 0, 0.1 and 0.2 is 0.1
        arguments = ("--seeds", "3", "--epochs", "1", "--overwrite")
        assert train_mnist(*arguments, "--min-accuracy", least) == code
