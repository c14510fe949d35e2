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
class Way:
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
        return f"{self.needs}_ways"

    @property
    def is_installed(self) -> bool:
        """Whether the framework is there."""
        return importlib.util.find_spec(self.needs) is not None


WAYS = (
    Way("project", "this project", "this_project"),
    Way("project_search", "this project, searched", "this_project", _SEARCH, for_gpu=True),
    Way("project_no_xla", "this project, no XLA", "this_project", {"jit_compile": False}),
    Way("keras", "Keras fit", "keras_fit"),
    Way("keras_steps", "Keras fit, 50 steps", "keras_fit", _STEPS),
    Way("keras_xla", "Keras fit, XLA", "keras_fit", _XLA),
    Way("keras_xla_steps", "Keras fit, XLA, 50 steps", "keras_fit", _XLA | _STEPS),
    Way("function", "tf.function per step", "function_per_step"),
    Way("feed_dict", "compat.v1, feed_dict", "feed_dict"),
    Way("torch", "PyTorch, fused Adam", "eager", needs="torch"),
    Way("torch_compile", "PyTorch, torch.compile", "eager", {"compiled": True}, "torch"),
    Way("jax_step", "JAX per step", "step_by_step", needs="jax"),
    Way("jax_scan", "JAX, lax.scan", "scan", needs="jax"),
    Way("sklearn", "scikit-learn", "classifier", needs="sklearn"),
)


@dataclass
class Entrant:
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

    way: Way
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


def race(
    ways: Sequence[Way],
    task: Task,
    epochs: int,
    part_ended: Callable[[str], None] = lambda task: None,
) -> tuple[list[Entrant], dict[str, float]]:
    """Lets ways train in turn, an epoch each, so that all meet the same moods of the machine.

    Each has a process of its own: no framework's threads, settings or memory disturb another's, and
    what starting costs can be told. A way that fails drops out.

    Args:
        ways: that are installed.
        task: what to train.
        epochs: to be timed, after one to warm up.
        part_ended: called with what is going on, `len(ways) * (epochs + 2)` times.

    Returns:
        what was measured of each way, in their order, and the highest rates of the machine.
    """
    entrants = [Entrant(way) for way in ways]
    with contextlib.ExitStack() as stack:
        machine = stack.enter_context(Worker())
        peaks = [machine.call(worker.peaks, task.device)]
        running = [(entrant, stack.enter_context(Worker())) for entrant in entrants]

        def each(
            step: Callable[[Entrant, Worker, _Argument], None],
            argument: _Argument,
            what: str,
            first: int = 0,
        ) -> None:
            for entrant, process in running[first:] + running[:first]:
                if not entrant.fault:
                    try:
                        step(entrant, process, argument)
                    except Exception as error:  # whatever it is, the other ways go on
                        entrant.fault = fault_of(error)
                part_ended(f"{entrant.way.title}: {what}")

        each(_start, task, "starting")
        for number in range(1, epochs + 1):
            # Nobody always comes after the same one.
            each(_time, number, "training", first=number % len(entrants))
            with contextlib.suppress(WorkerLost):  # it has been measured before
                peaks.append(machine.call(worker.peaks, task.device))
        each(_finish, task, "testing")
    expect_alike(entrants)
    return entrants, _highest(peaks)


def time_alone(way: Way, task: Task, epochs: int) -> Entrant:
    """What `race` measures, of one `way` that trains alone on `task`, `epochs` after the first."""
    entrant = Entrant(way)
    with Worker() as process:
        _start(entrant, process, task)
        entrant.epoch_seconds = [process.call(worker.train, i + 1) for i in range(epochs)]
        _finish(entrant, process, task)
    return entrant


def device(choice: str) -> tuple[str, str]:
    """What a `choice` of device comes to, as `worker.device` gives or refuses it."""
    with Worker() as process:
        return process.call(worker.device, choice)


def machine_peaks(task: Task) -> dict[str, float]:
    """The highest rates of the device of `task`, the best of five by `machine.Machine`."""
    with Worker() as process:
        return _highest([process.call(worker.peaks, task.device) for _ in range(5)])


def fault_of(error: Exception) -> str:
    """What an `error` says, in a line."""
    first = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}"


def _start(entrant: Entrant, process: Worker, task: Task) -> None:
    way = entrant.way
    entrant.import_seconds = process.call(
        worker.prepare, way.module, way.needs, task.device, time.time()
    )
    entrant.bytes_before = process.call(worker.most_bytes)
    process.call(worker.take, task)
    entrant.build_seconds = process.call(worker.build, way.module, way.function, way.options)
    entrant.first_seconds = process.call(worker.train, 0)


def _time(entrant: Entrant, process: Worker, number: int) -> None:
    time.sleep(_PAUSE)
    entrant.epoch_seconds.append(process.call(worker.train, number))


def _finish(entrant: Entrant, process: Worker, task: Task) -> None:
    entrant.bytes_at_most = process.call(worker.most_bytes)
    entrant.accuracy = task.accuracy(process.call(worker.weights))


def _highest(peaks: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: max(peak[name] for peak in peaks) for name in peaks[0]}


def expect_alike(entrants: Sequence[Entrant]) -> None:
    """Marks those `entrants` that learned less than the others: their time is of other work."""
    accuracies = [one.accuracy for one in entrants if one.accuracy is not None]
    for one in entrants:
        if one.accuracy is not None and one.accuracy < statistics.median(accuracies) - 0.01:
            one.fault = f"learned less than the others: accuracy {one.accuracy:.4f}"
