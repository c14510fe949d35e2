"""What climbing gives for a port of one's own: its rungs, and how they are told and written."""

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

# Without these nothing is proved. The forward pass is not among them: a port that gives its loss
# and gradients alone shows no tensors, and both go through all of it.
ESSENTIAL = ("loss", "gradients", "optimizer")
HEAD = ("rung", "compared", "measured", "tolerance", "unit", "")
_WIDTH = 100  # columns of the text


@dataclass(frozen=True, kw_only=True)
class PortRung:
    """One comparison of a port with what was recorded.

    Attributes:
        rung: its name.
        compared: what of them.
        unit: of `measured` and `tolerance`.
        measured: how far they are apart; None where that could not be measured.
        tolerance: how far they may be; None where that could not be measured.
        why: the reason for the tolerance, or for why it was skipped.
        causes: why it may fail, the most probable first.
        first: where the first difference is, in words, such as `step 101` or `layer bn1`.
        float64: how far original and port are there from what float64 gives, in words.
        series: what is drawn of it, by name: numbers of `original` and `port`, or their
            `difference`, and the `tolerance` of each, all in one unit; and `x`, such as the steps,
            from 0 if it is left out.
        labels: names of what is in the series, such as layers, where those are not steps.
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
        """Whether the difference is within the tolerance; NaN is not. None if it was skipped."""
        if self.measured is None or self.tolerance is None:
            return None
        return bool(self.measured <= self.tolerance)

    @property
    def ended(self) -> str:
        """What became of it: `holds`, `FAILS` or `skipped`."""
        return {True: "holds", False: "FAILS", None: "skipped"}[self.passed]

    @property
    def row(self) -> tuple[str, ...]:
        """The rung as a row of a table under `HEAD`."""
        numbers = (number(self.measured), number(self.tolerance))
        return (self.rung, self.compared, *numbers, self.unit, self.ended)

    def to_json(self) -> dict[str, Any]:
        """The rung as plain values, without its series; what is not finite as None."""
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
    """All rungs of a port, and what was compared with what.

    Attributes:
        rungs: in the order in which they were climbed.
        trace: name of the folder with the recorded run.
        port: how the port was given, such as `port.py:build`.
        script: name of the old one.
        versions: of what computed both, by name.
        mapping: variables: the old name, the new one, and how the one becomes the other.
        ran: what else is known of the recorded run, as of `facts`.
        notes: what else there is to know, in plain sentences.
    """

    rungs: tuple[PortRung, ...]
    trace: str
    port: str
    script: str
    versions: Mapping[str, str]
    mapping: tuple[tuple[str, str, str], ...] = ()
    ran: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the port is proved: no rung fails, and none is lacking."""
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
        """The rungs that were not climbed, and without which nothing is proved."""
        climbed = {rung.rung for rung in self.rungs if rung.passed is not None}
        return tuple(name for name in ESSENTIAL if name not in climbed)

    @property
    def verdict(self) -> str:
        """What came of it, in a line."""
        if self.failing:
            first = self.failing[0]
            where = f", at {first.first}" if first.first else ""
            cause = f" Probable cause: {first.causes[0].cause}." if first.causes else ""
            return f"First difference: rung {first.rung}{where}.{cause}"
        if self.lacking:
            names = " and ".join(self.lacking)
            return f"Not proved: no rung fails, but {names} could not be compared."
        skipped = sum(rung.passed is None for rung in self.rungs)
        held = len(self.rungs) - skipped
        others = f", {skipped} skipped" if skipped else ""
        return (
            f"This port computes what {self.script} computed: {held} of "
            f"{counted(len(self.rungs), 'rung')} hold{others}."
        )

    def text(self) -> str:
        """The ladder as a table of at most 100 columns, and below it what to know of it."""
        console = Console(file=io.StringIO(), width=_WIDTH, color_system=None, force_jupyter=False)
        with console.capture() as captured:
            console.print(table(HEAD, [rung.row for rung in self.rungs]))
        rows = [line.rstrip() for line in captured.get().splitlines()]
        lines = [
            wrapped
            for one in self._said()
            for wrapped in textwrap.wrap(printable(one), _WIDTH, subsequent_indent="  ")
        ]
        return "\n".join([*(row for row in rows if row), "", *lines])

    def _said(self) -> Iterator[str]:
        yield self.verdict
        explained: dict[Cause, list[str]] = {}
        for rung in self.failing:
            for cause in rung.causes:
                explained.setdefault(cause, []).append(rung.rung)
        for cause, rungs in explained.items():
            of = ", ".join(rungs)
            yield f"{of}: {cause.cause} explains {share(cause.explains)}. {cause.says}"
        for rung in self.failing:
            if rung.float64:
                yield f"{rung.rung}: {rung.float64}"
        for rung in self.rungs:
            if rung.passed is None:
                yield f"{rung.rung}: skipped, {rung.why}"
        yield from self.notes

    def to_json(self) -> dict[str, Any]:
        """The ladder as plain values, as `port.json` has it."""
        return {
            "passed": self.passed,
            "first": self.first,
            "lacking": list(self.lacking),
            "verdict": self.verdict,
            "script": self.script,
            "trace": self.trace,
            "port": self.port,
            "versions": dict(self.versions),
            "ran": dict(self.ran),
            "mapping": [{"old": old, "new": new, "how": how} for old, new, how in self.mapping],
            "notes": list(self.notes),
            "rungs": [rung.to_json() for rung in self.rungs],
        }

    def write(self, folder: Path) -> None:
        """Writes `port.json` and `port.html` into a `folder`, both or none of them.

        Raises:
            InputError: when they cannot be written.
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


def facts(manifest: Mapping[str, Any]) -> dict[str, str]:
    """What a certificate says of a recorded run, by name.

    Args:
        manifest: of a trace, what `trace.json` holds.
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


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
