"""Times this project against other implementations of the same network and batches."""

import argparse
import sys
import time
from collections.abc import Sequence

from tf_edureka.benchmark import timing
from tf_edureka.benchmark.task import Task
from tf_edureka.benchmark.worker import WorkerLost
from tf_edureka.cli import options, out, reporting
from tf_edureka.errors import InputError

MEASURES = ("epoch", "networks", "growth")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parses the arguments; imports no TensorFlow, so that --help is quick."""
    parser = options.ArgumentParser(
        description="Time this project's training against other implementations of the same "
        "784-256-256-10 network, trained on the same batches of 100 with Adam. Each implementation "
        "runs in its own process, and they take turns, one epoch each.",
        epilog="Other frameworks are timed if they are installed: pip install torch jax "
        "scikit-learn. Exit codes: 0: measured; 1: an implementation failed or learned less than "
        f"the others; 2: wrong input; {options.ENDS}.",
    )
    parser.add_argument(
        "--measure",
        choices=MEASURES,
        default="epoch",
        help="what to measure. epoch: an epoch of each implementation. networks: several networks "
        "trained at the same time. growth: time and memory of this project with more images, more "
        "hidden units and larger batches, one after the other (default: %(default)s)",
    )
    names = "; ".join(f"{one.name} = {one.title}" for one in timing.IMPLEMENTATIONS)
    parser.add_argument(
        "--ways",
        nargs="+",
        choices=[one.name for one in timing.IMPLEMENTATIONS],
        metavar="NAME",
        help=f"implementations to time (default: all that are installed; project_search only on a "
        f"GPU). Each NAME with its title in the table: {names}. XLA is TensorFlow's compiler; "
        "50 steps means 50 steps per call",
    )
    parser.add_argument(
        "--epochs",
        type=int,
        default=5,
        metavar="N",
        help="number of timed epochs of each implementation, after a first one that is not timed "
        "(default: %(default)s)",
    )
    options.add_data_options(parser)
    options.add_run_options(parser, "runs/benchmark")
    args = parser.parse_args(argv)
    if not 1 <= args.epochs <= 1000:
        raise InputError(f"epochs: expected 1 to 1000, got {args.epochs}")
    if args.ways and args.measure != "epoch":
        raise InputError(
            f"--ways requires --measure epoch; --measure {args.measure} times only this project"
        )
    return args


def selected(names: Sequence[str] | None) -> list[timing.Implementation]:
    """Returns the implementations to time: those with these `names`, or all installed ones."""
    implementations = [one for one in timing.IMPLEMENTATIONS if names is None or one.name in names]
    absent = sorted({one.needs for one in implementations if not one.is_installed})
    if names and absent:
        raise InputError(f"--ways: expected {', '.join(absent)} to be installed; pip install it")
    if absent:
        print(f"note: not timed, since not installed: {', '.join(absent)}", file=sys.stderr)
    return [one for one in implementations if one.is_installed]


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Measures as the arguments ask and returns the exit code."""
    args = parse(argv)
    reporting.expect_matplotlib_backend()
    implementations = selected(args.ways)
    folder = out.run_folder(args, "benchmark", (f"{args.measure}.json", f"{args.measure}.png"))
    began = time.perf_counter()
    data = options.load_data(args)
    seconds = time.perf_counter() - began
    print(f"{data.title} ({data.source}), loaded in {seconds:.1f} s", flush=True)
    try:
        device, kind = timing.device(args.device)
    except WorkerLost as lost:
        raise InputError(f"device: TensorFlow could not be started: {lost}") from None
    if args.ways is None:
        implementations = [one for one in implementations if kind == "gpu" or not one.for_gpu]
    task = Task(data, kind)
    if not task.steps:
        raise InputError(f"limit: expected at least {task.batch_size}, got {args.limit}")
    from tf_edureka.benchmark.report import (
        Report,
    )  # imports matplotlib, which is slow; not needed for --help

    report = Report(task, device, folder)
    with folder.claimed():
        if args.measure == "growth":
            return report.growth()
        if args.measure == "networks":
            return report.networks(args.epochs)
        return report.epoch(implementations, args.epochs)
