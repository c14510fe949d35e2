"""Where the figures of an old script go: to the screen, or to files where there is none."""

import contextlib
import importlib.util
import os
import sys
from pathlib import Path

# Folder and name of the figures, for the backend in `figures`.
FIGURES_VARIABLE = "TF_EDUREKA_FIGURES"


def prepare_figures(name: str, folder: Path | None) -> None:
    """Makes `plt.show()` save the figures if it is to, or there is no screen to show them on.

    Args:
        name: Beginning of the files' names.
        folder: Where to save them; None to show them, or else to save them into the current folder.
    """
    if folder is None and _has_screen():
        return
    beginning = (folder or Path()) / name
    with contextlib.suppress(FileNotFoundError):  # the current folder has been deleted
        beginning = beginning.absolute()
    os.environ[FIGURES_VARIABLE] = str(beginning)
    os.environ["MPLBACKEND"] = "module://tf_edureka.runner.figures"
    import matplotlib

    matplotlib.use = lambda *_, **__: None  # a script may ask for a screen that there is not


def _has_screen() -> bool:
    """Whether figures can be shown: matplotlib was told how, or there is a screen."""
    backend = os.environ.get("MPLBACKEND")
    if backend:
        return "inline" not in backend  # a notebook's, which shows nothing in another process
    screens = (os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if sys.platform == "linux" and not any(screens):
        return False
    toolkits = ("_tkinter", "PyQt6", "PySide6", "PyQt5", "PySide2", "gi", "wx")
    return sys.platform == "darwin" or any(map(importlib.util.find_spec, toolkits))
