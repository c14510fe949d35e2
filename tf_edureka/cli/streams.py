"""Standard output and error that may fail, on a full disk or without a reader: the work goes on."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO

_NAMES = {"stdout": "standard output", "stderr": "standard error"}


class Stream:
    """A standard stream; what is printed to it is dropped from the moment on that it fails.

    Args:
        name: `"stdout"` or `"stderr"`.

    Attributes:
        failed: whether anything was dropped.
    """

    def __init__(self, name: str) -> None:
        self.failed = False
        self._name = name
        self._stream: TextIO | None = getattr(sys, name)  # None: closed before Python began
        # Names may have any characters. Some kinds of stream have no such switch.
        with contextlib.suppress(AttributeError, ValueError):
            self._stream.reconfigure(errors="backslashreplace")

    def __getattr__(self, name: str) -> Any:
        """Whatever else is asked of a stream."""
        if self._stream is None:
            raise AttributeError(f"{_NAMES[self._name]} is closed")
        return getattr(self._stream, name)

    @property
    def encoding(self) -> str:
        """How characters become bytes."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        """Writes `text`, and gives its length."""
        self._try(lambda stream: stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Hands on what was written."""
        if self._stream is not None:
            self._try(lambda stream: stream.flush())

    def close(self) -> None:
        """Stays open: a library's log would close what it does not know as a standard stream."""

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def _try(self, work: Callable[[TextIO], object]) -> None:
        try:
            if self._stream is None:
                raise OSError("it is closed")
            work(self._stream)
        except (OSError, ValueError) as error:  # ValueError: it was closed meanwhile
            if self.failed:
                return
            self.failed = True
            self._redirect_to_devnull()
            reason = getattr(error, "strerror", None) or error
            other = sys.stderr if self._name == "stdout" else sys.stdout
            print(
                f"note: {_NAMES[self._name]} cannot be written to ({reason}); the work goes on "
                "without it",
                file=other,
                flush=True,
            )

    def _redirect_to_devnull(self) -> None:
        """Lets all that is still to be written vanish, also what Python does at its end."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)


@contextlib.contextmanager
def guarded() -> Iterator[list[Stream]]:
    """Guards both streams in the block, and yields them."""
    _fill_closed_descriptors()
    streams = {name: Stream(name) for name in _NAMES}
    with contextlib.ExitStack() as stack:
        for name, stream in streams.items():
            stack.callback(setattr, sys, name, getattr(sys, name))
            setattr(sys, name, stream)
        try:
            yield list(streams.values())
        finally:
            for stream in streams.values():
                stream.flush()


def _fill_closed_descriptors() -> None:
    """Opens those of the three standard descriptors that are closed: a file would be given them."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest that is free
