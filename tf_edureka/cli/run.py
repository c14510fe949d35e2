"""Runs a TensorFlow 1 script, not a line changed."""

import argparse
from collections.abc import Sequence

from tf_edureka.cli import options, reporting, signals
from tf_edureka.data.mnist import MNIST_FOLDER_VARIABLE
from tf_edureka.errors import InputError
from tf_edureka.runner import script, source


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Reads the arguments; needs no TensorFlow, so that --help is quick."""
    parser = options.ArgumentParser(
        description="Runs a TensorFlow 1 script, not a line changed, on the TensorFlow 2 that is "
        "installed. Options of the script's own come after it.",
        epilog=f"MNIST is found where the script asks for it, else in the folder that "
        f"${MNIST_FOLDER_VARIABLE} names, else downloaded. tf.layers, tf.nn.rnn_cell, tf.keras "
        "and tf.contrib.layers need pip install -e '.[legacy]'.",
    )
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
        help="say at the end, on stderr, what the script uses of TensorFlow 1, line by line, and "
        "what one writes today",
    )
    # One argument: were the script one of its own, argparse would take a "--" after it for its own.
    parser.add_argument(
        "command",
        metavar="SCRIPT",
        nargs=argparse.PARSER,
        help="the script, or - for one on standard input, and what it is given",
    )
    args = parser.parse_args(argv)
    if args.command[:1] == ["--"]:
        del args.command[0]
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the script that the arguments name, and gives the exit code."""
    parsed: list[argparse.Namespace] = []

    @reporting.reports_errors
    def parse_arguments() -> int:
        parsed.append(parse(argv))
        return 0

    code = parse_arguments()
    if not parsed:  # --help was asked for, or the arguments are wrong
        return code
    args = parsed[0]
    try:
        with signals.ends_at_once():
            program = source.read(args.command[0])
            script.prepare(
                program,
                args.command,
                replay_seeds=args.seeds == "tf1",
                figures=args.figures,
                report=args.report,
            )
    except InputError as error:
        reporting.print_error(error)
        return reporting.USER_ERROR
    script.run(program)  # from here on signals and streams are the script's
    return 0
