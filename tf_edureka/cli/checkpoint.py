"""Lists the content of an old checkpoint, writes its values, or loads them into a Keras model."""

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
_DESCRIPTION = (
    "List an old checkpoint, write its values to a file, or load them into a "
    "Keras model. PATH is a checkpoint of TensorFlow 1 (format version 1 or 2, in one file or "
    "several), a frozen graph, a SavedModel, or an HDF5 file of Keras 2. Without options, "
    "list the weights, the optimizer slots and the global step. Every value is read, so "
    "that a damaged file is reported (except damaged values of version 1). Without --into, no "
    "graph is built and nothing in the files is run."
)
_EPILOG = (
    "With --into, the model and the checkpoint's graph (if it has one) are run on the same "
    "random inputs, and their outputs are compared. Only ops of pure computation are run, none "
    "that accesses files, Python or the internet. Exit codes: 0: done; 2: wrong input (nothing is "
    f"written); {options.ENDS}."
)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parses the arguments without importing TensorFlow, so that --help is fast."""
    parser = options.ArgumentParser(description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument(
        "path",
        metavar="PATH",
        type=options.path,
        help="model.ckpt-100 or one of its files, frozen.pb, model.h5, the folder of a "
        "SavedModel, or a folder with a file named 'checkpoint' or with a single checkpoint",
    )
    parser.add_argument(
        "--to",
        type=options.path,
        metavar="FILE",
        help="write all values unchanged to FILE, whose name ends in .npz or .safetensors (the "
        "latter needs pip install 'tf_edureka[safetensors]')",
    )
    parser.add_argument(
        "--into",
        metavar="FILE:FUNCTION",
        help="load the values into the Keras model that FUNCTION in the Python file FILE "
        "returns, such as port.py:build; FUNCTION takes no arguments. If the model is compiled, "
        "also load the optimizer slots. Needs --out",
    )
    parser.add_argument(
        "--out",
        type=options.path,
        metavar="MODEL.keras",
        help="write the loaded model to this file; with a name that ends in "
        f"{_WEIGHTS}, write the weights alone (for a model with classes that Keras cannot read "
        "back from a .keras file). Needs --into",
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="load the checkpoint's variable OLD into the model's variable NEW, such as "
        "w1=sequential/dense/kernel, if the mapping is not found without it (repeatable)",
    )
    args = parser.parse_args(argv)
    _expect_together(args)
    return args


def _expect_together(args: argparse.Namespace) -> None:
    if (args.into is None) != (args.out is None):
        given = "--into" if args.into else "--out"
        raise InputError(f"expected --into and --out together, got only {given}")
    if args.map and args.into is None:
        raise InputError("--map: expected --into and --out with it, got neither")
    if args.out and not args.out.name.endswith((_MODEL, _WEIGHTS)):
        raise InputError(
            f"--out: expected a name that ends in {_MODEL} or {_WEIGHTS}, got {args.out}"
        )


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code."""
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
            print(f"not written: {printable(name)}, whose dtype {args.to.suffix} cannot store")
        return 0
    lines = [*checkpoint_listing.lines(read)]
    read.verify()
    print("\n".join(lines))
    return 0


def _load(args: argparse.Namespace) -> None:
    from tf_edureka.parity import load_into
    from tf_edureka.parity.port_trace import load

    given = dict(port.parse_map(text) for text in args.map)
    if not args.out.resolve().parent.is_dir():
        raise InputError(f"{args.out}: expected a folder {args.out.parent}, got none")
    build, _ = load(args.into)
    model = port.call_builder(args.into, build)
    with Console(stderr=True).status("comparing with the original graph"):  # on terminals only
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
        cause = lines[0] if lines else type(error).__name__
        advice = "" if _is_weights(path) else f"; --out NAME{_WEIGHTS} writes the weights alone"
        raise InputError(f"{path}: the model cannot be written ({cause}){advice}") from None


def _is_weights(path: Path) -> bool:
    return path.name.endswith(_WEIGHTS)
