import time
import warnings

import keras
import numpy as np
import pytest
from trainings import without_xla

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.tf1.optimizers import Adam


@pytest.mark.parametrize("config", [MlpConfig.article(), MlpConfig.tuned()])
def test_the_network_is_784_256_256_10_with_relu_relu_and_logits(config):
    model = mlp.network(config)
    assert [w.shape for w in model.get_weights()] == [
        *((784, 256), (256,)),
        *((256, 256), (256,)),
        *((256, 10), (10,)),
    ]
    assert [layer.activation.__name__ for layer in model.layers] == ["relu", "relu", "linear"]


def test_a_trained_network_has_absorbed_its_batch_normalization(data):
    config, states = MlpConfig.tuned(batch_norm=True, epochs=2, batch_size=50), []
    result = without_xla(config, data, save=states.append)
    trained = mlp.network(config)
    count = len(trained.get_weights())
    trained.set_weights(states[-1].variables[:count])
    plain = mlp.from_weights(config, result.weights)
    assert plain.count_params() == 269_322
    pixels = data.test.images.reshape(500, 784) / np.float32(255)
    wanted = trained(pixels, training=False)
    assert float(np.std(wanted)) > 0.5
    # Both networks round differently; the logits are sums of 256 float32 products of about 1.
    np.testing.assert_allclose(plain(pixels), wanted, atol=1e-5)


def test_batch_normalization_gives_each_unit_mean_0_and_variance_1_before_relu(data):
    model = mlp.network(MlpConfig.tuned(batch_norm=True))
    names = [layer.name for layer in model.layers]
    assert names == ["hidden_1", "norm_1", "relu_1", "hidden_2", "norm_2", "relu_2", "logits"]
    pixels = data.test.images.reshape(500, 784) / np.float32(255)
    values = model.get_layer("norm_1")(model.get_layer("hidden_1")(pixels), training=True)
    np.testing.assert_allclose(np.mean(values, axis=0), 0, atol=1e-5)
    # Slightly below 1: epsilon, 0.001, is added to the variance.
    np.testing.assert_allclose(np.var(values, axis=0), 1, atol=0.05)


def test_article_recipe_samples_kernels_and_biases_from_a_standard_normal():
    weights = mlp.network(MlpConfig.article()).get_weights()
    for values in weights[:4]:
        # Four standard errors of mean and deviation of n standard normal numbers.
        assert abs(values.mean()) < 4 / np.sqrt(values.size)
        assert abs(values.std() - 1) < 4 / np.sqrt(2 * values.size)
    assert not np.array_equal(weights[1], weights[3])


def test_tuned_recipe_uses_he_normal_kernels_and_zero_biases():
    kernel, bias = mlp.network(MlpConfig.tuned()).get_weights()[:2]
    np.testing.assert_allclose(kernel.std(), np.sqrt(2 / 784), rtol=0.01)
    assert not bias.any()


def test_article_recipe_uses_adam_of_tensorflow_1_with_a_constant_rate():
    optimizer = mlp.build(MlpConfig.article(), total_steps=1).optimizer
    assert type(optimizer) is Adam
    assert optimizer.epsilon == np.float32(1e-8)
    assert float(optimizer.learning_rate) == np.float32(0.001)


def test_only_kernels_decay():
    config = MlpConfig.tuned(batch_norm=True, learning_rate=0.01, weight_decay=0.5, warmup=0.0)
    model = mlp.build(config, total_steps=10)
    variables = model.trainable_variables
    assert {v.name for v in variables} == {"kernel", "bias", "gamma", "beta"}
    for variable in variables:
        variable.assign_add(np.ones(variable.shape))
    before = [variable.numpy() for variable in variables]
    model.optimizer.apply([0 * v for v in variables], variables)
    for old, variable in zip(before, variables, strict=True):
        # Without a gradient Adam moves nothing; weight decay takes 0.5 times the rate of 0.01.
        left = 1 - 0.005 if variable.name == "kernel" else 1
        np.testing.assert_allclose(variable.numpy(), old * left, rtol=1e-6)


def test_tuned_learning_rate_has_warmup_and_decays_to_zero():
    optimizer, rates = mlp.build(MlpConfig.tuned(), total_steps=150).optimizer, []
    for step in (0, 5, 10, 80, 150):
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate))
    np.testing.assert_allclose(rates, [0, 0.0015, 0.003, 0.0015, 0], atol=1e-8)


def test_mixed_precision_rounds_the_hidden_layers_and_keeps_the_weights():
    model = mlp.network(MlpConfig.tuned(precision="mixed_bfloat16"))
    assert {layer.compute_dtype for layer in model.layers[:-1]} == {"bfloat16"}
    assert model.layers[-1].compute_dtype == "float32"
    assert {weight.dtype for weight in model.weights} == {"float32"}


@pytest.mark.parametrize("recipe", [MlpConfig.article, MlpConfig.tuned])
def test_saved_model_loads_in_plain_keras_with_the_same_predictions(data, tmp_path, recipe):
    config = recipe(epochs=1)
    model = mlp.from_weights(config, without_xla(config, data).weights)
    model.save(tmp_path / "model.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    pixels = data.test.images.reshape(500, 784) / np.float32(255)
    np.testing.assert_array_equal(loaded(pixels), model(pixels))
    for layer in loaded.layers:  # loads without this package
        assert type(layer.kernel_initializer).__module__.startswith("keras.")


def test_already_scaled_pixels_are_rejected(data):
    model = mlp.network(MlpConfig.tuned())
    for images in (data.test.images / 255, data.test.images.reshape(-1, 784)):
        with pytest.raises(InputError, match="images: expected uint8 of shape"):
            mlp.probabilities(model, images)


def test_network_can_be_saved_with_a_clock_before_1980(tmp_path, monkeypatch):
    network = mlp.build(MlpConfig.tuned(), total_steps=15)
    monkeypatch.setattr(time, "time", lambda: 86_400.0)  # the second day of 1970
    with pytest.raises(ValueError, match="before 1980"):  # why `save_model` is needed
        network.save(tmp_path / "keras.keras")
    mlp.save_model(network, tmp_path / "ours.keras")
    loaded = mlp.load_model(tmp_path / "ours.keras")
    for one, other in zip(network.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
