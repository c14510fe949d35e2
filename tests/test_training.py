import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_edureka import mlp
from tf_edureka.augmentation import distort
from tf_edureka.config import MlpConfig
from tf_edureka.training import CompiledEpoch, epoch_order, probabilities


def test_an_epoch_shows_each_example_once_at_most_and_leaves_out_what_fills_no_batch():
    order = epoch_order(1050, 100, seed=1, epoch=0)
    assert order.shape == (10, 100)
    assert len(set(order.ravel())) == 1000
    assert (order.min() >= 0, order.max() < 1050) == (True, True)


def test_each_epoch_and_each_seed_has_an_order_of_its_own_that_can_be_repeated():
    orders = [epoch_order(500, 100, seed, epoch) for seed in (1, 2) for epoch in (0, 1)]
    assert len({order.tobytes() for order in orders}) == 4
    np.testing.assert_array_equal(orders[1], epoch_order(500, 100, seed=1, epoch=1))


@pytest.mark.parametrize("recipe", [MlpConfig.article, MlpConfig.modern, MlpConfig.augmented])
def test_a_compiled_epoch_is_keras_train_on_batch_in_a_loop(data, recipe):
    config = recipe()
    order = epoch_order(1000, 100, 1, 0)
    ours, theirs = (mlp.build(config, total_steps=20) for _ in range(2))
    run = CompiledEpoch(ours, data.train, data.test, config.distortion)
    costs, right, _ = run(tf.constant(order), tf.constant([1, 30]))
    losses = []
    for step, batch in enumerate(order):
        images = data.train.images[batch]
        if config.distortion:
            # Compiled as well: XLA draws other numbers from a seed than TensorFlow's own kernels.
            compiled = tf.function(distort, jit_compile=True)
            images = compiled(images, config.distortion, tf.constant([1, 30 + step])).numpy()
        pixels = np.float32(images.reshape(100, 784)) / 255
        labels = np.eye(10, dtype=np.float32)[data.train.labels[batch]]
        logits = theirs(pixels)
        losses.append(
            float(tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels, logits)))
        )
        theirs.train_on_batch(pixels, labels)
    # XLA sums in another order than Keras' kernels, a few units in the last place at each step,
    # which ten steps of Adam carry on; a wrong batch or step would show in the first digits.
    np.testing.assert_allclose(costs, losses, rtol=2e-4)
    for one, two in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, atol=2e-4)
    answers = probabilities(ours, data.test.images).argmax(axis=1)
    assert int(right) == np.sum(answers == data.test.labels)


def test_the_metrics_of_compile_are_those_of_one_epoch(data):
    accuracy = keras.metrics.CategoricalAccuracy(name="accuracy")
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10)])
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss, metrics=[accuracy])
    run = CompiledEpoch(model, data.train, data.test)
    for epoch in range(2):
        _, _, metrics = run(tf.constant(epoch_order(1000, 100, 1, epoch)), tf.constant([1, 0]))
    assert float(accuracy.count) == 1000
    assert float(metrics["accuracy"]) == float(accuracy.result())
