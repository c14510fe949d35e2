"""Executes the notebooks, each in a new kernel, and saves them as HTML pages."""

import argparse
import asyncio
import contextlib
import signal
import sys
import time
from asyncio import CancelledError
from collections.abc import Callable, Sequence
from pathlib import Path

from tf_edureka import _files
from tf_edureka.cli import options, reporting
from tf_edureka.errors import InputError
from tf_edureka.runs.console import EpochDisplay
from tf_edureka.runs.folder import RunFolder

NOTEBOOKS = Path("notebooks")
CELL_FAILED = 1
SECONDS = 600  # time limit of a cell


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Reads the arguments; needs no Jupyter, so that --help is quick."""
    parser = options.ArgumentParser(
        description="Execute notebooks and save them as HTML pages, to read without Jupyter.",
        epilog=f"Exit codes: 0: written; 1: a cell failed; 2: wrong input; {options.ENDS}.",
    )
    parser.add_argument(
        "notebooks",
        nargs="*",
        type=options.path,
        metavar="NOTEBOOK",
        help=f"notebooks to execute (default: all in {NOTEBOOKS}/)",
    )
    parser.add_argument(
        "--out",
        type=options.path,
        default=Path("runs/notebooks"),
        metavar="DIR",
        help="folder for the pages (default: %(default)s)",
    )
    args = parser.parse_args(argv)
    args.notebooks = args.notebooks or sorted(NOTEBOOKS.glob("*.ipynb"))
    if not args.notebooks:
        raise InputError(
            f"{NOTEBOOKS}: expected a folder with notebooks, found none; give their paths"
        )
    for path in args.notebooks:
        if path.suffix != ".ipynb" or not path.is_file():
            raise InputError(f"{path}: expected an existing notebook, a file that ends in .ipynb")
    return args


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Executes and renders the notebooks of the arguments and returns the exit code."""
    args = parse(argv)
    try:
        import nbclient
        import nbconvert
        import nbformat
        from jupyter_client.kernelspec import NoSuchKernel
        from nbclient.exceptions import CellExecutionError, CellTimeoutError
    except ImportError as error:
        raise InputError(f"{error}; pip install -e '.[notebooks]' installs it") from None
    exporter = nbconvert.HTMLExporter()
    pages = [f"{path.stem}.html" for path in args.notebooks]
    if len(set(pages)) < len(pages):
        raise InputError(f"expected notebooks with different names, got {', '.join(sorted(pages))}")
    folder = RunFolder(args.out, pages, overwrite=True)
    signals: list[int] = []
    with folder.claimed(), EpochDisplay(len(pages), unit="notebooks") as display:
        for path, page in zip(args.notebooks, pages, strict=True):
            _files.expect_file(path, "a notebook")
            try:
                notebook = nbformat.read(path, as_version=4)
            except Exception as error:  # nbformat raises many kinds of errors
                raise InputError(f"{path}: expected a notebook, got {error}") from None
            began = time.perf_counter()
            try:
                nbclient.NotebookClient(
                    notebook,
                    timeout=SECONDS,
                    resources={"metadata": {"path": str(path.parent)}},
                    extra_arguments=["--log-level=CRITICAL"],  # a failed cell reports its own error
                    on_notebook_start=cancel_on_signals(signals),
                ).execute()
            except NoSuchKernel as error:
                raise InputError(f"{path}: its kernel is not installed ({error})") from None
            except (CellExecutionError, CellTimeoutError, RuntimeError, CancelledError) as error:
                if signals or isinstance(error, CancelledError):
                    raise KeyboardInterrupt(*signals) from None
                reason = nbconvert.filters.strip_ansi(str(error))
                print(f"error: {path}: a cell failed\n{reason}", file=sys.stderr)
                return CELL_FAILED
            html, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": path.stem}})
            with folder.write(page) as file:
                file.write_text(html, encoding="utf-8")
            display.line(f"{path.name}: {time.perf_counter() - began:.0f} s, {args.out / page}")
            display.part_ended(path.name)
    return 0


def cancel_on_signals(signals: list[int]) -> Callable[[object], None]:
    """Returns a start hook that makes Ctrl-C and SIGTERM cancel an execution.

    The number of the signal is stored in `signals`. Without this, nbclient would stop its kernel
    and keep waiting for it.
    """

    def on_start(notebook: object) -> None:
        loop = asyncio.get_running_loop()

        def end(number: int) -> None:
            signals[:] = [number]
            # All tasks: the one that watches the kernel would otherwise report an error at exit.
            for task in asyncio.all_tasks(loop):
                task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # on Windows Ctrl-C needs no help
                loop.add_signal_handler(number, end, number)

    return on_start
