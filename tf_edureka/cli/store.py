"""TensorFlow 1.15.5's own Python files, for the commands that run old code on them."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from tf_edureka.cli import options
from tf_edureka.data import progress
from tf_edureka.runner import period


def find(note: Callable[[str], None]) -> Path | None:
    """The folder of the period packages; None where there is none, of which `note` is told."""
    if period.exists():
        return period.folder()
    note(
        "note: this runs on tf.compat.v1, which has not all of TensorFlow 1; for the rest there "
        f"are {fetch_advice()}"
    )
    return None


def fetch_advice(verb: str = "") -> str:
    """What to say where they are `needed`, with how to fetch them."""
    advice = options.ADVICE["no period packages"]
    return f"TensorFlow 1.15.5's own Python files{verb}: {advice} ({period.sizes()})"


def fetch(to: TextIO) -> None:
    """Fetches the period packages, and says where they are and under which licences."""
    if period.is_intact():
        print(f"{period.location()} has the Python files of TensorFlow 1.15.5 already", file=to)
    else:
        said = f"fetching the Python files of TensorFlow 1.15.5 ({period.sizes()})"
        print(said, file=sys.stderr, flush=True)
        with progress.on_stderr() as report:
            folder = period.fetch(report)
        print(f"{folder} has the Python files of TensorFlow 1.15.5 now", file=to)
    print(f"{period.KEPT_BYTES / 1e6:.1f} MB, and the licences in {period.LICENCES}:", file=to)
    for wheel in period.WHEELS:
        print(f"  {wheel.name} {wheel.version}: {wheel.licence}", file=to, flush=True)
