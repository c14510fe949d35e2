import dataclasses
import json

import numpy as np
import pytest
from helpers import written

from tf_edureka import mlp
from tf_edureka.cli.train_mnist import main
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.mlp import ensemble


@pytest.mark.parametrize(
    ("config", "tolerance"),
    [
        # Only the order of sums may differ: 1e-16 a step in float64, 20 steps of Adam carry it on.
        (MlpConfig.tuned(epochs=2, dtype="float64"), 1e-12),
        (MlpConfig.article(epochs=2, dtype="float64"), 1e-12),
        (MlpConfig.tuned(epochs=2, precision="mixed_bfloat16"), 1e-2),
        # The distortions are computed in float32.
        (MlpConfig.augmented(epochs=2, dtype="float64"), 1e-4),
    ],
    ids=["tuned", "article", "mixed_bfloat16", "augmented"],
)
def test_each_network_is_the_one_that_its_seed_gives_alone(data, config, tolerance):
    together = ensemble.train(config, data, seeds=[3, 1, 7])
    for seed, one in zip([3, 1, 7], together, strict=True):
        alone = mlp.train(dataclasses.replace(config, seed=seed), data)
        np.testing.assert_allclose(one.cost, alone.cost, rtol=tolerance)
        np.testing.assert_allclose(one.step_cost, alone.step_cost, rtol=tolerance)
        np.testing.assert_allclose(one.accuracy, alone.accuracy, atol=2.5 * tolerance)
        for values, others in zip(one.weights, alone.weights, strict=True):
            np.testing.assert_allclose(values, others, atol=10 * tolerance)
    assert len({float(one.cost[0]) for one in together}) == 3


def test_a_true_result_of_on_epoch_ends_the_training_of_all(data):
    seen = []

    def on_epoch(epoch, costs, accuracies):
        seen.append((epoch, costs.shape, accuracies.shape))
        return epoch == 1

    results = ensemble.train(MlpConfig.tuned(epochs=5), data, seeds=range(2), on_epoch=on_epoch)
    assert seen == [(0, (2,), (2,)), (1, (2,), (2,))]
    assert [len(result.cost) for result in results] == [2, 2]


def test_one_network_whose_cost_is_no_number_leaves_the_others_alone(data, monkeypatch):
    network = ensemble.network

    def broken(config):
        made = network(config)
        if config.seed == 2:
            made.set_weights([np.full_like(values, np.nan) for values in made.get_weights()])
        return made

    monkeypatch.setattr(ensemble, "network", broken)
    one, other = ensemble.train(MlpConfig.tuned(epochs=2), data, seeds=[1, 2])
    assert (len(one.cost), one.is_finite) == (2, True)
    assert np.isnan(other.cost).all()
    assert len(ensemble.train(MlpConfig.tuned(epochs=2), data, seeds=[2])[0].cost) == 1


def test_testing_in_many_parts_counts_the_same(data, monkeypatch):
    config = MlpConfig.tuned(epochs=1)
    whole = ensemble.train(config, data, seeds=[1, 2])
    monkeypatch.setattr(ensemble, "_TESTED_AT_ONCE", 67)  # 500 test images, 33 at once
    parts = ensemble.train(config, data, seeds=[1, 2])
    assert [one.accuracy.tolist() for one in whole] == [one.accuracy.tolist() for one in parts]


def test_what_is_no_seed_is_refused(data):
    with pytest.raises(InputError, match="seeds: expected whole numbers"):
        ensemble.train(MlpConfig.tuned(), data, seeds=[])


@pytest.fixture
def train(drawn_folder, tmp_path):
    """Runs the script on drawn digits and gives its exit code."""

    def run(*arguments):
        return main([*arguments, "--data-dir", str(drawn_folder), "--out", str(tmp_path / "out")])

    run.out = tmp_path / "out"
    return run


def test_the_script_gives_mean_and_spread_of_the_seeds(train, capsys):
    assert train("--seeds", "3", "--seed", "5", "--epochs", "2") == 0
    assert written(train.out) == {"history.json", "seeds.png"}
    history = json.loads((train.out / "history.json").read_text())
    assert [one["seed"] for one in history["networks"]] == [5, 6, 7]
    each = np.array([one["accuracy"] for one in history["networks"]])
    assert history["accuracy"] == pytest.approx(each.mean(axis=0).tolist())
    assert history["standard_deviation"] == pytest.approx(each[:, -1].std(ddof=1))
    assert f"Accuracy: {each[:, -1].mean():.4f} +- " in capsys.readouterr().out


def test_a_run_of_seeds_and_a_run_of_one_replace_each_other_whole(train, capsys):
    assert train("--epochs", "1") == 0
    assert train("--seeds", "1", "--epochs", "1") == 2
    assert "already holds a run" in capsys.readouterr().err
    assert train("--seeds", "1", "--epochs", "1", "--overwrite") == 0
    assert written(train.out) == {"history.json", "seeds.png"}
    assert train("--epochs", "1") == 2
    assert train("--epochs", "1", "--overwrite") == 0
    assert "model.keras" in written(train.out)
    assert "seeds.png" not in written(train.out)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--seeds", "0"], "expected 1 to 1000 networks, got 0"),
        (["--seeds", "1001"], "expected 1 to 1000 networks, got 1001"),
        (["--seeds", "2", "--resume"], "leave --implementation"),
        (["--seeds", "2", "--implementation", "legacy"], "leave --implementation"),
        (["--seeds", "2", "--strategy", "mirrored"], "leave --implementation"),
        (["--seeds", "2", "--seed", str(2**31 - 1)], "give a lower --seed"),
    ],
)
def test_what_does_not_go_with_seeds_is_refused(train, capsys, arguments, complaint):
    assert train(*arguments) == 2
    assert complaint in capsys.readouterr().err
    assert not train.out.exists()


def test_ctrl_c_ends_after_the_epoch_and_keeps_what_was_reached(train, ctrl_c, capsys):
    assert train("--seeds", "2", "--epochs", "5") == 130
    assert "ended after 1 of 5 epochs; --overwrite begins anew" in capsys.readouterr().err
    assert len(json.loads((train.out / "history.json").read_text())["cost"]) == 1


def test_the_least_accuracy_is_asked_of_the_mean(train):
    assert train("--seeds", "2", "--epochs", "1", "--min-accuracy", "1") == 1
