"""Lists what is in an old checkpoint, writes its values, or loads them into a new model."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from tf_edureka import _files
from tf_edureka.cli import options, port, reporting
from tf_edureka.errors import InputError, printable
from tf_edureka.runs.console import counted

_MODEL, _WEIGHTS = ".keras", ".weights.h5"


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Reads the arguments; needs no TensorFlow, so that --help is quick."""
    parser = options.ArgumentParser(
        description="Lists what is in a TensorFlow 1 checkpoint (version 1 or 2, in one file or "
        "several), a frozen graph, a SavedModel, or an HDF5 file of Keras 2: weights, slots of the "
        "optimizer, global step. All values are read once, so that damage is seen. No graph is "
        "built, and nothing in the files is run.",
        epilog="With --into, a graph that is there is run beside the new model, on random inputs "
        "and only by ops that compute: no file, no Python, no network. The exit code is 0 when it "
        "is done, 2 for wrong input; then nothing is written.",
    )
    parser.add_argument(
        "path",
        metavar="PATH",
        type=options.path,
        help="model.ckpt-100 or one of its files, frozen.pb, model.h5, or a folder: a SavedModel, "
        "or one with a file checkpoint or a single checkpoint",
    )
    parser.add_argument(
        "--to",
        type=options.path,
        metavar="FILE",
        help="write all values, to the bit, into FILE.npz, or FILE.safetensors (which needs pip "
        "install 'tf_edureka[safetensors]')",
    )
    parser.add_argument(
        "--into",
        metavar="FILE:FUNCTION",
        help=f"load the values into a new model, {port.HELP}a Keras model; of a compiled one the "
        "optimizer gets the slots",
    )
    parser.add_argument(
        "--out",
        type=options.path,
        metavar="MODEL.keras",
        help=f"write that model into this file; a name that ends in {_WEIGHTS} is for its weights "
        "alone, as where it has classes of its own that Keras cannot make again",
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="the checkpoint's variable OLD is the model's NEW, as in w1=sequential/dense/kernel, "
        "where that is not found (may be repeated)",
    )
    args = parser.parse_args(argv)
    _expect_together(args)
    return args


def _expect_together(args: argparse.Namespace) -> None:
    if (args.into is None) != (args.out is None):
        raise InputError("expected --into and --out together, got one of them")
    if args.map and args.into is None:
        raise InputError("--map: expected --into, too")
    if args.out and not args.out.name.endswith((_MODEL, _WEIGHTS)):
        raise InputError(
            f"--out: expected a name that ends in {_MODEL} or {_WEIGHTS}, got {args.out}"
        )


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Does what the arguments ask for, and gives the exit code."""
    args = parse(argv)
    from tf_edureka.cli import checkpoint_listing
    from tf_edureka.tf1 import checkpoint

    if args.into:
        _load(args)
        return 0
    read = checkpoint.read(args.path)
    if args.to:
        left_out = checkpoint.write(read, args.to)
        print(f"{args.to}: {counted(len(read) - len(left_out), 'tensor')}")
        for name in left_out:
            print(f"left out: {printable(name)}, which {args.to.suffix} cannot hold")
        return 0
    lines = [*checkpoint_listing.lines(read)]
    read.verify()
    print("\n".join(lines))
    return 0


def _load(args: argparse.Namespace) -> None:
    from tf_edureka.parity import load_into
    from tf_edureka.parity.port_trace import load

    given = dict(port.pair(text) for text in args.map)
    if not args.out.resolve().parent.is_dir():
        raise InputError(f"{args.out}: expected a folder {args.out.parent}, got none")
    build, _ = load(args.into)
    model = port.made(args.into, build)
    with Console(stderr=True).status("comparing with the old graph"):  # on a terminal alone
        loaded = load_into(model, args.path, given=given)
    _save(model, args.out)
    print(loaded.text())
    print(args.out)


def _save(model: Any, path: Path) -> None:
    try:
        with _files.atomic_write(path) as partial:
            (model.save_weights if _is_weights(path) else model.save)(partial)
    except (OSError, ValueError, TypeError, NotImplementedError) as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        said = lines[0] if lines else type(error).__name__
        advice = "" if _is_weights(path) else f"; an --out that ends in {_WEIGHTS} needs less"
        raise InputError(f"{path}: the model cannot be written ({said}){advice}") from None


def _is_weights(path: Path) -> bool:
    return path.name.endswith(_WEIGHTS)
