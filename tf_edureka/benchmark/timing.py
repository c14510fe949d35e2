"""Times several implementations, each in its own process, with interleaved epochs."""

import contextlib
import importlib.util
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tf_edureka.benchmark import worker
from tf_edureka.benchmark.task import Task
from tf_edureka.benchmark.worker import Worker, WorkerLost

# After an epoch the threads of a library may spin for a while, waiting for more work.
_PAUSE = 0.1
_XLA, _STEPS, _SEARCH = {"jit_compile": True}, {"steps_per_execution": 50}, {"search": True}
_Argument = TypeVar("_Argument")


@dataclass(frozen=True)
class Implementation:
    """An implementation of the training.

    Attributes:
        name: name on the command line.
        title: name in tables and plots.
        function: function in `module` that creates a `Trainer` from a `Task` and the options.
        options: keyword arguments of that function.
        needs: framework that must be installed.
        for_gpu: whether it is of interest on a GPU only.
    """

    name: str
    title: str
    function: str
    options: Mapping[str, bool | int] = field(default_factory=dict)
    needs: str = "tensorflow"
    for_gpu: bool = False

    @property
    def module(self) -> str:
        """Module of this package that imports the framework."""
        return f"{self.needs}_backend"

    @property
    def is_installed(self) -> bool:
        """True if the framework is installed."""
        return importlib.util.find_spec(self.needs) is not None


IMPLEMENTATIONS = (
    Implementation("project", "this project", "this_project"),
    Implementation(
        "project_search", "this project, kernel search", "this_project", _SEARCH, for_gpu=True
    ),
    Implementation(
        "project_no_xla", "this project, no XLA", "this_project", {"jit_compile": False}
    ),
    Implementation("keras", "Keras fit", "keras_fit"),
    Implementation("keras_steps", "Keras fit, 50 steps", "keras_fit", _STEPS),
    Implementation("keras_xla", "Keras fit, XLA", "keras_fit", _XLA),
    Implementation("keras_xla_steps", "Keras fit, XLA, 50 steps", "keras_fit", _XLA | _STEPS),
    Implementation("function", "tf.function per step", "function_per_step"),
    Implementation("feed_dict", "compat.v1, feed_dict", "feed_dict"),
    Implementation("torch", "PyTorch, fused Adam", "eager", needs="torch"),
    Implementation("torch_compile", "PyTorch, torch.compile", "eager", {"compiled": True}, "torch"),
    Implementation("jax_step", "JAX per step", "step_by_step", needs="jax"),
    Implementation("jax_scan", "JAX, lax.scan", "scan", needs="jax"),
    Implementation("sklearn", "scikit-learn", "classifier", needs="sklearn"),
)


@dataclass
class Timing:
    """The measurements of one implementation.

    Attributes:
        implementation: implementation that was timed.
        import_seconds: seconds from the start of its process until its framework is imported.
        build_seconds: seconds to build the network and be ready to train.
        first_seconds: seconds of the first epoch, which may include tracing and compiling.
        epoch_seconds: seconds of each later epoch.
        accuracy: accuracy on the test images after the last epoch, in [0, 1]; None if it failed.
        bytes_before: peak memory of its process in bytes after the import, without the data; None
            if the system does not report it.
        bytes_at_most: peak memory at the end in bytes; None if the system does not report it.
        fault: reason why the times are not comparable; empty if they are.
    """

    implementation: Implementation
    import_seconds: float = 0.0
    build_seconds: float = 0.0
    first_seconds: float = 0.0
    epoch_seconds: list[float] = field(default_factory=list)
    accuracy: float | None = None
    bytes_before: int | None = None
    bytes_at_most: int | None = None
    fault: str = ""

    @property
    def least(self) -> float:
        """Seconds of the shortest epoch after the first."""
        return min(self.epoch_seconds, default=float("nan"))

    @property
    def median(self) -> float:
        """Median seconds of the epochs after the first."""
        return statistics.median(self.epoch_seconds) if self.epoch_seconds else float("nan")

    @property
    def compile_seconds(self) -> float:
        """Seconds to build, trace and compile: everything between import and warm epochs."""
        return self.build_seconds + max(0, self.first_seconds - self.least)

    @property
    def training_bytes(self) -> int | None:
        """Memory for data and training in bytes; None if the system does not report it."""
        if self.bytes_at_most is None or self.bytes_before is None:
            return None
        return self.bytes_at_most - self.bytes_before


def time_in_turns(
    implementations: Sequence[Implementation],
    task: Task,
    epochs: int,
    part_ended: Callable[[str], None] = lambda task: None,
) -> tuple[list[Timing], dict[str, float]]:
    """Times each implementation in its own process, interleaving epochs.

    Machine noise then affects all of them equally. Separate processes keep the threads, settings
    and memory of the frameworks apart, and show what starting costs. An implementation that fails
    is left out from then on.

    Args:
        implementations: implementations to time; all must be installed.
        task: task to train.
        epochs: number of epochs to time, after one to warm up.
        part_ended: callback with the current activity, called `len(implementations) * (epochs + 2)`
            times.

    Returns:
        the timings in the order of the implementations, and the highest rates of the machine.
    """
    timings = [Timing(implementation) for implementation in implementations]
    with contextlib.ExitStack() as stack:
        machine = stack.enter_context(Worker())
        peaks = [machine.call(worker.peaks, task.device)]
        running = [(timing, stack.enter_context(Worker())) for timing in timings]

        def each(
            step: Callable[[Timing, Worker, _Argument], None],
            argument: _Argument,
            what: str,
            first: int = 0,
        ) -> None:
            for timing, process in running[first:] + running[:first]:
                if not timing.fault:
                    try:
                        step(timing, process, argument)
                    except Exception as error:  # the other implementations continue
                        timing.fault = describe_error(error)
                part_ended(f"{timing.implementation.title}: {what}")

        each(_start, task, "starting")
        for number in range(1, epochs + 1):
            # Rotated, so that none always follows the same one.
            each(_time, number, "training", first=number % len(timings))
            with contextlib.suppress(WorkerLost):  # it has been measured at least once
                peaks.append(machine.call(worker.peaks, task.device))
        each(_finish, task, "testing")
    mark_undertrained(timings)
    return timings, _highest(peaks)


def time_one(implementation: Implementation, task: Task, epochs: int) -> Timing:
    """Times one `implementation` alone on `task`: `epochs` epochs after one to warm up."""
    timing = Timing(implementation)
    with Worker() as process:
        _start(timing, process, task)
        timing.epoch_seconds = [process.call(worker.train, i + 1) for i in range(epochs)]
        _finish(timing, process, task)
    return timing


def device(choice: str) -> tuple[str, str]:
    """Returns name and kind of the device for a `choice`; see `worker.device`."""
    with Worker() as process:
        return process.call(worker.device, choice)


def measure_peaks(task: Task) -> dict[str, float]:
    """Returns the highest rates of the device of `task`: the best of five measurements."""
    with Worker() as process:
        return _highest([process.call(worker.peaks, task.device) for _ in range(5)])


def describe_error(error: Exception) -> str:
    """Returns type and first line of an `error`."""
    first = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}"


def _start(timing: Timing, process: Worker, task: Task) -> None:
    implementation = timing.implementation
    timing.import_seconds = process.call(
        worker.import_backend, implementation.module, implementation.needs, task.device, time.time()
    )
    timing.bytes_before = process.call(worker.peak_bytes)
    process.call(worker.receive_task, task)
    timing.build_seconds = process.call(
        worker.build_trainer, implementation.module, implementation.function, implementation.options
    )
    timing.first_seconds = process.call(worker.train, 0)


def _time(timing: Timing, process: Worker, number: int) -> None:
    time.sleep(_PAUSE)
    timing.epoch_seconds.append(process.call(worker.train, number))


def _finish(timing: Timing, process: Worker, task: Task) -> None:
    timing.bytes_at_most = process.call(worker.peak_bytes)
    timing.accuracy = task.accuracy(process.call(worker.weights))


def _highest(peaks: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: max(peak[name] for peak in peaks) for name in peaks[0]}


def mark_undertrained(timings: Sequence[Timing]) -> None:
    """Marks `timings` with a clearly lower accuracy than the others as not comparable."""
    accuracies = [one.accuracy for one in timings if one.accuracy is not None]
    for one in timings:
        if one.accuracy is not None and one.accuracy < statistics.median(accuracies) - 0.01:
            one.fault = f"learned less than the others: accuracy {one.accuracy:.4f}"
