"""The result of proving a port: its rungs, and their text, JSON and HTML."""

import io
import json
import math
import shlex
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from tf_edureka import _files
from tf_edureka.errors import InputError, printable
from tf_edureka.parity.cause import Cause
from tf_edureka.parity.certificate import page as certificate
from tf_edureka.parity.certificate.drawing import number, share
from tf_edureka.runs.console import counted, table

# Without these rungs nothing is proved. The forward pass is not one of them: a port that returns
# only its loss and gradients has no tensors to compare, and both contain the whole forward pass.
ESSENTIAL = ("loss", "gradients", "optimizer")
HEAD = ("rung", "compared", "measured", "tolerance", "unit", "")
_WIDTH = 100  # columns of the printed text


@dataclass(frozen=True, kw_only=True)
class PortRung:
    """One comparison of a port with the recorded run.

    Attributes:
        rung: name of the rung, such as `loss`.
        compared: description of the compared values, such as `the loss in 5 steps`.
        unit: unit of `measured` and `tolerance`, in words.
        measured: largest difference; None if the rung was skipped.
        tolerance: largest difference that is allowed; None if the rung was skipped.
        why: reason for the tolerance, or for skipping the rung.
        causes: possible causes of a failure, the most probable first.
        first: place of the difference, in words: the first step beyond the tolerance (`first
            difference in step 101`) or the worst one (`largest difference in step 10`).
        float64: distances of original and port from the value computed in float64, in words.
        series: numbers to draw, by name: `original` and `port`, or their `difference`; the
            `tolerance` of each; and `x`, such as the step numbers, counted from 0 if missing.
        labels: names of the values in the series, such as layers, if they are not steps.
    """

    rung: str
    compared: str
    unit: str
    measured: float | None
    tolerance: float | None
    why: str
    causes: tuple[Cause, ...] = ()
    first: str = ""
    float64: str = ""
    series: Mapping[str, Sequence[float]] = field(default_factory=dict)
    labels: tuple[str, ...] = ()

    @property
    def passed(self) -> bool | None:
        """True if the difference is within the tolerance (NaN is not); None if skipped."""
        if self.measured is None or self.tolerance is None:
            return None
        return bool(self.measured <= self.tolerance)

    @property
    def outcome(self) -> str:
        """The outcome as a word: `holds`, `FAILS` or `skipped`."""
        return {True: "holds", False: "FAILS", None: "skipped"}[self.passed]

    @property
    def row(self) -> tuple[str, ...]:
        """The rung as a row of a table under `HEAD`."""
        numbers = (number(self.measured), number(self.tolerance))
        return (self.rung, self.compared, *numbers, self.unit, self.outcome)

    def to_json(self) -> dict[str, Any]:
        """The rung as JSON values, without its series; NaN and infinity become None."""
        return {
            "rung": self.rung,
            "passed": self.passed,
            "measured": _finite(self.measured),
            "tolerance": _finite(self.tolerance),
            "unit": self.unit,
            "compared": self.compared,
            "why": self.why,
            "first": self.first or None,
            "float64": self.float64 or None,
            "causes": [vars(one) | {"explains": _finite(one.explains)} for one in self.causes],
        }


@dataclass(frozen=True, kw_only=True)
class PortLadder:
    """All rungs of a port, with the names and versions of what was compared.

    Attributes:
        rungs: comparisons in the order in which they were made.
        trace: name of the folder with the recorded run.
        port: name of the port, such as `port.py:build`.
        script: name of the original script.
        versions: versions of the libraries that computed original and port, by name.
        mapping: pairs of variables: name in the original, name in the port, and the
            transformation between them.
        ran: further facts about the recorded run, returned by `run_facts`.
        notes: remarks in sentences.
        training: name of the compared training, if the script has several; else empty.
    """

    rungs: tuple[PortRung, ...]
    trace: str
    port: str
    script: str
    versions: Mapping[str, str]
    mapping: tuple[tuple[str, str, str], ...] = ()
    ran: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    training: str = ""

    @property
    def passed(self) -> bool:
        """True if the port is proved: no rung fails and no essential rung was skipped."""
        return self.first is None and not self.lacking

    @property
    def failing(self) -> tuple[PortRung, ...]:
        """The rungs that fail."""
        return tuple(rung for rung in self.rungs if rung.passed is False)

    @property
    def first(self) -> str | None:
        """The name of the first rung that fails; None if none does."""
        return self.failing[0].rung if self.failing else None

    @property
    def lacking(self) -> tuple[str, ...]:
        """The essential rungs (loss, gradients, optimizer) that were skipped."""
        compared = {rung.rung for rung in self.rungs if rung.passed is not None}
        return tuple(name for name in ESSENTIAL if name not in compared)

    @property
    def verdict(self) -> str:
        """The result as one line."""
        if self.failing:
            first = self.failing[0]
            where = f" ({first.first})" if first.first else ""
            cause = f" Probable cause: {first.causes[0].cause}." if first.causes else ""
            return f"First rung that fails: {first.rung}{where}.{cause}"
        if self.lacking:
            names = " and ".join(self.lacking)
            return f"Not proved: no rung fails, but {names} could not be compared."
        skipped = sum(rung.passed is None for rung in self.rungs)
        held = len(self.rungs) - skipped
        others = f", {skipped} skipped" if skipped else ""
        where = f" in {self.training}" if self.training else ""
        return (
            f"This port computes what {self.script} computed{where}: {held} of "
            f"{counted(len(self.rungs), 'rung')} hold{others}."
        )

    def text(self) -> str:
        """The ladder as a table of at most 100 columns, with the verdict and causes below it."""
        console = Console(file=io.StringIO(), width=_WIDTH, color_system=None, force_jupyter=False)
        with console.capture() as captured:
            console.print(table(HEAD, [rung.row for rung in self.rungs]))
        rows = [line.rstrip() for line in captured.get().splitlines()]
        lines = [
            wrapped
            for one in self._lines()
            for wrapped in textwrap.wrap(printable(one), _WIDTH, subsequent_indent="  ")
        ]
        return "\n".join([*(row for row in rows if row), "", *lines])

    def _lines(self) -> Iterator[str]:
        yield self.verdict
        rungs_by_cause: dict[Cause, list[str]] = {}
        for rung in self.failing:
            for cause in rung.causes:
                rungs_by_cause.setdefault(cause, []).append(rung.rung)
        for cause, rungs in rungs_by_cause.items():
            explained = f"{cause.cause} explains {share(cause.explains)} of the difference"
            yield f"{', '.join(rungs)}: {explained}: {cause.says}"
        for rung in self.failing:
            if rung.float64:
                yield f"{rung.rung}: {rung.float64}"
        for rung in self.rungs:
            if rung.passed is None:
                yield f"{rung.rung}: skipped, {rung.why}"
        if self.training and not self.passed:
            yield f"compared with {self.training}"
        yield from self.notes

    def to_json(self) -> dict[str, Any]:
        """The ladder as JSON values, the content of `port.json`."""
        return {
            "passed": self.passed,
            "first": self.first,
            "lacking": list(self.lacking),
            "verdict": self.verdict,
            "script": self.script,
            "trace": self.trace,
            "port": self.port,
            "training": self.training or None,
            "versions": dict(self.versions),
            "ran": dict(self.ran),
            "mapping": [{"old": old, "new": new, "how": how} for old, new, how in self.mapping],
            "notes": list(self.notes),
            "rungs": [rung.to_json() for rung in self.rungs],
        }

    def write(self, folder: Path) -> None:
        """Writes `port.json` and `port.html` into a `folder`, both or neither.

        Raises:
            InputError: if the folder cannot be written.
        """
        folder = Path(folder)
        values = json.dumps(self.to_json(), indent=1, allow_nan=False)
        page = certificate.page(self)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (
                _files.atomic_write(folder / "port.json") as for_values,
                _files.atomic_write(folder / "port.html") as for_page,
            ):
                for_values.write_text(f"{values}\n", encoding="utf-8")
                for_page.write_text(page, encoding="utf-8")
        except OSError as error:
            raise InputError(f"{folder}: cannot be written ({error.strerror})") from None


def run_facts(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Returns what the certificate says about the recorded run, by name.

    Args:
        manifest: content of the trace's `trace.json`.
    """
    script, threads = manifest.get("script", {}), manifest.get("threads") or {}
    seed, ended = manifest.get("graph_seed"), manifest.get("ended")
    known = {
        "SHA-256 of the script": script.get("sha256"),
        "arguments": shlex.join(map(str, script.get("arguments") or [])),
        "graph's seed": "none" if seed is None else seed,
        "precision": manifest.get("precision"),
        "threads": ", ".join(f"{name} {count or 'default'}" for name, count in threads.items()),
        "recorded steps": manifest.get("record_steps"),
        "how it ended": "it was killed" if ended is None else ended,
    }
    return {name: str(one) for name, one in known.items() if one not in (None, "")}


def training_name(manifest: Mapping[str, Any], place: int) -> str:
    """Returns a name for one of several trainings of a script; empty if there is only one.

    Args:
        manifest: content of the trace's `trace.json`.
        place: index of the training.
    """
    trainings = manifest.get("trainings", [])
    if len(trainings) < 2:
        return ""
    return f"training {place + 1} of {len(trainings)} (loss {trainings[place]['loss']})"


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
