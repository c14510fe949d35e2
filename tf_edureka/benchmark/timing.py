"""Ways to train, each in a process of its own, that take their epochs in turn."""

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

# Threads of a library may go on looking for work for a while after its epoch.
_PAUSE = 0.1
_XLA, _STEPS, _SEARCH = {"jit_compile": True}, {"steps_per_execution": 50}, {"search": True}
_Argument = TypeVar("_Argument")


@dataclass(frozen=True)
class Implementation:
    """A way to train the network.

    Attributes:
        name: on the command line.
        title: in tables and pictures.
        function: of `module`: takes a `Task` and the options and gives a `Trainer`.
        options: for that function.
        needs: the framework, without which it cannot be.
        for_gpu: whether it is another way than the rest on a GPU only.
    """

    name: str
    title: str
    function: str
    options: Mapping[str, bool | int] = field(default_factory=dict)
    needs: str = "tensorflow"
    for_gpu: bool = False

    @property
    def module(self) -> str:
        """The module of this package that imports the framework."""
        return f"{self.needs}_backend"

    @property
    def is_installed(self) -> bool:
        """Whether the framework is there."""
        return importlib.util.find_spec(self.needs) is not None


IMPLEMENTATIONS = (
    Implementation("project", "this project", "this_project"),
    Implementation(
        "project_search", "this project, searched", "this_project", _SEARCH, for_gpu=True
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
    """What is measured of a way.

    Attributes:
        way: the way.
        import_seconds: from the start of its process until its framework is imported.
        build_seconds: until it is ready to train.
        first_seconds: of the first epoch, in which it may trace and compile.
        epoch_seconds: of each epoch after that.
        accuracy: on the test images after the last of them; None if it did not come so far.
        bytes_before: the most memory that its process had when the framework was imported, before
            it got the data; None where the system does not say.
        bytes_at_most: the most that it had at last.
        fault: why its time does not count; empty if it does.
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
        """Seconds of the quickest epoch after the first."""
        return min(self.epoch_seconds, default=float("nan"))

    @property
    def median(self) -> float:
        """Seconds of the epochs after the first."""
        return statistics.median(self.epoch_seconds) if self.epoch_seconds else float("nan")

    @property
    def compile_seconds(self) -> float:
        """Building, tracing, compiling: all between the import and warm epochs."""
        return self.build_seconds + max(0, self.first_seconds - self.least)

    @property
    def training_bytes(self) -> int | None:
        """Memory for the data and the training; None where the system does not say."""
        if self.bytes_at_most is None or self.bytes_before is None:
            return None
        return self.bytes_at_most - self.bytes_before


def time_in_turns(
    implementations: Sequence[Implementation],
    task: Task,
    epochs: int,
    part_ended: Callable[[str], None] = lambda task: None,
) -> tuple[list[Timing], dict[str, float]]:
    """Lets ways train in turn, an epoch each, so that all meet the same moods of the machine.

    Each has a process of its own: no framework's threads, settings or memory disturb another's, and
    what starting costs can be told. A way that fails drops out.

    Args:
        implementations: those to time; all must be installed.
        task: what to train.
        epochs: to be timed, after one to warm up.
        part_ended: called with what is going on, `len(implementations) * (epochs + 2)` times.

    Returns:
        what was measured of each way, in their order, and the highest rates of the machine.
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
                    except Exception as error:  # whatever it is, the other ways go on
                        timing.fault = describe_error(error)
                part_ended(f"{timing.implementation.title}: {what}")

        each(_start, task, "starting")
        for number in range(1, epochs + 1):
            # Nobody always comes after the same one.
            each(_time, number, "training", first=number % len(timings))
            with contextlib.suppress(WorkerLost):  # it has been measured before
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
    """What a `choice` of device comes to, as `worker.device` gives or refuses it."""
    with Worker() as process:
        return process.call(worker.device, choice)


def measure_peaks(task: Task) -> dict[str, float]:
    """The highest rates of the device of `task`, the best of five by `machine.Machine`."""
    with Worker() as process:
        return _highest([process.call(worker.peaks, task.device) for _ in range(5)])


def describe_error(error: Exception) -> str:
    """What an `error` says, in a line."""
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
    """Marks those `timings` that learned less than the others: their time is of other work."""
    accuracies = [one.accuracy for one in timings if one.accuracy is not None]
    for one in timings:
        if one.accuracy is not None and one.accuracy < statistics.median(accuracies) - 0.01:
            one.fault = f"learned less than the others: accuracy {one.accuracy:.4f}"
