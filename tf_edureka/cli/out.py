"""Chooses the output folder of a command: --out, else the default of its kind of run."""

import argparse
import itertools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tf_edureka.errors import InputError
from tf_edureka.runs.folder import RunFolder


def run_folder(args: argparse.Namespace, kind: str, names: Sequence[str]) -> RunFolder:
    """Returns the folder for the files of these `names`: `args.out` if given.

    Else it is `runs/KIND`, numbered if that holds a run (a note says so), and `args.out` is set.
    """
    if args.out is not None:
        return _opened(args.out, args, names)
    for out in numbered(kind):
        try:
            folder = _opened(out, args, names)
        except InputError as error:
            if error.topic != "folder holds a run":
                raise
            continue
        if out != default(kind):
            print(f"note: {default(kind)} holds a run already; writing to {out}", file=sys.stderr)
        args.out = out
        break
    return folder


def _opened(path: Path, args: argparse.Namespace, names: Sequence[str]) -> RunFolder:
    return RunFolder(path, names, overwrite=args.overwrite, pictures=args.pictures)


def default(kind: str) -> Path:
    """Returns the default folder of a `kind` of run."""
    return Path("runs", kind)


def numbered(kind: str) -> Iterator[Path]:
    """Yields the folders of a `kind` of run: `runs/mnist`, `runs/mnist-2` and so on."""
    yield default(kind)
    for number in itertools.count(2):
        yield default(f"{kind}-{number}")


def last(kind: str) -> Path:
    """Returns the last existing folder of a `kind` of run; the first if none exists."""
    *_, found = [default(kind), *itertools.takewhile(Path.exists, numbered(kind))]
    return found
