"""Turns errors and warnings into one line on stderr and an exit code."""

import contextlib
import functools
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec

from tf_edureka.cli import signals, streams
from tf_edureka.cli.options import ADVICE
from tf_edureka.errors import InputError, InputWarning, printable

USER_ERROR = 2
OUTPUT_LOST = 4
_Arguments = ParamSpec("_Arguments")


def print_error(error: InputError) -> None:
    """Prints an `error` with its advice as one line on stderr."""
    print(f"error: {line(error)}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def with_advice(topic: str, advice: Callable[[], str]) -> Iterator[None]:
    """Adds `advice` to errors of this `topic` in the block, instead of that in `ADVICE`."""
    try:
        yield
    except InputError as error:
        if error.topic != topic:
            raise
        raise InputError(f"{error}; {advice()}") from None


def reports_errors(main: Callable[_Arguments, int]) -> Callable[_Arguments, int]:
    """Wraps a command's main function: errors that a user can fix become one line.

    - An `InputError` is printed as `error: ...` on stderr, with exit code 2; so are TensorFlow's
      out-of-memory errors. An `InputWarning` is printed as `note: ...`.
    - Ctrl-C ends with exit code 130, SIGTERM with 143.
    - If stdout or stderr cannot be written, the work continues and ends with 4 instead of 0.
    - Any other exception is a bug and keeps its traceback.
    """

    @functools.wraps(main)
    def wrapped(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> int:
        with streams.guarded() as guarded:
            try:
                with signals.raise_interrupts(), _warnings_as_notes():
                    code = main(*args, **kwargs)
            except InputError as error:
                print_error(error)
                code = USER_ERROR
            except KeyboardInterrupt as stop:
                print("interrupted", file=sys.stderr)
                code = signals.SIGNALLED + (stop.args[0] if stop.args else signal.SIGINT)
            except SystemExit as end:  # raised by argparse after --help
                code = int(end.code or 0)
            except Exception as error:
                short = out_of_memory_error(error)
                if short is None:
                    raise
                print_error(short)
                code = USER_ERROR
        return OUTPUT_LOST if code == 0 and any(one.failed for one in guarded) else code

    return wrapped


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Makes imports of TensorFlow in the block quick and quiet; Ctrl-C ends them immediately."""
    from tf_edureka import runtime  # imports NumPy, which the doctor must not need

    with signals.exit_immediately(), runtime.quiet_import(freeze=True, lazily=True):
        expect_matplotlib_backend()
        yield


def expect_matplotlib_backend() -> None:
    """Checks that matplotlib knows the backend in MPLBACKEND.

    Raises:
        InputError: if it does not, since matplotlib then cannot be imported.
    """
    if "MPLBACKEND" in os.environ:
        try:
            import matplotlib as matplotlib
        except ValueError as error:
            raise InputError(f"MPLBACKEND: expected a matplotlib backend ({error})") from None


def out_of_memory_error(error: Exception) -> InputError | None:
    """Converts an out-of-memory `error` of TensorFlow; returns None for any other error."""
    if "tensorflow" not in sys.modules:
        return None
    from tf_edureka import runtime
    from tf_edureka._tensorflow import tf

    found = runtime.out_of_memory_text(str(error))
    exhausted = tf.errors.ResourceExhaustedError
    if not isinstance(error, (exhausted, tf.errors.InternalError) if found else exhausted):
        return None
    what = f"{type(error).__name__}: {found or 'out of memory'}"
    return InputError(f"TensorFlow ran out of memory ({what})", topic="no memory")


def line(problem: InputError | InputWarning) -> str:
    """Returns an error or a warning as one line, with its advice."""
    advice = ADVICE.get(problem.topic)
    return printable(f"{problem}; {advice}" if advice else str(problem))


@contextlib.contextmanager
def _warnings_as_notes() -> Iterator[None]:
    with warnings.catch_warnings():
        if any(option.startswith("error") for option in sys.warnoptions):
            warnings.simplefilter("default")  # a library's warning must not end a training
        warnings.simplefilter("always", InputWarning)
        show = warnings.showwarning

        def show_note(message: Warning | str, *place: Any, **more: Any) -> None:
            if isinstance(message, InputWarning):
                print(f"note: {line(message)}", file=sys.stderr, flush=True)
            else:
                show(message, *place, **more)

        warnings.showwarning = show_note
        yield
