"""The arguments that commands share, and what to do by them where something is wrong."""

import argparse
import functools
import os
import shlex
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from tf_edureka.errors import InputError, InputWarning

if TYPE_CHECKING:
    from tf_edureka.data.mnist import Mnist

_Result = TypeVar("_Result")
# How every command may end, whatever it does.
ENDS = (
    "4 done, but what was printed could not be written, 130 ended by Ctrl-C, 143 ended by SIGTERM"
)
# What to do by the options of the commands, for each topic of the package's errors and warnings.
ADVICE = {
    "no GPU": "--device cpu does without",
    "no GPUs to mirror on": "--replicas N tries it on N parts of the CPU",
    "no memory": "nvidia-smi shows what else uses the GPU, --device cpu does without it",
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
    "no whole snapshot": "delete it to do without this epoch, or train anew with --snapshots "
    "--overwrite",
    "no period packages": "tf-edureka run --fetch-period fetches them",
    "period packages damaged": "tf-edureka run --fetch-period fetches them again",
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


def whole_numbers(text: str) -> tuple[int, ...]:
    """Whole numbers from `text` of the command line, with commas between them."""
    try:
        return tuple(int(number) for number in text.split(","))
    except ValueError:
        expected = f"expected whole numbers, as in 128,64, got {text!r}"
        raise argparse.ArgumentTypeError(expected) from None


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
    add_digit_options(parser)
    parser.add_argument("--limit", type=int, metavar="N", help="train on the first N examples only")


def add_digit_options(parser: argparse.ArgumentParser) -> None:
    """Adds to `parser` the same but for `--limit`, of which nothing is trained."""
    from tf_edureka.data import mnist  # which needs NumPy; the doctor starts without

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
    parser.set_defaults(limit=None)


def add_run_options(parser: argparse.ArgumentParser, default: str) -> None:
    """Adds to `parser` the options of where to compute and to write; `default` says in words where.

    `args.out` is None if no folder is named; `out.run_folder` finds one then.
    """
    from tf_edureka.runs.figures import FORMATS  # as above
    from tf_edureka.runtime import DEVICES

    parser.add_argument("--device", choices=DEVICES, default="auto", help="default: %(default)s")
    parser.add_argument(
        "--out",
        type=path,
        metavar="DIR",
        help=f"folder for the results (default: {default}, with a number if that holds a run)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the run in --out")
    parser.add_argument(
        "--pictures",
        choices=FORMATS,
        default=FORMATS[0],
        help="PNG of so many dots per inch, or SVG, whose lines and letters are sharp in any size "
        "(default: %(default)s)",
    )


def load_data(args: argparse.Namespace) -> "Mnist":
    """Loads what the `args` of `add_data_options` ask for."""
    return start_loading(args)()


def start_loading(args: argparse.Namespace) -> Callable[[], "Mnist"]:
    """Begins to load what `load_data` loads, while the caller imports TensorFlow; gives it later.

    Only files are read meanwhile, by a thread. TFDS and the rendered digits import much themselves,
    and two imports at once may wait for each other; so they have to wait for their turn.
    """
    from tf_edureka.data import mnist

    found: Callable[[], tuple[mnist.Mnist, InputWarning | None]]
    found = functools.partial(mnist.find, args.data, args.data_dir)
    if args.data in ("auto", "idx") and (
        args.data_dir or os.environ.get(mnist.MNIST_FOLDER_VARIABLE)
    ):
        found = _start_in_thread(found)

    def loaded() -> "Mnist":
        data, warning = found()
        if warning is not None:  # here, since what a thread prints is kept back while it imports
            warnings.warn(warning, stacklevel=2)
        return data if args.limit is None else data.limited(args.limit)

    return loaded


def _start_in_thread(work: Callable[[], _Result]) -> Callable[[], _Result]:
    """Begins the `work` in a thread, and gives what waits for its result.

    Should it hang, as in reading from a server that is gone, Ctrl-C ends the process all the same:
    nothing waits for a daemon thread.
    """
    future: Future[_Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # goes to who waits
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future.result
