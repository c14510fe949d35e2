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


def test_the_network_is_784_256_256_10_with_relu_relu_and_logits():
    model = mlp.network(MlpConfig.tuned())
    assert [w.shape for w in model.get_weights()] == [
        *((784, 256), (256,)),
        *((256, 256), (256,)),
        *((256, 10), (10,)),
    ]
    assert [layer.activation.__name__ for layer in model.layers] == ["relu", "relu", "linear"]


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
    model = mlp.build(MlpConfig.tuned(weight_decay=0.5, warmup=0.0), total_steps=10)
    before = model.get_weights()
    for bias in before[1::2]:
        bias += 1
    model.set_weights(before)
    model.optimizer.apply([0 * v for v in model.trainable_variables], model.trainable_variables)
    for i, (old, new) in enumerate(zip(before, model.get_weights(), strict=True)):
        # Without a gradient Adam moves nothing; weight decay takes 0.5 times the rate of 0.003.
        np.testing.assert_allclose(new, old * (1 if i % 2 else 1 - 0.0015), rtol=1e-6)


def test_tuned_learning_rate_has_warmup_and_decays_to_zero():
    optimizer, rates = mlp.build(MlpConfig.tuned(), total_steps=150).optimizer, []
    for step in (0, 5, 10, 80, 150):
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate))
    np.testing.assert_allclose(rates, [0, 0.0015, 0.003, 0.0015, 0], atol=1e-8)


def test_mixed_precision_rounds_the_hidden_layers_and_keeps_the_weights():
    model = mlp.network(MlpConfig.tuned(precision="mixed_bfloat16"))
    assert [layer.compute_dtype for layer in model.layers] == ["bfloat16", "bfloat16", "float32"]
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
