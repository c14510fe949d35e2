"""Trains in several processes of this machine, and starts all again when one of them dies."""

import argparse
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
from dataclasses import dataclass, field
from pathlib import Path

import train_mnist

from tf_edureka import checkpoint, cli
from tf_edureka.cluster import VARIABLE
from tf_edureka.errors import InputError

GAVE_UP = 3
# What another attempt would not change: trained, not good enough, wrong input, asked to end.
FINAL = (0, 1, cli.USER_ERROR, *(cli.SIGNALLED + n for n in (signal.SIGINT, signal.SIGTERM)))
LOOK_EVERY = 0.2
SECONDS_TO_FOLLOW = 5  # when one has found its input wrong, for the others to find so too


def parse(argv):
    """Reads the launcher's options; what follows is for train_mnist.py, and looked at here."""
    parser = cli.ArgumentParser(
        usage="%(prog)s [--timeout SECONDS] [--restarts N] WORKERS [options of train_mnist.py]",
        description="Train by scripts/train_mnist.py --strategy multiworker in several processes "
        "of this machine. When one dies or nothing happens any more, all are ended and started "
        "again from the last checkpoint.",
        epilog="Exit codes: 3 given up, else those of train_mnist.py.",
    )
    parser.add_argument("workers", type=int, metavar="WORKERS", help="how many processes")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="for train_mnist.py")
    parser.add_argument(
        "--timeout",
        type=float,
        default=300,
        metavar="SECONDS",
        help="end and start all again when there was neither a line nor a checkpoint for so long "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--restarts",
        type=int,
        default=3,
        metavar="N",
        help="give up after so many without a new checkpoint (default: %(default)s)",
    )
    args = parser.parse_args(argv)
    if args.workers < 1:
        raise InputError(f"workers: expected at least 1, got {args.workers}")
    if not 0 < args.timeout <= 1e6:
        raise InputError(f"--timeout: expected seconds from above 0 to 1e6, got {args.timeout:g}")
    if args.restarts < 0:
        raise InputError(f"--restarts: expected at least 0, got {args.restarts}")
    args.options += ["--strategy", "multiworker"]
    training = train_mnist.parse(args.options)
    train_mnist.configure(training)
    train_mnist.run_folder(training)
    if training.wait is None:
        args.options += ["--wait", f"{args.timeout:g}"]
    return args, training


@dataclass
class Worker:
    """A process that trains, and how it ended."""

    process: subprocess.Popen
    killed: str = ""
    threads: list[threading.Thread] = field(default_factory=list)

    @property
    def code(self) -> int | None:
        """Exit code; negative: minus the signal that ended it; None while it runs."""
        return self.process.poll()

    @property
    def end(self) -> str:
        """How it ended, in words."""
        code = self.code
        if self.killed:
            return f"ended by the launcher, {self.killed}"
        if code is None:
            return "runs"
        if code < 0:
            return f"killed by {signal.Signals(-code).name}"
        return f"exit code {code}"


class Attempt:
    """All workers, started together.

    Args:
        workers: how many.
        options: for each of them.
    """

    def __init__(self, workers: int, options: list[str]) -> None:
        self._lines: queue.Queue = queue.Queue()
        addresses = [f"127.0.0.1:{port}" for port in free_ports(workers)]
        script = Path(__file__).with_name("train_mnist.py")
        self.workers = []
        for index in range(workers):
            task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
            process = subprocess.Popen(
                [sys.executable, str(script), *options],
                env={**os.environ, VARIABLE: json.dumps(task)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                start_new_session=True,  # Ctrl-C comes through the launcher
            )
            self.workers.append(Worker(process))
            for pipe, to in ((process.stdout, sys.stdout), (process.stderr, sys.stderr)):
                reader = threading.Thread(target=self._read, args=(index, pipe, to), daemon=True)
                reader.start()
                self.workers[-1].threads.append(reader)

    def lines(self) -> bool:
        """Prints what the workers have printed since; waits a moment, and says whether any came."""
        came = False
        with contextlib.suppress(queue.Empty):
            while True:
                index, line, to = self._lines.get(timeout=0 if came else LOOK_EVERY)
                came = True
                print(f"[{index}] {line}", end="", file=to, flush=True)
        return came

    def ended(self) -> list[int]:
        """Exit codes of those that have ended."""
        return [worker.code for worker in self.workers if worker.code is not None]

    def signal(self, number: int) -> None:
        """Passes a signal on to those that run."""
        for worker in self.workers:
            if worker.code is None:
                worker.process.send_signal(number)

    def kill(self, reason: str) -> None:
        """Ends those that run at once: one that waits for another does not hear anything else."""
        for worker in self.workers:
            if worker.code is None:
                worker.killed = reason
                worker.process.kill()
        for worker in self.workers:
            worker.process.wait()
            for thread in worker.threads:
                thread.join(timeout=5)
        while self.lines():
            pass

    def _read(self, index: int, pipe, to) -> None:
        for line in pipe:
            self._lines.put((index, line, to))


class Launcher:
    """Starts the workers until they have come to an end.

    Args:
        args: `workers`, `timeout`, `restarts`, and `options` for train_mnist.py.
        out: where the chief writes, and with it the checkpoints.
    """

    def __init__(self, args, out: Path) -> None:
        self._args, self._out = args, out
        self._asked = 0  # the signal that asked to end
        self._attempt: Attempt | None = None

    def run(self) -> int:
        """Trains, and gives the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        options, left = self._args.options, self._args.restarts
        while True:
            before = newest(self._out)
            self._attempt = Attempt(self._args.workers, options)
            try:
                reason = self._watch(self._attempt)
            finally:
                self._attempt.kill("another one had ended")
            codes = self._attempt.ended()
            for index, worker in enumerate(self._attempt.workers):
                print(f"worker {index}: {worker.end}", file=sys.stderr)
            if not reason:
                return max(codes)
            if self._asked:
                return cli.SIGNALLED + self._asked
            if newest(self._out) != before:
                left = self._args.restarts
                options = [option for option in options if option != "--overwrite"]
                options = [*options, "--resume"]
            else:  # what is there, if anything, is of an earlier run
                left -= 1
            if left < 0:
                print(
                    f"error: {reason}; given up after {self._args.restarts} restarts without a new "
                    "checkpoint",
                    file=sys.stderr,
                )
                return GAVE_UP
            point = "from the last checkpoint" if "--resume" in options else "from the beginning"
            print(f"note: {reason}; all start again {point}", file=sys.stderr, flush=True)

    def _watch(self, attempt: Attempt) -> str:
        """Follows the workers to their end; the result says why all have to start again, if so."""
        alive, stood = time.monotonic(), newest(self._out)
        until = None  # when to stop waiting for the others
        while len(attempt.ended()) < len(attempt.workers):
            if attempt.lines() or newest(self._out) != stood:
                alive, stood = time.monotonic(), newest(self._out)
            now = time.monotonic()
            if any(code not in FINAL for code in attempt.ended()):
                break
            if until is None and cli.USER_ERROR in attempt.ended():
                until = now + SECONDS_TO_FOLLOW
            if until is not None and now > until:
                break
            if now - alive > self._args.timeout:
                attempt.kill(f"no sign of life for {self._args.timeout:g} s")
        while attempt.lines():
            pass
        dead = [
            f"worker {index}: {worker.end}"
            for index, worker in enumerate(attempt.workers)
            if worker.code is not None and worker.code not in FINAL
        ]
        return ", ".join(dead)

    def _on_signal(self, number: int, _) -> None:
        if self._attempt:
            self._attempt.signal(number if not self._asked else signal.SIGKILL)
        self._asked = number


def newest(folder: Path) -> str:
    """The newest checkpoint in a folder, by its name."""
    return next((path.name for path in checkpoint.newest_first(folder)), "")


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nothing uses at the moment."""
    with contextlib.ExitStack() as sockets:
        taken = [
            sockets.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [one.getsockname()[1] for one in taken]


@cli.reports_errors
def main(argv=None) -> int:
    """Launches as the arguments say and gives the exit code."""
    args, training = parse(argv)
    return Launcher(args, training.out).run()


if __name__ == "__main__":
    sys.exit(main())
