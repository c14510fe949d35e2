"""A process that trains in one way, and answers how long it took."""

import contextlib
import functools
import importlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np

from tf_edureka import runtime
from tf_edureka.benchmark.task import Task


class WorkerLost(Exception):
    """A process that trains is no longer there."""


class Worker(ProcessPoolExecutor):
    """A process in which the functions of this module are called; it keeps what they make."""

    def __init__(self) -> None:
        # A fresh interpreter on every system: one that TensorFlow has run in must not be forked.
        super().__init__(1, multiprocessing.get_context("spawn"), _begin)

    def call(self, function: Callable, *arguments):
        """Calls a `function` there, and gives or raises what it does.

        Raises:
            WorkerLost: when the process has ended, as the system ends one that takes much memory.
        """
        try:
            return self.submit(function, *arguments).result()
        except BrokenProcessPool:
            raise WorkerLost("its process was ended from outside; was memory short?") from None


_task = _trainer = None


def prepare(module: str, framework: str, choice: str, asked: float) -> float:
    """Imports `module` and `framework` for a `choice` of device; gives seconds since `asked`."""
    if framework == "tensorflow":
        device(choice)
    elif framework == "jax":
        os.environ.setdefault("XLA_FLAGS", runtime.WIDE_VECTORS)  # as TensorFlow's XLA has it
        os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # others use the GPU too
        if choice == "cpu":
            os.environ["JAX_PLATFORMS"] = "cpu"
    importlib.import_module(f"{__package__}.{module}")
    return time.time() - asked  # the process was started in that time, too


def take(task: Task) -> None:
    """Takes the `task` that is to be trained."""
    global _task
    _task = task


def build(module: str, function: str, options: dict) -> float:
    """Makes the trainer by `function` of `module` with `options`, and gives the seconds it took."""
    global _trainer
    make = getattr(importlib.import_module(f"{__package__}.{module}"), function)
    began = time.perf_counter()
    _trainer = make(_task, **options)
    return time.perf_counter() - began


def train(epoch: int) -> float:
    """Trains for the `epoch` of that number, and gives the seconds that took."""
    began = time.perf_counter()
    _trainer.train(epoch)
    return time.perf_counter() - began


def weights() -> Sequence[np.ndarray]:
    """What the network has come to.

    Returns:
        kernel and bias of each layer, as in `Task.initial_weights`.
    """
    return _trainer.weights()


def most_bytes() -> int | None:
    """The most memory that the process had so far; None where the system does not say."""
    # Not getrusage(): its ru_maxrss begins with what the process had that started this one.
    with contextlib.suppress(OSError):  # other systems than Linux have no such file
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    return None


def device(choice: str) -> str:
    """Imports TensorFlow, and gives what `runtime.use_device` calls the device of that `choice`."""
    with runtime.quiet_import():
        return runtime.use_device(choice)


def peaks(choice: str) -> dict[str, float]:
    """What `Machine.peaks` gives of the CPU or the GPU, by the `choice` of a device."""
    return _machine(choice).peaks()


@functools.cache
def _machine(choice: str):
    device(choice)
    from tf_edureka.benchmark.machine import Machine

    return Machine(choice)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that was started
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)  # however it ended: a kill leaves nobody to tell this process
