"""Old notebooks: their kernel, and how one is run as a script is."""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from tf_edureka import _files
from tf_edureka.cli import reporting, signals
from tf_edureka.errors import InputError, printable
from tf_edureka.runner import kernel, period

SUFFIX = ".ipynb"
CELL_FAILED = 1


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds to `parser` the options that are about notebooks."""
    parser.add_argument(
        "--html", action="store_true", help="of a notebook: write it as an HTML page, too"
    )
    parser.add_argument(
        "--keep-going", action="store_true", help="of a notebook: go on after a cell that fails"
    )
    parser.add_argument(
        "--install-kernel",
        action="store_true",
        help="add the kernel TensorFlow 1 to the user's Jupyter; needs no SCRIPT",
    )


@contextlib.contextmanager
def needing_jupyter() -> Iterator[None]:
    """Says in the block how to get what is missing of Jupyter."""
    try:
        yield
    except ImportError as error:
        raise InputError(f"{error}; pip install -e '.[notebooks]' brings what is needed") from None


def install_kernel() -> None:
    """Installs the kernel "TensorFlow 1", and says where it is and how to remove it."""
    with needing_jupyter():
        try:
            folder = kernel.install()
        except OSError as error:
            raise InputError(
                f"{error.filename}: the kernel cannot be written there ({error.strerror})"
            ) from None
    print(f'{folder} has the Jupyter kernel "TensorFlow 1" now')
    print(f"jupyter kernelspec remove {kernel.NAME} removes it", flush=True)


@reporting.reports_errors
def run(args: argparse.Namespace) -> int:
    """Runs the notebook that the `args` of `tf-edureka run` name, and gives the exit code."""
    if args.figures is not None:
        raise InputError("--figures: a notebook has its figures in itself; leave it out")
    with needing_jupyter():
        from tf_edureka.runner import notebook

        if args.html:
            import nbconvert as nbconvert
    if period.is_here():
        period.folder()  # one that is damaged is to be said here, not in a cell
    path = Path(args.command[0])
    found = notebook.read(path)
    executed = Path(f"{path.stem}.executed{SUFFIX}")
    _write(executed, notebook.text(found))  # before it has run for an hour
    execution = notebook.Execution(
        found, path.parent, seeds=args.seeds, handled=signals.handle_both
    )
    execution.run(keep_going=args.keep_going)
    _write(executed, notebook.text(found))
    print(f"notebook: {printable(str(executed))}", file=sys.stderr)
    if args.html:
        page = executed.with_suffix(".html")
        _write(page, notebook.html(found, path.stem))
        print(f"page: {printable(str(page))}", file=sys.stderr)
    if args.report:
        with reporting.importing():
            report = notebook.report(found, printable(path.name))
        print(f"\n{report}", file=sys.stderr)
    if execution.interrupted:
        raise KeyboardInterrupt(execution.interrupted)
    if execution.died:
        cell = f", cell {execution.cell}" if execution.cell else ""  # it may not have begun
        print(
            f"error: {printable(str(path))}{cell}: the kernel has ended {execution.died}",
            file=sys.stderr,
        )
    elif args.keep_going and execution.failed:
        cells = len(notebook.code_cells(found))
        print(f"error: {execution.failed} of {cells} cells failed", file=sys.stderr)
    return CELL_FAILED if execution.failed or execution.died else 0


def _write(path: Path, text: str) -> None:
    """Writes a file as a whole or not at all."""
    try:
        with _files.atomic_write(path) as partial:
            partial.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from None
