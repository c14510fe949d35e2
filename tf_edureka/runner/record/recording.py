"""Has this process, or what it trains meanwhile, recorded."""

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
    """From now on this process, which is one of TensorFlow 1, is recorded.

    Args:
        options: what is to be recorded.
        name: of the script.
        source: of it.
        arguments: of it.

    Raises:
        InputError: when the folder cannot be written, or has other files in it.
    """
    _install(options, name=name, source=source, arguments=arguments)
    atexit.register(_finish)
    if hasattr(os, "register_at_fork"):  # a child has no part in the trace
        os.register_at_fork(after_in_child=_stop)


@contextlib.contextmanager
def record(options: Options, *, name: str) -> Iterator[None]:
    """Records what is trained within, in any process, which is as before afterwards.

    Args:
        options: what is to be recorded.
        name: of what trains.

    Raises:
        InputError: when the folder cannot be written, or has other files in it.
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
    """Takes in what ended the script."""
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
