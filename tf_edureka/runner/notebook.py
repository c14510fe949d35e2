"""Runs an old notebook cell by cell in a kernel of its own and prints the cells' output."""

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
    """Reads a notebook of any format version and removes its old outputs.

    Args:
        path: path of the `.ipynb` file.

    Returns:
        the notebook as an nbformat node in format 4.

    Raises:
        InputError: if the file cannot be read, has no code, or is not a Python notebook.
    """
    _files.expect_file(path, "a notebook")
    try:
        with warnings.catch_warnings():  # old cells have no ids, which nbformat warns about
            warnings.simplefilter("ignore")
            notebook = nbformat.read(path, as_version=4)
        language = _language(notebook.metadata)
        cells = code_cells(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.update(outputs=[], execution_count=None)
    except Exception as error:  # nbformat raises many kinds of errors
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise InputError(f"{path}: expected a notebook, got an invalid one ({reason})") from None
    if not language.lower().startswith(("python", "ipython")):
        raise InputError(f"{path}: expected a notebook in Python, got one in {language}")
    if not cells:
        raise InputError(f"{path}: expected a notebook with code cells, found none")
    notebook.metadata.kernelspec = {
        "name": kernel.NAME,
        **{name: kernel.spec()[name] for name in ("display_name", "language")},
    }
    return notebook


def code_cells(notebook: Any) -> dict[int, Any]:
    """Returns the code cells that are not empty, by their index in the notebook."""
    return {
        place: cell
        for place, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip()
    }


def text(notebook: Any) -> str:
    """Returns the `notebook` as the text of its file."""
    return nbformat.writes(notebook) + "\n"


def html(notebook: Any, name: str) -> str:
    """Returns the `notebook` as an HTML page with the title `name`."""
    import nbconvert

    exporter = nbconvert.HTMLExporter()
    return exporter.from_notebook_node(notebook, {"metadata": {"name": name}})[0]


def report(notebook: Any, name: str) -> str:
    """Returns the report on the TensorFlow 1 names in a `notebook`; imports TensorFlow."""
    from tf_edureka.runner import report

    python = TransformerManager().transform_cell
    return report.text_of_cells(name, [python(one.source) for one in code_cells(notebook).values()])


def _language(metadata: Any) -> str:
    of_kernel = metadata.get("kernelspec", {})
    language = metadata.get("language_info", {}).get("name") or of_kernel.get("language")
    return language or {"ir": "R"}.get(of_kernel.get("name"), "python")


class _Client(nbclient.NotebookClient):
    """Prints the cells' output as it arrives and stores it in the notebook."""

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
            outs[-2].text += outs.pop().text  # joins consecutive parts of one stream
        return made


class Execution:
    """One run of a notebook, in which Ctrl-C interrupts the running cell.

    A second Ctrl-C, or SIGTERM, ends the kernel immediately.

    Args:
        notebook: notebook to run; its cells receive their outputs.
        folder: working directory of the kernel.
        seeds: default seeds of random ops, "tf1" or "tf2".
        handled: returns a context in which the given handler receives Ctrl-C and SIGTERM.

    Attributes:
        cell: number of the last started code cell, from 1; 0 before the first.
        failed: number of cells that failed.
        died: description of how the kernel died; empty if it did not.
        interrupted: number of the signal that ended the run; 0 if none did.
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
        """Runs the cells up to the first that fails, or all if `keep_going`."""
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._run(keep_going))

    async def _run(self, keep_going: bool) -> None:
        with self._handling_signals():
            await self._manager.start_kernel(
                cwd=str(self._folder),
                env={**os.environ, SEEDS_VARIABLE: self._seeds},
                extra_arguments=["--log-level=CRITICAL"],  # a failed cell reports its own error
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
            except RuntimeError:  # nbclient and jupyter_client raise it if the kernel has died
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
        return "" if code is None else kernel.exit_description(code)  # None: it is alive

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
    """Returns a traceback for stderr, with colours only if that is a terminal."""
    lines = _COLOURS.sub("", traceback)
    if sys.stderr is not None and sys.stderr.isatty():
        return traceback
    return "\n".join(printable(line) for line in lines.split("\n"))
