"""Trains in several processes on this machine; restarts all of them when one dies."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tf_edureka.cli import options, reporting, run_record, signals, train_arguments
from tf_edureka.cli.supervised import LOST_WORKER
from tf_edureka.cli.workers import FORWARDED, Attempt, newest_checkpoint
from tf_edureka.doctor.cuda import VISIBLE, Driver
from tf_edureka.errors import InputError
from tf_edureka.mlp.distribution.cluster import MOST_WORKERS

GAVE_UP = LOST_WORKER
HANDLED = (
    *FORWARDED,
    *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []),
)  # SIGHUP: the terminal was closed
# Options that `--resume` replaces.
REPLACED = ("--overwrite", "--resume")


def parse(argv: Sequence[str] | None) -> tuple[argparse.Namespace, argparse.Namespace]:
    """Parses the launcher's options and the options of train-mnist that follow them."""
    parser = options.ArgumentParser(
        usage="%(prog)s [--timeout SECONDS] [--restarts N] WORKERS [options of train-mnist]",
        description="Run train-mnist --strategy multiworker in several processes (workers) on this "
        "machine. If one dies, or all are silent for too long, end them all and restart them from "
        "the last checkpoint. The GPUs are divided evenly among the workers. Anyone who reaches "
        "TensorFlow's ports on this machine can run code through them: protect them with a "
        "firewall.",
        epilog="Exit codes: 3: gave up after too many restarts; all others as in train-mnist.",
    )
    parser.add_argument("workers", type=int, metavar="WORKERS", help="number of processes")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="options of train-mnist")
    parser.add_argument(
        "--timeout",
        type=float,
        default=300,
        metavar="SECONDS",
        help="restart all workers if none has printed a line or written a checkpoint for this long "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--restarts",
        type=int,
        default=3,
        metavar="N",
        help="give up after N restarts without a new checkpoint (default: %(default)s)",
    )
    args = parser.parse_args(argv)
    if not 1 <= args.workers <= MOST_WORKERS:
        raise InputError(f"workers: expected 1 to {MOST_WORKERS}, got {args.workers}")
    if not 0 < args.timeout <= 1e6:
        raise InputError(f"--timeout: expected seconds above 0, at most 1e6, got {args.timeout:g}")
    if args.restarts < 0:
        raise InputError(f"--restarts: expected at least 0, got {args.restarts}")
    training = train_arguments.parse(args.options)
    _expect_several_processes(training)
    training.strategy = "multiworker"
    args.options += ["--strategy", "multiworker"]
    train_arguments.configure(training)
    named = training.out is not None
    run_record.run_folder(training)
    if not named:
        args.options += [
            "--out",
            str(training.out),
        ]  # otherwise a restart would choose another folder
    if training.wait is None:
        args.options += ["--wait", f"{args.timeout:g}"]
    return args, training


def _expect_several_processes(training: argparse.Namespace) -> None:
    for option, given in {
        "--strategy mirrored": training.strategy == "mirrored",
        "--implementation legacy": training.implementation == "legacy",
        "--seeds": training.seeds is not None,
    }.items():
        if given:
            raise InputError(f"{option} runs in one process; use train-mnist instead")


def launch(args: argparse.Namespace, out: Path, visible: list[str | None]) -> int:
    """Starts the workers, restarts them as needed, and returns the exit code."""
    received: list[int] = []
    for number in HANDLED:
        signal.signal(number, lambda number, _: received.append(number))
    arguments, left = args.options, args.restarts
    while not received:
        before = newest_checkpoint(out)
        with Attempt(out, arguments, visible=visible, timeout=args.timeout) as attempt:
            attempt.follow(received)
            codes = [worker.code for worker in attempt.workers if worker.code is not None]
            reason = attempt.reason()
        for index, worker in enumerate(attempt.workers):
            print(f"worker {index}: {worker.outcome}", file=sys.stderr)
        if reporting.USER_ERROR in codes:
            return reporting.USER_ERROR
        if all(0 <= code != LOST_WORKER for code in codes):
            return max(codes)
        if received:
            break
        if newest_checkpoint(out) not in ("", before):
            left = args.restarts
            arguments = [one for one in args.options if one not in REPLACED] + ["--resume"]
        else:  # any checkpoint there is of an earlier run
            left -= 1
        if left < 0:
            print(
                f"error: {reason}; gave up after {args.restarts} restarts without a new checkpoint",
                file=sys.stderr,
            )
            return GAVE_UP
        point = "from the last checkpoint" if "--resume" in arguments else "from the start"
        print(f"note: {reason}; restarting all workers {point}", file=sys.stderr, flush=True)
    return signals.SIGNALLED + received[0]


def shares_of_gpus(workers: int, device: str) -> list[str | None]:
    """Divides the GPUs among the workers: two processes cannot train together on the same GPU.

    Returns CUDA_VISIBLE_DEVICES for each worker; None to leave the variable unchanged.
    """
    visible = os.environ.get(VISIBLE)
    gpus = [str(i) for i in range(Driver().count)] if visible is None else visible.split(",")
    gpus = [gpu for gpu in gpus if gpu.strip() not in ("", "-1")]
    if device == "cpu" or not gpus:
        return [None] * workers
    share = len(gpus) // workers
    if not share:
        raise InputError(
            f"workers: expected at most {len(gpus)}, the number of GPUs, got {workers}; give "
            "--device cpu to train on the CPU"
        )
    return [",".join(gpus[i * share : (i + 1) * share]) for i in range(workers)]


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Launches the workers and returns the exit code."""
    args, training = parse(argv)
    return launch(args, training.out, shares_of_gpus(args.workers, training.device))
