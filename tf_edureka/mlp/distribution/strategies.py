"""TensorFlow's strategies for several devices and several processes (`tf.distribute`)."""

import functools
import os
import unittest.mock
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka._numbers import whole_number
from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.mlp.distribution.cluster import VARIABLE


def mirrored(replicas: int | None = None) -> tf.distribute.MirroredStrategy:
    """Creates a strategy for several devices of this machine, each with a copy of the network.

    Call it before TensorFlow computes anything.

    Args:
        replicas: number of devices; None for all GPUs that TensorFlow sees. Without a GPU the CPU
            is split into this many logical devices. That is slower than one CPU device; it serves
            to try on any machine what happens on several GPUs.

    Raises:
        InputError: if there are fewer devices.

    Example:
        >>> from tf_edureka.mlp.distribution import mirrored
        >>> strategy = mirrored(replicas=1)
        >>> strategy.num_replicas_in_sync
        1
    """
    if replicas is not None:
        replicas = whole_number("replicas", replicas, 1, 10_000)
    gpus = tf.config.get_visible_devices("GPU")
    if gpus:
        count = len(gpus) if replicas is None else replicas
        if not 1 <= count <= len(gpus):
            raise InputError(f"replicas: expected 1 to {len(gpus)} (GPUs here), got {replicas}")
        return _of_this_machine([f"GPU:{i}" for i in range(count)])
    if replicas is None:
        raise InputError(
            "strategy mirrored: expected a GPU, but TensorFlow sees none; run python -m "
            "tf_edureka.doctor to see why and what to install",
            topic="no GPUs to mirror on",
        )
    parts = [tf.config.LogicalDeviceConfiguration()] * replicas
    try:
        cpu, *_ = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(cpu, parts)
    except RuntimeError:  # TensorFlow has started computing, so its devices are fixed
        there = len(tf.config.list_logical_devices("CPU"))
        if there < replicas:
            raise InputError(
                f"replicas: expected at most {there}, the devices TensorFlow was started with, "
                f"got {replicas}; create the strategy before any computation"
            ) from None
    return _of_this_machine([f"CPU:{i}" for i in range(replicas)])


def _of_this_machine(devices: list[str]) -> tf.distribute.MirroredStrategy:
    """Returns the strategy; hides `TF_CONFIG`, which would make it look for other machines."""
    with unittest.mock.patch.dict(os.environ):
        os.environ.pop(VARIABLE, None)
        return tf.distribute.MirroredStrategy(devices)


def expect_divisible(batch_size: int, replicas: int) -> None:
    """Checks that `batch_size` is a multiple of `replicas`; TensorFlow crashes otherwise.

    Raises:
        InputError: if it is not; the message names the nearest multiples.
    """
    if batch_size % replicas:
        below = batch_size - batch_size % replicas
        near = [size for size in (below, below + replicas) if size]
        raise InputError(
            f"batch_size: expected a multiple of the {replicas} replicas, got {batch_size}; the "
            f"nearest: {' and '.join(map(str, near))}"
        )


@functools.cache  # each is traced per shape, and TensorFlow warns about too many traces
def adder(
    strategy: tf.distribute.Strategy, only_from: int | None = None
) -> Callable[[npt.NDArray[Any] | float], tf.Tensor]:
    """Creates a function that sums a value over all replicas of all processes.

    Args:
        strategy: strategy with the replicas.
        only_from: replica whose value alone is counted; None to count all.

    Returns:
        a function of a value, whose shape is the same in each process. It returns the sum as
        float64; all processes must call it.
    """

    def mine(value: tf.Tensor) -> tf.Tensor:
        replica = tf.distribute.get_replica_context()
        counts = only_from is None or replica.replica_id_in_sync_group == only_from
        return replica.all_reduce(
            tf.distribute.ReduceOp.SUM, tf.where(counts, value, tf.zeros_like(value))
        )

    @tf.function
    def add(value: tf.Tensor) -> tf.Tensor:
        return strategy.experimental_local_results(strategy.run(mine, (value,)))[0]

    return lambda value: add(tf.constant(value, tf.float64))


def broadcast_from_chief(strategy: tf.distribute.Strategy, content: bytes) -> bytes:
    """Sends bytes from the chief to all workers.

    Args:
        strategy: strategy of the workers; all of them must call this function.
        content: bytes to send; ignored in all processes but the chief.

    Returns:
        the chief's bytes, in every worker.
    """
    # Bytes as float64 values, which every device and network adds to zeros without rounding.
    add = adder(strategy, only_from=0)
    length = int(add(len(content)))
    if not length:
        return b""  # TensorFlow 2.21 crashes when processes sum an empty value
    values = np.frombuffer(content[:length].ljust(length, b"\0"), np.uint8)
    return add(values).numpy().astype(np.uint8).tobytes()
