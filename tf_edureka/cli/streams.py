"""Standard streams that never raise: on a full disk or a closed pipe the work continues."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO

_NAMES = {"stdout": "standard output", "stderr": "standard error"}


class Stream:
    """A standard stream that drops its output after the first write error.

    Args:
        name: `"stdout"` or `"stderr"`.

    Attributes:
        failed: whether any output was dropped.
    """

    def __init__(self, name: str) -> None:
        self.failed = False
        self._name = name
        self._stream: TextIO | None = getattr(sys, name)  # None: closed before Python started
        # File names may have any characters. Some stream types have no reconfigure().
        with contextlib.suppress(AttributeError, ValueError):
            self._stream.reconfigure(errors="backslashreplace")

    def __getattr__(self, name: str) -> Any:
        """Returns any other attribute of the stream."""
        if self._stream is None:
            raise AttributeError(f"{_NAMES[self._name]} is closed")
        return getattr(self._stream, name)

    @property
    def encoding(self) -> str:
        """Encoding of the stream; utf-8 if it has none."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        """Writes `text` and returns its length."""
        self._try(lambda stream: stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Flushes the stream."""
        if self._stream is not None:
            self._try(lambda stream: stream.flush())

    def close(self) -> None:
        """Does nothing: a logging library would close a stream that it does not recognise."""

    def isatty(self) -> bool:
        """True if the stream is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def _try(self, work: Callable[[TextIO], object]) -> None:
        try:
            if self._stream is None:
                raise OSError("it is closed")
            work(self._stream)
        except (OSError, ValueError) as error:  # ValueError: it was closed in the meantime
            if self.failed:
                return
            self.failed = True
            self._redirect_to_devnull()
            reason = getattr(error, "strerror", None) or error
            other = sys.stderr if self._name == "stdout" else sys.stdout
            print(
                f"note: {_NAMES[self._name]} cannot be written ({reason}); the work continues "
                "without it",
                file=other,
                flush=True,
            )

    def _redirect_to_devnull(self) -> None:
        """Redirects the stream to /dev/null, so that Python's flush at exit cannot fail."""
        with contextlib.suppress(OSError, ValueError, AttributeError):
            devnull = os.open(os.devnull, os.O_WRONLY)
            os.dup2(devnull, self.fileno())
            os.close(devnull)


@contextlib.contextmanager
def guarded() -> Iterator[list[Stream]]:
    """Replaces both streams in the block by `Stream`s, and yields them."""
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
    """Opens closed standard descriptors, which the next opened file would otherwise get."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # uses the lowest free descriptor
