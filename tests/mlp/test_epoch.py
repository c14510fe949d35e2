import logging

import keras
import numpy as np
import pytest
import tensorflow as tf
from trainings import each_recipe

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.mlp.augmentation import augment
from tf_edureka.mlp.batches import epoch_order
from tf_edureka.mlp.epoch import CompiledEpoch, call_concrete
from tf_edureka.mlp.model import probabilities


@each_recipe
def test_a_compiled_epoch_is_keras_train_on_batch_in_a_loop(data, recipe):
    config = recipe()
    order = epoch_order(1000, 100, 1, 0)
    ours, theirs = (mlp.build(config, total_steps=20) for _ in range(2))
    run = CompiledEpoch(ours, data.train, test=data.test, distortion=config.distortion)
    costs, right = run.train(order, (1, 30)), run.test()
    losses = []
    # Also compiled: XLA samples other numbers from a seed than TensorFlow's own kernels.
    compiled = tf.function(augment, jit_compile=True)
    for step, batch in enumerate(order):
        images = data.train.images[batch]
        if config.distortion:
            images = compiled(images, config.distortion, tf.constant([1, 30 + step])).numpy()
        pixels = np.float32(images.reshape(100, 784)) / 255
        labels = np.eye(10, dtype=np.float32)[data.train.labels[batch]]
        logits = theirs(pixels)
        losses.append(
            float(tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels, logits)))
        )
        theirs.train_on_batch(pixels, labels)
    # XLA sums in another order than Keras' kernels: a few units in the last place per step, which
    # ten steps of Adam amplify. A wrong batch or step would change the first digits.
    np.testing.assert_allclose(costs, losses, rtol=2e-4)
    for one, two in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, atol=2e-4)
    answers = probabilities(ours, data.test.images).argmax(axis=1)
    assert right == np.sum(answers == data.test.labels)


def test_metrics_of_compile_cover_one_epoch(data):
    accuracy = keras.metrics.CategoricalAccuracy(name="accuracy")
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10)])
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss, metrics=[accuracy])
    run = CompiledEpoch(model, data.train, test=data.test)
    for epoch in range(2):
        model.reset_metrics()
        run.train(epoch_order(1000, 100, 1, epoch), (1, 0))
    assert float(accuracy.count) == 1000
    assert float(model.get_metrics_result()["accuracy"]) == float(accuracy.result())


def dropping(data) -> CompiledEpoch:
    """An epoch of a network with random layers and with metrics."""
    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(20, "relu", kernel_initializer=keras.initializers.HeNormal(1)),
            keras.layers.Dropout(0.5, seed=3),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(10, kernel_initializer=keras.initializers.HeNormal(2)),
        ]
    )
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return CompiledEpoch(model, data.train, test=data.test, jit_compile=False)


@pytest.mark.slow
def test_restored_state_continues_bit_identically_even_with_random_layers(data):
    orders = [epoch_order(1000, 100, 1, epoch) for epoch in range(2)]
    unbroken, broken, resumed, forgetful = (dropping(data) for _ in range(4))
    for run in (unbroken, broken):
        run.train(orders[0], (1, 0))
    resumed.restore(broken.state())
    forgetful.restore(broken.state())
    generator = forgetful.model.layers[1].seed_generator.state
    generator.assign(dropping(data).model.layers[1].seed_generator.state)
    costs = [run.train(orders[1], (1, 10)) for run in (unbroken, resumed, forgetful)]
    np.testing.assert_array_equal(costs[0], costs[1])
    assert not np.array_equal(costs[0], costs[2])  # weights alone are not enough
    for one, two in zip(unbroken.state(), resumed.state(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_state_of_another_network_is_rejected(data):
    other = CompiledEpoch(mlp.build(MlpConfig.tuned(), 10), data.train, test=data.test)
    with pytest.raises(InputError, match="expected .* variables with the shapes"):
        dropping(data).restore(other.state())


@pytest.mark.slow
@pytest.mark.parametrize(
    "parts",
    [
        [(0, 5), (5, 10)],
        pytest.param([(0, 4), (4, 9), (9, 10)], marks=pytest.mark.slow),  # three more to compile
    ],
    ids=str,
)
def test_epoch_in_parts_is_bit_identical_to_a_whole_epoch(data, parts):
    config = MlpConfig.augmented()
    order = epoch_order(1000, 100, 1, 0)
    whole, parted = (
        CompiledEpoch(
            mlp.build(config, 20), data.train, test=data.test, distortion=config.distortion
        )
        for _ in range(2)
    )
    costs = whole.train(order, (1, 30))
    in_parts = [parted.train(order[first:end], (1, 30 + first)) for first, end in parts]
    np.testing.assert_array_equal(np.concatenate(in_parts), costs)
    for one, two in zip(whole.state(), parted.state(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_xla_knows_the_number_of_steps_so_a_gpu_never_asks_the_host(data):
    epoch = CompiledEpoch(mlp.build(MlpConfig.tuned(), 20), data.train, test=data.test)
    order, seed = tf.constant(epoch_order(1000, 100, 1, 0)), tf.constant((1, 0))
    arguments = *epoch.train_data, order, seed
    program = epoch.compiled_steps.experimental_get_compiler_ir(*arguments)("optimized_hlo")
    assert program.count(" while(") == 1
    assert '"known_trip_count":{"n":"10"}' in program
    assert not [call for call in ("outfeed", "infeed", "send(", "recv(") if call in program]


def test_new_function_per_training_does_not_warn_about_retracing():
    class Training:
        def step(self, x):
            return x

    messages, logger = [], tf.get_logger()
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)  # another test may have changed it
    try:
        for _ in range(8):
            call_concrete(tf.function(Training().step), tf.constant(1.0))
        assert messages == []
        for _ in range(8):
            tf.function(Training().step)(tf.constant(1.0))
        assert "retracing" in messages[0]  # without `call_concrete` it warns
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)
