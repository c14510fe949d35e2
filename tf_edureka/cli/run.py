"""Runs a TensorFlow 1 script or notebook, not a line changed."""

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
        description="Runs a TensorFlow 1 script or notebook, not a line changed, on the TensorFlow "
        "2 that is installed. Options of the script's own come after it.",
        epilog=f"MNIST is found where the script asks for it, else in the folder that "
        f"${MNIST_FOLDER_VARIABLE} names, else downloaded.",
    )
    _add_options(parser)
    record_options.add(parser)
    notebooks.add_options(parser)
    _add_script(parser)
    args = parser.parse_args(argv)
    if args.command[:1] == ["--"]:
        del args.command[0]
    if _is_notebook(args) and len(args.command) > 1:  # which has no options of its own
        args = parser.parse_args([*args.command[1:], args.command[0]], args)
    if not (args.command or args.fetch_period or args.install_kernel):
        parser.error("the following arguments are required: SCRIPT")
    if args.command and not _is_notebook(args) and (args.html or args.keep_going):
        parser.error("--html and --keep-going are for a notebook")
    if args.report_only and not args.command:
        parser.error("--report-only needs a SCRIPT")
    if _is_notebook(args) and args.stop_after:
        parser.error("--stop-after is for a script; Ctrl-C ends a notebook")
    record_options.check(parser, args, is_notebook=_is_notebook(args))
    return args


def _limit(text: str) -> stop.Limit:
    """A limit from `text` of the command line."""
    number, unit = (text[:-1], "seconds") if text.endswith("s") else (text, "session runs")
    try:
        limit = stop.Limit(float(number) if unit == "seconds" else int(number), unit)
    except ValueError:
        limit = stop.Limit(0, unit)
    if not 0 < limit.number < threading.TIMEOUT_MAX:
        expected = f"expected session runs, as in 100, or seconds, as in 90s, got {text!r}"
        raise argparse.ArgumentTypeError(expected)
    return limit


def _is_notebook(args: argparse.Namespace) -> bool:
    return bool(args.command) and args.command[0].endswith(notebooks.SUFFIX)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seeds",
        choices=("tf1", "tf2"),
        default="tf1",
        help="which seed an op without one gets in a graph with one: that of TensorFlow 1.15, so "
        "that a seeded script prints what it printed then, or that of TensorFlow 2 (default: "
        "%(default)s)",
    )
    parser.add_argument(
        "--figures",
        type=options.path,
        metavar="DIR",
        help="save each figure that plt.show() would show into this folder (default: show it; "
        "without a screen, save it into the current folder)",
    )
    parser.add_argument(
        "--report",
        action="store_true",
        help="say at the end, on stderr, what the script uses of TensorFlow 1, what one writes "
        "today, and where that changes numbers",
    )
    parser.add_argument(
        "--report-only",
        action="store_true",
        help="say that on stdout, and run nothing; modules beside the script are found by its "
        "imports",
    )
    parser.add_argument(
        "--stop-after",
        type=_limit,
        metavar="N",
        help="stop the script after N session runs, or after seconds as in 90s, as Ctrl-C would; "
        "if it does not handle that, the exit code is 0 (default: let it run)",
    )
    parser.add_argument(
        "--fetch-period",
        action="store_true",
        help="first download the Python files of TensorFlow 1.15.5 and its companions "
        f"({period.sizes()}), unless they are there, into the folder that "
        f"${period_wheels.FOLDER_VARIABLE} names, else into the user's caches; needs no SCRIPT",
    )


def _add_script(parser: argparse.ArgumentParser) -> None:
    # One argument: were the script one of its own, argparse would take a "--" after it for its own.
    command = parser.add_argument(
        "command",
        metavar="SCRIPT",
        nargs=argparse.PARSER,
        default=[],
        help="the script, or - for one on standard input, and what it is given; or a notebook, "
        "which is run in its folder and written, executed, to NAME.executed.ipynb in this one",
    )
    command.required = False  # `parse` asks for it; there is no name for "one or more, or nothing"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the script that the arguments name, and gives the exit code."""
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
    if not parsed or not parsed[0].command:  # as after --help, or where something is wrong
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
                record=record_options.of(args),
            )
    except InputError as error:
        reporting.print_error(error)
        return reporting.USER_ERROR
    # From here on signals and streams are the script's.
    needed = "" if found else store.needed(" may have it")
    script.run(program, needed=needed, limit=args.stop_after)
    return 0


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
