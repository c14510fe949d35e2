"""Runs programs of published papers on today's TensorFlow, and writes docs/gallery.md.

The programs are those of scripts/gallery/papers.toml. They are code of strangers and run with your
rights. Needs Python 3.11, Git, the extra `legacy` and scripts/gallery/requirements.txt.
"""

import argparse
import datetime
import json
import sys
import tempfile
from pathlib import Path

from tf_edureka.cli.reporting import reports_errors
from tf_edureka.errors import InputError, printable

sys.path.insert(0, str(Path(__file__).resolve().parent / "gallery"))

import pages
import papers
import programs
from agreement import compare
from pages import Record
from papers import Paper
from programs import Run, System

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "scripts" / "gallery" / "papers.toml"
RECORDS = ROOT / "docs" / "gallery.json"
PAGE = ROOT / "docs" / "gallery.md"
LOGS = ROOT / "runs" / "gallery"


def options() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="rows to run (default: all)")
    parser.add_argument("--times", type=int, default=2, help="runs of each program (default: 2)")
    parser.add_argument(
        "--checkouts", type=Path, metavar="FOLDER", help="unmodified checkouts, named OWNER+NAME"
    )
    parser.add_argument(
        "--tensorflow1", metavar="PYTHON", help="also run each once with this Python's 1.15.5"
    )
    parser.add_argument(
        "--limit", type=float, default=900, metavar="SECONDS", help="for each run (default: 900)"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 if less than half of the losses that agreed agree now",
    )
    parser.add_argument(
        "--table", action="store_true", help="run nothing; only write the page and print the table"
    )
    return parser


@reports_errors
def main(arguments: list[str] | None = None) -> int:
    """Runs the command."""
    asked = options().parse_args(arguments)
    table = papers.read(TABLE)
    unknown = [name for name in asked.names if name not in table]
    if unknown:
        raise InputError(f"expected names of {', '.join(table)}; got {', '.join(unknown)}")
    records = json.loads(RECORDS.read_text(encoding="utf-8")) if RECORDS.exists() else {}
    failed = []
    systems = {} if asked.table else systems_of(asked)
    for name in (asked.names or table) if systems else ():
        before = records.get(name, {})
        record = measure(table[name], before, systems, asked)
        faults = failures(record) + (lost(before, record) if asked.check else [])
        failed += [f"{name}: {fault}" for fault in faults]
        records[name] = record
        if not asked.check:
            save(table, records)
    if asked.table:
        save(table, records)
    print(text(table, records))
    for fault in failed:
        print(f"failed: {printable(fault)}")
    return 1 if failed else 0


def systems_of(asked: argparse.Namespace) -> dict[str, tuple[System, int]]:
    """Returns each TensorFlow, and how often the programs run on it."""
    old = {"tensorflow1": (programs.tensorflow1(asked.tensorflow1), 1)} if asked.tensorflow1 else {}
    return {**old, "today": (programs.today(), asked.times)}


def measure(
    paper: Paper, before: Record, systems: dict[str, tuple[System, int]], asked: argparse.Namespace
) -> Record:
    """Runs a program on each TensorFlow; keeps what `before` has of 1.15.5 if the same runs now."""
    record: Record = {"what_runs": paper.what_runs}
    if before.get("what_runs") == record["what_runs"] and "tensorflow1" in before:
        record["tensorflow1"] = before["tensorflow1"]
    with tempfile.TemporaryDirectory() as scratch:
        try:
            repository = papers.checkout(paper, asked.checkouts, Path(scratch))
            fault = ""
        except InputError as error:
            fault = str(error)
        for name, (system, times) in systems.items():
            runs: list[Run] = [{"failure": fault}] if fault else []
            for number in range(0 if fault else times):
                log = LOGS / f"{paper.name}.{name}.{number + 1}.log"
                runs.append(once(paper, repository, system, log, asked.limit))
                print(f"{log.stem}: {described(runs[-1])}", flush=True)
            record[name] = {
                "date": str(datetime.date.today()),
                "machine": programs.machine(),
                "versions": system.versions,
                "runs": runs,
            }
    return record


def once(paper: Paper, repository: Path, system: System, log: Path, limit: float) -> Run:
    """Runs a program in a fresh copy of its repository."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            folder = papers.prepare(paper, repository, Path(scratch) / "copy")
        except InputError as error:
            return {"failure": str(error)}
        return programs.run(paper, system, folder, log, limit)


def described(run: Run) -> str:
    """Returns a run as a line."""
    said = f"fails, {run['failure']}" if "failure" in run else str(run["result"])
    return printable(f"{run.get('seconds', 0)} s, {said}")


def failures(record: Record) -> list[str]:
    """Returns why runs failed, on either TensorFlow."""
    kinds = [kind for kind in ("tensorflow1", "today") if kind in record]
    runs = [run for kind in kinds for run in record[kind]["runs"]]
    return list(dict.fromkeys(run["failure"] for run in runs if "failure" in run))


def lost(before: Record, record: Record) -> list[str]:
    """Says if fewer than half of the losses that agreed, when recorded, agree now."""
    if failures(record):
        return []
    if "tensorflow1" not in record or "today" not in before:
        return ["no results of 1.15.5 are recorded for what papers.toml says"]
    old = record["tensorflow1"]["runs"][0]["losses"]
    agreed, agree = (
        compare(old, one["today"]["runs"][0].get("losses", "")).agree for one in (before, record)
    )
    fault = f"the first {agree} losses agree with 1.15.5, when recorded {agreed} did"
    return [fault] if agree < agreed / 2 or not agree else []


def save(table: dict[str, Paper], records: dict[str, Record]) -> None:
    """Writes the results and the page, in the order of the table."""
    ordered = {name: records[name] for name in table if name in records}
    RECORDS.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(pages.page(table, ordered), encoding="utf-8")


def text(table: dict[str, Paper], records: dict[str, Record]) -> str:
    """Returns the table for the terminal: name, result in the paper, on 1.15.5, today, ..."""
    shown = [paper for name, paper in table.items() if name in records]
    rows = [("name", *pages.COLUMNS[1:])]
    rows += [(paper.name, *pages.cells(paper, records[paper.name])[1:]) for paper in shown]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(map(str.ljust, row, widths)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    raise SystemExit(main())
