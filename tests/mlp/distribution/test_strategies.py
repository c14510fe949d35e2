import os

import pytest
import tensorflow as tf

from tf_edureka.errors import InputError
from tf_edureka.mlp.distribution import strategies


@pytest.mark.parametrize(
    ("batch_size", "replicas", "nearest"),
    [(100, 3, "99 and 102"), (100, 8, "96 and 104"), (5, 8, "8"), (7, 2, "6 and 8")],
)
def test_indivisible_batch_is_rejected_with_the_nearest_multiples(batch_size, replicas, nearest):
    with pytest.raises(InputError, match=f"got {batch_size}; the nearest: {nearest}$"):
        strategies.expect_divisible(batch_size, replicas)


def test_batch_divisible_by_the_replicas_is_accepted():
    for replicas in (1, 2, 4, 5, 10, 100):
        strategies.expect_divisible(100, replicas)


@pytest.mark.skipif(bool(tf.config.list_physical_devices("GPU")), reason="there is a GPU")
@pytest.mark.parametrize(
    ("replicas", "fault"),
    [
        (None, "TensorFlow sees none; run python -m tf_edureka.doctor"),
        (0, "expected a whole number from 1 to 10000, got 0"),
        (5, "expected at most 1, .* got 5; create the strategy before any computation"),
    ],
)
def test_unavailable_devices_are_rejected(replicas, fault):
    tf.config.list_logical_devices()  # fixes the devices, as any computation does
    with pytest.raises(InputError, match=fault):
        strategies.mirrored(replicas)


def test_broadcast_bytes_arrive_unchanged():
    content = bytes(range(256)) * 3
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    assert strategies.broadcast_from_chief(strategy, content) == content
    assert strategies.broadcast_from_chief(strategy, b"") == b""


def test_mirrored_ignores_tf_config(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": 3}, "task": {"type": "worker"}}')
    assert strategies.mirrored(1).num_replicas_in_sync == 1
    assert os.environ["TF_CONFIG"]
