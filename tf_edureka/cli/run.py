"""Runs an unchanged TensorFlow 1 script or notebook."""

import argparse
import sys
import threading
from collections.abc import Sequence

from tf_edureka.cli import (
    notebooks,
    options,
    record_options,
    report_only,
    reporting,
    signals,
    store,
)
from tf_edureka.data.mnist import MNIST_FOLDER_VARIABLE
from tf_edureka.errors import InputError
from tf_edureka.runner import period, period_wheels, script, source, stop


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Reads the arguments; needs no TensorFlow, so that --help is quick."""
    parser = options.ArgumentParser(
        description="Run a TensorFlow 1 script or notebook, unchanged, on the installed "
        "TensorFlow 2. Write the script's own options after its name. The same command: python -m "
        "tf_edureka.legacy.",
        epilog="MNIST is read from the folder that the script names, else from "
        f"${MNIST_FOLDER_VARIABLE}, else downloaded. The exit code is the script's own, or for "
        "a notebook 0, or 1 if a cell failed or the kernel died. Other exit codes: 2: wrong input; "
        f"{options.ENDS}.",
    )
    _add_script(parser)
    _add_options(parser)
    record_options.add(parser)
    notebooks.add_options(parser)
    _add_setup_options(parser)
    args = parser.parse_args(argv)
    if args.command[:1] == ["--"]:
        del args.command[0]
    if _is_notebook(args) and len(args.command) > 1:  # which has no options of its own
        args = parser.parse_args([*args.command[1:], args.command[0]], args)
    if not (args.command or args.fetch_period or args.install_kernel):
        parser.error("the following arguments are required: SCRIPT")
    if args.command and not _is_notebook(args) and (args.html or args.keep_going):
        parser.error("--html and --keep-going need a notebook, got a script")
    if args.report_only and not args.command:
        parser.error("--report-only needs a SCRIPT")
    if _is_notebook(args) and args.stop_after:
        parser.error("--stop-after needs a script, got a notebook, which Ctrl-C stops")
    record_options.check(parser, args, is_notebook=_is_notebook(args))
    return args


def _limit(text: str) -> stop.Limit:
    """Parses the argument of --stop-after."""
    number, unit = (text[:-1], "seconds") if text.endswith("s") else (text, "session runs")
    try:
        limit = stop.Limit(float(number) if unit == "seconds" else int(number), unit)
    except ValueError:
        limit = stop.Limit(0, unit)
    if not 0 < limit.number < threading.TIMEOUT_MAX:
        expected = f"expected session runs, such as 100, or seconds, such as 90s, got {text!r}"
        raise argparse.ArgumentTypeError(expected)
    return limit


def _is_notebook(args: argparse.Namespace) -> bool:
    return bool(args.command) and args.command[0].endswith(notebooks.SUFFIX)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seeds",
        choices=("tf1", "tf2"),
        default="tf1",
        help="default seeds of random ops, used if the graph has a seed (tf.set_random_seed) and "
        "the op has none. tf1: those of TensorFlow 1.15, so that the script samples the same "
        "numbers as there. tf2: those of TensorFlow 2 (default: %(default)s)",
    )
    parser.add_argument(
        "--figures",
        type=options.path,
        metavar="DIR",
        help="save figures into this folder when the script calls plt.show() (default: show them; "
        "without a screen, save them into the current folder)",
    )
    parser.add_argument(
        "--report",
        action="store_true",
        help="after the run, list on stderr the TensorFlow 1 names that the script uses, the code "
        "that replaces each in TensorFlow 2, and where the replacement computes other numbers",
    )
    parser.add_argument(
        "--report-only",
        action="store_true",
        help="print that list on stdout without running the script; it includes the modules next "
        "to the script that the script imports",
    )
    parser.add_argument(
        "--stop-after",
        type=_limit,
        metavar="N",
        help="interrupt the script, as Ctrl-C does, after N session runs, or after N seconds if N "
        "ends in s, such as 90s; the exit code is 0 if the script does not handle the interrupt "
        "(default: no limit)",
    )


def _add_setup_options(parser: argparse.ArgumentParser) -> None:
    setup = parser.add_argument_group("setup (SCRIPT may be left out)")
    setup.add_argument(
        "--fetch-period",
        action="store_true",
        help="download the period files, unless they exist: the Python files of TensorFlow 1.15.5, "
        f"Keras 2.3.1 and the packages they need ({period.sizes()}). They are kept in "
        f"${period_wheels.FOLDER_VARIABLE}, or in the user's cache folder if that is not set",
    )
    notebooks.add_kernel_option(setup)


def _add_script(parser: argparse.ArgumentParser) -> None:
    # The script and its options are one argument: else argparse would remove a "--" after SCRIPT.
    command = parser.add_argument(
        "command",
        metavar="SCRIPT",
        nargs=argparse.PARSER,
        default=[],
        help="a script, or - for standard input, followed by the script's options; or a notebook "
        "NAME.ipynb, which runs in its own folder and is saved with its outputs as "
        "NAME.executed.ipynb in the current folder",
    )
    command.required = False  # `parse` checks it: argparse has no nargs for "PARSER or nothing"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the script or notebook of the arguments and returns the exit code."""
    parsed: list[argparse.Namespace] = []

    @reporting.reports_errors
    def parse_arguments() -> int:
        args = parse(argv)
        if args.fetch_period:
            store.fetch(sys.stderr if args.command else sys.stdout)
        if args.install_kernel:
            notebooks.install_kernel()
        parsed.append(args)
        return 0

    code = parse_arguments()
    if not parsed or not parsed[0].command:  # after --help, or if the arguments are wrong
        return code
    args = parsed[0]
    if args.report_only:
        return report_only.run(args)
    if _is_notebook(args):
        return notebooks.run(args)
    try:
        with signals.exit_immediately():
            program = source.read(args.command[0])
            found = store.find(_note)
            script.prepare(
                program,
                args.command,
                store=found,
                replay_seeds=args.seeds == "tf1",
                figures=args.figures,
                report=args.report,
                record=record_options.from_args(args),
            )
    except InputError as error:
        reporting.print_error(error)
        return reporting.USER_ERROR
    # From here on the script handles signals and owns the streams.
    fetch_advice = "" if found else store.fetch_advice(" may have it")
    script.run(program, fetch_advice=fetch_advice, limit=args.stop_after)
    return 0


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
