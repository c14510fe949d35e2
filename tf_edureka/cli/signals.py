"""Ctrl-C and SIGTERM, from a command's first moment to its last."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

SIGNALLED = 128  # and the signal's number: 130 for Ctrl-C, 143 for SIGTERM, as shells have it
_Handler = Callable[[int, FrameType | None], object]
# What ends a program, and what Python does about it if nobody has said otherwise.
_DEFAULTS = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


@contextlib.contextmanager
def exit_immediately() -> Iterator[None]:
    """Lets both end the process without further ado in the block: for imports.

    An exception at any line of a library's import may be lost in it, or come out as another one.
    """
    try:
        stderr = os.dup(2)
    except OSError:  # it is closed
        stderr = os.open(os.devnull, os.O_WRONLY)

    def end(number: int, _: FrameType | None) -> None:
        with contextlib.suppress(OSError):
            os.write(stderr, b"interrupted\n")  # past what keeps the log of an import back
        os._exit(SIGNALLED + number)

    try:
        with handle_both(end):
            yield
    finally:
        os.close(stderr)


@contextlib.contextmanager
def raise_interrupts() -> Iterator[None]:
    """Makes both raise a `KeyboardInterrupt` with the signal's number in the block."""
    with handle_both(_interrupt):
        yield


@contextlib.contextmanager
def handle_both(handler: _Handler) -> Iterator[None]:
    """Gives both to `handler` in the block, unless they are ignored or another program has them."""
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
