"""Ends a script after so many session runs, or seconds, as Ctrl-C would."""

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

_PATIENCE = 5  # seconds for the threads of a script that has been stopped
_stopped = threading.Event()


@dataclasses.dataclass(frozen=True)
class Limit:
    """When a script is to be stopped.

    Attributes:
        number: After how many, more than 0.
        unit: Of what: `session runs` or `seconds`.
    """

    number: float
    unit: str


def start(limit: Limit) -> None:
    """From now on the script has until its `limit`."""
    # In the background of a shell Python leaves it ignored.
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
    wrap(session._Callable, "__call__", run)  # how Keras runs one


def _interrupt(limit: Limit) -> None:
    _stopped.set()
    if sys.stderr is not None:
        print(f"stopped after {limit.number:g} {limit.unit}", file=sys.stderr, flush=True)
    main = threading.main_thread().ident
    if main is not None and hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main, signal.SIGINT)  # ends a wait, too
    else:
        _thread.interrupt_main()


def caused(error: BaseException) -> bool:
    """Whether what ended the script is the `limit`, which it has not handled."""
    return isinstance(error, KeyboardInterrupt) and _stopped.is_set()


def exit_process() -> NoReturn:
    """Ends the process with exit code 0; threads of the script's that go on do not keep it."""
    others = [
        thread for thread in threading.enumerate() if thread is not threading.current_thread()
    ]
    for thread in others:
        if not thread.daemon:
            thread.join(_PATIENCE / len(others))
    if any(thread.is_alive() and not thread.daemon for thread in others):
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(0)
    sys.exit(0)
