import gc
import weakref

import numpy as np
import pytest
from trainings import each_recipe, without_xla

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.mlp import ensemble, epoch
from tf_edureka.mlp.epoch import to_device


@each_recipe
def test_a_seed_gives_the_same_training_again_and_another_seed_another(data, recipe):
    first, again, other = (without_xla(recipe(epochs=2, seed=s), data) for s in (3, 3, 4))
    assert first.cost.tolist() == again.cost.tolist()
    for one, two in zip(first.weights, again.weights, strict=True):
        np.testing.assert_array_equal(one, two)
    assert first.cost.tolist() != other.cost.tolist()


@pytest.mark.slow
@each_recipe
def test_it_learns(data, recipe):
    result = mlp.train(recipe(epochs=8, seed=2), data)
    assert result.cost[-1] < result.cost[0] / 2
    assert result.accuracy[-1] > 0.2  # chance level 0.1; 1,000 training examples


def test_cost_of_an_epoch_is_the_mean_of_its_steps(data):
    result = without_xla(MlpConfig.article(epochs=1), data)
    assert result.step_cost.shape == (10,)
    assert result.cost[0] == np.mean(result.step_cost, dtype=np.float64)


def ensembles(config, data):
    return ensemble.train(config, data, seeds=range(2))


def test_accuracy_is_that_of_the_returned_weights(data):
    config = MlpConfig.tuned(epochs=2)
    result = without_xla(config, data)
    model = mlp.from_weights(config, result.weights)
    pixels = data.test.images.reshape(500, 784) / np.float32(255)
    answers = model.predict(pixels, verbose=0).argmax(axis=1)
    assert result.accuracy[-1] == np.mean(answers == data.test.labels)


def test_batch_larger_than_the_data_is_rejected(data):
    with pytest.raises(
        InputError, match="batch_size: expected at most 1000, the number of training examples"
    ):
        without_xla(MlpConfig.tuned(batch_size=1001), data)


def test_training_ends_when_the_caller_asks_for_it(data):
    result = without_xla(MlpConfig.tuned(), data, on_epoch=lambda epoch, *_: epoch == 1)
    assert len(result.cost) == len(result.accuracy) == len(result.epoch_seconds) == 2


def test_only_true_ends_the_training_and_no_other_result_of_a_callback(data):
    config, costs, states = MlpConfig.tuned(epochs=2), {}, []
    result = without_xla(
        config,
        data,
        on_epoch=lambda epoch, cost, _: costs.setdefault(epoch, cost),
        save=lambda state: states.append(state) or states,
    )
    assert list(costs.values()) == result.cost.tolist()
    assert len(states) == 2


def test_training_ends_when_the_cost_is_nan(data):
    result = without_xla(MlpConfig.article(learning_rate=1e30, batch_size=10), data)
    assert len(result.cost) < 15
    assert not np.isfinite(result.cost[-1])
    assert result.to_json()["cost"][-1] is None


@pytest.mark.parametrize(
    "config",
    [MlpConfig.tuned, pytest.param(MlpConfig.augmented, marks=pytest.mark.slow)],
    ids=lambda config: config.__name__,
)
def test_real_mnist_modern_recipes_in_three_epochs(mnist, config):
    assert mlp.train(config(epochs=3), mnist).accuracy[-1] > 0.975


@pytest.mark.slow
def test_mixed_precision_trains_to_nearly_the_same(data):
    full = without_xla(MlpConfig.tuned(epochs=2), data)
    mixed = without_xla(MlpConfig.tuned(epochs=2, precision="mixed_bfloat16"), data)
    # A factor of 8 bits is off by up to 0.4 %; sums of hundreds of products by less.
    np.testing.assert_allclose(mixed.cost, full.cost, rtol=0.02)
    assert (mixed.cost != full.cost).all()


@pytest.mark.parametrize("trainer", [without_xla, ensembles], ids=["one", "many"])
def test_finished_training_leaves_no_images_in_memory(data, monkeypatch, trainer):
    held = []

    def watched(split):
        tensors = to_device(split)
        held.extend(weakref.ref(tensor) for tensor in tensors)
        return tensors

    monkeypatch.setattr(epoch, "to_device", watched)
    trainer(MlpConfig.tuned(epochs=1, hidden_units=(4,)), data)
    gc.collect()
    assert len(held) == 4
    assert [tensor() for tensor in held] == [None] * 4
