"""Writes a trace while the run goes on."""

import contextlib
import json
import math
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tf_edureka import _files
from tf_edureka.errors import InputError
from tf_edureka.trace.format import (
    ARRAYS,
    FORMAT,
    GRAPH,
    MANIFEST,
    STEPS,
    VERSION,
    Array,
    Fingerprint,
    reference,
)

_RESERVE = 1 << 16  # bytes that are kept free for the last `trace.json` on a full disk
# Between two writings of steps: short ones are written together, which takes a third of the time,
# since after a step the processor's caches hold little of this code.
_SECONDS = 0.02


class FullError(Exception):
    """What is to be stored does not fit: into the megabytes that were allowed, or onto the disk."""


class Writer:
    """Writes a trace: steps are appended, those of 20 ms together; `trace.json` is replaced.

    Args:
        folder: of the trace; one that holds a trace is emptied, another must be empty or absent.
        most: bytes of arrays that may be stored.

    Raises:
        InputError: when the folder has other files in it, or cannot be written.
    """

    def __init__(self, folder: Path, most: float) -> None:
        self.folder = folder
        self._left = most
        self._stored: set[str] = set()
        self._waiting: list[Mapping[str, Any]] = []
        self._due = 0.0
        self._reserve = folder / f"{_files.PARTIAL}reserve"
        try:
            names = {one.name for one in folder.iterdir()} if folder.exists() else set[str]()
            # A run that was killed before its first step has left no `trace.json`.
            if MANIFEST not in names and not names <= {STEPS, ARRAYS, self._reserve.name}:
                raise InputError(
                    f"{folder}: expected a new folder, or one of a trace, which is replaced; "
                    "got one with other files in it"
                )
            folder.mkdir(parents=True, exist_ok=True)
            self._open()
            self._steps.truncate(0)
            for old in (MANIFEST, GRAPH):
                (folder / old).unlink(missing_ok=True)
            shutil.rmtree(folder / ARRAYS, ignore_errors=True)
            (folder / ARRAYS).mkdir(exist_ok=True)
            self._reserve.write_bytes(bytes(_RESERVE))
        except OSError as error:
            raise InputError(f"{folder}: cannot be written ({error.strerror})") from None

    def _open(self) -> None:
        """Opens the file of the steps, and expects to be the only one who does."""
        self._steps = (self.folder / STEPS).open("ab", buffering=0)
        try:
            import fcntl

            fcntl.flock(self._steps, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"{self.folder}: expected a folder of its own, got one that another run is "
                "being recorded into"
            ) from None
        except (ImportError, OSError):
            pass  # a system or a disk without locks

    def manifest(self, content: Mapping[str, Any]) -> None:
        """Writes `trace.json` anew: `content` under the format's name and version."""
        text = json.dumps({"format": FORMAT, "version": VERSION, **_plain(content)}, indent=1)
        with _files.atomic_write(self.folder / MANIFEST) as path:
            path.write_text(f"{text}\n", encoding="utf-8")

    def graph(self, content: bytes) -> None:
        """Writes the graph: `content` is a serialised `GraphDef`."""
        with _files.atomic_write(self.folder / GRAPH) as path:
            path.write_bytes(content)

    @property
    def left(self) -> float:
        """Bytes of arrays that may still be stored."""
        return self._left

    def put(self, array: Array) -> str:
        """Stores an array, unless it is there already.

        Args:
            array: any dtype and shape; of objects, which are strings, as bytes.

        Returns:
            its reference.

        Raises:
            FullError: when it does not fit any more.
        """
        array = np.asarray(array)
        if array.dtype == object:  # strings
            array = array.astype(np.bytes_)
        name = reference(array)
        if name in self._stored:
            return name
        if array.nbytes > self._left:
            raise FullError("the megabytes that it may have are used up")
        path = self.folder / ARRAYS / f"{name}.npy"
        partial = path.with_name(f"{_files.PARTIAL}{path.name}")
        try:  # to sync each would take longer than to write it; one that is damaged is found out
            np.save(partial, array, allow_pickle=False)
            partial.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            raise self._full(error) from None
        self._left -= array.nbytes
        self._stored.add(name)
        return name

    def step(self, content: Mapping[str, Any]) -> None:
        """Appends a step.

        Args:
            content: what the line has, by the names of the fields of `Step`.

        Raises:
            FullError: when it, or one before it, cannot be written.
        """
        self._waiting.append(content)
        if time.monotonic() >= self._due:
            self.flush()

    def flush(self) -> None:
        """Writes the steps that wait.

        Raises:
            FullError: when they cannot be written.
        """
        lines = "".join(f"{_line(content)}\n" for content in self._waiting).encode()
        self._waiting.clear()
        self._due = time.monotonic() + _SECONDS
        try:
            written = self._steps.write(lines)
            if written < len(lines):  # the rest tells why
                self._steps.write(lines[written:])
        except OSError as error:
            raise self._full(error) from None

    def _full(self, error: OSError) -> FullError:
        """What to raise where the disk is full; gives room for `trace.json` to say it."""
        with contextlib.suppress(OSError):
            self._reserve.unlink(missing_ok=True)
        return FullError(f"it cannot be written ({error.strerror or error})")

    def close(self) -> None:
        """Writes the steps that wait, and closes the file.

        Raises:
            FullError: when they cannot be written.
        """
        self.flush()
        with contextlib.suppress(OSError):
            self._steps.close()
            self._reserve.unlink(missing_ok=True)


def _text(value: Any) -> str:
    if isinstance(value, Fingerprint):
        return str(value)
    raise TypeError


_quick = json.JSONEncoder(allow_nan=False, default=_text).encode


def _line(content: Mapping[str, Any]) -> str:
    try:  # what nearly all steps hold JSON has as it is
        return _quick(content)
    except (TypeError, ValueError):
        return _quick(_plain(content))


def _plain(value: Any) -> Any:
    """A value as JSON has it: numbers that are none as text."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, dict | Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(one) for one in value]
    return value
