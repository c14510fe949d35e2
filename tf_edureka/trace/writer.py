"""Writes a trace during the run."""

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

_RESERVE = 1 << 16  # bytes kept free for the last `trace.json` on a full disk
# Interval between writes. Writing several short steps together takes a third of the time, since
# after each step the processor's caches hold little of this code.
_FLUSH_SECONDS = 0.02


class FullError(Exception):
    """An array or a step does not fit: the size limit is reached, or the disk is full."""


class Writer:
    """Writes a trace: appends steps, at most every 20 ms, and replaces `trace.json`.

    Args:
        folder: folder for the trace: new, empty, or with an old trace, which is deleted.
        max_bytes: limit for the total size of the arrays, in bytes.

    Raises:
        InputError: if the folder has other files in it, or cannot be written.
    """

    def __init__(self, folder: Path, max_bytes: float) -> None:
        self.folder = folder
        self._bytes_left = max_bytes
        self._stored: set[str] = set()
        self._pending: list[Mapping[str, Any]] = []
        self._next_flush = 0.0
        self._reserve = folder / f"{_files.PARTIAL}reserve"
        try:
            names = {one.name for one in folder.iterdir()} if folder.exists() else set[str]()
            # A run that was killed before its first step has left no `trace.json`.
            if MANIFEST not in names and not names <= {STEPS, ARRAYS, self._reserve.name}:
                raise InputError(
                    f"{folder}: expected a new folder or one with a trace, which is replaced, got "
                    "one with other files in it"
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
        """Opens the file of the steps and locks it against other runs."""
        self._steps = (self.folder / STEPS).open("ab", buffering=0)
        try:
            import fcntl

            fcntl.flock(self._steps, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"{self.folder}: another run is being recorded into this folder; choose a new one "
                "or wait for that run"
            ) from None
        except (ImportError, OSError):
            pass  # a system or a disk without locks

    def manifest(self, content: Mapping[str, Any]) -> None:
        """Replaces `trace.json` by `content` with the format's name and version."""
        text = json.dumps({"format": FORMAT, "version": VERSION, **_to_json(content)}, indent=1)
        with _files.atomic_write(self.folder / MANIFEST) as path:
            path.write_text(f"{text}\n", encoding="utf-8")

    def graph(self, content: bytes) -> None:
        """Writes the graph: `content` is a serialised `GraphDef`."""
        with _files.atomic_write(self.folder / GRAPH) as path:
            path.write_bytes(content)

    @property
    def bytes_left(self) -> float:
        """Number of bytes that arrays may still use."""
        return self._bytes_left

    def put(self, array: Array) -> str:
        """Stores an array unless it is stored already.

        Args:
            array: array of any dtype and shape; strings (dtype object) are stored as bytes.

        Returns:
            the reference of the array.

        Raises:
            FullError: if the size limit is reached or the disk is full.
        """
        array = np.asarray(array)
        if array.dtype == object:  # strings
            array = array.astype(np.bytes_)
        name = reference(array)
        if name in self._stored:
            return name
        if array.nbytes > self._bytes_left:
            raise FullError("the size limit of the trace is reached")
        path = self.folder / ARRAYS / f"{name}.npy"
        partial = path.with_name(f"{_files.PARTIAL}{path.name}")
        try:  # no fsync, which takes longer than writing; the reader detects damage
            np.save(partial, array, allow_pickle=False)
            partial.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            raise self._full(error) from None
        self._bytes_left -= array.nbytes
        self._stored.add(name)
        return name

    def step(self, content: Mapping[str, Any]) -> None:
        """Appends a step.

        Args:
            content: fields of the step, by their names in `Step`.

        Raises:
            FullError: if this step, or one before it, cannot be written.
        """
        self._pending.append(content)
        if time.monotonic() >= self._next_flush:
            self.flush()

    def flush(self) -> None:
        """Writes the pending steps.

        Raises:
            FullError: if they cannot be written.
        """
        lines = "".join(f"{_line(content)}\n" for content in self._pending).encode()
        self._pending.clear()
        self._next_flush = time.monotonic() + _FLUSH_SECONDS
        try:
            written = self._steps.write(lines)
            if written < len(lines):  # writing the rest raises the reason
                self._steps.write(lines[written:])
        except OSError as error:
            raise self._full(error) from None

    def _full(self, error: OSError) -> FullError:
        """Returns the error for a full disk; frees the reserve for a last `trace.json`."""
        with contextlib.suppress(OSError):
            self._reserve.unlink(missing_ok=True)
        return FullError(f"it cannot be written ({error.strerror or error})")

    def close(self) -> None:
        """Writes the pending steps and closes the file.

        Raises:
            FullError: if they cannot be written.
        """
        self.flush()
        with contextlib.suppress(OSError):
            self._steps.close()
            self._reserve.unlink(missing_ok=True)


def _text(value: Any) -> str:
    if isinstance(value, Fingerprint):
        return str(value)
    raise TypeError


_encode = json.JSONEncoder(allow_nan=False, default=_text).encode


def _line(content: Mapping[str, Any]) -> str:
    try:  # nearly all steps need no conversion
        return _encode(content)
    except (TypeError, ValueError):
        return _encode(_to_json(content))


def _to_json(value: Any) -> Any:
    """Converts a value for JSON: NaN and infinity become text."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, dict | Mapping):
        return {name: _to_json(one) for name, one in value.items()}
    if isinstance(value, np.generic):
        return _to_json(value.item())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_to_json(one) for one in value]
    return value
