"""What several tests use."""

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
# Of the checkout or, where these tests lie without one beside them, as it is installed.
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
    """The files of a run in its folder."""
    return {path.name for path in folder.iterdir()} - {".lock"}


def package_alone(folder: Path) -> Path:
    """A folder with the package and none of those that are installed beside it."""
    (folder / PACKAGE.name).symlink_to(PACKAGE)
    return folder


def idx_bytes(array: np.ndarray) -> bytes:
    """What an IDX file of this array holds."""
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
    """Gives what starts a process and reads what it prints; none of them outlives the block."""
    with contextlib.ExitStack() as stack:

        def start(command, **options) -> subprocess.Popen:
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
            process = stack.enter_context(subprocess.Popen(command, **pipes, **options))
            stack.callback(process.kill)
            return process

        yield start


def expect_interrupted(code: str) -> None:
    """Asserts that Python, when it runs this code, is ended by Ctrl-C with a line."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (130, "interrupted\n")


def expect_error(said: str, complaint: str) -> None:
    """Asserts that stderr has one line, an error with this complaint."""
    assert said.startswith("error: "), said
    assert complaint in said, said
    assert said.count("\n") == 1, said
