"""Trains in several processes of this machine, and starts all again when one of them dies."""

import argparse
import contextlib
import ctypes
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

import train_mnist

from tf_edureka import checkpoint, cli
from tf_edureka.cluster import VARIABLE
from tf_edureka.doctor.cuda import VISIBLE, Driver
from tf_edureka.errors import InputError

GAVE_UP = 3
LOOK_EVERY = 0.2
# When a worker says that it lost another, for that one to show how it ended.
SECONDS_TO_SHOW = 15
GOES_ON = (signal.SIGINT, signal.SIGTERM)
ENDING = (*GOES_ON, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))  # the terminal is gone
# Options that `--resume` takes the place of.
REPLACED = ("--overwrite", "--resume")


def parse(argv):
    """Reads the launcher's options; what follows is for train_mnist.py, and looked at here."""
    parser = cli.ArgumentParser(
        usage="%(prog)s [--timeout SECONDS] [--restarts N] WORKERS [options of train_mnist.py]",
        description="Train by scripts/train_mnist.py --strategy multiworker in several processes "
        "of this machine. When one dies or nothing happens any more, all are ended and started "
        "again from the last checkpoint. GPUs are shared out evenly.",
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
    if train_mnist.parse(args.options).strategy == "mirrored":
        raise InputError("--strategy mirrored is one process; run train_mnist.py itself")
    args.options += ["--strategy", "multiworker"]
    training = train_mnist.parse(args.options)
    train_mnist.configure(training)
    train_mnist.run_folder(training)
    if training.wait is None:
        args.options += ["--wait", f"{args.timeout:g}"]
    return args, training


class Worker:
    """A process that trains, and how it ended.

    Args:
        index: of the worker.
        options: for train_mnist.py.
        environment: of the process.
        lines: takes what it prints.
    """

    def __init__(self, index: int, options: list[str], environment: dict, lines: queue.Queue):
        self.killed = ""
        script = Path(__file__).with_name("train_mnist.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C comes through the launcher
            preexec_fn=end_with_the_launcher,
        )
        self._readers = [
            threading.Thread(target=self._read, args=(index, pipe, to, lines), daemon=True)
            for pipe, to in ((self.process.stdout, sys.stdout), (self.process.stderr, sys.stderr))
        ]
        for reader in self._readers:
            reader.start()

    @property
    def code(self) -> int | None:
        """Exit code; negative: minus the signal that ended it; None while it runs."""
        return self.process.poll()

    @property
    def end(self) -> str:
        """How it ended, in words."""
        if self.killed:
            return f"ended by the launcher, {self.killed}"
        if self.code is None:
            return "runs, but does not answer"
        return f"killed by {_signal(-self.code)}" if self.code < 0 else f"exit code {self.code}"

    def kill(self, reason: str) -> None:
        """Ends it at once, if it runs: while it waits for another it hears nothing else."""
        if self.code is None:
            self.killed = reason
            self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join(timeout=5)

    @staticmethod
    def _read(index: int, pipe, to, lines: queue.Queue) -> None:
        for line in pipe:
            lines.put((f"[{index}] {line}", to))


class Attempt:
    """All workers, from their start to their end. To be used as a context, which ends them.

    Args:
        args: `workers`, and `timeout`, after which silence is an end.
        out: where the chief writes, and with it the checkpoints.
        options: for train_mnist.py.
        visible: what CUDA_VISIBLE_DEVICES is for each worker; None to leave it as it is.
    """

    def __init__(self, args, out: Path, options: list[str], visible: list[str | None]) -> None:
        self._args, self._out, self._options, self._visible = args, out, options, visible
        self._lines: queue.Queue = queue.Queue()
        self._held = contextlib.ExitStack()
        self.workers: list[Worker] = []

    def __enter__(self) -> "Attempt":
        """Starts the workers."""
        try:
            addresses = [f"127.0.0.1:{self._port()}" for _ in range(self._args.workers)]
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

    def __exit__(self, *_) -> None:
        """Ends those that still run, and prints what is left to print."""
        for worker in self.workers:
            worker.kill("another one had ended")
        while self._print():
            pass
        self._held.close()

    def follow(self, asked: list[int]) -> None:
        """Prints what the workers print until they have ended or are not worth waiting for.

        Args:
            asked: the signals that ask to end; grows meanwhile. The first goes on to the workers,
                which end after their epoch, the second kills them.
        """
        alive, stood, passed, until = time.monotonic(), newest(self._out), 0, None
        while None in (codes := [worker.code for worker in self.workers]):
            if self._print() or newest(self._out) != stood:
                alive, stood = time.monotonic(), newest(self._out)
            for number in asked[passed:]:
                passed += 1
                for worker in self.workers:
                    if passed > 1:
                        worker.kill("asked twice to end")
                    elif worker.code is None:
                        worker.process.send_signal(number if number in GOES_ON else signal.SIGTERM)
            now = time.monotonic()
            if any(code is not None and (code < 0 or code == cli.USER_ERROR) for code in codes):
                return
            if until is None and train_mnist.LOST_WORKER in codes:
                until = now + SECONDS_TO_SHOW
            if until is not None and now > until:
                return
            if now - alive > self._args.timeout:
                for worker in self.workers:
                    worker.kill(f"no sign of life for {self._args.timeout:g} s")

    def reason(self) -> str:
        """Why the training cannot go on, in words."""
        ends = [(f"worker {i}: {worker.end}", worker.code) for i, worker in enumerate(self.workers)]
        # If one ended by itself the others lost it; if none did, one of them hangs.
        causes = [end for end, code in ends if code not in (None, 0, train_mnist.LOST_WORKER)]
        return ", ".join(causes or [end for end, code in ends if code != 0])

    def _print(self) -> bool:
        """Prints what the workers have printed; waits a moment, and says whether anything came."""
        came = False
        with contextlib.suppress(queue.Empty):
            while True:
                line, to = self._lines.get(timeout=0 if came else LOOK_EVERY)
                came = True
                try:
                    print(line, end="", file=to, flush=True)
                except BrokenPipeError:  # the reader has left, as `| head` does: go on without it
                    os.dup2(os.open(os.devnull, os.O_WRONLY), to.fileno())
        return came

    def _port(self) -> int:
        """A port that nothing uses, and that nothing else is given meanwhile."""
        holder = self._held.enter_context(socket.socket())
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the worker may have it
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


def launch(args, out: Path, visible: list[str | None]) -> int:
    """Starts the workers until they have come to an end, and gives the exit code."""
    asked: list[int] = []
    for number in ENDING:
        signal.signal(number, lambda number, _: asked.append(number))
    options, left = args.options, args.restarts
    while not asked:
        before = newest(out)
        with Attempt(args, out, options, visible) as attempt:
            attempt.follow(asked)
            codes = [worker.code for worker in attempt.workers if worker.code is not None]
            reason = attempt.reason()
        for index, worker in enumerate(attempt.workers):
            print(f"worker {index}: {worker.end}", file=sys.stderr)
        if cli.USER_ERROR in codes:
            return cli.USER_ERROR
        if all(0 <= code != train_mnist.LOST_WORKER for code in codes):
            return max(codes)
        if asked:
            break
        if newest(out) not in ("", before):
            left = args.restarts
            options = [option for option in args.options if option not in REPLACED] + ["--resume"]
        else:  # what is there, if anything, is of an earlier run
            left -= 1
        if left < 0:
            print(
                f"error: {reason}; given up after {args.restarts} restarts without a new "
                "checkpoint",
                file=sys.stderr,
            )
            return GAVE_UP
        point = "from the last checkpoint" if "--resume" in options else "from the beginning"
        print(f"note: {reason}; all start again {point}", file=sys.stderr, flush=True)
    return cli.SIGNALLED + asked[0]


def shares_of_gpus(workers: int, device: str) -> list[str | None]:
    """Which GPUs each worker sees: two processes cannot train together on the same one.

    Args:
        workers: how many share them.
        device: that was asked for; on the CPU there is nothing to share.

    Returns:
        a value of CUDA_VISIBLE_DEVICES for each; None to leave it as it is.

    Raises:
        InputError: when there are fewer GPUs than workers, but some.
    """
    visible = os.environ.get(VISIBLE)
    gpus = [str(i) for i in range(Driver().count)] if visible is None else visible.split(",")
    gpus = [gpu for gpu in gpus if gpu.strip() not in ("", "-1")]
    if device == "cpu" or not gpus:
        return [None] * workers
    share = len(gpus) // workers
    if not share:
        raise InputError(
            f"workers: expected at most {len(gpus)}, the GPUs here, got {workers}; --device cpu "
            "trains on the CPU"
        )
    return [",".join(gpus[i * share : (i + 1) * share]) for i in range(workers)]


def newest(folder: Path) -> str:
    """The newest checkpoint in a folder, by its name."""
    return next((path.name for path in checkpoint.newest_first(folder)), "")


def _end_with_parent() -> None:
    _LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


# Linux ends the workers when the launcher is killed; elsewhere they train on to their end.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
end_with_the_launcher = _end_with_parent if _LIBC else None


def _signal(number: int) -> str:
    return signal.Signals(number).name if number in {*signal.Signals} else f"signal {number}"


@cli.reports_errors
def main(argv=None) -> int:
    """Launches as the arguments say and gives the exit code."""
    args, training = parse(argv)
    return launch(args, training.out, shares_of_gpus(args.workers, training.device))


if __name__ == "__main__":
    sys.exit(main())
