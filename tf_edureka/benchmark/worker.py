"""A process that trains in one way, and answers how long it took."""

import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np

from tf_edureka import startup
from tf_edureka.benchmark.task import Task
from tf_edureka.config import WIDE_VECTORS

_PACKAGE = "tf_edureka.benchmark"


class WorkerLost(Exception):
    """A process that trains is no longer there."""


class Worker:
    """A process in which the functions of this module are called; it keeps what they make."""

    def __init__(self) -> None:
        # A fresh interpreter on every system: one that TensorFlow has run in must not be forked.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, context, _begin)

    def call(self, function: Callable, *arguments):
        """Calls a `function` there, and gives or raises what it does.

        Raises:
            WorkerLost: when the process has ended, as the system ends one that takes much memory.
        """
        try:
            return self._pool.submit(function, *arguments).result()
        except BrokenProcessPool:
            raise WorkerLost("its process was ended from outside; was memory short?") from None

    def __enter__(self) -> "Worker":
        """Itself."""
        return self

    def __exit__(self, *_) -> None:
        """Ends the process."""
        self._pool.shutdown(cancel_futures=True)


_task = _trainer = _machine = None


def prepare(module: str, framework: str, choice: str, asked: float) -> float:
    """Imports what a way needs.

    Args:
        module: of this package, with the way.
        framework: the package that it trains with.
        choice: of a device, `"cpu"` or `"gpu"`.
        asked: when that was asked for, in seconds since 1970.

    Returns:
        seconds since then, in which the process was started too.
    """
    if framework == "tensorflow":
        device(choice)
    elif framework == "jax":
        os.environ.setdefault("XLA_FLAGS", WIDE_VECTORS)  # as TensorFlow's XLA has it
        os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # others use the GPU too
        if choice == "cpu":
            os.environ["JAX_PLATFORMS"] = "cpu"
    importlib.import_module(f"{_PACKAGE}.{module}")
    return time.time() - asked


def take(task: Task) -> None:
    """Takes the `task` that is to be trained."""
    global _task
    _task = task


def build(module: str, function: str, options: dict) -> float:
    """Makes the trainer, and gives the seconds that took.

    Args:
        module: as in `prepare`.
        function: name of the way in it.
        options: of the way, by name.
    """
    global _trainer
    began = time.perf_counter()
    _trainer = getattr(sys.modules[f"{_PACKAGE}.{module}"], function)(_task, **options)
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
    """Imports TensorFlow, and gives what `devices.use` calls the device of that `choice`."""
    with startup.tensorflow_import():
        from tf_edureka import devices

        return devices.use(choice)


def prepare_peaks(choice: str) -> None:
    """Makes what measures the machine, or its GPU, by the `choice` of a device."""
    global _machine
    device(choice)
    from tf_edureka.benchmark.machine import Machine

    _machine = Machine(choice)


def peaks() -> dict[str, float]:
    """What `Machine.peaks` gives."""
    return _machine.peaks()


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that was started
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)  # however it ended: a kill leaves nobody to tell this process
