"""What TensorFlow sees on this machine, and whether it can train there.

For the doctor, which runs this in a process of its own, since TensorFlow may take its process down:
a line of JSON on stdout for each thing that is known.
"""

import json
import sys
import time

_STEPS, _BATCH_SIZE = 5, 100


def main(choice: str) -> None:
    """Prints what is known, line by line, with a `choice` as `runtime.use_device` has it."""
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
    """Prints a line at once: it counts even if the process dies in the next moment."""
    print(json.dumps(what), flush=True)


def attempt(device: str, jit_compile: bool) -> dict[str, object]:
    """How long `train` takes with this `device` and `jit_compile`, or what was said against it."""
    try:
        return {"seconds": train(device, jit_compile)}
    except Exception as error:  # whatever it is, the doctor reports it
        line = (str(error).strip().splitlines() or [""])[0]
        return {"error": f"{type(error).__name__}: {line}"}


def train(device: str, jit_compile: bool) -> float:
    """Seconds of a few steps on a `device`, compiling included, by XLA if `jit_compile`.

    Raises:
        ArithmeticError: when the cost has not come down.
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
        costs = epoch.train(order, (0, 0))  # the same images in each step: they are soon learned
        epoch.test()
    if not costs[-1] < costs[0]:
        raise ArithmeticError(f"the cost went from {costs[0]} to {costs[-1]}, not down")
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
