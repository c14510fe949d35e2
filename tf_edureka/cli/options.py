"""The arguments that commands share, and the advice that they add to errors."""

import argparse
import functools
import os
import shlex
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tf_edureka.cli import background
from tf_edureka.errors import InputError, InputWarning

if TYPE_CHECKING:
    from tf_edureka.data.mnist import Mnist

# Exit codes that all commands share, for the end of their --help.
ENDS = (
    "4: done, but standard output could not be written; 130: ended by Ctrl-C; 143: ended by SIGTERM"
)
# What the user can do, in terms of the commands' options, for each topic of an error or warning.
ADVICE = {
    "no GPU": "give --device cpu to use the CPU",
    "no GPUs to mirror on": "give --replicas N to try it on N logical CPU devices",
    "no memory": "run nvidia-smi to see what else uses the GPU, or give --device cpu",
    "no TF32": "leave out --precision",
    "no MNIST folder": "give --data-dir FOLDER with the MNIST files",
    "TFDS needs the .gz files": "give --data idx to read unpacked files",
    "TFDS needs the published files": "give --data idx to read other files in the same format",
    "no TF_CONFIG": "use launch-workers to start workers on this machine",
    "folder holds a run": "give --overwrite to replace it, or --out for another folder",
    "folder in use": "wait until it ends, or give --out for another folder",
    "folder cannot be written to": "give --out for another folder",
    "folder is gone": "give --out for another folder",
    "no whole checkpoint": "give --overwrite instead of --resume to start again",
    "checkpoint of another version": "give --overwrite instead of --resume to start again",
    "checkpoint of another training": "give the same options and data to resume it, "
    "--overwrite instead of --resume to start again, or --out for another folder",
    "no whole snapshot": "delete it to do without this epoch, or train again with "
    "--snapshots --overwrite",
    "no period packages": "tf-edureka run --fetch-period fetches them",
    "period packages damaged": "tf-edureka run --fetch-period fetches them again",
    "no gradient": "leave out --activation or --implementation",
}


class ArgumentParser(argparse.ArgumentParser):
    """An `argparse.ArgumentParser` that raises `InputError` instead of printing its usage.

    Options cannot be abbreviated: an abbreviation could become ambiguous with the next option.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(allow_abbrev=False, **arguments)

    def error(self, message: str) -> NoReturn:
        """Raises an `InputError` with the `message`.

        Raises:
            InputError: always.
        """
        raise InputError(f"{message}; --help lists the options")


def path(text: str) -> Path:
    """Converts `text` to a path; rejects an empty one, as from an unset shell variable."""
    if not text:
        raise argparse.ArgumentTypeError("expected a path, got nothing")
    return Path(text)


def whole_numbers(text: str) -> tuple[int, ...]:
    """Converts `text`, such as `128,64`, to whole numbers."""
    try:
        return tuple(int(number) for number in text.split(","))
    except ValueError:
        expected = f"expected whole numbers such as 128,64, got {text!r}"
        raise argparse.ArgumentTypeError(expected) from None


def command(name: str, argv: Sequence[str] | None) -> str:
    """Returns the command line of the command `name` with the arguments `argv`."""
    return shlex.join(["tf-edureka", name, *(sys.argv[1:] if argv is None else argv)])


def add_implementation_option(parser: argparse.ArgumentParser, what: str) -> None:
    """Adds --implementation to `parser`; `what` is its help text."""
    parser.add_argument(
        "--implementation",
        choices=("modern", "legacy"),
        default="modern",
        help=f"{what} (default: %(default)s)",
    )


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that choose the training data to `parser`; `load_data` reads them."""
    add_digit_options(parser)
    parser.add_argument("--limit", type=int, metavar="N", help="train on the first N images only")


def add_digit_options(parser: argparse.ArgumentParser) -> None:
    """Adds the same options except `--limit`, for commands that train nothing."""
    from tf_edureka.data import mnist  # imports NumPy, which the doctor must not need

    parser.add_argument(
        "--data",
        choices=mnist.DATA_SOURCES,
        default="auto",
        help="source of the digits. idx: the four MNIST files in --data-dir. tfds: MNIST from "
        "TensorFlow Datasets. rendered: digits drawn from fonts, not MNIST. auto: idx if "
        f"--data-dir or ${mnist.MNIST_FOLDER_VARIABLE} is set; otherwise tfds; if MNIST cannot be "
        "downloaded, rendered (default: %(default)s)",
    )
    parser.add_argument(
        "--data-dir",
        type=path,
        metavar="DIR",
        help=f"folder with the four MNIST files (default: ${mnist.MNIST_FOLDER_VARIABLE})",
    )
    parser.set_defaults(limit=None)


def add_run_options(parser: argparse.ArgumentParser, default: str, others: str = "") -> None:
    """Adds the options for the device and the output folder to `parser`.

    The help of --out names the `default` folder and describes the `others`. `args.out` is None if
    the user names no folder; `out.run_folder` then chooses one.
    """
    from tf_edureka.runs.figures import FORMATS  # needs NumPy as well
    from tf_edureka.runtime import DEVICES

    parser.add_argument(
        "--device",
        choices=DEVICES,
        default="auto",
        help="device to compute on; auto: the GPU if TensorFlow sees one, else the CPU (default: "
        "%(default)s)",
    )
    parser.add_argument(
        "--out",
        type=path,
        metavar="DIR",
        help=f"folder for the results (default: {default}{others}. If this folder already holds a "
        f"run, a number is added, as in {default}-2)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the run in --out")
    parser.add_argument(
        "--pictures",
        choices=FORMATS,
        default=FORMATS[0],
        help="format of the pictures: PNG with that many dots per inch, or SVG, which stays sharp "
        "at any size (default: %(default)s)",
    )


def load_data(args: argparse.Namespace) -> "Mnist":
    """Loads the data chosen by the `args` of `add_data_options`."""
    return start_loading(args)()


def start_loading(args: argparse.Namespace) -> Callable[[], "Mnist"]:
    """Starts to load the data while the caller imports TensorFlow; returns a function to get it.

    Only MNIST files are read in a thread. TFDS and the rendered digits import large packages, and
    two imports at the same time may deadlock, so those are loaded when the function is called.
    """
    from tf_edureka.data import mnist

    found: Callable[[], tuple[mnist.Mnist, InputWarning | None]]
    found = functools.partial(mnist.find, args.data, args.data_dir)
    if args.data in ("auto", "idx") and (
        args.data_dir or os.environ.get(mnist.MNIST_FOLDER_VARIABLE)
    ):
        found = background.start(found)

    def loaded() -> "Mnist":
        data, warning = found()
        if warning is not None:  # not in the thread, whose output is hidden during the import
            warnings.warn(warning, stacklevel=2)
        return data if args.limit is None else data.limited(args.limit)

    return loaded
