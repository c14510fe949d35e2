"""Where a script is, for what is said of one of its lines."""

import contextlib
import sys
import sysconfig
import traceback
from pathlib import Path

import tf_edureka
from tf_edureka.errors import InputError, printable
from tf_edureka.runner import period

_INSTALLED = {"site-packages", "dist-packages"}
_said: set[str] = set()


def is_library(file: Path) -> bool:
    """Whether a file is Python's, an installed package's, TensorFlow 1.15.5's or ours.

    All of them may lie below the folder of a script, as where that is the user's own.
    """
    folders = [Path(tf_edureka.__file__).parent, Path(sysconfig.get_path("stdlib"))]
    with contextlib.suppress(InputError):  # nothing says where 1.15.5 could be
        folders.append(period.location())
    found = file.resolve()
    is_below = any(found.is_relative_to(folder.resolve()) for folder in folders)
    return is_below or not _INSTALLED.isdisjoint(file.parts)


def note(text: str) -> None:
    """Says `text` on stderr, once for each line of the script that leads to it."""
    where = ""
    for frame in traceback.extract_stack():
        if not is_library(Path(frame.filename)):
            where = f"{frame.filename}, line {frame.lineno}: "
    line = printable(f"note: {where}{text}")
    if line not in _said and sys.stderr is not None:
        _said.add(line)
        print(line, file=sys.stderr)
