"""Says which digits pictures show, by a network of train-mnist or another Keras model."""

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from tf_edureka import runtime
from tf_edureka.cli import options, reporting
from tf_edureka.data import picture
from tf_edureka.errors import InputError, printable
from tf_edureka.results import Floats


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Reads the arguments; needs no TensorFlow, so that --help is quick."""
    parser = options.ArgumentParser(
        description="Say which digit each picture shows. Any PNG or JPEG of one digit will do, of "
        "any size, dark on light or light on dark: it is brought into the form of MNIST's images.",
        epilog="Exit codes: 0 all pictures were read, 2 wrong input.",
    )
    parser.add_argument(
        "model",
        type=options.path,
        metavar="MODEL",
        help="as train-mnist writes it (runs/mnist/model.keras), or another Keras model of digits",
    )
    parser.add_argument(
        "images",
        type=options.path,
        metavar="IMAGE",
        nargs="+",
        help="a PNG or JPEG picture of a digit",
    )
    return parser.parse_args(argv)


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Reads the pictures, prints a table and gives the exit code."""
    args = parse(argv)
    digits = {}
    for path in args.images:
        try:
            digits[path] = picture.read(path)
        except InputError as error:
            reporting.print_error(error)
    if not digits:
        return reporting.USER_ERROR
    with reporting.importing():
        from tf_edureka.mlp import load_model, probabilities

        runtime.use_device("cpu")  # it takes a millisecond there
    shares = probabilities(load_model(args.model), np.stack([*digits.values()]))
    if not np.isfinite(shares).all():
        raise InputError(f"{args.model}: its answers are no numbers; its training went wrong")
    print_table([printable(str(path), sys.stdout.encoding) for path in digits], shares)
    return 0 if len(digits) == len(set(args.images)) else reporting.USER_ERROR


def print_table(names: Sequence[str], probabilities: Floats) -> None:
    """Prints a line for each picture: its digit, and how probable each digit is."""
    width = max(map(len, ["picture", *names]))
    print(f"{'picture':<{width}}  digit " + "".join(f"{digit:>7}" for digit in range(10)))
    for name, row in zip(names, probabilities, strict=True):
        cells = "".join(f"{share:>7.1%}" for share in row)
        print(f"{name:<{width}}  {row.argmax():>5} {cells}", flush=True)
