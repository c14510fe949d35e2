import warnings

import keras
import numpy as np
import pytest

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.rounding import Adam


def test_the_network_is_784_256_256_10_with_relu_relu_and_logits():
    model = mlp.network(MlpConfig.modern())
    assert [w.shape for w in model.get_weights()] == [
        *((784, 256), (256,)),
        *((256, 256), (256,)),
        *((256, 10), (10,)),
    ]
    assert [layer.activation.__name__ for layer in model.layers] == ["relu", "relu", "linear"]


def test_the_article_draws_kernels_and_biases_from_a_standard_normal():
    weights = mlp.network(MlpConfig.article()).get_weights()
    for values in weights[:4]:
        # Four standard errors of mean and deviation of n standard normal numbers.
        assert abs(values.mean()) < 4 / np.sqrt(values.size)
        assert abs(values.std() - 1) < 4 / np.sqrt(2 * values.size)
    assert not np.array_equal(weights[1], weights[3])


def test_the_modern_recipe_draws_he_normal_kernels_and_starts_with_zero_biases():
    kernel, bias = mlp.network(MlpConfig.modern()).get_weights()[:2]
    np.testing.assert_allclose(kernel.std(), np.sqrt(2 / 784), rtol=0.01)
    assert not bias.any()


def test_the_article_has_the_adam_of_tensorflow_1_at_a_constant_rate():
    optimizer = mlp.build(MlpConfig.article(), total_steps=1).optimizer
    assert type(optimizer) is Adam
    assert optimizer.epsilon == np.float32(1e-8)
    assert float(optimizer.learning_rate) == np.float32(0.001)


def test_only_kernels_decay():
    model = mlp.build(MlpConfig.modern(weight_decay=0.5, warmup=0.0), total_steps=10)
    before = model.get_weights()
    for bias in before[1::2]:
        bias += 1
    model.set_weights(before)
    model.optimizer.apply([0 * v for v in model.trainable_variables], model.trainable_variables)
    for i, (old, new) in enumerate(zip(before, model.get_weights(), strict=True)):
        # Without a gradient Adam stands still; a kernel loses 0.5 times the rate of 0.003.
        np.testing.assert_allclose(new, old * (1 if i % 2 else 1 - 0.0015), rtol=1e-6)


def test_the_modern_learning_rate_rises_and_falls_to_zero():
    schedule = mlp.build(MlpConfig.modern(), total_steps=150).optimizer._learning_rate
    rates = [float(schedule(step)) for step in (0, 5, 10, 80, 150)]
    np.testing.assert_allclose(rates, [0, 0.0015, 0.003, 0.0015, 0], atol=1e-8)


@pytest.mark.parametrize("config", [MlpConfig.article, MlpConfig.modern, MlpConfig.augmented])
def test_a_seed_gives_the_same_training_again_and_another_seed_another(data, config):
    first, again, other = (mlp.train(config(epochs=2, seed=s), data) for s in (3, 3, 4))
    assert first.cost.tolist() == again.cost.tolist()
    for one, two in zip(first.weights, again.weights, strict=True):
        np.testing.assert_array_equal(one, two)
    assert first.cost.tolist() != other.cost.tolist()


@pytest.mark.parametrize("config", [MlpConfig.article, MlpConfig.modern, MlpConfig.augmented])
def test_it_learns(data, config):
    result = mlp.train(config(epochs=8, seed=2), data)
    assert result.cost[-1] < result.cost[0] / 2
    assert result.accuracy[-1] > 0.2  # by chance 0.1; there are 1,000 examples to learn from


def test_cost_of_an_epoch_is_the_mean_of_its_steps(data):
    result = mlp.train(MlpConfig.article(epochs=1), data)
    assert result.step_cost.shape == (10,)
    assert result.cost[0] == np.mean(result.step_cost, dtype=np.float64)


def test_accuracy_is_that_of_the_returned_weights(data):
    config = MlpConfig.modern(epochs=2)
    result = mlp.train(config, data)
    model = mlp.from_weights(config, result.weights)
    pixels = data.test.images.reshape(500, 784) / np.float32(255)
    answers = model.predict(pixels, verbose=0).argmax(axis=1)
    assert result.accuracy[-1] == np.mean(answers == data.test.labels)


def test_a_batch_larger_than_the_data_is_refused(data):
    with pytest.raises(InputError, match="batch_size: expected at most the 1000 training examples"):
        mlp.train(MlpConfig.modern(batch_size=1001), data)


def test_an_article_epoch_goes_on_where_the_last_one_left_the_examples():
    config = MlpConfig.article(batch_size=3)
    orders = mlp.epoch_orders(config, 10)
    shown = np.concatenate([next(orders).ravel() for _ in range(10)])  # 3 batches of 3, ten times
    for used_up in np.split(shown, range(10, 90, 10)):
        assert sorted(used_up) == list(range(10))


def test_training_ends_when_the_caller_asks_for_it(data):
    result = mlp.train(MlpConfig.modern(), data, on_epoch=lambda epoch, *_: epoch == 1)
    assert len(result.cost) == len(result.accuracy) == len(result.epoch_seconds) == 2


def test_training_ends_when_the_cost_is_no_number(data):
    result = mlp.train(MlpConfig.article(learning_rate=1e30, batch_size=10), data)
    assert len(result.cost) < 15
    assert not np.isfinite(result.cost[-1])
    assert result.to_json()["cost"][-1] is None


def test_keras_callbacks_see_each_epoch_and_can_end_the_training(data):
    seen = []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda e, logs: seen.append(logs))
    stop = keras.callbacks.EarlyStopping("cost", min_delta=100, patience=0, mode="min")
    result = mlp.train(MlpConfig.modern(), data, callbacks=[watch, stop])
    assert len(result.cost) == len(seen) == 2
    assert seen[1]["cost"] == result.cost[1]
    assert seen[1]["test_accuracy"] == result.accuracy[1]
    assert set(seen[1]) == {"cost", "test_accuracy", "accuracy"}


def test_keras_callbacks_see_an_epoch_as_one_batch(data):
    seen = []
    watch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda b, logs: seen.append(b))
    mlp.train(MlpConfig.modern(epochs=3), data, callbacks=[watch])
    assert seen == [0, 0, 0]


@pytest.mark.parametrize("recipe", [MlpConfig.article, MlpConfig.modern])
def test_a_saved_model_loads_in_plain_keras_and_says_the_same(data, tmp_path, recipe):
    config = recipe(epochs=1)
    model = mlp.from_weights(config, mlp.train(config, data).weights)
    model.save(tmp_path / "model.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    pixels = data.test.images.reshape(500, 784) / np.float32(255)
    np.testing.assert_array_equal(loaded(pixels), model(pixels))
    for layer in loaded.layers:  # nothing that only this package could load
        assert type(layer.kernel_initializer).__module__.startswith("keras.")


def test_real_mnist_the_article_starts_with_costs_in_the_hundreds(mnist_folder):
    from tf_edureka import mnist

    result = mlp.train(MlpConfig.article(epochs=1), mnist.load("idx", mnist_folder))
    assert 100 < result.cost[0] < 400  # TensorFlow 1.15.5 with graph seed 1: 160
    assert 0.8 < result.accuracy[0] < 0.93


def test_real_mnist_the_modern_recipe_in_three_epochs(mnist_folder):
    from tf_edureka import mnist

    data = mnist.load("idx", mnist_folder)
    assert mlp.train(MlpConfig.modern(epochs=3), data).accuracy[-1] > 0.975
    assert mlp.train(MlpConfig.augmented(epochs=3), data).accuracy[-1] > 0.975


def test_mixed_precision_rounds_the_hidden_layers_and_keeps_the_weights(data):
    model = mlp.network(MlpConfig.modern(precision="mixed_bfloat16"))
    assert [layer.compute_dtype for layer in model.layers] == ["bfloat16", "bfloat16", "float32"]
    assert {weight.dtype for weight in model.weights} == {"float32"}
    full = mlp.train(MlpConfig.modern(epochs=2), data)
    mixed = mlp.train(MlpConfig.modern(epochs=2, precision="mixed_bfloat16"), data)
    # 8 bits of a factor are 0.4 % off; the sums of hundreds of them less.
    np.testing.assert_allclose(mixed.cost, full.cost, rtol=0.02)
    assert (mixed.cost != full.cost).all()
