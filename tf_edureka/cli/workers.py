"""Starts worker processes on this machine and watches them."""

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, TextIO

from tf_edureka import runtime
from tf_edureka.cli.reporting import USER_ERROR
from tf_edureka.cli.supervised import LOST_WORKER
from tf_edureka.doctor.cuda import VISIBLE
from tf_edureka.mlp.distribution.cluster import VARIABLE
from tf_edureka.runs import checkpoint

POLL_SECONDS = 0.2
# After a worker reports a lost one: time for the lost one to end and show its exit code.
GRACE_SECONDS = 15
FORWARDED = (signal.SIGINT, signal.SIGTERM)
Lines = queue.Queue[tuple[str, TextIO]]  # each with the stream to print it to


class Worker:
    """A process that runs train-mnist with these `options`; its output goes to `lines`."""

    def __init__(
        self, index: int, options: list[str], environment: dict[str, str], lines: Lines
    ) -> None:
        self.killed = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tf_edureka", "train-mnist", *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,  # the launcher forwards Ctrl-C
            # On other systems they train to the end if the launcher is killed.
            preexec_fn=runtime.die_with_parent if sys.platform == "linux" else None,
        )
        self._readers = [
            threading.Thread(target=self._read, args=(index, pipe, to, lines), daemon=True)
            for pipe, to in ((self.process.stdout, sys.stdout), (self.process.stderr, sys.stderr))
        ]
        for reader in self._readers:
            reader.start()

    @property
    def code(self) -> int | None:
        """Exit code; minus the signal's number if a signal ended it; None while it runs."""
        return self.process.poll()

    @property
    def outcome(self) -> str:
        """Description of how the process ended."""
        if self.killed:
            return f"ended by the launcher, {self.killed}"
        if self.code is None:
            return "is running, but does not respond"
        if self.code < 0:
            return f"killed by {runtime.signal_name(-self.code)}"
        return f"exit code {self.code}"

    def kill(self, reason: str) -> None:
        """Kills the process if it runs: while it waits for others it handles no signal."""
        if self.code is None:
            self.killed = reason
            self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join(timeout=5)

    @staticmethod
    def _read(index: int, pipe: IO[str], to: TextIO, lines: Lines) -> None:
        for line in pipe:
            lines.put((f"[{index}] {line}", to))


class Attempt:
    """All workers, from their start to their end; use it as a context manager, which ends them.

    The chief writes results and checkpoints to `out`. `visible` is CUDA_VISIBLE_DEVICES of each
    worker, None to leave it unchanged. After `timeout` seconds without output they are killed.
    """

    def __init__(
        self, out: Path, options: list[str], *, visible: list[str | None], timeout: float
    ) -> None:
        self._out, self._options, self._visible = out, options, visible
        self._timeout = timeout
        self._lines = Lines()
        self._held = contextlib.ExitStack()
        self.workers: list[Worker] = []

    def __enter__(self) -> "Attempt":
        """Starts the workers."""
        try:
            addresses = [f"127.0.0.1:{self._port()}" for _ in self._visible]
            for index, visible in enumerate(self._visible):
                cluster = {"worker": addresses}
                task = {"cluster": cluster, "task": {"type": "worker", "index": index}}
                environment = {**os.environ, VARIABLE: json.dumps(task)}
                if visible is not None:
                    environment[VISIBLE] = visible
                self.workers.append(Worker(index, self._options, environment, self._lines))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Kills the workers that still run and prints the remaining output."""
        for worker in self.workers:
            worker.kill("another worker had ended")
        while self._print():
            pass
        self._held.close()

    def follow(self, received: list[int]) -> None:
        """Prints the output of the workers until all have ended or one has failed.

        `received` collects the signals that ask to end. The first is forwarded to the workers,
        which end after their epoch; the second kills them.
        """
        alive, last_checkpoint, passed, until = (
            time.monotonic(),
            newest_checkpoint(self._out),
            0,
            None,
        )
        while None in (codes := [worker.code for worker in self.workers]):
            if self._print() or newest_checkpoint(self._out) != last_checkpoint:
                alive, last_checkpoint = time.monotonic(), newest_checkpoint(self._out)
            for number in received[passed:]:
                passed += 1
                for worker in self.workers:
                    if passed > 1:
                        worker.kill("interrupted twice")
                    elif worker.code is None:
                        worker.process.send_signal(
                            number if number in FORWARDED else signal.SIGTERM
                        )
            now = time.monotonic()
            if any(code is not None and (code < 0 or code == USER_ERROR) for code in codes):
                return
            if until is None and LOST_WORKER in codes:
                until = now + GRACE_SECONDS
            if until is not None and now > until:
                return
            if now - alive > self._timeout:
                for worker in self.workers:
                    worker.kill(f"no output for {self._timeout:g} s")

    def reason(self) -> str:
        """Returns why the training cannot continue, in words."""
        ends = [
            (f"worker {i}: {worker.outcome}", worker.code) for i, worker in enumerate(self.workers)
        ]
        # A worker that ended by itself is the cause; if none did, one of them hangs.
        causes = [end for end, code in ends if code not in (None, 0, LOST_WORKER)]
        return ", ".join(causes or [end for end, code in ends if code != 0])

    def _print(self) -> bool:
        """Prints new output of the workers, waiting a moment for it; returns True if any came."""
        came = False
        with contextlib.suppress(queue.Empty):
            while True:
                line, to = self._lines.get(timeout=0 if came else POLL_SECONDS)
                came = True
                print(line, end="", file=to, flush=True)
        return came

    def _port(self) -> int:
        """Reserves a free port until the workers use it, and returns its number."""
        holder = self._held.enter_context(socket.socket())
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the worker may bind it too
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


def newest_checkpoint(folder: Path) -> str:
    """Returns the name of the newest checkpoint in a folder; empty if there is none."""
    return next((path.name for path in checkpoint.newest_first(folder)), "")
