"""A matplotlib backend for machines without a screen: `plt.show()` saves the figures.

Chosen as `module://tf_edureka.legacy.figures`. Figures are numbered from 1 and named after what the
environment variable TF_EDUREKA_FIGURES says: `runs/mlp` for `runs/mlp-1.png`. Where each was saved
is told on stderr.
"""

import atexit
import itertools
import os
import sys
from pathlib import Path

import matplotlib
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

VARIABLE = "TF_EDUREKA_FIGURES"
_numbers = itertools.count(1)


class FigureManager(FigureManagerBase):
    """Shows a figure by saving it."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Saves all open figures and closes them, as if the user had looked and closed them.

        A call that would not have waited for the user, as in an animation, leaves them open: they
        are saved by the next one that waits, or at the end.
        """
        if block or (block is None and not matplotlib.is_interactive()):
            for manager in Gcf.get_all_fig_managers():
                manager.show()
            Gcf.destroy_all()
        else:
            atexit.unregister(cls.pyplot_show)
            atexit.register(cls.pyplot_show, block=True)

    def show(self) -> None:
        """Saves the figure."""
        path = Path(f"{os.environ[VARIABLE]}-{next(_numbers)}.png")
        path.parent.mkdir(parents=True, exist_ok=True)
        self.canvas.figure.savefig(path)
        print(f"figure: {path}", file=sys.stderr, flush=True)


class FigureCanvas(FigureCanvasAgg):
    """A canvas in memory."""

    manager_class = FigureManager
