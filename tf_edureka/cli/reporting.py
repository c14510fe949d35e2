"""How a command ends: its exit code, and one line for whatever went wrong."""

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
    """Prints an `error` on stderr, in one line, with what to do about it."""
    print(f"error: {line(error)}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def with_advice(topic: str, advice: Callable[[], str]) -> Iterator[None]:
    """Gives errors of this `topic` in the block the `advice`, in place of that in `ADVICE`."""
    try:
        yield
    except InputError as error:
        if error.topic != topic:
            raise
        raise InputError(f"{error}; {advice()}") from None


def reports_errors(main: Callable[_Arguments, int]) -> Callable[_Arguments, int]:
    """Makes a command's main function end in one line where the user can mend what is wrong.

    An `InputError` is printed as `error: ...` on stderr and gives exit code 2; Ctrl-C gives 130,
    SIGTERM 143. TensorFlow's errors where memory is short are printed like an `InputError`. An
    `InputWarning` is printed as `note: ...`. Where stdout or stderr fails the work goes on, and
    gives 4 at its end instead of 0. Any other exception is a fault of ours and keeps its traceback.
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
            except SystemExit as end:  # of argparse, after --help
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
    """Imports TensorFlow in the block: quickly, quietly, and so that Ctrl-C ends it at once."""
    from tf_edureka import runtime  # which needs NumPy; the doctor starts without

    with signals.exit_immediately(), runtime.quiet_import(freeze=True):
        expect_matplotlib_backend()
        yield


def expect_matplotlib_backend() -> None:
    """Refuses a name of a backend with which matplotlib cannot be imported.

    Raises:
        InputError: when MPLBACKEND has one.
    """
    if "MPLBACKEND" in os.environ:
        try:
            import matplotlib as matplotlib
        except ValueError as error:
            raise InputError(f"MPLBACKEND: expected a backend of matplotlib's ({error})") from None


def out_of_memory_error(error: Exception) -> InputError | None:
    """What to say of an `error` of TensorFlow's that lacks memory; None of any other."""
    if "tensorflow" not in sys.modules:
        return None
    from tf_edureka import runtime
    from tf_edureka._tensorflow import tf

    said = runtime.out_of_memory_text(str(error))
    lacks = tf.errors.ResourceExhaustedError
    if not isinstance(error, (lacks, tf.errors.InternalError) if said else lacks):
        return None
    what = f"{type(error).__name__}: {said or 'out of memory'}"
    return InputError(f"TensorFlow has too little memory ({what})", topic="no memory")


def line(said: InputError | InputWarning) -> str:
    """An error or a warning in one line, with what to do about it."""
    advice = ADVICE.get(said.topic)
    return printable(f"{said}; {advice}" if advice else str(said))


@contextlib.contextmanager
def _warnings_as_notes() -> Iterator[None]:
    with warnings.catch_warnings():
        if any(option.startswith("error") for option in sys.warnoptions):
            warnings.simplefilter("default")  # no training is to be lost over a library's warning
        warnings.simplefilter("always", InputWarning)
        show = warnings.showwarning

        def show_note(message: Warning | str, *place: Any, **more: Any) -> None:
            if isinstance(message, InputWarning):
                print(f"note: {line(message)}", file=sys.stderr, flush=True)
            else:
                show(message, *place, **more)

        warnings.showwarning = show_note
        yield
