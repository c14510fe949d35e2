import dataclasses
from itertools import pairwise

import numpy as np
import pytest
import tensorflow as tf
from trainings import without_xla

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.mlp import ensemble, loop
from tf_edureka.mlp.epoch import to_device


@pytest.mark.parametrize(
    ("config", "tolerance"),
    [
        # Only the order of sums differs: 1e-16 per step in float64, amplified by 20 steps of Adam.
        (MlpConfig.tuned(epochs=2, dtype="float64"), 1e-12),
        (MlpConfig.tuned(epochs=2, dtype="float64", batch_norm=True), 1e-12),
        pytest.param(MlpConfig.article(epochs=2, dtype="float64"), 1e-12, marks=pytest.mark.slow),
        pytest.param(
            *(MlpConfig.tuned(epochs=2, precision="mixed_bfloat16"), 1e-2), marks=pytest.mark.slow
        ),
        # The distortions are computed in float32.
        pytest.param(MlpConfig.augmented(epochs=2, dtype="float64"), 1e-4, marks=pytest.mark.slow),
    ],
    ids=["tuned", "batch_norm", "article", "mixed_bfloat16", "augmented"],
)
def test_each_network_matches_a_single_training_with_its_seed(data, config, tolerance):
    together = ensemble.train(config, data, seeds=[3, 1])
    for seed, one in zip([3, 1], together, strict=True):
        alone = mlp.train(dataclasses.replace(config, seed=seed), data)
        np.testing.assert_allclose(one.cost, alone.cost, rtol=tolerance)
        np.testing.assert_allclose(one.step_cost, alone.step_cost, rtol=tolerance)
        np.testing.assert_allclose(one.accuracy, alone.accuracy, atol=2.5 * tolerance)
        for values, others in zip(one.weights, alone.weights, strict=True):
            np.testing.assert_allclose(values, others, atol=10 * tolerance)
    assert len({float(one.cost[0]) for one in together}) == 2


@pytest.fixture
def saved_after_each_step(monkeypatch):
    """Saves the state as often as possible, and computes each step of an epoch in its own call."""
    monkeypatch.setattr("tf_edureka.runs.progress.SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr(loop, "parts_of_epoch", lambda steps, *_: [*pairwise(range(steps + 1))])


@pytest.mark.parametrize("recipe", [MlpConfig.tuned, MlpConfig.augmented])
@pytest.mark.usefixtures("saved_after_each_step")
def test_resuming_within_an_epoch_is_bit_identical_for_each_network(data, recipe):
    config, states = recipe(epochs=2, batch_size=500, hidden_units=[4]), []
    whole = ensemble.train(config, data, seeds=[3, 1], save=states.append)
    assert [(state.epoch, state.step) for state in states] == [(0, 1), (1, 0), (1, 1), (2, 0)]
    for one, other in zip(
        whole, ensemble.train(config, data, seeds=[3, 1], start=states[2]), strict=True
    ):
        for name in ("cost", "accuracy", "step_cost"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        for values, others in zip(one.weights, other.weights, strict=True):
            np.testing.assert_array_equal(values, others)


@pytest.mark.usefixtures("saved_after_each_step")
def test_true_from_save_ends_the_training_within_its_first_epoch(data):
    config = MlpConfig.tuned(epochs=2, batch_size=500, hidden_units=[4])
    ended = ensemble.train(config, data, seeds=range(3), save=lambda _: True)
    assert [(len(one.cost), len(one.step_cost), len(one.weights)) for one in ended] == [
        (0, 0, 4)
    ] * 3


def test_state_of_other_seeds_or_of_one_network_is_rejected_with_the_differences(data):
    config, states = MlpConfig.tuned(epochs=1, hidden_units=[4]), []
    ensemble.train(config, data, seeds=[3, 1], save=states.append)
    with pytest.raises(InputError, match=r"start: .* seed \[3, 1\] \(here \[1, 3\]\)"):
        ensemble.train(config, data, seeds=[1, 3], start=states[0])
    without_xla(config, data, save=states.append)
    with pytest.raises(InputError, match=r"start: .* seed 1 \(here \[1\]\)"):
        ensemble.train(config, data, seeds=[1], start=states[1])


def test_true_from_on_epoch_ends_the_training_of_all(data):
    seen = []

    def on_epoch(epoch, costs, accuracies):
        seen.append((epoch, costs.shape, accuracies.shape))
        return epoch == 1

    results = ensemble.train(MlpConfig.tuned(epochs=5), data, seeds=range(2), on_epoch=on_epoch)
    assert seen == [(0, (2,), (2,)), (1, (2,), (2,))]
    assert [len(result.cost) for result in results] == [2, 2]


@pytest.mark.slow
def test_network_with_nan_cost_does_not_affect_the_others(data, monkeypatch):
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


def test_testing_in_many_parts_returns_the_same_counts(data, monkeypatch):
    configs = [MlpConfig.tuned(seed=1), MlpConfig.tuned(seed=2)]
    networks = ensemble.Networks(configs, data, total_steps=1)
    whole = networks.test()
    monkeypatch.setattr(ensemble, "TEST_BATCH", 67)  # 500 test images, 33 at once
    assert networks.test().tolist() == whole.tolist()
    for config, right in zip(configs, whole, strict=True):
        answers = mlp.probabilities(mlp.network(config), data.test.images).argmax(axis=1)
        assert right == np.sum(answers == data.test.labels)


def test_invalid_seeds_are_rejected(data):
    with pytest.raises(InputError, match="seeds: expected at least one whole number"):
        ensemble.train(MlpConfig.tuned(), data, seeds=[])


def test_program_size_with_distortions_does_not_depend_on_the_number_of_networks(data):
    sizes = set()
    for count in (1, 2, 8):
        configs = [MlpConfig.augmented(seed=seed, hidden_units=[4]) for seed in range(count)]
        networks = ensemble.Networks(configs, data, total_steps=10)
        images, labels = to_device(data.train)
        order, seed = tf.zeros((1, count, 100), tf.int32), tf.constant((0, 0))
        steps = networks.compiled_steps.get_concrete_function(images, labels, order, seed)
        functions = steps.graph.as_graph_def().library.function
        sizes.add(sum(len(function.node_def) for function in functions))
    assert len(sizes) == 1


def test_a_callback_cannot_change_the_results(data):
    def spoil(epoch, costs, accuracies):
        for values in (costs, accuracies):
            with pytest.raises(ValueError, match="read-only"):
                values[:] = 0

    ensemble.train(MlpConfig.tuned(epochs=1, hidden_units=[4]), data, seeds=[1], on_epoch=spoil)


def test_numpy_integers_are_valid_seeds(data):
    config = MlpConfig.tuned(epochs=1, hidden_units=[4])
    one, other = ensemble.train(config, data, seeds=np.arange(2))
    assert one.cost.tolist() != other.cost.tolist()
