"""Console output of a training: a line per epoch, and a progress bar on a terminal."""

import signal
from collections.abc import Iterable, Sequence

import numpy as np
from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from tf_edureka.errors import printable


def epoch_line(epoch: int, cost: float, accuracy: float) -> str:
    """Formats the line that the article prints after an epoch.

    Args:
        epoch: index of the epoch, from 0.
        cost: average cost of the epoch.
        accuracy: accuracy on the test images, in [0, 1]; printed as float32.

    Returns:
        the line, for example `Epoch: 0001 - cost= 160.065079828 - Accuracy= 0.8588`.
    """
    return f"Epoch: {epoch + 1:04d} - cost= {cost:.9f} - Accuracy= {np.float32(accuracy)!s}"


def loss_line(epoch: int, loss: float) -> str:
    """Formats the line that the article's perceptron prints after an epoch.

    Args:
        epoch: index of the epoch, from 0.
        loss: loss after the epoch's step.

    Returns:
        the line, for example `Epoch-- 0 --loss-- 2.0738316`.
    """
    return f"Epoch-- {epoch} --loss-- {np.float32(loss)!s}"


def counted(number: int, what: str) -> str:
    """Returns `number` and `what` it counts, in the plural if necessary: `2 epochs`."""
    return f"{number} {what}" + "s" * (number != 1)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, encoding: str = "utf-8") -> Table:
    """Builds a table that commands print and notebooks show.

    Args:
        head: names of the columns.
        rows: texts of the cells, row by row.
        encoding: encoding of the terminal.

    Returns:
        the table, with escapes for characters that the terminal cannot show.
    """

    def cell(text: str) -> Text:
        # In a plain string Rich interprets brackets as markup and :names: as emoji.
        return Text(_printable(text, encoding))

    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for number, name in enumerate(head):
        made.add_column(cell(name), no_wrap=number == 0)
    for row in rows:
        made.add_row(*map(cell, row))
    return made


def _printable(lines: str, encoding: str) -> str:
    return "\n".join(printable(line, encoding) for line in lines.split("\n"))


class EpochDisplay:
    """Prints a line per epoch to stdout, above a progress bar if stdout is a terminal.

    Within the block, Ctrl-C (SIGINT) or SIGTERM ends the training after the current epoch; a second
    signal ends the process immediately.

    Args:
        epochs: total number of epochs.
        quiet: whether to print nothing.
        unit: name of what the bar counts.
        done: number of epochs completed by an earlier process.

    Attributes:
        interrupted: number of the signal that was received; 0 if none was.
    """

    def __init__(
        self, epochs: int, quiet: bool = False, unit: str = "epochs", done: int = 0
    ) -> None:
        self.interrupted = 0
        self._console = Console(
            quiet=quiet, highlight=False, markup=False, emoji=False, soft_wrap=True
        )
        if self._console.width < 1:  # with COLUMNS=0 Rich would print nothing
            self._console.width = 80
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(unit, markup=False),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=quiet or not self._console.is_terminal,
        )
        self._task = self._progress.add_task("starting", total=epochs, completed=done)

    def __enter__(self) -> "EpochDisplay":
        """Starts the bar and handles the signals."""
        self._before = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Removes the bar and restores the signal handlers."""
        self._progress.stop()
        for number, before in self._before.items():
            signal.signal(number, before)

    def line(self, text: str) -> None:
        """Prints `text`, one or more lines, with escapes for unprintable characters."""
        self._console.print(_printable(text, self._console.encoding))

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Prints a table of `rows` under a `head`."""
        self._console.print(table(head, rows, encoding=self._console.encoding))

    def epoch_ended(self, line: str = "", task: str = "training") -> bool:
        """Prints the `line`, advances the bar labelled `task`, and returns True to stop."""
        if line:
            self.line(line)
        self._progress.update(self._task, advance=1, description=task)
        return bool(self.interrupted)

    def part_ended(self, task: str = "training") -> None:
        """Advances the bar labelled `task`, in work whose partial results are of no use.

        Raises:
            KeyboardInterrupt: if a signal was received; with its number.
        """
        if self.epoch_ended(task=task):
            raise KeyboardInterrupt(self.interrupted)

    def _on_signal(self, number: int, _: object) -> None:
        self.interrupted = number
        # A second signal ends the process immediately, even a background job, which ignores SIGINT.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._progress.update(self._task, description="ending")
