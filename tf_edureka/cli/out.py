"""Where a command writes: the folder that is named, else that of its kind of run."""

import argparse
import itertools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tf_edureka.errors import InputError
from tf_edureka.runs.folder import RunFolder


def run_folder(args: argparse.Namespace, kind: str, names: Sequence[str]) -> RunFolder:
    """The folder to write the files of these `names` into, `args.out`.

    If none is named it is that of the `kind` in `runs`, or with a number if that holds a run. Then
    that is said, and `args.out` set.
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
            print(f"note: {default(kind)} holds a run; this one goes to {out}", file=sys.stderr)
        args.out = out
        break
    return folder


def _opened(path: Path, args: argparse.Namespace, names: Sequence[str]) -> RunFolder:
    return RunFolder(path, names, overwrite=args.overwrite, pictures=args.pictures)


def default(kind: str) -> Path:
    """The folder of a `kind` of run."""
    return Path("runs", kind)


def numbered(kind: str) -> Iterator[Path]:
    """The folders of a `kind` of run: `runs/mnist`, `runs/mnist-2` and so on, without end."""
    yield default(kind)
    for number in itertools.count(2):
        yield default(f"{kind}-{number}")


def last(kind: str) -> Path:
    """The last folder of a `kind` of run that is there; its first if none is."""
    *_, found = [default(kind), *itertools.takewhile(Path.exists, numbered(kind))]
    return found
