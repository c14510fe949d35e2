import contextlib
import gzip
import importlib.util
import os
import signal
import socket
import struct
import time
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from tf_edureka import rendered
from tf_edureka.config import MNIST_FOLDER_VARIABLE
from tf_edureka.mnist import Mnist, Split
from tf_edureka.progress import EpochDisplay

hypothesis.settings.register_profile("no time limit", deadline=None)
hypothesis.settings.load_profile("no time limit")

ROOT = Path(__file__).parent.parent
NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def load_script(name: str):
    """A script as a module."""
    path = ROOT / "scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(folder: Path) -> set[str]:
    """The files of a run in its folder."""
    return {path.name for path in folder.iterdir()} - {".lock"}


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


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder with real MNIST; its tests are skipped where there is none."""
    folder = os.environ.get(MNIST_FOLDER_VARIABLE)
    if not folder:
        pytest.skip(f"real MNIST is absent: {MNIST_FOLDER_VARIABLE} is not set")
    return Path(folder)


@pytest.fixture(scope="session")
def digits():
    """6,000 training and 500 test digits, drawn: the arrays of four files."""
    return rendered.digits(6000, 500)


@pytest.fixture(scope="session")
def drawn_folder(digits, tmp_path_factory) -> Path:
    """An MNIST folder with drawn digits: 1,000 to train on, after 5,000 for validation."""
    return write_folder(tmp_path_factory.mktemp("drawn"), digits)


@pytest.fixture(scope="session")
def data(digits) -> Mnist:
    """1,000 training, 5,000 validation and 500 test digits."""
    train_images, train_labels, test_images, test_labels = digits
    return Mnist(
        train=Split(train_images[5000:], train_labels[5000:]),
        validation=Split(train_images[:5000], train_labels[:5000]),
        test=Split(test_images, test_labels),
        source="rendered",
        title="drawn for a test",
    )


@pytest.fixture
def addresses() -> list[str]:
    """Of three workers, on ports that are free."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        return [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]


@pytest.fixture
def ctrl_c(monkeypatch):
    """Someone presses Ctrl-C in the first epoch that ends."""
    epoch_ended = EpochDisplay.epoch_ended

    def interrupted(display, *arguments, **options):
        if not display.interrupted:
            os.kill(os.getpid(), signal.SIGINT)
            while not display.interrupted:  # another thread may have got it
                time.sleep(0.001)
        return epoch_ended(display, *arguments, **options)

    monkeypatch.setattr(EpochDisplay, "epoch_ended", interrupted)


@pytest.fixture(autouse=True)
def no_folder_by_accident(monkeypatch):
    """Tests name their MNIST folder; what the environment says must not decide them."""
    monkeypatch.delenv(MNIST_FOLDER_VARIABLE, raising=False)
