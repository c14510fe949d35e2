"""Recognises the digits in pictures, with a network of train-mnist or another Keras model."""

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
    """Parses the arguments; imports no TensorFlow, so that --help is quick."""
    parser = options.ArgumentParser(
        description="Recognise the digit in each picture, a PNG or JPEG of any size and colours, "
        "on paper that is blank or has lines or a grid. Each picture is first converted to the "
        "form of MNIST's images. The answer is 'not sure' if the picture may show no digit, or "
        "more than one.",
        epilog="Exit codes: 0: all pictures were read, even if an answer is 'not sure'; 2: wrong "
        f"input; {options.ENDS}.",
    )
    parser.add_argument(
        "model",
        type=options.path,
        metavar="MODEL",
        help="model file of train-mnist (runs/mnist/model.keras), or another Keras model that "
        "classifies digits",
    )
    parser.add_argument(
        "images",
        type=options.path,
        metavar="IMAGE",
        nargs="+",
        help="PNG or JPEG picture of one digit",
    )
    parser.add_argument(
        "--picture",
        type=options.path,
        metavar="OUT.png",
        help="also draw the steps from each picture to the network's 28 x 28 input; SVG if the "
        "name ends in .svg, else PNG",
    )
    return parser.parse_args(argv)


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Reads the pictures, prints a table and returns the exit code."""
    args = parse(argv)
    if (
        args.picture is not None and args.picture.exists()
    ):  # it could be one of the user's photographs
        raise InputError(
            f"{args.picture}: expected the name of a new file, but it exists; name another one"
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

        runtime.use_device("cpu")  # a prediction takes a millisecond there
    model = mlp.load_model(args.model)
    images = np.stack([steps.image for steps in read.values()])
    shares, certainty = mlp.with_certainty(lambda some: mlp.probabilities(model, some), images)
    if not np.isfinite(shares).all():
        raise InputError(
            f"{args.model}: its outputs contain NaN or infinity, so its training failed"
        )
    alone = np.array([not steps.others for steps in read.values()])
    digits = shares.argmax(axis=1).astype(str)
    answers = np.where((certainty >= mlp.MIN_CERTAINTY) & alone, digits, UNSURE).tolist()
    print_table([printable(str(path), sys.stdout.encoding) for path in read], answers, shares)
    for path, steps in read.items():
        if steps.others:
            message = (
                f"{path}: {1 + steps.others} shapes are as large as a digit; the probabilities "
                "are those of the most prominent one near the middle"
            )
            warnings.warn(InputWarning(message), stacklevel=1)
    if args.picture is not None:
        write_steps(args.picture, read, answers)
    return 0 if len(read) == len(set(args.images)) else reporting.USER_ERROR


def print_table(names: Sequence[str], answers: Sequence[str], probabilities: Floats) -> None:
    """Prints one line per picture: the answer and the probability of each digit."""
    width = max(map(len, ["picture", *names]))
    print(f"{'picture':<{width}}  {'digit':>8} " + "".join(f"{digit:>7}" for digit in range(10)))
    for name, answer, row in zip(names, answers, probabilities, strict=True):
        cells = "".join(f"{share:>7.1%}" for share in row)
        print(f"{name:<{width}}  {answer:>8} {cells}", flush=True)


def write_steps(path: Path, read: dict[Path, picture.Steps], answers: Sequence[str]) -> None:
    """Writes a picture of the steps in which the pictures were `read`, with the `answers`."""
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
