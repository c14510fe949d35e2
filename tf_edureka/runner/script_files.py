"""Tells a script's own files from library files, and prints notes about the script's lines."""

import contextlib
import sys
import sysconfig
import traceback
from pathlib import Path

import tf_edureka
from tf_edureka.errors import InputError, printable
from tf_edureka.runner import period

_INSTALLED = {"site-packages", "dist-packages"}
_printed: set[str] = set()


def is_library(file: Path) -> bool:
    """True if a file belongs to Python, to an installed package, to TensorFlow 1.15.5 or to us.

    Such a file may lie below the script's folder, for instance if that is the user's home folder.
    """
    folders = [Path(tf_edureka.__file__).parent, Path(sysconfig.get_path("stdlib"))]
    with contextlib.suppress(InputError):  # the folder of 1.15.5 is unknown
        folders.append(period.location())
    found = file.resolve()
    is_below = any(found.is_relative_to(folder.resolve()) for folder in folders)
    return is_below or not _INSTALLED.isdisjoint(file.parts)


def note(text: str) -> None:
    """Prints `text` on stderr once for each line of the script that causes it."""
    where = ""
    for frame in traceback.extract_stack():
        if not is_library(Path(frame.filename)):
            where = f"{frame.filename}, line {frame.lineno}: "
    line = printable(f"note: {where}{text}")
    if line not in _printed and sys.stderr is not None:
        _printed.add(line)
        print(line, file=sys.stderr)
