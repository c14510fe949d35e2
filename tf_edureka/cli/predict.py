"""Says which digits pictures show, by a network of train-mnist or another Keras model."""

import argparse
import io
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tf_edureka import runtime
from tf_edureka.cli import options, reporting
from tf_edureka.data import picture
from tf_edureka.errors import InputError, InputWarning, printable
from tf_edureka.results import Floats
from tf_edureka.runs import figures

UNSURE = "not sure"


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Reads the arguments; needs no TensorFlow, so that --help is quick."""
    parser = options.ArgumentParser(
        description="Say which digit each picture shows. Any PNG or JPEG of one digit will do, of "
        "any size and colours, on plain, ruled or squared paper: it is brought into the form of "
        "MNIST's images. Where it may be no digit, or more than one, the answer is 'not sure'.",
        epilog="Exit codes: 0 all pictures were read, though it may not be sure, 2 wrong input, "
        f"{options.ENDS}.",
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
    parser.add_argument(
        "--picture",
        type=options.path,
        metavar="OUT.png",
        help="write a picture of the steps that led to what the network got: as SVG if its name "
        "ends in .svg, else as PNG",
    )
    return parser.parse_args(argv)


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Reads the pictures, prints a table and gives the exit code."""
    args = parse(argv)
    if args.picture is not None and args.picture.exists():  # it may be a photograph
        raise InputError(
            f"{args.picture}: expected a new file to write to, it is there already; name another"
        )
    read = {}
    for path in args.images:
        try:
            read[path] = picture.read_steps(path)
        except InputError as error:
            reporting.print_error(error)
    if not read:
        return reporting.USER_ERROR
    with reporting.importing():
        from tf_edureka import mlp

        runtime.use_device("cpu")  # it takes a millisecond there
    model = mlp.load_model(args.model)
    images = np.stack([steps.image for steps in read.values()])
    shares, certainty = mlp.with_certainty(lambda some: mlp.probabilities(model, some), images)
    if not np.isfinite(shares).all():
        raise InputError(f"{args.model}: its answers are no numbers; its training went wrong")
    alone = np.array([not steps.others for steps in read.values()])
    digits = shares.argmax(axis=1).astype(str)
    answers = np.where((certainty >= mlp.MIN_CERTAINTY) & alone, digits, UNSURE).tolist()
    print_table([printable(str(path), sys.stdout.encoding) for path in read], answers, shares)
    for path, steps in read.items():
        if steps.others:
            said = (
                f"{path}: {1 + steps.others} things are as large as a digit; the probabilities are "
                "of the one that stands out most near the middle"
            )
            warnings.warn(InputWarning(said), stacklevel=1)
    if args.picture is not None:
        write_steps(args.picture, read, answers)
    return 0 if len(read) == len(set(args.images)) else reporting.USER_ERROR


def print_table(names: Sequence[str], answers: Sequence[str], probabilities: Floats) -> None:
    """Prints a line for each picture: the answer, and how probable each digit is."""
    width = max(map(len, ["picture", *names]))
    print(f"{'picture':<{width}}  {'digit':>8} " + "".join(f"{digit:>7}" for digit in range(10)))
    for name, answer, row in zip(names, answers, probabilities, strict=True):
        cells = "".join(f"{share:>7.1%}" for share in row)
        print(f"{name:<{width}}  {answer:>8} {cells}", flush=True)


def write_steps(path: Path, read: dict[Path, picture.Steps], answers: Sequence[str]) -> None:
    """Writes a picture of the steps by which the pictures were `read`, with the `answers`."""
    from tf_edureka.mlp.plots import picture_steps

    titles = [
        f"{printable(name.name)}: {answer}" for name, answer in zip(read, answers, strict=True)
    ]
    content = io.BytesIO()
    chosen = "svg" if path.suffix.lower() == ".svg" else "110dpi"
    figures.save(picture_steps([*read.values()], titles), content, chosen)
    try:
        path.write_bytes(content.getvalue())
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None
