"""Starts and ends the recording of a process or of a block of code."""

import atexit
import contextlib
import os
from collections.abc import Iterator, Sequence

from tf_edureka import trace
from tf_edureka.runner.record.hooks import Hooks
from tf_edureka.runner.record.manifest import Manifest
from tf_edureka.runner.record.options import Options
from tf_edureka.runner.record.recorder import Recorder

_hooks: Hooks | None = None
_ended = "complete"


def start(options: Options, *, name: str, source: bytes, arguments: Sequence[str]) -> None:
    """Starts recording this process, in which TensorFlow is TensorFlow 1.

    Args:
        options: recording options.
        name: file name of the script.
        source: source code of the script.
        arguments: command-line arguments of the script.

    Raises:
        InputError: if the folder cannot be written, or has other files in it.
    """
    _install(options, name=name, source=source, arguments=arguments)
    atexit.register(_finish)
    if hasattr(os, "register_at_fork"):  # a child process must not write to the trace
        os.register_at_fork(after_in_child=_stop)


@contextlib.contextmanager
def record(options: Options, *, name: str) -> Iterator[None]:
    """Records the training in a `with` block; TensorFlow is restored afterwards.

    Args:
        options: recording options.
        name: name of the training, stored as the name of the script.

    Raises:
        InputError: if the folder cannot be written, or has other files in it.
    """
    hooks = _install(options, name=name, source=b"", arguments=())
    try:
        yield
    except BaseException as error:
        ended_by(error)
        raise
    finally:
        _finish()
        _stop()
        hooks.undo()


def _install(options: Options, *, name: str, source: bytes, arguments: Sequence[str]) -> Hooks:
    global _hooks, _ended
    writer = trace.Writer(options.folder, options.megabytes * 1e6)
    manifest = Manifest(writer, options, name=name, source=source, arguments=arguments)
    _hooks, _ended = Hooks(Recorder(writer, options, manifest)), "complete"
    return _hooks


def ended_by(error: BaseException) -> None:
    """Notes the exception that ended the script."""
    global _ended
    is_usual = isinstance(error, SystemExit) and error.code in (None, 0)
    text = f"{type(error).__name__}: {error}".removesuffix(": ")
    _ended = "complete" if is_usual else text.splitlines()[0]


def _stop() -> None:
    global _hooks
    if _hooks is not None:
        _hooks.recorder.is_on = False
        _hooks = None


def _finish() -> None:
    if _hooks is not None:
        _hooks.close_all()
        _hooks.recorder.finish(_ended)
