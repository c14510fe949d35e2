"""A matplotlib backend for machines without a screen: `plt.show()` saves the figures.

Its name is `module://tf_edureka.runner.figures`. The environment variable TF_EDUREKA_FIGURES holds
the path prefix: `/tmp/mlp` saves `/tmp/mlp-1.png`, `/tmp/mlp-2.png` and so on. Each saved path is
printed on stderr.
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
        """Saves all open figures and closes them, as if the user had closed their windows.

        A non-blocking call, such as in an animation, leaves the figures open. They are saved by the
        next blocking call or when the process exits.

        Args:
            block: whether the call blocks; None to block unless matplotlib is interactive.
        """
        if block or (block is None and not matplotlib.is_interactive()):
            save_figures()
            Gcf.destroy_all()
        else:
            atexit.unregister(save_figures)
            atexit.register(save_figures)

    def show(self) -> None:
        """Implements `figure.show()`, which does not block."""
        self.pyplot_show(block=False)


class FigureCanvas(FigureCanvasAgg):
    """A canvas in memory."""

    manager_class = FigureManager

    def start_event_loop(self, timeout: float = 0) -> None:
        """Waits for `timeout` seconds; saves the figures and returns if there is no time limit.

        A call such as `plt.waitforbuttonpress()` would otherwise wait for the user forever.

        Args:
            timeout: seconds to wait; 0 or less for no limit.
        """
        if timeout > 0:
            super().start_event_loop(timeout)
        else:
            save_figures()


def save_figures() -> None:
    """Saves all open figures, each under the next number.

    An error of a file is printed on stderr, and the script continues.
    """
    atexit.unregister(save_figures)
    for manager in Gcf.get_all_fig_managers():
        path = Path(f"{os.environ[FIGURES_VARIABLE]}-{next(_numbers)}.png")
        message = f"figure: {_display_path(path)}"
        try:
            with contextlib.suppress(FileExistsError):
                path.parent.mkdir(parents=True)
            with open(path, "wb", opener=_open_nonblocking) as file:
                manager.canvas.figure.savefig(file, format="png")
        except OSError as error:
            message += f" cannot be written ({error.strerror or error})"
        if sys.stderr is not None:
            with contextlib.suppress(OSError, ValueError):  # the script may have closed it
                print(message, file=sys.stderr, flush=True)


def _display_path(path: Path) -> str:
    try:
        return os.path.relpath(path)
    except OSError:  # the current folder has been deleted
        return str(path)


def _open_nonblocking(path: str, flags: int) -> int:
    """Opens a file; a pipe without a reader raises an error instead of blocking."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)
