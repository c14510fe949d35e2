"""Writes docs/gallery.md from the table of programs and the recorded results."""

import itertools
import shlex
from collections.abc import Iterable
from typing import Any

from agreement import TOLERANCE, compare
from papers import Paper
from programs import Run, commands

from tf_edureka.data.mnist import MNIST_FOLDER_VARIABLE

# What is recorded of a paper: what ran, and for each TensorFlow the machine, the date and the runs.
Record = dict[str, Any]

INTRODUCTION = """\
# Published programs, run today

These programs of published papers were written for TensorFlow 1. `tf-edureka run` runs them on
today's TensorFlow. Each also ran on real TensorFlow 1.15.5, with the same seeds. None of their code
is in this project: [scripts/gallery.py](../scripts/gallery.py) fetches them, runs them, and writes
this page from [the table of programs](../scripts/gallery/papers.toml) and
[the measured results](gallery.json).

```sh
pip install -e '.[legacy]' -r scripts/gallery/requirements.txt && tf-edureka run --fetch-period
python scripts/gallery.py --tensorflow1 PYTHON    # of an environment with 1.15.5; may be left out
```

It runs code of strangers, with your rights: look at a program first, or use a container. The
numbers below were measured {dates} on {machine}:

{systems}
**Results** are what the programs print, with at most six digits, and the seconds of each run. The
seconds are a rough guide: the programs ran one at a time, but other work with the lowest priority
ran beside them. Many runs are shorter than the authors', and then their results cannot be compared
with the paper's.

**Losses**: the last column compares all losses that a program printed on 1.15.5 and in its first
run today, in their order. Two losses *agree* if they differ by at most {tolerance} %, or by one
unit of the last printed digit. The two TensorFlows round differently, and training can amplify
that: then later losses drift apart. The runs today print the same losses, unless the column says
otherwise.

"""
COLUMNS = ("paper and program", "result", "in the paper", "on 1.15.5", "today", "losses")
BY_HAND = """
## Run one by hand

These are the commands of each row. `$seeded` is the path of
[seeded.py](../scripts/gallery/seeded.py), which sets the random seeds for programs that set none.
On 1.15.5, write `python` instead of `tf-edureka run`.
"""


def page(papers: dict[str, Paper], records: dict[str, Record]) -> str:
    """Returns the page; it has the programs that are recorded."""
    shown = [paper for name, paper in papers.items() if name in records]
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    rows += [cells(paper, records[paper.name]) for paper in shown]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    sections = "".join(section(paper) for paper in shown)
    return introduction(records.values()) + table + BY_HAND + sections


def introduction(records: Iterable[Record]) -> str:
    """Returns what stands above the table: how, when and with what it was measured."""
    measured = [one[kind] for one in records for kind in ("tensorflow1", "today") if kind in one]
    dates = sorted({one["date"] for one in measured})
    systems = sorted({tuple(one["versions"]) for one in measured}, key=lambda one: one[1])
    line = "- TensorFlow {1} with Python {0} and NumPy {2}\n"
    return INTRODUCTION.format(
        dates=f"on {dates[0]}" if len(dates) == 1 else f"from {dates[0]} to {dates[-1]}",
        machine=" and ".join(sorted({one["machine"] for one in measured})),
        systems="".join(line.format(*one) for one in systems),
        tolerance=f"{TOLERANCE * 100:f}".rstrip("0"),
    )


def cells(paper: Paper, record: Record) -> tuple[str, ...]:
    """Returns the row of a paper."""
    old, new = (record.get(kind, {}).get("runs", []) for kind in ("tensorflow1", "today"))
    project = paper.repository.removeprefix("https://github.com/")
    commit = f"{paper.repository}/tree/{paper.commit}"
    short = f", {paper.shortened}" if paper.shortened else ""
    program = f"Program: [{project}]({commit}), licence: {paper.licence}, [commands](#{paper.name})"
    return (
        f"[{paper.title}]({paper.link}), {paper.authors}, {paper.venue}. {program}",
        f"{paper.result_unit}{short}",
        paper.claim or "–",
        outcome(old),
        outcome(new),
        losses(old, new),
    )


def outcome(runs: list[Run]) -> str:
    """Returns the different results of some runs, or why they failed, and their seconds."""
    said = [
        f"fails, {run['failure']}" if "failure" in run else rounded(str(run["result"]))
        for run in runs
    ]
    seconds = ", ".join(str(run["seconds"]) for run in runs if "seconds" in run)
    results = ", ".join(dict.fromkeys(said)).replace("|", "\\|")
    return f"{results} ({seconds} s)" if seconds else results or "–"


def rounded(result: str) -> str:
    """Returns a printed number with at most six digits."""
    return result if len(result) <= 8 else f"{float(result):.6g}"


def losses(old: list[Run], new: list[Run]) -> str:
    """Says how far the losses agree on both TensorFlows, and if the runs today differ."""
    if not old or not new or any("losses" not in run for run in (*old, *new)):
        return "–"
    first, *others = [str(run["losses"]) for run in new]
    said = [str(compare(str(old[0]["losses"]), first))]
    differ = sorted({str(compare(first, one)) for one in others if one != first})
    return ". ".join(said + [f"Two runs today: {one}" for one in differ])


def section(paper: Paper) -> str:
    """Returns how to run a program by hand, and what was changed."""
    lines = [f"git clone {paper.repository}", f"cd {paper.repository.split('/')[-1]}"]
    lines += [f"git checkout -q {paper.commit}"]
    lines += [f"cd {shlex.quote(paper.folder)}"] if paper.folder != "." else []
    if paper.mnist:
        folder = shlex.quote(paper.mnist)
        lines += [f'mkdir -p {folder} && cp "${MNIST_FOLDER_VARIABLE}"/*.gz {folder}']
    path = f"PYTHONPATH={shlex.quote(paper.path)} " if paper.path else ""
    for command in commands(paper, "$seeded"):
        line = shlex.join(command).replace("'$seeded'", '"$seeded"')
        lines += [f"{path}tf-edureka run {line}"]
    text = "\n".join(lines)
    return f"\n### {paper.name}\n\n```sh\n{text}\n```\n{changes(paper)}"


def changes(paper: Paper) -> str:
    """Returns what differs from the authors' run."""
    said = [f"Shortened: {paper.shortened}.\n"] if paper.shortened else []
    said += [f"{paper.note}\n"] if paper.note else []
    if paper.files:
        names = ", ".join(f"`{name}`" for name in paper.files)
        said += [f"New files, with the contents in the table of programs: {names}.\n"]
    for file, edits in itertools.groupby(paper.edits, lambda edit: edit[0]):
        hunks = "\n".join(hunk(old, new) for _, old, new in edits)
        said += [f"Changed in `{file}`:\n\n```diff\n{hunks}```\n"]
    return "".join(f"\n{one}" for one in said)


def hunk(old: str, new: str) -> str:
    """Returns an edit as the lines of a diff."""
    lines = [f"- {line}\n" for line in old.splitlines()]
    return "".join(lines + [f"+ {line}\n" for line in new.splitlines()])
