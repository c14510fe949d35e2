"""The content of a checkpoint as text: weights, optimizer slots, and the rest."""

from collections.abc import Iterator, Sequence

from tf_edureka.errors import printable
from tf_edureka.runs.console import counted
from tf_edureka.tf1.checkpoint import Checkpoint, Entry
from tf_edureka.tf1.checkpoint.content import OTHER, POWER, SLOT, STEP, WEIGHT

_UNITS = ("B", "kB", "MB", "GB")


def lines(checkpoint: Checkpoint) -> Iterator[str]:
    """Yields the lines of the listing; reads the values of powers and global steps.

    Args:
        checkpoint: the checkpoint to list.
    """
    entries = checkpoint.entries
    graph = ", with its graph" if checkpoint.graph else ""
    total = size(sum(one.size for one in entries))
    name = printable(str(checkpoint.path))
    yield f"{name}: {checkpoint.format}, {counted(len(entries), 'tensor')}, {total}{graph}"
    yield from _table("weights", checkpoint.of_role(WEIGHT))
    yield from _table("optimizer slots", checkpoint.of_role(SLOT))
    for title, role in (("powers of Adam's betas", POWER), ("global step", STEP)):
        numbers = [f"{one.name} {checkpoint[one.name]!s}" for one in checkpoint.of_role(role)]
        if numbers:
            yield from ("", f"{title}: {', '.join(map(printable, numbers))}")
    yield from _table("others", checkpoint.of_role(OTHER))


def _table(title: str, entries: Sequence[Entry]) -> Iterator[str]:
    if not entries:
        return
    total = size(sum(one.size for one in entries))
    yield from ("", f"{title}: {counted(len(entries), 'tensor')}, {total}")
    rows = [
        (
            printable(one.name),
            " x ".join(map(str, one.shape)) or "scalar",
            "string" if one.dtype == "object" else one.dtype,
            size(one.size) if one.size else "",
        )
        for one in entries
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for name, shape, dtype, bytes_ in rows:
        text = f"  {name:<{widths[0]}}  {shape:<{widths[1]}}  {dtype:<{widths[2]}}"
        yield f"{text}  {bytes_:>{widths[3]}}".rstrip()


def size(count: float) -> str:
    """Formats a `count` of bytes with a suitable unit, such as `50.2 kB`."""
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:
        count, unit = count / 1000, unit + 1
    return f"{count:.1f} {_UNITS[unit]}" if unit else f"{count:.0f} {_UNITS[0]}"
