"""Says which digits pictures show, by a network that train_mnist.py has trained."""

import sys
from pathlib import Path

import numpy as np

from tf_edureka import cli, digit_image, startup
from tf_edureka.errors import InputError


def parse(argv):
    """Reads the arguments; needs no TensorFlow, so that --help is quick."""
    parser = cli.ArgumentParser(
        description="Say which digit each picture shows. Any PNG or JPEG of one digit will do, of "
        "any size, dark on light or light on dark: it is brought into the form of MNIST's images.",
        epilog="Exit codes: 0 all pictures were read, 2 wrong input.",
    )
    parser.add_argument(
        "model",
        type=cli.path,
        metavar="MODEL",
        help="as train_mnist.py writes it: runs/mnist/model.keras",
    )
    parser.add_argument(
        "images", type=cli.path, metavar="IMAGE", nargs="+", help="a PNG or JPEG picture of a digit"
    )
    return parser.parse_args(argv)


@cli.reports_errors
def main(argv=None) -> int:
    """Reads the pictures, prints a table and gives the exit code."""
    args = parse(argv)
    digits = {}
    for path in args.images:
        try:
            digits[path] = digit_image.read(path)
        except InputError as error:
            print(f"error: {error}", file=sys.stderr)
    if not digits:
        return cli.USER_ERROR
    with startup.tensorflow_import():
        from tf_edureka import devices, saved_model, training

        devices.use("cpu")  # it takes a millisecond there
    model = saved_model.load(args.model)
    probabilities = training.probabilities(model, np.stack([*digits.values()]))
    if not np.isfinite(probabilities).all():
        raise InputError(f"{args.model}: its answers are no numbers; its training went wrong")
    print_table([shown(path) for path in digits], probabilities)
    return 0 if len(digits) == len(set(args.images)) else cli.USER_ERROR


def shown(path: Path) -> str:
    """A name as any terminal can show it, on one line."""
    name = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(path))
    return name.encode(sys.stdout.encoding, "backslashreplace").decode(sys.stdout.encoding)


def print_table(names, probabilities) -> None:
    """Prints a line for each picture: its digit, and how probable each digit is."""
    width = max(map(len, ["picture", *names]))
    print(f"{'picture':<{width}}  digit " + "".join(f"{digit:>7}" for digit in range(10)))
    for name, row in zip(names, probabilities, strict=True):
        cells = "".join(f"{share:>7.1%}" for share in row)
        print(f"{name:<{width}}  {row.argmax():>5} {cells}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
