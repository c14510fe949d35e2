"""Decides whether the figures of a script are shown on the screen or saved to files."""

import contextlib
import importlib.util
import os
import sys
from pathlib import Path

# Environment variable with the path prefix of the figures, read by the backend in `figures`.
FIGURES_VARIABLE = "TF_EDUREKA_FIGURES"


def prepare_figures(name: str, folder: Path | None) -> None:
    """Makes `plt.show()` save figures if a `folder` is given or no screen is available.

    Args:
        name: prefix of the file names.
        folder: folder to save figures into; None to show them, or to save them into the current
            folder if no screen is available.
    """
    if folder is None and _has_screen():
        return
    prefix = (folder or Path()) / name
    with contextlib.suppress(FileNotFoundError):  # the current folder has been deleted
        prefix = prefix.absolute()
    os.environ[FIGURES_VARIABLE] = str(prefix)
    os.environ["MPLBACKEND"] = "module://tf_edureka.runner.figures"
    import matplotlib

    matplotlib.use = lambda *_, **__: None  # a script may select a backend that needs a screen


def _has_screen() -> bool:
    """True if figures can be shown: MPLBACKEND is set, or a screen is available."""
    backend = os.environ.get("MPLBACKEND")
    if backend:
        return "inline" not in backend  # a notebook's backend shows nothing in another process
    screens = (os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if sys.platform == "linux" and not any(screens):
        return False
    toolkits = ("_tkinter", "PyQt6", "PySide6", "PyQt5", "PySide2", "gi", "wx")
    return sys.platform == "darwin" or any(map(importlib.util.find_spec, toolkits))
