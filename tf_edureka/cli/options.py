"""What all scripts share: arguments whose errors are one line, and the exit codes."""

import argparse
import concurrent.futures
import functools
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tf_edureka.config import DATA_SOURCES, DEVICES, MNIST_FOLDER_VARIABLE
from tf_edureka.errors import InputError

if TYPE_CHECKING:
    from tf_edureka.mnist import Mnist

USER_ERROR = 2
SIGNALLED = 128  # and the signal's number: 130 for Ctrl-C, 143 for SIGTERM, as shells have it


class ArgumentParser(argparse.ArgumentParser):
    """An `argparse.ArgumentParser` that raises `InputError` instead of printing its usage.

    Options cannot be abbreviated: what works today would break with the next option.
    """

    def __init__(self, **arguments) -> None:
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


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Adds to `parser` the options that say what to train on; `load_data` reads them."""
    parser.add_argument(
        "--data",
        choices=DATA_SOURCES,
        default="auto",
        help="auto: the MNIST folder if one is given, else TFDS, else, without a network, rendered "
        "digits, which are not MNIST (default: %(default)s)",
    )
    parser.add_argument(
        "--data-dir",
        type=path,
        metavar="DIR",
        help=f"the MNIST folder, with the four official files (default: ${MNIST_FOLDER_VARIABLE})",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="train on the first N examples only")


def add_run_options(parser: argparse.ArgumentParser, out: str) -> None:
    """Adds to `parser` the options of where to compute and to write, by default to `out`."""
    parser.add_argument("--device", choices=DEVICES, default="auto", help="default: %(default)s")
    parser.add_argument(
        "--out",
        type=path,
        default=Path(out),
        metavar="DIR",
        help="folder for the results (default: %(default)s)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the run in --out")


def load_data(args: argparse.Namespace) -> "Mnist":
    """Loads what the `args` of `add_data_options` ask for, and prints the notes on stderr."""
    return begin_loading(args)()


def begin_loading(args: argparse.Namespace) -> Callable[[], "Mnist"]:
    """Begins to load what `load_data` loads, while the caller imports TensorFlow.

    Only files are read meanwhile, by a thread. TFDS and the rendered digits import much themselves,
    and two imports at once may wait for each other; so they have to wait for their turn.

    Args:
        args: as for `load_data`.

    Returns:
        what gives the data, once it is there, as `load_data` does.
    """
    from tf_edureka import mnist

    load = functools.partial(mnist.load, args.data, args.data_dir)
    if args.data in ("auto", "idx") and (args.data_dir or os.environ.get(MNIST_FOLDER_VARIABLE)):
        load = concurrent.futures.ThreadPoolExecutor(1).submit(load).result

    def loaded() -> "Mnist":
        data = load()
        for note in data.notes:
            print(f"note: {note}", file=sys.stderr, flush=True)
        return data if args.limit is None else data.limited(args.limit)

    return loaded


def reports_errors(
    main: Callable[[Sequence[str] | None], int],
) -> Callable[[Sequence[str] | None], int]:
    """Makes a script's main function end in one line where the user can mend what is wrong.

    Args:
        main: takes the arguments and gives the exit code.

    Returns:
        the same, which prints an `InputError` as `error: ...` on stderr and gives exit code 2, and
        gives 130 after Ctrl-C, 143 after SIGTERM. Any other exception is a fault of ours and keeps
        its traceback.
    """

    @functools.wraps(main)
    def wrapped(argv: Sequence[str] | None = None) -> int:
        try:
            return main(argv)
        except InputError as error:
            print(f"error: {error}", file=sys.stderr)
            return USER_ERROR
        except BrokenPipeError:  # the reader has left, as `| head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return SIGNALLED + signal.SIGPIPE
        except KeyboardInterrupt as stop:
            print("interrupted", file=sys.stderr)
            return SIGNALLED + (stop.args[0] if stop.args else signal.SIGINT)

    return wrapped
