"""Makes a page of one file: a neuron to play with, and the network of a run."""

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tf_edureka import _files, runtime
from tf_edureka.cli import options, out, reporting
from tf_edureka.data.mnist import Mnist
from tf_edureka.errors import InputError, InputWarning, printable
from tf_edureka.page import assembly, history
from tf_edureka.page.history import History
from tf_edureka.runs.console import counted

_MARK = b'<meta name="generator" content="tf_edureka">'
_HEAD = 4096  # bytes in which the mark stands
_RUN = out.default("mnist")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Reads the arguments; needs no TensorFlow, so that --help is quick."""
    parser = options.ArgumentParser(
        description="Make a page of one file, that needs no server and asks for nothing: a neuron "
        "to play with, and the network of a run. The test images are those of --data, by default "
        "rendered digits for a network that was trained on them. A training with --snapshots can "
        "be scrubbed through.",
        epilog=f"Exit codes: 0 done, 2 wrong input, {options.ENDS}.",
    )
    parser.add_argument(
        "run",
        type=options.path,
        metavar="RUN",
        nargs="?",
        help=f"folder of a run of train-mnist (default: {_RUN}; if that is not there, the page has "
        "the neuron only)",
    )
    parser.add_argument(
        "--beside",
        type=options.path,
        metavar="RUN",
        help="another run, whose network is shown beside the first",
    )
    parser.add_argument(
        "--out",
        type=options.path,
        metavar="FILE",
        default=Path("page.html"),
        help="file for the page; an earlier page is replaced, nothing else (default: %(default)s)",
    )
    options.add_digit_options(parser)
    return parser.parse_args(argv)


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Makes the page and gives the exit code."""
    args = parse(argv)
    _expect_free(args.out)
    folders = [args.run or _RUN] + ([args.beside] if args.beside else [])
    if args.run is None and not history.is_run(_RUN):
        if args.beside:
            raise InputError(f"--beside goes beside a network; name a RUN, since {_RUN} has none")
        print(
            f"note: {_RUN} has no network, so the page has the neuron only; tf-edureka train-mnist "
            "--snapshots makes one",
            file=sys.stderr,
        )
        folders = []
    data = _data(args, [history.read(folder) for folder in folders]) if folders else None
    content = assembly.assemble(data).encode()
    try:
        with _files.atomic_write(args.out) as path:
            path.write_bytes(content)
    except OSError as error:
        raise InputError(f"{args.out}: cannot be written ({error.strerror})") from None
    print(
        printable(f"Written {args.out}: {_said(data)}; {_size(len(content))}", sys.stdout.encoding)
    )
    return 0


def _expect_free(path: Path) -> None:
    """Refuses to write where there is anything but an earlier page."""
    if not os.path.isdir(path.parent):
        raise InputError(f"{path}: expected a file in a folder, and there is no {path.parent}")
    if not os.path.lexists(path):
        return
    with _files.open_to_read(path, "a file to write to") as file:
        if _MARK not in file.read(_HEAD):
            raise InputError(
                f"{path}: expected a page that this command has made, or nothing, got another "
                "file; name another by --out"
            )


def _data(args: argparse.Namespace, histories: Sequence[History]) -> dict[str, Any]:
    """The networks of the runs, and the test images to show them."""
    if args.data == "auto" and args.data_dir is None and histories[0].data == "rendered":
        args.data = "rendered"
    loaded = options.start_loading(args)
    with reporting.importing():
        from tf_edureka.page import networks, trained

        runtime.use_device("cpu")  # the GPU would take longer to begin
    runs = [trained.read(one) for one in histories]
    digits = loaded()
    for one in histories:
        _compare(one, digits)
    return networks.of_runs(runs, digits.test)


def _compare(of_run: History, digits: Mnist) -> None:
    """Says if a network has learned other digits than it is shown."""
    limit = of_run.limit
    if limit is not None and 0 < limit <= len(digits.train.labels):
        digits = digits.limited(limit)
    if of_run.fingerprint not in ("", digits.fingerprint):
        said = (
            f"{of_run.folder}: trained on other digits than those that the page shows "
            f"({digits.title})"
        )
        warnings.warn(InputWarning(said), stacklevel=1)


def _said(data: dict[str, Any] | None) -> str:
    """What is in the page, in words."""
    parts = ["a neuron"]
    for network in data["networks"] if data else []:
        parts.append(
            f"the network of {network['source']} ({network['title']}, accuracy "
            f"{network['accuracy']:.4f})"
        )
        if epochs := len(network["snapshots"]):
            parts.append(f"{counted(epochs, 'epoch')} to scrub through")
    return ", ".join(parts)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
