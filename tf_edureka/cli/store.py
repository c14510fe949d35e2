"""TensorFlow 1.15.5's own Python files (the period packages), for the commands that use them."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from tf_edureka.cli import options
from tf_edureka.data import progress
from tf_edureka.runner import period


def find(note: Callable[[str], None]) -> Path | None:
    """Returns the folder of the period packages; None after a `note` if it does not exist."""
    if period.exists():
        return period.folder()
    note(
        "note: running on tf.compat.v1, which lacks parts of TensorFlow 1; "
        f"{fetch_advice(' have them')}"
    )
    return None


def fetch_advice(verb: str) -> str:
    """Returns "the files `verb`: how to fetch them", for an error or a note."""
    advice = options.ADVICE["no period packages"]
    return f"TensorFlow 1.15.5's own Python files{verb}: {advice} ({period.sizes()})"


def fetch(to: TextIO) -> None:
    """Fetches the period packages unless they exist; prints their folder and licences to `to`."""
    if period.is_intact():
        print(f"{period.location()} already has the Python files of TensorFlow 1.15.5", file=to)
    else:
        message = f"fetching the Python files of TensorFlow 1.15.5 ({period.sizes()})"
        print(message, file=sys.stderr, flush=True)
        with progress.on_stderr() as report:
            folder = period.fetch(report)
        print(f"fetched the Python files of TensorFlow 1.15.5 into {folder}", file=to)
    print(f"{period.KEPT_BYTES / 1e6:.1f} MB; the licences are in {period.LICENCES}:", file=to)
    for wheel in period.WHEELS:
        print(f"  {wheel.name} {wheel.version}: {wheel.licence}", file=to, flush=True)
