import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from goldens import keras_classes
from goldens.keras_classes import BATCH_NORMS
from helpers import GOLDENS

from tf_edureka import tf1

GOLDEN = json.loads((GOLDENS / "keras_classes.json").read_text())["batch_norms"]


def normalized(case, precision="float32", wrap=lambda function: function):
    """The Keras version of `keras_classes.batch_norm`."""
    _, _, arguments, shape = BATCH_NORMS[case]
    layer = tf1.BatchNormalization(**arguments, dtype=precision)
    layer.build(shape)
    weights = {"gamma": layer.gamma, "beta": layer.beta}
    weights = [weights[name] for name in GOLDEN[case]["weights"]]
    for weight, value in zip(
        weights, keras_classes.like([weight.shape for weight in weights], 7), strict=True
    ):
        weight.assign(value)
    *batches, last = (tf.constant(batch, precision) for batch in keras_classes.batches(shape))
    (factors,) = keras_classes.like([shape], 6)

    @wrap
    def step(batch):
        with tf.GradientTape() as tape:
            tape.watch(batch)
            outputs = layer(batch, training=True)
            total = tf.reduce_sum(outputs * factors)
        return outputs, tape.gradient(total, [batch, *(weight.value for weight in weights)])

    for batch in batches:
        outputs, gradients = step(batch)
    return {
        "outputs": outputs,
        "gradients": gradients,
        "moving_mean": layer.moving_mean.value,
        "moving_variance": layer.moving_variance.value,
        "predicted": layer(last, training=False),
    }


def assert_golden(found, case):
    """Asserts that all results are equal up to rounding.

    The sums have up to 8 terms of at most 7, divided by a deviation of at least 0.3. Their rounding
    is below 1e-5, and a wrong variance differs by a sixth.
    """
    for name, values in found.items():
        for one, golden in zip(
            values if name == "gradients" else [values],
            GOLDEN[case][name] if name == "gradients" else [GOLDEN[case][name]],
            strict=True,
        ):
            np.testing.assert_allclose(
                np.ravel(one), golden, rtol=1e-5, atol=1e-5, err_msg=f"{case}: {name}"
            )


@pytest.mark.parametrize("case", BATCH_NORMS)
def test_three_batches_and_a_prediction_equal_tensorflow_1(case):
    assert_golden(normalized(case), case)


@pytest.mark.parametrize("case", BATCH_NORMS)
def test_float64_gives_the_same_without_the_fused_op(case):
    assert_golden(normalized(case, "float64"), case)


@pytest.mark.parametrize("case", ["layers", "contrib_dense"])
def test_xla_computes_the_same(case):
    assert_golden(normalized(case, wrap=lambda step: tf.function(step, jit_compile=True)), case)


def test_moving_variance_is_divided_by_n_minus_1_and_by_n_in_keras():
    batch = np.array([0, 2, 0, 2], np.float32).reshape(4, 1, 1, 1)  # 1 by n, 4 / 3 by n - 1
    ours, theirs = (
        kind(momentum=0.5) for kind in (tf1.BatchNormalization, keras.layers.BatchNormalization)
    )
    for layer in (ours, theirs):
        layer(batch, training=True)
    np.testing.assert_allclose(ours.moving_variance, [(1 + 4 / 3) / 2], rtol=1e-6)
    np.testing.assert_allclose(theirs.moving_variance, [1], rtol=1e-6)
    np.testing.assert_allclose(ours.moving_mean, theirs.moving_mean)


def test_untrainable_layer_uses_its_averages():
    layer = tf1.BatchNormalization(trainable=False)
    batch = np.array([1, 3], np.float32).reshape(2, 1, 1, 1)
    np.testing.assert_allclose(layer(batch, training=True), batch / np.sqrt(1.001), rtol=1e-6)
    assert layer.moving_mean.numpy() == 0


def test_model_with_the_layer_can_be_trained_and_saved(tmp_path):
    layer = tf1.BatchNormalization(momentum=0.9, epsilon=1e-4, scale=False, fused=True)
    model = keras.Sequential([keras.Input((4, 4, 2)), layer, keras.layers.GlobalMaxPool2D()])
    model.compile(loss="mse", run_eagerly=True)
    images = np.random.default_rng(0).normal(size=(5, 4, 4, 2)).astype(np.float32)
    model.fit(images, np.ones((5, 2)), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].get_config() == layer.get_config()
    np.testing.assert_array_equal(model(images), loaded(images))


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_is_supported(policy):
    batch = np.random.default_rng(0).normal(size=(5, 4, 4, 2)).astype(np.float32)
    layer = tf1.BatchNormalization(dtype=policy)
    outputs = layer(batch, training=True)
    assert outputs.dtype == layer.compute_dtype
    assert layer.moving_variance.dtype == "float32"
    # The inputs have at least 8 bits of precision.
    np.testing.assert_allclose(np.std(np.float32(outputs), axis=(0, 1, 2)), 1, atol=2**-7)
