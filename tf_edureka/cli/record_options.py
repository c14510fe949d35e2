"""The options of recording a script's training."""

import argparse
import math

from tf_edureka.cli import options
from tf_edureka.errors import InputError
from tf_edureka.runner.record.options import DEFAULT_MEGABYTES, Options, Steps, steps


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the options to a `parser`."""
    parser.add_argument(
        "--record",
        type=options.path,
        metavar="TRACE",
        help="write down into this folder what the script trains, for a proof of its port; it "
        "changes no number",
    )
    parser.add_argument(
        "--record-steps",
        type=_steps,
        metavar="STEPS",
        help="the training steps that are stored in full, as in 0:3,100 (default: 0, 1, 2, 10, "
        "100, 1000, and gradients through the first change of the rate)",
    )
    parser.add_argument(
        "--max-mb",
        type=_megabytes,
        metavar="N",
        help=f"megabytes that may be stored (default: {DEFAULT_MEGABYTES})",
    )
    parser.add_argument(
        "--float64",
        action="store_true",
        help="store what each step was fed and drew, so that the proof can take the run again in "
        "float64, original and port, where rounding hides next to nothing",
    )


def check(parser: options.ArgumentParser, args: argparse.Namespace, *, is_notebook: bool) -> None:
    """Refuses options that have nothing to say here."""
    if is_notebook and args.record:
        parser.error(
            "--record is for a script; of a notebook jupyter nbconvert --to script makes one"
        )
    if not args.record and (args.record_steps or args.max_mb or args.float64):
        parser.error("--record-steps, --max-mb and --float64 go with --record")


def from_args(args: argparse.Namespace) -> Options | None:
    """What is to be recorded; None if nothing is."""
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
        raise argparse.ArgumentTypeError(f"expected megabytes, more than 0, got {text!r}")
    return number
