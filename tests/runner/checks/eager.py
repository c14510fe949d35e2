"""Scripts in eager mode."""

import os
import tempfile

import numpy as np
import tensorflow as tf
from checking import call

CONFIG = tf.ConfigProto(inter_op_parallelism_threads=1, device_count={"CPU": 2})
CONFIG.gpu_options.allow_growth = True
tf.enable_eager_execution(config=CONFIG)
tf.enable_eager_execution()  # enabling it twice has no effect


def check_eager_execution_is_as_configured():
    assert tf.executing_eagerly()
    with tf.device("/cpu:1"):
        found = tf.constant([1.0]) + 1
    assert found.device.endswith("CPU:1")
    assert found.numpy().tolist() == [2]


def check_a_policy_for_mixed_precision():
    layer = tf.keras.layers.Dense(
        2, dtype=tf.keras.mixed_precision.experimental.Policy("infer_float32_vars")
    )
    assert layer(tf.ones([1, 3], tf.float16)).dtype == tf.float16
    assert layer.kernel.dtype == tf.float32


def check_ops_whose_results_have_a_type_of_their_own_today():
    values, places = tf.nn.top_k([[1.0, 3.0, 2.0]], 2)
    assert (values.numpy().tolist(), places.numpy().tolist()) == ([[3, 2]], [[1, 2]])
    assert places.dtype == tf.int32
    assert tf.argsort([3, 1, 2]).numpy().tolist() == [1, 2, 0]
    assert tf.spectral.rfft([1.0, 1.0]).numpy().tolist() == [2, 0]


def check_accuracy_of_a_ragged_tensor():
    accuracy = tf.keras.metrics.Accuracy()
    accuracy.update_state(tf.ragged.constant([[1, 2], [3]]), tf.ragged.constant([[1, 2], [4]]))
    assert abs(accuracy.result().numpy() - 2 / 3) < 1e-6


class Network(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden, self.out = tf.keras.layers.Dense(4), tf.keras.layers.Dense(1)

    def call(self, x):
        return self.out(self.hidden(x))


def train(network, optimizer):
    losses = []

    def loss():
        losses.append(tf.reduce_mean((network(tf.ones([2, 3])) - 1) ** 2))
        return losses[-1]

    optimizer.minimize(loss)
    return losses[0].numpy()


def check_a_checkpoint_is_restored_into_what_is_made_later():
    path = os.path.join(tempfile.mkdtemp(), "model")
    network, optimizer = Network(), tf.train.AdamOptimizer(0.1)
    train(network, optimizer)
    saved = tf.train.Checkpoint(network=network, optimizer=optimizer).save(path)
    next_losses = [train(network, optimizer) for _ in range(2)]
    again = tf.train.Checkpoint(network=Network(), optimizer=tf.train.AdamOptimizer(0.1))
    status = again.restore(saved)
    found = [train(again.network, again.optimizer) for _ in range(2)]
    status.assert_consumed()
    np.testing.assert_allclose(
        found, next_losses, rtol=1e-5
    )  # two summation orders round differently


def check_weights_are_loaded_into_what_is_built_later():
    path = os.path.join(tempfile.mkdtemp(), "weights")
    network, other = Network(), Network()
    x = tf.ones([2, 3])
    expected = network(x).numpy()
    network.save_weights(path)
    other.load_weights(path)
    np.testing.assert_allclose(other(x).numpy(), expected, rtol=1e-6)


call(globals())
