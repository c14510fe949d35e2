"""A matplotlib backend for machines without a screen: `plt.show()` saves the figures.

Chosen as `module://tf_edureka.runner.figures`. Figures are numbered from 1 and named after what the
environment variable TF_EDUREKA_FIGURES says: `/tmp/mlp` for `/tmp/mlp-1.png`. Where each was saved
is told on stderr.
"""

import atexit
import contextlib
import itertools
import os
import sys
from pathlib import Path

import matplotlib
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from tf_edureka.runner.screen import FIGURES_VARIABLE

_numbers = itertools.count(1)


class FigureManager(FigureManagerBase):
    """Shows a figure by saving it."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Saves all open figures and closes them, as if the user had looked and closed them.

        A call that would not have waited for the user, as in an animation, leaves them open: they
        are saved by the next one that waits, or at the end.

        Args:
            block: whether the call waits; None to wait unless matplotlib is interactive.
        """
        if block or (block is None and not matplotlib.is_interactive()):
            save_figures()
            Gcf.destroy_all()
        else:
            atexit.unregister(save_figures)
            atexit.register(save_figures)

    def show(self) -> None:
        """What `figure.show()` does: it does not wait."""
        self.pyplot_show(block=False)


class FigureCanvas(FigureCanvasAgg):
    """A canvas in memory."""

    manager_class = FigureManager

    def start_event_loop(self, timeout: float = 0) -> None:
        """Lets the time pass that is asked for.

        Where a script waits for the user without end, as `plt.waitforbuttonpress()` does, the
        figures are saved and it goes on.

        Args:
            timeout: seconds; 0 or less is without end.
        """
        if timeout > 0:
            super().start_event_loop(timeout)
        else:
            save_figures()


def save_figures() -> None:
    """Saves all open figures, each under the next number.

    One that cannot be saved is told of, and the script goes on.
    """
    atexit.unregister(save_figures)
    for manager in Gcf.get_all_fig_managers():
        path = Path(f"{os.environ[FIGURES_VARIABLE]}-{next(_numbers)}.png")
        said = f"figure: {_display_path(path)}"
        try:
            with contextlib.suppress(FileExistsError):
                path.parent.mkdir(parents=True)
            with open(path, "wb", opener=_open_nonblocking) as file:
                manager.canvas.figure.savefig(file, format="png")
        except OSError as error:
            said += f" cannot be written ({error.strerror or error})"
        if sys.stderr is not None:
            with contextlib.suppress(OSError, ValueError):  # the script may have closed it
                print(said, file=sys.stderr, flush=True)


def _display_path(path: Path) -> str:
    try:
        return os.path.relpath(path)
    except OSError:  # the current folder has been deleted
        return str(path)


def _open_nonblocking(path: str, flags: int) -> int:
    """Opens a file; if it is a pipe that nobody reads, it is an error instead of a wait."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)
