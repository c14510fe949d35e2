"""Runs an old notebook cell by cell, in a kernel of its own; what cells print is printed."""

import asyncio
import contextlib
import os
import re
import signal
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbclient
import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellExecutionError

from tf_edureka import _files
from tf_edureka.errors import InputError, printable
from tf_edureka.runner import kernel
from tf_edureka.runner.extension import SEEDS_VARIABLE
from tf_edureka.runner.kernel_specs import KernelSpecs

_Handler = Callable[[int, types.FrameType | None], object]
_Handled = Callable[[_Handler], contextlib.AbstractContextManager[None]]
_COLOURS = re.compile("\x1b\\[[0-9;]*m")


def read(path: Path) -> Any:
    """Reads a notebook of any version of its format, and leaves out what its cells gave then.

    Args:
        path: of its file.

    Returns:
        the notebook as nbformat has it, in the format of today.

    Raises:
        InputError: when it cannot be read, has nothing to run, or is not in Python.
    """
    _files.expect_file(path, "a notebook")
    try:
        with warnings.catch_warnings():  # of identifiers that cells of then have not
            warnings.simplefilter("ignore")
            notebook = nbformat.read(path, as_version=4)
        language = _language(notebook.metadata)
        cells = code_cells(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.update(outputs=[], execution_count=None)
    except Exception as error:  # what nbformat raises is of many kinds
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise InputError(f"{path}: expected a notebook, got what is none ({reason})") from None
    if not language.lower().startswith(("python", "ipython")):
        raise InputError(f"{path}: expected a notebook in Python, got one in {language}")
    if not cells:
        raise InputError(f"{path}: expected a notebook with code in it, got one without")
    notebook.metadata.kernelspec = {
        "name": kernel.NAME,
        **{name: kernel.spec()[name] for name in ("display_name", "language")},
    }
    return notebook


def code_cells(notebook: Any) -> dict[int, Any]:
    """The cells that are run, by their place in the notebook."""
    return {
        place: cell
        for place, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip()
    }


def text(notebook: Any) -> str:
    """A notebook as its file has it."""
    return nbformat.writes(notebook) + "\n"


def html(notebook: Any, name: str) -> str:
    """A notebook as a page that needs no kernel."""
    import nbconvert

    exporter = nbconvert.HTMLExporter()
    return exporter.from_notebook_node(notebook, {"metadata": {"name": name}})[0]


def report(notebook: Any, name: str) -> str:
    """What a notebook uses of TensorFlow 1, cell by cell; imports TensorFlow."""
    from tf_edureka.runner import report

    python = TransformerManager().transform_cell
    return report.text_of_cells(name, [python(one.source) for one in code_cells(notebook).values()])


def _language(metadata: Any) -> str:
    of_kernel = metadata.get("kernelspec", {})
    language = metadata.get("language_info", {}).get("name") or of_kernel.get("language")
    return language or {"ir": "R"}.get(of_kernel.get("name"), "python")


class _Client(nbclient.NotebookClient):
    """Prints what cells print when it comes, and keeps it for the notebook."""

    def output(self, outs: Any, msg: Any, display_id: Any, cell_index: int) -> Any:
        content = msg["content"]
        if msg["msg_type"] == "stream":
            to = sys.stdout if content["name"] == "stdout" else sys.stderr
            print(content["text"], end="", file=to, flush=True)
        elif msg["msg_type"] == "error":
            print(_for_stderr("\n".join(content["traceback"])), file=sys.stderr, flush=True)
        made = super().output(outs, msg, display_id, cell_index)
        kinds = [(one.output_type, one.get("name")) for one in outs[-2:]]
        if made and kinds == [("stream", content.get("name"))] * 2:
            outs[-2].text += outs.pop().text  # one text, however many parts it comes in
        return made


class Execution:
    """One run of a notebook, in which Ctrl-C interrupts the running cell.

    A second Ctrl-C, or SIGTERM, ends the kernel at once.

    Args:
        notebook: to be run; its cells are given what comes of them.
        folder: in which it runs.
        seeds: of ops that have none, "tf1" or "tf2".
        handled: gives Ctrl-C and SIGTERM to the handler that it is called with, in a block.

    Attributes:
        cell: number of the last that was begun, from 1; those without code do not count.
        failed: how many have failed.
        died: how the kernel has died, if it has; else empty.
        interrupted: number of the signal that ended it; 0 if none did.
    """

    def __init__(self, notebook: Any, folder: Path, *, seeds: str, handled: _Handled) -> None:
        self._notebook = notebook
        self._folder = folder
        self._seeds = seeds
        self._handled = handled
        self._manager = AsyncKernelManager(kernel_spec_manager=KernelSpecs())
        self.cell = 0
        self.failed = 0
        self.died = ""
        self.interrupted = 0

    def run(self, *, keep_going: bool = False) -> None:
        """Runs the cells, up to the first that fails, or all if it is to keep going."""
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._run(keep_going))

    async def _run(self, keep_going: bool) -> None:
        with self._handling_signals():
            await self._manager.start_kernel(
                cwd=str(self._folder),
                env={**os.environ, SEEDS_VARIABLE: self._seeds},
                extra_arguments=["--log-level=CRITICAL"],  # a cell that fails says so itself
            )
            channels = self._manager.client()
            channels.start_channels()
            channels.allow_stdin = False
            try:
                await channels.wait_for_ready(timeout=None)
                client = _Client(
                    self._notebook, km=self._manager, timeout=None, record_timing=False
                )
                client.kc = channels
                await self._run_cells(client, keep_going)
            except RuntimeError:  # as nbclient and jupyter_client say that it has died
                self.died = await self._death()
                if not self.died and not self.interrupted:
                    raise
            finally:
                channels.stop_channels()
                await self._manager.shutdown_kernel(now=bool(self.interrupted or self.died))

    async def _run_cells(self, client: _Client, keep_going: bool) -> None:
        cells = code_cells(self._notebook)
        for self.cell, (place, cell) in enumerate(cells.items(), 1):
            print(f"cell {self.cell} of {len(cells)}", file=sys.stderr, flush=True)
            try:
                await client.async_execute_cell(cell, place)
            except CellExecutionError as error:
                if kernel.has_failed(error.ename, error.evalue):
                    self.failed += 1
                    if not keep_going:
                        break
            if self.interrupted:
                break

    async def _death(self) -> str:
        code = await self._manager.provisioner.poll() if self._manager.provisioner else None
        return "" if code is None else kernel.exit_description(code)  # None while it lives

    @contextlib.contextmanager
    def _handling_signals(self) -> Iterator[None]:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def end(number: int) -> None:
            is_first, self.interrupted = not self.interrupted, number
            if is_first and number == signal.SIGINT and self.cell:
                asyncio.ensure_future(self._manager.interrupt_kernel())
            elif task is not None:
                task.cancel()

        with self._handled(lambda number, _: loop.call_soon_threadsafe(end, number)):
            yield


def _for_stderr(traceback: str) -> str:
    """A traceback as stderr shows it: in colours on a terminal only."""
    lines = _COLOURS.sub("", traceback)
    if sys.stderr is not None and sys.stderr.isatty():
        return traceback
    return "\n".join(printable(line) for line in lines.split("\n"))
