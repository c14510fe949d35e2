"""Where a script is, for what is said of one of its lines."""

import sys
import traceback
from pathlib import Path

import tf_edureka
from tf_edureka.errors import printable

_LIBRARIES = {"site-packages", "tensorflow_core", "tensorflow_estimator"}
_said: set[str] = set()


def note(text: str) -> None:
    """Says `text` on stderr, once for each line of the script that leads to it."""
    ours = Path(tf_edureka.__file__).parent
    where = ""
    for frame in traceback.extract_stack():
        file = Path(frame.filename)
        if not (_LIBRARIES & {*file.parts} or file.is_relative_to(ours)):
            where = f"{file}, line {frame.lineno}: "
    line = printable(f"note: {where}{text}")
    if line not in _said and sys.stderr is not None:
        _said.add(line)
        print(line, file=sys.stderr)
