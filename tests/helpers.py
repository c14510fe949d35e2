"""Helpers shared by several tests."""

import contextlib
import gzip
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

import tf_edureka

ROOT = Path(__file__).parent.parent
# The package in the checkout; the installed one if the tests lie outside a checkout.
PACKAGE = Path(tf_edureka.__file__).parent
NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
GOLDENS = ROOT / "tests" / "goldens"
REFERENCE = PACKAGE / "parity" / "article" / "tf1_15_5.json"
SCRIPTS = ROOT / "scripts"


def written(folder: Path) -> set[str]:
    """Returns the names of the files of a run in its folder."""
    return {path.name for path in folder.iterdir()} - {".lock"}


def package_alone(folder: Path) -> Path:
    """Creates a folder with only this package, without the other installed ones."""
    (folder / PACKAGE.name).symlink_to(PACKAGE)
    return folder


def idx_bytes(array: np.ndarray) -> bytes:
    """Returns the content of an IDX file of this array."""
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def write_folder(folder: Path, arrays) -> Path:
    """Writes an MNIST folder of gzipped files."""
    folder.mkdir(exist_ok=True)
    for name, array in zip(NAMES, arrays, strict=True):
        (folder / f"{name}.gz").write_bytes(gzip.compress(idx_bytes(array), 1))
    return folder


@contextlib.contextmanager
def processes() -> Iterator[Callable[..., subprocess.Popen]]:
    """Yields a function that starts a process and reads its output; kills them at the end."""
    with contextlib.ExitStack() as stack:

        def start(command, **options) -> subprocess.Popen:
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
            process = stack.enter_context(subprocess.Popen(command, **pipes, **options))
            stack.callback(process.kill)
            return process

        yield start


def expect_interrupted(code: str) -> None:
    """Asserts that Ctrl-C ends Python with one line while it runs this code."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (130, "interrupted\n")


def expect_error(said: str, complaint: str) -> None:
    """Asserts that stderr has exactly one line, an error with this complaint."""
    assert said.startswith("error: "), said
    assert complaint in said, said
    assert said.count("\n") == 1, said
