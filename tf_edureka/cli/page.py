"""The command `page`: writes one HTML file with a neuron to play with and a run's network."""

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
_HEAD = 4096  # the mark lies in this many bytes at the start of a page
_RUN = out.default("mnist")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parses the arguments without importing TensorFlow, so that --help is fast."""
    parser = options.ArgumentParser(
        description="Write a web page as one HTML file: a neuron to play with, and the network of "
        "a run. The page needs no server and loads nothing from the internet. Its test images come "
        "from --data; for a network trained on rendered digits the default is rendered digits. If "
        "the run was trained with --snapshots, the page can go back to earlier epochs.",
        epilog=f"Exit codes: 0: done; 2: wrong input; {options.ENDS}.",
    )
    parser.add_argument(
        "run",
        type=options.path,
        metavar="RUN",
        nargs="?",
        help=f"folder of a train-mnist run (default: {_RUN}; if it has no network, the page has "
        "the neuron only)",
    )
    parser.add_argument(
        "--beside",
        type=options.path,
        metavar="RUN",
        help="folder of a second run; its network is shown next to the first",
    )
    parser.add_argument(
        "--out",
        type=options.path,
        metavar="FILE",
        default=Path("page.html"),
        help="file to write; only a page made by this command is replaced (default: %(default)s)",
    )
    options.add_digit_options(parser)
    return parser.parse_args(argv)


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Writes the page and returns the exit code."""
    args = parse(argv)
    _expect_free(args.out)
    folders = [args.run or _RUN] + ([args.beside] if args.beside else [])
    if args.run is None and not history.is_run(_RUN):
        if args.beside:
            raise InputError(f"--beside needs a first network; name a RUN, since {_RUN} has none")
        print(
            f"note: {_RUN} has no network, so the page has the neuron only; run tf-edureka "
            "train-mnist --snapshots to train one",
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
        printable(
            f"Written {args.out}: {_summary(data)}; {_size(len(content))}", sys.stdout.encoding
        )
    )
    return 0


def _expect_free(path: Path) -> None:
    """Raises InputError if `path` cannot be written or holds anything but an earlier page."""
    if not os.path.isdir(path.parent):
        raise InputError(
            f"{path}: expected a file in an existing folder, got none at {path.parent}"
        )
    if not os.path.lexists(path):
        return
    with _files.open_to_read(path, "a file to write to") as file:
        if _MARK not in file.read(_HEAD):
            raise InputError(
                f"{path}: expected a page made by this command, or no file, got another file; "
                "choose another --out"
            )


def _data(args: argparse.Namespace, histories: Sequence[History]) -> dict[str, Any]:
    """Returns the page's data: the networks of the runs and the test images."""
    if args.data == "auto" and args.data_dir is None and histories[0].data == "rendered":
        args.data = "rendered"
    loaded = options.start_loading(args)
    with reporting.importing():
        from tf_edureka.page import networks, trained

        runtime.use_device("cpu")  # starting the GPU would take longer
    runs = [trained.read(one) for one in histories]
    digits = loaded()
    for one in histories:
        _warn_if_other_digits(one, digits)
    return networks.from_runs(runs, digits.test)


def _warn_if_other_digits(run_history: History, digits: Mnist) -> None:
    """Warns if a network was trained on other digits than the page shows."""
    limit = run_history.limit
    if limit is not None and 0 < limit <= len(digits.train.labels):
        digits = digits.limited(limit)
    if run_history.fingerprint not in ("", digits.fingerprint):
        text = f"{run_history.folder}: trained on other digits than the page shows ({digits.title})"
        warnings.warn(InputWarning(text), stacklevel=1)


def _summary(data: dict[str, Any] | None) -> str:
    """Returns a summary of what is on the page."""
    parts = ["a neuron"]
    for network in data["networks"] if data else []:
        parts.append(
            f"the network of {network['source']} ({network['title']}, accuracy "
            f"{network['accuracy']:.4f})"
        )
        if epochs := len(network["snapshots"]):
            parts.append(f"{counted(epochs, 'earlier epoch')}")
    return ", ".join(parts)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
