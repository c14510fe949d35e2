"""Runs the measurements and reports them as tables, plots and JSON."""

import contextlib
import dataclasses
import importlib.metadata
import platform
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from matplotlib.figure import Figure

from tf_edureka.benchmark import growth as growing, plots, timing
from tf_edureka.benchmark.task import Task
from tf_edureka.runs.console import EpochDisplay
from tf_edureka.runs.folder import RunFolder

NETWORKS = {"cpu": (2, 4, 8), "gpu": (8, 64)}  # trained together, compared with one by itself
PACKAGES = ("tensorflow", "keras", "torch", "jax", "scikit-learn", "numpy")
FAILED = 1
_Measured = TypeVar("_Measured")


@dataclasses.dataclass(frozen=True)
class Report:
    """Measures, prints a table, writes JSON and a plot, and returns the command's exit code.

    Attributes:
        task: task to train.
        device: name of the device, from `timing.device`.
        folder: folder to write to.
    """

    task: Task
    device: str
    folder: RunFolder

    def epoch(self, implementations: Sequence[timing.Implementation], epochs: int) -> int:
        """Times `epochs` epochs of each of the `implementations`, after one to warm up."""
        with EpochDisplay(len(implementations) * (epochs + 2), unit="epochs") as display:
            display.line(
                self._heading(
                    f"{epochs} epochs of each implementation, interleaved, after one to warm up"
                )
            )
            timings, rates = timing.time_in_turns(
                implementations, self.task, epochs, display.part_ended
            )
            least = self._show_rates(display, rates)
            counted = sorted((one for one in timings if not one.fault), key=lambda one: one.least)
            ours = next(
                (one.least for one in counted if one.implementation.name == "project"), None
            )
            display.line(
                "Seconds per epoch: shortest and median. Shortest relative to this project (/ours) "
                "and to the lower bound (/floor). Seconds to import, and to build, trace "
                "and compile. Test accuracy after the last epoch."
            )
            columns = {
                "implementation": lambda one: one.implementation.title,
                "min": lambda one: f"{one.least:.3f}",
                "median": lambda one: f"{one.median:.3f}",
                "/ours": lambda one: f"{one.least / ours:.2f}" if ours else "",
                "/floor": lambda one: f"{one.least / least:.2f}",
                "import": lambda one: f"{one.import_seconds:.1f}",
                "compile": lambda one: f"{one.compile_seconds:.1f}",
                "accuracy": lambda one: f"{one.accuracy:.4f}",
            }
            _show(display, columns, counted)
            figure = plots.epochs(counted, least, self._title) if counted else None
            record = {"ways": _records(timings), "least_seconds": least}
            self._write(display, "epoch", figure, rates, record)
        return _failed([(one.implementation.title, one.fault) for one in timings])

    def networks(self, epochs: int) -> int:
        """Times `epochs` epochs of several networks together, after one to warm up."""
        implementations = [timing.Implementation("alone", "1 by itself", "one_network")]
        for n in NETWORKS[self.task.device]:
            options = {"networks": n}
            implementations.append(
                timing.Implementation(f"at_once_{n}", f"{n} together", "many_networks", options)
            )
        with EpochDisplay(len(implementations) * (epochs + 2), unit="epochs") as display:
            how = f"the tuned recipe, {epochs} epochs of each, interleaved, after one to warm up"
            display.line(self._heading(how))
            timings, rates = timing.time_in_turns(
                implementations, self.task, epochs, display.part_ended
            )
            figure = None
            if not timings[0].fault:  # all others are compared with it
                counted = {
                    one.implementation.options.get("networks", 1): one
                    for one in timings
                    if not one.fault
                }
                seconds = {n: one.least for n, one in counted.items()}
                columns = {
                    "networks": lambda n: counted[n].implementation.title,
                    "s per epoch": lambda n: f"{seconds[n]:.3f}",
                    "per network": lambda n: f"{seconds[n] / n:.3f}",
                    "vs separately": lambda n: f"{seconds[n] / (n * seconds[1]):.2f}",
                    "MiB": lambda n: _mebibytes(counted[n].training_bytes),
                }
                _show(display, columns, seconds)
                figure = plots.networks(list(seconds), list(seconds.values()), self._title)
            record = {"ways": _records(timings)}
            self._write(display, "networks", figure, rates, record)
        return _failed([(one.implementation.title, one.fault) for one in timings])

    def growth(self) -> int:
        """Measures time and memory for growing work."""
        with EpochDisplay(len(growing.sizes(self.task)), unit="sizes") as display:
            display.line(self._heading("the shortest of 3 epochs, or of parts of long ones"))
            rates = timing.measure_peaks(self.task)
            self._show_rates(display, rates)
            points = growing.time_growth(self.task, max(rates.values()), display.part_ended)
            columns = {
                "quantity": lambda point: point.what,
                "size": lambda point: f"{point.size:,}",
                "epoch s": lambda point: f"{point.seconds:.3f}",
                "floor s": lambda point: f"{point.least_seconds:.3f}",
                "ratio": lambda point: f"{point.seconds / point.least_seconds:.2f}",
                "MiB": lambda point: _mebibytes(point.bytes),
                "floor MiB": lambda point: _mebibytes(point.least_bytes),
            }
            _show(display, columns, [point for point in points if not point.fault])
            record = {"points": [dataclasses.asdict(point) for point in points]}
            self._write(display, "growth", plots.growth(points, self._title), rates, record)
        return _failed([(f"{point.size:,} {point.what}", point.fault) for point in points])

    @property
    def _title(self) -> str:
        """Title of a plot."""
        return f"{self.task.data.title}, {self.device}"

    def _heading(self, how: str) -> str:
        """Returns the first line to print: what is timed, where and how."""
        return (
            f"784-256-256-10, batches of {self.task.batch_size}, {self.task.steps} steps per "
            f"epoch, Adam, {self.task.data.title} ({self.task.data.source}), {self.device}; {how}"
        )

    def _write(
        self,
        display: EpochDisplay,
        name: str,
        figure: Figure | None,
        rates: dict[str, float],
        measured: Mapping[str, object],
    ) -> None:
        """Writes the `figure`, if any, and the `measured` values with machine and versions."""
        versions = {"python": platform.python_version()}
        for package in PACKAGES:
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                versions[package] = importlib.metadata.version(package)
        record = {
            **measured,
            "steps": self.task.steps,
            "batch_size": self.task.batch_size,
            "flops": self.task.flops,
            "data": self.task.data.source,
            "device": self.device,
            "rates": rates,
            "platform": platform.platform(),
            "versions": versions,
        }
        self.folder.write_json(f"{name}.json", record)
        if figure:
            self.folder.write_figure(f"{name}.png", figure)
        files = [f"{name}.json", *([f"{name}.png"] if figure else [])]
        display.line(f"Written to {self.folder.path}: {self.folder.written(files)}")

    def _show_rates(self, display: EpochDisplay, rates: dict[str, float]) -> float:
        """Prints the machine's rates; returns the lower bound of an epoch in seconds."""
        least = self.task.flops / max(rates.values())
        display.line(
            f"This machine: {rates['multiply_add'] / 1e9:.0f} GFLOP/s in multiply-adds, "
            f"{rates['matrix_product'] / 1e9:.0f} GFLOP/s in a large matrix product. Lower "
            f"bound of the epoch's {self.task.flops / 1e9:.1f} GFLOP: {least:.3f} s"
        )
        return least


def _show(
    display: EpochDisplay,
    columns: Mapping[str, Callable[[_Measured], str]],
    measured: Iterable[_Measured],
) -> None:
    """Prints a row for each of `measured`; `columns` maps the heads to functions of it."""
    display.table(tuple(columns), [[cell(one) for cell in columns.values()] for one in measured])


def _records(timings: Sequence[timing.Timing]) -> list[dict[str, object]]:
    """Returns `timings` as they are written to JSON."""
    fields = [dataclasses.asdict(one) for one in timings]
    return [{"way": one.pop("implementation"), **one} for one in fields]


def _failed(faults: Iterable[tuple[str, str]]) -> int:
    """Prints the failed measurements among pairs of name and fault; returns the exit code."""
    faults = [(name, fault) for name, fault in faults if fault]
    for name, fault in faults:
        print(f"error: {name} is not in the table: {fault}", file=sys.stderr)
    return FAILED if faults else 0


def _mebibytes(number: int | None) -> str:
    """Formats a number of bytes in MiB; empty if unknown."""
    return "" if number is None else f"{number / 2**20:.0f}"
