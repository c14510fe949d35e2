"""A Jupyter kernel "TensorFlow 1" that this process starts and that ends with it."""

import atexit
import contextlib
import os
import queue
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

from jupyter_client.manager import KernelManager

from tf_edureka.runner import kernel
from tf_edureka.runner.kernel_specs import KernelSpecs

# Time to wait for a message before checking that the kernel is still alive.
_POLL_SECONDS = 0.2
# Time to wait after a cell's end for the output of its subprocesses and of TensorFlow's C++ code:
# ipykernel reads that output in a thread and sends it 0.2 seconds later.
_LATE_OUTPUT_SECONDS = 0.3
_Message = dict[str, Any]  # the form that jupyter_client uses


class KernelEnded(Exception):
    """The kernel ended by itself; the message says how."""


class TensorFlow1Kernel:
    """A kernel of TensorFlow 1, started in the working directory.

    Raises:
        KernelEnded: if the kernel ends before it is ready.
    """

    def __init__(self) -> None:
        self._manager = KernelManager(kernel_spec_manager=KernelSpecs())
        self._manager.start_kernel(
            cwd=os.getcwd(),
            extra_arguments=["--log-level=CRITICAL"],  # a failed cell reports its own error
            # Output of subprocesses arrives as messages as well.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        provisioner: Any = self._manager.provisioner
        self._process: subprocess.Popen[bytes] = provisioner.process
        atexit.register(self.end)
        self._client = self._manager.client()
        self._client.start_channels()
        try:
            self._client.wait_for_ready()
        except KeyboardInterrupt:
            self.end()
            raise
        except RuntimeError:  # jupyter_client raises it if the kernel has ended
            raise self._ended() from None

    def run(self, code: str, show: Callable[[_Message], None]) -> _Message:
        """Runs a cell. An interrupt of this process interrupts the cell.

        Args:
            code: text of the cell, in Python.
            show: called immediately with each message that the cell causes.

        Returns:
            the content of Jupyter's `execute_reply`.

        Raises:
            KernelEnded: if the kernel ends before the cell does.
        """
        # With `stop_on_error` a cell sent right after a failed one would not run.
        asked = self._client.execute(code, allow_stdin=False, stop_on_error=False)
        with _interrupts() as interrupts:
            busy = True
            while busy:
                message = self._next(self._client.get_iopub_msg, asked, interrupts)
                show(message)
                busy = message["content"].get("execution_state") != "idle"
            end = time.monotonic() + _LATE_OUTPUT_SECONDS
            with contextlib.suppress(queue.Empty):
                while (left := end - time.monotonic()) > 0:
                    show(self._client.get_iopub_msg(timeout=left))
            return self._next(self._client.get_shell_msg, asked, interrupts)["content"]

    def end(self) -> None:
        """Kills the kernel immediately."""
        atexit.unregister(self.end)
        # Without the manager: no event loop runs any more when this process exits.
        self._process.kill()
        self._process.wait()
        self._client.stop_channels()
        self._manager.cleanup_connection_file()

    def _next(self, get: Callable[..., _Message], asked: str, interrupts: list[int]) -> _Message:
        while True:
            if interrupts:
                interrupts.clear()
                self._manager.interrupt_kernel()
            try:
                message = get(timeout=_POLL_SECONDS)
            except queue.Empty:
                if not self._manager.is_alive():
                    raise self._ended() from None
            else:
                if message["parent_header"].get("msg_id") == asked:
                    return message

    def _ended(self) -> KernelEnded:
        self.end()
        return KernelEnded(kernel.exit_description(self._process.returncode))


@contextlib.contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Collects the interrupts that arrive in the block.

    A KeyboardInterrupt in the block would lose the message that is being read.
    """
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: caught.append(number))
    try:
        yield caught
    finally:
        signal.signal(signal.SIGINT, before)
