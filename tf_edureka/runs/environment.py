"""Describes the environment of a run: what its results depend on besides its configuration."""

import os
import platform

import numpy as np

import tf_edureka
from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.runtime import usable_cores

# Variables that change what is computed or in which order. Not simply all that start with TF_:
# Terraform stores passwords in such variables.
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
    """Describes the hardware and software of a run.

    Args:
        device: device as returned by `runtime.use_device`.
        xla: whether the training is compiled by XLA.
        strategy: distribution strategy, by its name on the command line.
        replicas: number of copies of the network.

    Returns:
        device, usable processor cores, TensorFlow's thread counts (0: chosen by TensorFlow),
        whether XLA compiles, strategy and replicas, environment variables that change the results,
        operating system, and versions; all as JSON types.
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
