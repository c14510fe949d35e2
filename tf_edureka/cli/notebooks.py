"""The notebook part of `tf-edureka run`: runs a notebook, installs the kernel."""

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
    """Adds to `parser` the options for notebooks."""
    group = parser.add_argument_group("notebooks only")
    group.add_argument(
        "--html", action="store_true", help="also save the executed notebook as an HTML page"
    )
    group.add_argument(
        "--keep-going", action="store_true", help="run the remaining cells after a cell fails"
    )


def add_kernel_option(group: argparse._ArgumentGroup) -> None:
    """Adds `--install-kernel` to a `group` of options."""
    group.add_argument(
        "--install-kernel",
        action="store_true",
        help='install the Jupyter kernel "TensorFlow 1" for the current user',
    )


@contextlib.contextmanager
def requiring_jupyter() -> Iterator[None]:
    """Turns an ImportError in the block into advice to install Jupyter."""
    try:
        yield
    except ImportError as error:
        raise InputError(f"{error}; pip install -e '.[notebooks]' installs it") from None


def install_kernel() -> None:
    """Installs the kernel "TensorFlow 1"; prints its folder and how to remove it."""
    with requiring_jupyter():
        try:
            folder = kernel.install()
        except OSError as error:
            raise InputError(
                f"{error.filename}: the kernel cannot be installed there ({error.strerror})"
            ) from None
    print(f'installed the Jupyter kernel "TensorFlow 1" in {folder}')
    print(f"to remove it: jupyter kernelspec remove {kernel.NAME}", flush=True)


@reporting.reports_errors
def run(args: argparse.Namespace) -> int:
    """Runs the notebook in the `args` of `tf-edureka run` and returns the exit code."""
    if args.figures is not None:
        raise InputError("--figures needs a script, got a notebook, which contains its figures")
    with requiring_jupyter():
        from tf_edureka.runner import notebook

        if args.html:
            import nbconvert as nbconvert
    if period.exists():
        period.folder()  # reports a damaged folder here instead of in a cell
    path = Path(args.command[0])
    found = notebook.read(path)
    executed = Path(f"{path.stem}.executed{SUFFIX}")
    _write(executed, notebook.text(found))  # fails now if the folder is not writable
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
        cell = f", cell {execution.cell}" if execution.cell else ""  # 0 before the first cell
        print(
            f"error: {printable(str(path))}{cell}: the kernel died {execution.died}",
            file=sys.stderr,
        )
    elif args.keep_going and execution.failed:
        cells = len(notebook.code_cells(found))
        print(f"error: {execution.failed} of {cells} cells failed", file=sys.stderr)
    return CELL_FAILED if execution.failed or execution.died else 0


def _write(path: Path, text: str) -> None:
    """Writes a file atomically."""
    try:
        with _files.atomic_write(path) as partial:
            partial.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from None
