"""Proves that a port computes what a recorded TensorFlow 1 run computed."""

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tf_edureka.cli import options, port, reporting
from tf_edureka.errors import InputError

FAILED = 1


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parses the arguments; imports no TensorFlow, so that --help is quick."""
    parser = options.ArgumentParser(
        description="Compare a port with a recorded TensorFlow 1 run. The comparison has several "
        "parts, called rungs, such as variables, loss, gradients, optimizer and whole steps. The "
        "command prints the first rung that fails and its probable cause. The same "
        "command: python -m tf_edureka.parity.",
        epilog="To record a run: tf-edureka run --record TRACE old.py. Exit codes: 0: the port is "
        f"proved; 1: it is not; 2: wrong input; {options.ENDS}.",
    )
    parser.add_argument(
        "trace", metavar="TRACE", type=options.path, help="the folder written by --record"
    )
    parser.add_argument(
        "port",
        metavar="FILE:FUNCTION",
        help=f"the port, {port.HELP}a compiled Keras model or tf_edureka.parity.Functions. If the "
        "Python file has a function named batches, the batch that it yields for each step (an "
        "array, tuple or dict) is compared with the arrays that were fed to the original",
    )
    parser.add_argument(
        "--out",
        type=options.path,
        metavar="DIR",
        help="write the certificate (port.html and port.json) into this folder (default: print "
        "only)",
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="match the original's variable OLD with the port's variable NEW, such as "
        "w1=sequential/dense/kernel, if it is not matched automatically (may be repeated)",
    )
    return parser.parse_args(argv)


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Compares the port with the trace and returns the exit code."""
    args = parse(argv)
    given = dict(port.parse_map(text) for text in args.map)
    from tf_edureka import runtime

    runtime.disable_autotuning()
    from tf_edureka.parity import Trace
    from tf_edureka.parity.port_trace import load

    trace = Trace(args.trace)
    build, batches = load(args.port)
    own = port.call_builder(args.port, batches) if batches else None
    ladder = trace.climb(
        lambda: port.call_builder(args.port, build), batches=own, given=given, name=args.port
    )
    digest = hashlib.sha256(Path(args.port.rpartition(":")[0]).read_bytes()).hexdigest()
    ladder = replace(ladder, ran={**ladder.ran, "SHA-256 of the port": digest})
    print(ladder.text())
    if args.out:
        ladder.write(Path(args.out))
        print(f"\n{args.out / 'port.html'}")
    first = ladder.rungs[0]
    if first.passed is False and first.causes and first.causes[0].cause == "variables":
        raise InputError(
            f"{args.port}: its variables do not match the original's: {first.causes[0].says}"
        )
    return 0 if ladder.passed else FAILED
