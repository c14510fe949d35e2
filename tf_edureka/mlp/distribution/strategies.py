"""TensorFlow's engines for several devices and several processes (`tf.distribute`)."""

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
    """Trains on several devices of this machine, each with a copy of the network.

    To be called before anything is computed.

    Args:
        replicas: how many devices. None for all GPUs that TensorFlow sees. Without a GPU the CPU is
            parted into so many logical devices: that is slower than the CPU as one, and there to
            try on any machine what happens on several GPUs.

    Raises:
        InputError: when there are not so many.
    """
    if replicas is not None:
        replicas = whole_number("replicas", replicas, 1, 10_000)
    gpus = tf.config.get_visible_devices("GPU")
    if gpus:
        count = len(gpus) if replicas is None else replicas
        if not 1 <= count <= len(gpus):
            raise InputError(f"replicas: expected 1 to {len(gpus)}, the GPUs here, got {replicas}")
        return _of_this_machine([f"GPU:{i}" for i in range(count)])
    if replicas is None:
        raise InputError(
            "strategy mirrored: expected GPUs, but TensorFlow sees none; python -m "
            "tf_edureka.doctor says why",
            topic="no GPUs to mirror on",
        )
    parts = [tf.config.LogicalDeviceConfiguration()] * replicas
    try:
        cpu, *_ = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(cpu, parts)
    except RuntimeError:  # TensorFlow has begun to compute, and its devices are as they are
        there = len(tf.config.list_logical_devices("CPU"))
        if there < replicas:
            raise InputError(
                f"replicas: expected at most {there}, as many devices as TensorFlow began with, "
                f"got {replicas}; ask for them before anything is computed"
            ) from None
    return _of_this_machine([f"CPU:{i}" for i in range(replicas)])


def _of_this_machine(devices: list[str]) -> tf.distribute.MirroredStrategy:
    """The strategy, which would look for other machines if `TF_CONFIG` names some."""
    with unittest.mock.patch.dict(os.environ):
        os.environ.pop(VARIABLE, None)
        return tf.distribute.MirroredStrategy(devices)


def expect_divisible(batch_size: int, replicas: int) -> None:
    """Expects `batch_size` to be a multiple of `replicas`: TensorFlow crashes on any other.

    Raises:
        InputError: when it is not; names the nearest that are.
    """
    if batch_size % replicas:
        below = batch_size - batch_size % replicas
        near = [size for size in (below, below + replicas) if size]
        raise InputError(
            f"batch_size: expected a multiple of the {replicas} replicas, got {batch_size}; the "
            f"nearest: {' and '.join(map(str, near))}"
        )


@functools.cache  # each one is traced for each shape, and TensorFlow warns of too many
def adder(
    strategy: tf.distribute.Strategy, only_from: int | None = None
) -> Callable[[npt.NDArray[Any] | float], tf.Tensor]:
    """Makes the function that adds up values over all replicas, of all processes.

    Args:
        strategy: whose replicas.
        only_from: replica whose value alone is counted; None to count all.

    Returns:
        a function of a value of any shape, the same in each process. It gives the sum, float64,
        and all processes have to call it.
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
        strategy: of the workers, each of which has to call this.
        content: what the chief sends; what others hand in is not looked at.

    Returns:
        it, in every worker.
    """
    # As numbers that every device and network adds without rounding: each byte to zeros.
    add = adder(strategy, only_from=0)
    length = int(add(len(content)))
    if not length:
        return b""  # TensorFlow 2.21 crashes when processes add nothing up
    values = np.frombuffer(content[:length].ljust(length, b"\0"), np.uint8)
    return add(values).numpy().astype(np.uint8).tobytes()
