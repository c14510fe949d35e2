"""Options for recording the training of a script."""

import argparse
import math

from tf_edureka.cli import options
from tf_edureka.errors import InputError
from tf_edureka.runner.record.options import DEFAULT_MEGABYTES, Options, Steps, steps


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the options to the parser."""
    parser.add_argument(
        "--record",
        type=options.path,
        metavar="TRACE",
        help="record the training of the script in this folder, to prove a port of it later; the "
        "results of the script stay the same",
    )
    parser.add_argument(
        "--record-steps",
        type=_steps,
        metavar="STEPS",
        help="training steps to store in full, such as 0:3,100 (default: 0, 1, 2, 10, 100 and "
        "1000). By default the gradients of the first steps are stored, too: ten steps, or more "
        "if the learning rate changes later, at most 200",
    )
    parser.add_argument(
        "--max-mb",
        type=_megabytes,
        metavar="N",
        help=f"store at most this many megabytes of arrays (default: {DEFAULT_MEGABYTES})",
    )
    parser.add_argument(
        "--float64",
        action="store_true",
        help="also store the inputs and random numbers of every step. Then the proof can repeat "
        "the original's and the port's run in float64, where rounding errors are so small that "
        "small differences show",
    )


def check(parser: options.ArgumentParser, args: argparse.Namespace, *, is_notebook: bool) -> None:
    """Reports an error if an option does not apply."""
    if is_notebook and args.record:
        parser.error(
            "--record is for scripts; convert the notebook by jupyter nbconvert --to script"
        )
    if not args.record and (args.record_steps or args.max_mb or args.float64):
        parser.error("--record-steps, --max-mb and --float64 need --record")


def from_args(args: argparse.Namespace) -> Options | None:
    """Returns the recording options, or None without --record."""
    if not args.record:
        return None
    return Options(
        args.record.absolute(),
        args.record_steps,
        args.max_mb or DEFAULT_MEGABYTES,
        every_step=args.float64,
    )


def _steps(text: str) -> Steps:
    try:
        return steps(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _megabytes(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number of megabytes above 0, got {text!r}")
    return number
