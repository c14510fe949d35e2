"""What TensorFlow sees on this machine, and whether it can train there.

For the doctor, which runs this in a process of its own, since TensorFlow may take its process down:
a line of JSON on stdout for each thing that is known.
"""

import json
import sys
import time
from collections.abc import Callable

_STEPS, _BATCH_SIZE = 5, 100


def main(choice: str) -> None:
    """Prints what is known, line by line, with a choice of device as `devices.use` has it."""
    import keras
    import tensorflow as tf

    known(versions={"tensorflow": tf.__version__, "keras": keras.__version__})
    known(build=dict(tf.sysconfig.get_build_info()))

    from tf_edureka import devices

    helped = devices.help_tensorflow_find_cuda()
    known(helped=helped and str(helped))
    devices.use(choice)
    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    known(gpus=[[of.get("device_name"), of.get("compute_capability")] for of in details])
    for device in tf.config.list_logical_devices():
        if device.device_type in ("CPU", "GPU"):
            name = f"{device.device_type}:{device.name.rsplit(':', 1)[1]}"
            known(training=name, **attempt(lambda name=name: train(name, jit_compile=True)))
            known(without_xla=name, **attempt(lambda name=name: train(name, jit_compile=False)))


def known(**what: object) -> None:
    """Prints a line at once: it counts even if the process dies in the next moment."""
    print(json.dumps(what), flush=True)


def attempt(work: Callable[[], float]) -> dict[str, object]:
    """Does some `work`; how long it took, or what TensorFlow said against it."""
    try:
        return {"seconds": work()}
    except Exception as error:  # whatever it is, the doctor reports it
        lines = [line for line in str(error).splitlines() if line.strip()]
        return {"error": f"{type(error).__name__}: {lines[0] if lines else ''}"}


def train(device: str, jit_compile: bool) -> float:
    """Trains the network of this project for a few steps, and expects it to learn.

    Args:
        device: for example `CPU:0`.
        jit_compile: whether XLA compiles the steps, as in training.

    Returns:
        seconds that it took, compiling included.

    Raises:
        ArithmeticError: when the cost has not come down.
    """
    import numpy as np
    import tensorflow as tf

    from tf_edureka import mlp
    from tf_edureka.config import MlpConfig
    from tf_edureka.mnist import Split
    from tf_edureka.training import CompiledEpoch

    began = time.perf_counter()
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, _BATCH_SIZE, np.uint8)
    images = random.integers(0, 256, (_BATCH_SIZE, 28, 28), np.uint8)
    split = Split(images, labels)
    with tf.device(device):
        model = mlp.build(MlpConfig.modern(warmup=0), total_steps=100 * _STEPS)
        epoch = CompiledEpoch(model, split, split, jit_compile=jit_compile)
        order = np.tile(np.arange(_BATCH_SIZE, dtype=np.int32), (_STEPS, 1))
        costs = epoch.train(order, (0, 0))  # the same images in each step: they are soon learned
        epoch.test()
    if not costs[-1] < costs[0]:
        raise ArithmeticError(f"the cost went from {costs[0]} to {costs[-1]}, not down")
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
