"""Shows the progress of a download."""

import contextlib
import sys
import time
from collections.abc import Iterator

from tf_edureka.data.download import Report

_SECONDS = 10  # between two lines


@contextlib.contextmanager
def on_stderr() -> Iterator[Report]:
    """Shows progress on stderr: a bar on a terminal, else a line every ten seconds.

    Yields:
        the callback that reports progress.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[amount]}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True, markup=False, emoji=False, highlight=False),
        transient=True,
    ) as bar:
        task = bar.add_task("", total=None, amount="", visible=False)
        shown = ""

        def report(what: str, done: int, total: int) -> None:
            nonlocal shown
            if what != shown:
                shown = what
                bar.reset(task, description=what, total=None, visible=True)
            bar.update(task, completed=done, total=total or None, amount=_amount(done, total))

        yield report


class _Lines:
    """Writes a line for each new activity, and every ten seconds."""

    def __init__(self) -> None:
        self._what = ""
        self._due = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        if what == self._what and time.monotonic() < self._due:
            return
        self._what, self._due = what, time.monotonic() + _SECONDS
        if sys.stderr is not None:
            with contextlib.suppress(OSError):  # a full disk does not end the download
                sys.stderr.write(": ".join(filter(None, (what, _amount(done, total)))) + "\n")
                sys.stderr.flush()


def _amount(done: int, total: int) -> str:
    of = f" of {total / 1e6:.1f}" if total else ""
    return f"{done / 1e6:.1f}{of} MB" if done or total else ""
