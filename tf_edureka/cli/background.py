"""Work in a thread while the main thread imports or trains."""

import functools
import io
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from typing import Any, TypeVar

from tf_edureka.runs import figures

_Result = TypeVar("_Result")


def start(work: Callable[[], _Result]) -> Callable[[], _Result]:
    """Starts `work` in a thread and returns a function that waits for its result.

    The function raises what `work` raised. The thread is a daemon: if it hangs, as on a network
    file system that is gone, Ctrl-C still ends the process.
    """
    future: Future[_Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # raised again by result()
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future.result


@functools.cache
def load_plots() -> Callable[[], Any]:
    """Starts to import `mlp.plots` in a thread; returns a function that waits and returns it.

    The thread also draws a figure, so that matplotlib has its fonts and its renderer.
    """
    return start(_import_plots)


def _import_plots() -> Any:
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)  # it would warn if its cache of fonts cannot be written
    try:
        plots = import_module("tf_edureka.mlp.plots")
        figures.save(plots.cost_curve([1, 0.5], ""), io.BytesIO())
    finally:
        log.setLevel(level)
    return plots
