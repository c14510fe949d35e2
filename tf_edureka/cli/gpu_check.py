"""Checks and times everything that needs a GPU in one short run, and prints a table."""

import argparse
from collections.abc import Sequence

from tf_edureka import runtime
from tf_edureka.benchmark.timing import describe_error
from tf_edureka.cli import options, reporting
from tf_edureka.errors import InputError
from tf_edureka.runs.console import EpochDisplay

FAILED = 1


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parses the arguments."""
    parser = options.ArgumentParser(
        description="Check everything that needs a GPU in one short run: where tensors are placed, "
        "whether the results agree with the CPU's, how long an epoch takes. Print a table of the "
        "checks.",
        epilog="Exit codes: 0: all checks passed; 1: a check failed; 2: wrong input or no GPU; "
        f"{options.ENDS}.",
    )
    parser.add_argument(
        "--device",
        choices=[device for device in runtime.DEVICES if device != "auto"],
        default="gpu",
        help="device to check; cpu tries the checks themselves on a machine without a GPU "
        "(default: %(default)s)",
    )
    options.add_data_options(parser)
    return parser.parse_args(argv)


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the checks and returns the exit code."""
    args = parse(argv)
    with reporting.importing():
        import tensorflow as tf

        from tf_edureka.cli.gpu_checks import CHECKS, Table

        device = runtime.use_device(args.device)
    data = options.load_data(args)
    if len(data.train.labels) < 1000:
        raise InputError(f"limit: expected at least 1000, got {len(data.train.labels)}")
    place = "GPU:0" if args.device == "gpu" else "CPU:0"
    with EpochDisplay(len(CHECKS), unit="checks") as display:
        display.line(f"TensorFlow {tf.__version__}, {device}, {data.title} ({data.source})")
        table = Table()
        for check in CHECKS:
            try:
                check(table, data, place)
            except Exception as error:  # the other checks still run
                table.add(check.__name__, describe_error(error), "", False)
            display.part_ended("checking")
        display.table(("check", "measured", "expected", ""), table.rows)
        display.line(f"{table.failed} of {len(table.rows)} rows failed")
    return FAILED if table.failed else 0
