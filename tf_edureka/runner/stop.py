"""Interrupts a script after a number of session runs or seconds, as Ctrl-C does."""

import _thread
import atexit
import dataclasses
import importlib
import itertools
import os
import signal
import sys
import threading
from typing import Any, NoReturn

from tf_edureka.runner.wrapped import wrap

_JOIN_SECONDS = 5  # time for the threads of an interrupted script to end
_stopped = threading.Event()


@dataclasses.dataclass(frozen=True)
class Limit:
    """The limit after which a script is interrupted.

    Attributes:
        number: number of units, more than 0.
        unit: `session runs` or `seconds`.
    """

    number: float
    unit: str


def start(limit: Limit) -> None:
    """Starts to count towards the `limit`, at which the script is interrupted."""
    # For background jobs, shells ignore SIGINT, and Python leaves it ignored.
    if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, signal.SIG_DFL):
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if limit.unit == "seconds":
        timer = threading.Timer(limit.number, _interrupt, [limit])
        timer.daemon = True
        timer.start()
        return
    runs = itertools.count(1)

    def run(original: Any, *given: Any, **named: Any) -> Any:
        try:
            return original(*given, **named)
        finally:
            if next(runs) == limit.number:
                _interrupt(limit)

    session = importlib.import_module("tensorflow.python.client.session").BaseSession
    wrap(session, "run", run)
    wrap(session._Callable, "__call__", run)  # Keras runs sessions through this


def _interrupt(limit: Limit) -> None:
    _stopped.set()
    if sys.stderr is not None:
        print(f"stopped after {limit.number:g} {limit.unit}", file=sys.stderr, flush=True)
    main = threading.main_thread().ident
    if main is not None and hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main, signal.SIGINT)  # interrupts a blocking call as well
    else:
        _thread.interrupt_main()


def caused(error: BaseException) -> bool:
    """True if `error` is the interrupt of the limit, which the script has not handled."""
    return isinstance(error, KeyboardInterrupt) and _stopped.is_set()


def exit_process() -> NoReturn:
    """Ends the process with exit code 0 even if threads of the script still run."""
    others = [
        thread for thread in threading.enumerate() if thread is not threading.current_thread()
    ]
    for thread in others:
        if not thread.daemon:
            thread.join(_JOIN_SECONDS / len(others))
    if any(thread.is_alive() and not thread.daemon for thread in others):
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(0)
    sys.exit(0)
