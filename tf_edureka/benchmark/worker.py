"""A process that trains in one way, and answers how long it took."""

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
    """A process that trains is no longer there."""


class Worker(ProcessPoolExecutor):
    """A process in which the functions of this module are called; it keeps what they make."""

    def __init__(self) -> None:
        # A fresh interpreter on every system: one that TensorFlow has run in must not be forked.
        super().__init__(1, multiprocessing.get_context("spawn"), _initialise)

    def call(
        self,
        function: Callable[_Arguments, _Result],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> _Result:
        """Calls a `function` there, and gives or raises what it does.

        Raises:
            WorkerLost: when the process has ended, as the system ends one that takes much memory.
        """
        try:
            return self.submit(function, *arguments, **named).result()
        except BrokenProcessPool:
            raise WorkerLost("its process was ended from outside; was memory short?") from None


class _State:
    """What the process keeps from one call to the next.

    Attributes:
        task: from `receive_task` on.
        trainer: from `build_trainer` on.
    """

    task: Task
    trainer: Trainer


_state = _State()


def import_backend(module: str, framework: str, choice: str, asked: float) -> float:
    """Imports `module` and `framework` for a `choice` of device; gives seconds since `asked`."""
    if framework == "tensorflow":
        os.environ["KERAS_BACKEND"] = "tensorflow"  # for Keras, which the ways import later
        device(choice)
    elif framework == "jax":
        os.environ.setdefault("XLA_FLAGS", runtime.WIDE_VECTORS)  # as TensorFlow's XLA has it
        os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # others use the GPU too
        os.environ["JAX_DEFAULT_MATMUL_PRECISION"] = "highest"  # float32, which is TF32 otherwise
        if choice == "cpu":
            os.environ["JAX_PLATFORMS"] = "cpu"
    importlib.import_module(f"{__package__}.{module}")
    return time.time() - asked  # the process was started in that time, too


def receive_task(task: Task) -> None:
    """Takes the `task` that is to be trained."""
    _state.task = task


def build_trainer(module: str, function: str, options: Mapping[str, object]) -> float:
    """Makes the trainer by `function` of `module` with `options`, and gives the seconds it took."""
    make = getattr(importlib.import_module(f"{__package__}.{module}"), function)
    began = time.perf_counter()
    _state.trainer = make(_state.task, **options)
    return time.perf_counter() - began


def train(epoch: int) -> float:
    """Trains for the `epoch` of that number, and gives the seconds that took."""
    began = time.perf_counter()
    _state.trainer.train(epoch)
    return time.perf_counter() - began


def weights() -> Sequence[npt.NDArray[np.float32]]:
    """What the network has come to.

    Returns:
        kernel and bias of each layer, as in `Task.initial_weights`.
    """
    return _state.trainer.weights()


def peak_bytes() -> int | None:
    """The most memory that the process had so far; None where the system does not say."""
    # Not getrusage(): its ru_maxrss begins with what the process had that started this one.
    with contextlib.suppress(OSError):  # other systems than Linux have no such file
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    return None


def device(choice: str) -> tuple[str, str]:
    """Imports TensorFlow, which takes the device of that `choice`; gives its name and its kind.

    The name as `runtime.use_device` says it, the kind as `Task` has it.
    """
    with runtime.quiet_import(freeze=True):
        import tensorflow as tf

        name = runtime.use_device(choice)
        return name, "gpu" if tf.config.get_visible_devices("GPU") else "cpu"


def peaks(choice: str) -> dict[str, float]:
    """What `Machine.peaks` gives of the CPU or the GPU, by the `choice` of a device."""
    return _machine(choice).peaks()


@functools.cache
def _machine(choice: str) -> "Machine":
    device(choice)
    from tf_edureka.benchmark.machine import Machine

    return Machine(choice)


def _initialise() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that was started
    runtime.end_with_parent()
