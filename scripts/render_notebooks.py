"""Executes the notebooks, each in a new kernel, and writes them as HTML pages."""

import asyncio
import contextlib
import signal
import sys
import time
from pathlib import Path

from tf_edureka import cli
from tf_edureka.errors import InputError
from tf_edureka.progress import EpochDisplay
from tf_edureka.run_folder import RunFolder

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
CELL_FAILED = 1
SECONDS = 600  # for a cell
# Without widgets: a page has no kernel to answer them, so that it shows the pictures beside them.
SHOWN = ("text/html", "image/svg+xml", "image/png", "text/markdown", "text/plain")


def parse(argv):
    """Reads the arguments; needs no Jupyter, so that --help is quick."""
    parser = cli.ArgumentParser(
        description="Execute the notebooks and write them as HTML pages, to read without Jupyter.",
        epilog="Exit codes: 0 written, 1 a cell failed, 2 wrong input, 130 Ctrl-C.",
    )
    parser.add_argument(
        "notebooks",
        nargs="*",
        type=cli.path,
        metavar="NOTEBOOK",
        help=f"default: all in {NOTEBOOKS.name}/",
    )
    parser.add_argument(
        "--out",
        type=cli.path,
        default=Path("runs/notebooks"),
        metavar="DIR",
        help="folder for the pages (default: %(default)s)",
    )
    args = parser.parse_args(argv)
    args.notebooks = args.notebooks or sorted(NOTEBOOKS.glob("*.ipynb"))
    for path in args.notebooks:
        if path.suffix != ".ipynb" or not path.is_file():
            raise InputError(f"{path}: expected a notebook, a file that ends in .ipynb")
    return args


@cli.reports_errors
def main(argv=None) -> int:
    """Renders as the arguments say and gives the exit code."""
    args = parse(argv)
    try:
        import nbclient
        import nbconvert
        import nbformat
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    except ImportError as error:
        raise InputError(f"{error}; pip install -e '.[notebooks]' brings what is needed") from None
    exporter = nbconvert.HTMLExporter(config={"NbConvertBase": {"display_data_priority": SHOWN}})
    pages = [f"{path.stem}.html" for path in args.notebooks]
    folder = RunFolder(args.out, pages, overwrite=True)
    with folder.claimed(), EpochDisplay(len(pages), unit="notebooks") as display:
        for path, page in zip(args.notebooks, pages, strict=True):
            try:
                notebook = nbformat.read(path, as_version=4)
            except Exception as error:  # what nbformat raises is of many kinds
                raise InputError(f"{path}: expected a notebook, got another file") from error
            began = time.perf_counter()
            try:
                nbclient.NotebookClient(
                    notebook,
                    timeout=SECONDS,
                    resources={"metadata": {"path": str(path.parent)}},
                    extra_arguments=["--log-level=CRITICAL"],  # a failed cell says so itself
                    on_notebook_start=end_on_signals,
                ).execute()
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                print(f"error: {path}: a cell failed\n{error}", file=sys.stderr)
                return CELL_FAILED
            html, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": path.stem}})
            with folder.write(page) as file:
                file.write_text(html, encoding="utf-8")
            display.line(f"{path.name}: {time.perf_counter() - began:.0f} s, {args.out / page}")
            display.part_ended(path.name)
    return 0


def end_on_signals(notebook) -> None:
    """Makes Ctrl-C and SIGTERM end the script; nbclient would stop its kernel and wait for it."""

    def end(number, _):
        raise KeyboardInterrupt(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(RuntimeError):  # Windows has no such handlers
            asyncio.get_running_loop().remove_signal_handler(number)
        signal.signal(number, end)


if __name__ == "__main__":
    sys.exit(main())
