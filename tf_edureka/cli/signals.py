"""Handles Ctrl-C (SIGINT) and SIGTERM while a command runs."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

SIGNALLED = 128  # plus the signal's number, as in shells: 130 for Ctrl-C, 143 for SIGTERM
_Handler = Callable[[int, FrameType | None], object]
# The signals that end a program, with Python's default handler of each.
_DEFAULTS = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


@contextlib.contextmanager
def exit_immediately() -> Iterator[None]:
    """Makes both signals end the process immediately in the block; used for imports.

    An exception raised inside a library's import may be swallowed or turned into another one.
    """
    try:
        stderr = os.dup(2)
    except OSError:  # it is closed
        stderr = os.open(os.devnull, os.O_WRONLY)

    def end(number: int, _: FrameType | None) -> None:
        with contextlib.suppress(OSError):
            os.write(
                stderr, b"interrupted\n"
            )  # the real stderr, while that of the import is captured
        os._exit(SIGNALLED + number)

    try:
        with handle_both(end):
            yield
    finally:
        os.close(stderr)


@contextlib.contextmanager
def raise_interrupts() -> Iterator[None]:
    """Makes both signals raise a `KeyboardInterrupt` with the signal's number in the block."""
    with handle_both(_interrupt):
        yield


@contextlib.contextmanager
def handle_both(handler: _Handler) -> Iterator[None]:
    """Sets `handler` for both signals in the block, except where another handler is set."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [one for one in _DEFAULTS if signal.getsignal(one) in (_DEFAULTS[one], _interrupt)]
    before = {number: signal.signal(number, handler) for number in ours}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def _interrupt(number: int, _: FrameType | None) -> None:
    raise KeyboardInterrupt(number)
