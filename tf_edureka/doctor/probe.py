"""Reports what TensorFlow sees on this machine, and whether it can train there.

The doctor runs this module in a separate process, since TensorFlow may crash. It prints one line of
JSON to stdout for each fact.
"""

import json
import sys
import time

_STEPS, _BATCH_SIZE = 5, 100


def main(choice: str) -> None:
    """Prints all facts, with the device `choice` of `runtime.use_device`."""
    import keras
    import tensorflow as tf

    report(versions={"tensorflow": tf.__version__, "keras": keras.__version__})
    report(build=dict(tf.sysconfig.get_build_info()))

    from tf_edureka import runtime

    helped = runtime.preload_cusolver()
    report(helped=helped and str(helped))
    runtime.use_device(choice)
    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    report(gpus=[[of.get("device_name"), of.get("compute_capability")] for of in details])
    for device in tf.config.list_logical_devices():
        if device.device_type in ("CPU", "GPU"):
            name = f"{device.device_type}:{device.name.rsplit(':', 1)[1]}"
            report(device=name, mode="xla", **attempt(name, jit_compile=True))
            report(device=name, mode="kernels", **attempt(name, jit_compile=False))


def report(**what: object) -> None:
    """Prints a line immediately, so that it is not lost if the process crashes."""
    print(json.dumps(what), flush=True)


def attempt(device: str, jit_compile: bool) -> dict[str, object]:
    """Returns the seconds of `train` with this `device` and `jit_compile`, or its error."""
    try:
        return {"seconds": train(device, jit_compile)}
    except Exception as error:  # the doctor reports any error
        line = (str(error).strip().splitlines() or [""])[0]
        return {"error": f"{type(error).__name__}: {line}"}


def train(device: str, jit_compile: bool) -> float:
    """Trains a few steps on a `device`, compiled by XLA if `jit_compile`; returns the seconds.

    Raises:
        ArithmeticError: if the cost does not decrease.
    """
    import numpy as np
    import tensorflow as tf

    from tf_edureka import mlp
    from tf_edureka.config import MlpConfig
    from tf_edureka.data.mnist import Split

    began = time.perf_counter()
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, _BATCH_SIZE, np.uint8)
    split = Split(random.integers(0, 256, (_BATCH_SIZE, 28, 28), np.uint8), labels)
    with tf.device(device):
        model = mlp.build(MlpConfig.tuned(warmup=0), total_steps=100 * _STEPS)
        epoch = mlp.CompiledEpoch(model, split, test=split, jit_compile=jit_compile)
        order = np.tile(np.arange(_BATCH_SIZE, dtype=np.int32), (_STEPS, 1))
        costs = epoch.train(
            order, (0, 0)
        )  # the same images in each step, so that the cost falls quickly
        epoch.test()
    if not costs[-1] < costs[0]:
        raise ArithmeticError(f"the cost did not decrease: {costs[0]} to {costs[-1]}")
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
