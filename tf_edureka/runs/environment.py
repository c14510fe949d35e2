"""The environment of a run, for its record: what its numbers depend on beside its configuration."""

import os
import platform

import numpy as np

import tf_edureka
from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.runtime import usable_cores

# Those that change what is computed or in which order. Not all that begin with TF_: Terraform
# keeps passwords in such ones.
_VARIABLES = (
    "CUDA_VISIBLE_DEVICES",
    "NVIDIA_TF32_OVERRIDE",
    "OMP_NUM_THREADS",
    "ONEDNN_MAX_CPU_ISA",
    "TF_CUDNN_DETERMINISTIC",
    "TF_DETERMINISTIC_OPS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
)


def describe(
    device: str, xla: bool, *, strategy: str = "none", replicas: int = 1
) -> dict[str, object]:
    """Describes what a run is computed on and by.

    Args:
        device: what `runtime.use_device` gave.
        xla: whether the training is compiled by XLA.
        strategy: that shares it out, by its name on the command line.
        replicas: how many copies of the network there are.

    Returns:
        what JSON can hold: device, processor cores that may be used, TensorFlow's thread counts (0
        leaves them to TensorFlow), whether XLA compiles, strategy and replicas, environment
        variables that change what TensorFlow computes, operating system, and versions.
    """
    threads = tf.config.threading
    return {
        "device": device,
        "cores": usable_cores(),
        "threads": {
            "intra_op": threads.get_intra_op_parallelism_threads(),
            "inter_op": threads.get_inter_op_parallelism_threads(),
        },
        "xla": xla,
        "strategy": strategy,
        "replicas": replicas,
        "environment": {name: os.environ[name] for name in _VARIABLES if name in os.environ},
        "platform": platform.platform(),
        "versions": {
            "tf_edureka": tf_edureka.__version__,
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
        },
    }
