"""A process that trains with one implementation and reports how long it took."""

import contextlib
import functools
import importlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from tf_edureka import runtime
from tf_edureka.benchmark.task import Task, Trainer

if TYPE_CHECKING:
    from tf_edureka.benchmark.machine import Machine

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class WorkerLost(Exception):
    """The process that trains has ended unexpectedly."""


class Worker(ProcessPoolExecutor):
    """A process that runs the functions of this module and keeps their state."""

    def __init__(self) -> None:
        # A new interpreter on every system: a process that has run TensorFlow must not be forked.
        super().__init__(1, multiprocessing.get_context("spawn"), _initialise)

    def call(
        self,
        function: Callable[_Arguments, _Result],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> _Result:
        """Calls a `function` in the process and returns its result or raises its exception.

        Raises:
            WorkerLost: if the process was ended, for example by the system when memory is short.
        """
        try:
            return self.submit(function, *arguments, **named).result()
        except BrokenProcessPool:
            raise WorkerLost("its process was killed, perhaps because memory was short") from None


class _State:
    """The state of the process between calls.

    Attributes:
        task: task to train, set by `receive_task`.
        trainer: trainer, set by `build_trainer`.
    """

    task: Task
    trainer: Trainer


_state = _State()


def import_backend(module: str, framework: str, choice: str, asked: float) -> float:
    """Imports `module` and `framework` for a `choice` of device; returns seconds since `asked`."""
    if framework == "tensorflow":
        os.environ["KERAS_BACKEND"] = "tensorflow"  # for Keras, which is imported later
        device(choice)
    elif framework == "jax":
        os.environ.setdefault("XLA_FLAGS", runtime.WIDE_VECTORS)  # the same as for TensorFlow's XLA
        os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # other processes use the GPU too
        os.environ["JAX_DEFAULT_MATMUL_PRECISION"] = "highest"  # float32; the default is TF32
        if choice == "cpu":
            os.environ["JAX_PLATFORMS"] = "cpu"
    importlib.import_module(f"{__package__}.{module}")
    return time.time() - asked  # includes the start of the process


def receive_task(task: Task) -> None:
    """Stores the `task` to train."""
    _state.task = task


def build_trainer(module: str, function: str, options: Mapping[str, object]) -> float:
    """Builds the trainer with `function` of `module` and `options`; returns the seconds."""
    make = getattr(importlib.import_module(f"{__package__}.{module}"), function)
    began = time.perf_counter()
    _state.trainer = make(_state.task, **options)
    return time.perf_counter() - began


def train(epoch: int) -> float:
    """Trains for the epoch with the number `epoch`; returns the seconds."""
    began = time.perf_counter()
    _state.trainer.train(epoch)
    return time.perf_counter() - began


def weights() -> Sequence[npt.NDArray[np.float32]]:
    """Returns the current weights.

    Returns:
        kernel and bias of each layer in turn: float32, shapes (inputs, units) and (units,).
    """
    return _state.trainer.weights()


def peak_bytes() -> int | None:
    """Returns the peak memory of the process in bytes; None if the system does not report it."""
    # Not getrusage(): its ru_maxrss starts with the memory of the parent process.
    with contextlib.suppress(OSError):  # only Linux has this file
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    return None


def device(choice: str) -> tuple[str, str]:
    """Imports TensorFlow and selects the device of that `choice`; returns its name and kind.

    The name is that of `runtime.use_device`, the kind `"cpu"` or `"gpu"`.
    """
    with runtime.quiet_import(freeze=True):
        import tensorflow as tf

        name = runtime.use_device(choice)
        return name, "gpu" if tf.config.get_visible_devices("GPU") else "cpu"


def peaks(choice: str) -> dict[str, float]:
    """Returns the rates of `Machine.peaks` for the device of that `choice`."""
    return _machine(choice).peaks()


@functools.cache
def _machine(choice: str) -> "Machine":
    device(choice)
    from tf_edureka.benchmark.machine import Machine

    return Machine(choice)


def _initialise() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles Ctrl-C
    runtime.end_with_parent()
