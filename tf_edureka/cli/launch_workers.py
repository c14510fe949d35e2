"""Trains in several processes of this machine, and starts all again when one of them dies."""

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
)  # the terminal is gone
# Options that `--resume` takes the place of.
REPLACED = ("--overwrite", "--resume")


def parse(argv: Sequence[str] | None) -> tuple[argparse.Namespace, argparse.Namespace]:
    """Reads the launcher's options, and checks those for train-mnist, which follow them."""
    parser = options.ArgumentParser(
        usage="%(prog)s [--timeout SECONDS] [--restarts N] WORKERS [options of train-mnist]",
        description="Train by train-mnist --strategy multiworker in several processes of this "
        "machine. When one dies or nothing happens any more, all are ended and started "
        "again from the last checkpoint. GPUs are shared out evenly. TensorFlow's ports are open "
        "to whoever reaches this machine and can run code by them: let a firewall keep strangers "
        "out.",
        epilog="Exit codes: 3 given up, else those of train-mnist.",
    )
    parser.add_argument("workers", type=int, metavar="WORKERS", help="how many processes")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="for train-mnist")
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
    if not 1 <= args.workers <= MOST_WORKERS:
        raise InputError(f"workers: expected 1 to {MOST_WORKERS}, got {args.workers}")
    if not 0 < args.timeout <= 1e6:
        raise InputError(f"--timeout: expected seconds from above 0 to 1e6, got {args.timeout:g}")
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
        args.options += ["--out", str(training.out)]  # or a new start would find another one
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
            raise InputError(f"{option} is one process; run train-mnist itself")


def launch(args: argparse.Namespace, out: Path, visible: list[str | None]) -> int:
    """Starts the workers until they have come to an end, and gives the exit code."""
    asked: list[int] = []
    for number in HANDLED:
        signal.signal(number, lambda number, _: asked.append(number))
    arguments, left = args.options, args.restarts
    while not asked:
        before = newest_checkpoint(out)
        with Attempt(out, arguments, visible=visible, timeout=args.timeout) as attempt:
            attempt.follow(asked)
            codes = [worker.code for worker in attempt.workers if worker.code is not None]
            reason = attempt.reason()
        for index, worker in enumerate(attempt.workers):
            print(f"worker {index}: {worker.outcome}", file=sys.stderr)
        if reporting.USER_ERROR in codes:
            return reporting.USER_ERROR
        if all(0 <= code != LOST_WORKER for code in codes):
            return max(codes)
        if asked:
            break
        if newest_checkpoint(out) not in ("", before):
            left = args.restarts
            arguments = [one for one in args.options if one not in REPLACED] + ["--resume"]
        else:  # what is there, if anything, is of an earlier run
            left -= 1
        if left < 0:
            print(
                f"error: {reason}; given up after {args.restarts} restarts without a new "
                "checkpoint",
                file=sys.stderr,
            )
            return GAVE_UP
        point = "from the last checkpoint" if "--resume" in arguments else "from the beginning"
        print(f"note: {reason}; all start again {point}", file=sys.stderr, flush=True)
    return signals.SIGNALLED + asked[0]


def shares_of_gpus(workers: int, device: str) -> list[str | None]:
    """Which GPUs each worker sees: two processes cannot train together on the same one.

    Gives a value of CUDA_VISIBLE_DEVICES for each; None to leave it as it is.
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


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Launches as the arguments say and gives the exit code."""
    args, training = parse(argv)
    return launch(args, training.out, shares_of_gpus(args.workers, training.device))
