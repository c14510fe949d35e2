"""What all commands share: arguments, errors of one line with what to do, and the exit codes."""

import argparse
import concurrent.futures
import contextlib
import functools
import os
import shlex
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn, ParamSpec

from tf_edureka.data import mnist
from tf_edureka.errors import InputError, InputWarning
from tf_edureka.runtime import DEVICES

USER_ERROR = 2
SIGNALLED = 128  # and the signal's number: 130 for Ctrl-C, 143 for SIGTERM, as shells have it
_Arguments = ParamSpec("_Arguments")
_SIGPIPE = 13  # which Windows does not have
# What to do by the options of the commands, for each topic of the package's errors and warnings.
ADVICE = {
    "no GPU": "--device cpu does without",
    "no GPUs to mirror on": "--replicas N tries it on N parts of the CPU",
    "no TF32": "leave --precision out",
    "no MNIST folder": "--data-dir FOLDER says where the MNIST files are",
    "TFDS needs the .gz files": "--data idx reads unpacked ones",
    "TFDS needs the published files": "--data idx reads other files of the same form",
    "no TF_CONFIG": "launch-workers starts workers on this machine",
    "folder holds a run": "give --overwrite to replace it, or --out for another folder",
    "folder in use": "wait for its end or give --out for another folder",
    "folder cannot be written to": "give --out for another folder",
    "folder is gone": "give --out for another folder",
    "no whole checkpoint": "give --overwrite instead of --resume to begin anew",
    "checkpoint of another version": "give --overwrite instead of --resume to begin anew",
    "checkpoint of another training": "give the same to go on with it, --overwrite instead of "
    "--resume to begin anew, or --out for another folder",
    "no gradient": "leave --activation or --implementation out",
}


class ArgumentParser(argparse.ArgumentParser):
    """An `argparse.ArgumentParser` that raises `InputError` instead of printing its usage.

    Options cannot be abbreviated: what works today would break with the next option.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(allow_abbrev=False, **arguments)

    def error(self, message: str) -> NoReturn:
        """Ends the parsing, with a `message` on what is wrong.

        Raises:
            InputError: always.
        """
        raise InputError(f"{message}; --help lists the options")


def path(text: str) -> Path:
    """A path from `text` of the command line; an empty one, as of an unset variable, is refused."""
    if not text:
        raise argparse.ArgumentTypeError("expected a path, got nothing")
    return Path(text)


def command(name: str, argv: Sequence[str] | None) -> str:
    """The command line of the command `name` with the arguments `argv`, for the record."""
    return shlex.join(["tf-edureka", name, *(sys.argv[1:] if argv is None else argv)])


def add_implementation_option(parser: argparse.ArgumentParser, what: str) -> None:
    """Adds to `parser` the choice of the path, and says `what` each of them is."""
    parser.add_argument(
        "--implementation",
        choices=("modern", "legacy"),
        default="modern",
        help=f"{what} (default: %(default)s)",
    )


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Adds to `parser` the options that say what to train on; `load_data` reads them."""
    parser.add_argument(
        "--data",
        choices=mnist.DATA_SOURCES,
        default="auto",
        help="auto: the MNIST folder if one is given, else TFDS, else, without a network, rendered "
        "digits, which are not MNIST (default: %(default)s)",
    )
    parser.add_argument(
        "--data-dir",
        type=path,
        metavar="DIR",
        help="the MNIST folder, with the four official files (default: "
        f"${mnist.MNIST_FOLDER_VARIABLE})",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="train on the first N examples only")


def add_run_options(parser: argparse.ArgumentParser, out: str, unless: str = "") -> None:
    """Adds to `parser` the options of where to compute and to write, by default to `out`.

    `unless` says in the help when that is another folder; `args.out` is None then if none is named.
    """
    parser.add_argument("--device", choices=DEVICES, default="auto", help="default: %(default)s")
    parser.add_argument(
        "--out",
        type=path,
        default=None if unless else Path(out),
        metavar="DIR",
        help=f"folder for the results (default: {out}{unless})",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the run in --out")


def load_data(args: argparse.Namespace) -> mnist.Mnist:
    """Loads what the `args` of `add_data_options` ask for."""
    return begin_loading(args)()


def begin_loading(args: argparse.Namespace) -> Callable[[], mnist.Mnist]:
    """Begins to load what `load_data` loads, while the caller imports TensorFlow; gives it later.

    Only files are read meanwhile, by a thread. TFDS and the rendered digits import much themselves,
    and two imports at once may wait for each other; so they have to wait for their turn.
    """
    find = functools.partial(mnist.find, args.data, args.data_dir)
    found: Callable[[], tuple[mnist.Mnist, InputWarning | None]] = find
    if args.data in ("auto", "idx") and (
        args.data_dir or os.environ.get(mnist.MNIST_FOLDER_VARIABLE)
    ):
        found = concurrent.futures.ThreadPoolExecutor(1).submit(find).result

    def loaded() -> mnist.Mnist:
        data, warning = found()
        if warning is not None:  # here, since what a thread prints is kept back while it imports
            warnings.warn(warning, stacklevel=2)
        return data if args.limit is None else data.limited(args.limit)

    return loaded


def print_error(error: InputError) -> None:
    """Prints an `error` on stderr, in one line, with what to do about it."""
    print(f"error: {_advised(error)}", file=sys.stderr)


@contextlib.contextmanager
def advising(topic: str, advice: Callable[[], str]) -> Iterator[None]:
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
    SIGTERM 143. An `InputWarning` is printed as `note: ...`. Any other exception is a fault of ours
    and keeps its traceback.
    """

    @functools.wraps(main)
    def wrapped(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> int:
        try:
            with _warnings_as_notes():
                return main(*args, **kwargs)
        except InputError as error:
            print_error(error)
            return USER_ERROR
        except BrokenPipeError:  # the reader has left, as `| head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return SIGNALLED + _SIGPIPE
        except KeyboardInterrupt as stop:
            print("interrupted", file=sys.stderr)
            return SIGNALLED + (stop.args[0] if stop.args else signal.SIGINT)

    return wrapped


def _advised(said: InputError | InputWarning) -> str:
    advice = ADVICE.get(said.topic)
    return f"{said}; {advice}" if advice else str(said)


@contextlib.contextmanager
def _warnings_as_notes() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("always", InputWarning)
        show = warnings.showwarning

        def show_note(message: Warning | str, *place: Any, **more: Any) -> None:
            if isinstance(message, InputWarning):
                print(f"note: {_advised(message)}", file=sys.stderr, flush=True)
            else:
                show(message, *place, **more)

        warnings.showwarning = show_note
        yield
