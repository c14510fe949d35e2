"""Where the computation is placed: by TensorFlow itself, made visible."""

import os

import tensorflow as tf

from tf_edureka.errors import InputError


def use(choice: str, deterministic: bool = False) -> str:
    """Lets TensorFlow place the computation, and says where that will be.

    To be called before anything is computed: TensorFlow fixes its devices with the first tensor.

    Args:
        choice: `"auto"`: the GPU if TensorFlow sees one, else the CPU. `"cpu"`: GPUs are hidden.
            `"gpu"`: a GPU or an error.
        deterministic: whether TensorFlow may use only ops that give the same bits each time, or an
            error where it has none, for all of this process. GPUs add in any order otherwise.

    Returns:
        for example `CPU (2 cores)` or `GPU (NVIDIA H100)`.

    Raises:
        InputError: when a GPU is asked for and TensorFlow sees none.
    """
    if deterministic:
        tf.config.experimental.enable_op_determinism()
    gpus = tf.config.list_physical_devices("GPU")
    if choice == "gpu" and not gpus:
        raise InputError(
            "device gpu: expected a GPU, but TensorFlow sees none; install the CUDA libraries with "
            "pip install -e '.[cuda]', or use --device cpu"
        )
    if choice == "cpu" and gpus:
        tf.config.set_visible_devices([], "GPU")
    if choice == "cpu" or not gpus:
        return f"CPU ({usable_cores()} cores)"
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    name = tf.config.experimental.get_device_details(gpus[0]).get("device_name", gpus[0].name)
    return f"GPU ({name})"


def usable_cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
