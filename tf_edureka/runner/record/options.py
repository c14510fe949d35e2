"""What is to be recorded, as the command line has it."""

import dataclasses
import re
from pathlib import Path

from tf_edureka.errors import InputError

_RANGE = re.compile(r"(\d*)(?::(\d*)(?::(\d+))?)?")
DEFAULT_MEGABYTES = 1000


@dataclasses.dataclass(frozen=True)
class Steps:
    """A choice of steps.

    Attributes:
        text: as the user wrote it, such as `0:3,100`.
        ranges: first step, end (None: without end) and stride of each part of it.
    """

    text: str
    ranges: tuple[tuple[int, int | None, int], ...]

    def __contains__(self, step: int) -> bool:
        return any(
            step >= first and (end is None or step < end) and (step - first) % stride == 0
            for first, end, stride in self.ranges
        )


@dataclasses.dataclass(frozen=True)
class Options:
    """What is to be recorded.

    Attributes:
        folder: of the trace.
        steps: that are stored in full; None for the usual ones.
        megabytes: of arrays at most, more than 0.
        every_step: whether inputs and random numbers of each step are kept, so that the run can
            be taken again from its start.
    """

    folder: Path
    steps: Steps | None = None
    megabytes: float = DEFAULT_MEGABYTES
    every_step: bool = False


def steps(text: str) -> Steps:
    """Reads a choice of steps: single ones and Python's ranges, with commas between.

    Args:
        text: such as `0:3,100` or `::10`.

    Raises:
        InputError: when it is something else.
    """
    found = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        first, end, stride = match.groups() if match and part.strip() else ("", "0", None)
        start = int(first or 0)
        stop = start + 1 if end is None else int(end) if end else None
        if stride == "0" or (stop is not None and stop <= start):
            raise InputError(
                f"expected steps from 0 on and ranges of them, as in 0:3,100, got {text!r}"
            )
        found.append((start, stop, int(stride or 1)))
    return Steps(text, tuple(found))
