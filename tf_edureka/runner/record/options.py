"""Options of a recording."""

import dataclasses
import re
from pathlib import Path

from tf_edureka.errors import InputError

_RANGE = re.compile(r"(\d*)(?::(\d*)(?::(\d+))?)?")
DEFAULT_MEGABYTES = 1000


@dataclasses.dataclass(frozen=True)
class Steps:
    """A selection of training steps.

    Attributes:
        text: the selection in the user's words, such as `0:3,100`.
        ranges: first step, end (None for no end) and stride of each part.
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
    """What to record.

    Attributes:
        folder: folder of the trace.
        steps: steps to store in full; None for the default selection.
        megabytes: limit of the stored arrays in megabytes, above 0.
        every_step: whether to store the inputs and random numbers of each step, so that the run
            can be repeated from its start.
    """

    folder: Path
    steps: Steps | None = None
    megabytes: float = DEFAULT_MEGABYTES
    every_step: bool = False


def steps(text: str) -> Steps:
    """Parses steps and Python ranges of steps, separated by commas.

    Args:
        text: selection such as `0:3,100` or `::10`.

    Raises:
        InputError: if `text` is not such a selection.
    """
    found = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        first, end, stride = match.groups() if match and part.strip() else ("", "0", None)
        start = int(first or 0)
        stop = start + 1 if end is None else int(end) if end else None
        if stride == "0" or (stop is not None and stop <= start):
            raise InputError(
                f"expected step numbers and ranges of them, such as 0:3,100, got {text!r}"
            )
        found.append((start, stop, int(stride or 1)))
    return Steps(text, tuple(found))
