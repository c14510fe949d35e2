import contextlib
import os
import signal
import socket
import tempfile
import time
import zipfile
from pathlib import Path

import hypothesis
import pytest
from helpers import GOLDENS, ROOT, write_folder
from hypothesis.configuration import set_hypothesis_home_dir

from tf_edureka.data import mnist as mnist_data, rendered
from tf_edureka.data.mnist import MNIST_FOLDER_VARIABLE, Mnist, Split
from tf_edureka.doctor.cuda import VISIBLE, Driver
from tf_edureka.runs.console import EpochDisplay
from tf_edureka.tf1 import seeds

# Hides the GPUs: tests expect the CPU's numbers, bit-identical; tests of the GPU ask for it. The
# user's setting is kept for them, also in pytest-xdist's workers, which inherit this environment.
SHOWN, ALL = "TF_EDUREKA_TESTS_SHOWN_GPUS", "all"
os.environ.setdefault(SHOWN, os.environ.get(VISIBLE, ALL))
os.environ[VISIBLE] = "-1"

hypothesis.settings.register_profile("no time limit", deadline=None)
hypothesis.settings.load_profile("no time limit")
set_hypothesis_home_dir(ROOT / ".pytest_cache" / "hypothesis")


@pytest.fixture(scope="session", autouse=True)
def temporary_files(tmp_path_factory):
    """Temporary files that libraries leave behind are deleted with pytest's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("tmp")))
        patch.setattr(tempfile, "tempdir", None)
        yield


@pytest.fixture
def with_gpu(monkeypatch) -> None:
    """Makes this machine's GPUs visible to child processes; skips the test if there is none."""
    if Driver().error is None:
        pytest.skip("no GPU: there is no driver for one")
    if os.environ[SHOWN] == ALL:
        monkeypatch.delenv(VISIBLE)
    else:
        monkeypatch.setenv(VISIBLE, os.environ[SHOWN])


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder with real MNIST; skips the test if there is none."""
    folder = os.environ.get(MNIST_FOLDER_VARIABLE)
    if not folder:
        pytest.skip(f"real MNIST is absent: {MNIST_FOLDER_VARIABLE} is not set")
    return Path(folder)


@pytest.fixture(scope="session")
def mnist(mnist_folder) -> Mnist:
    """Real MNIST."""
    return mnist_data.load("idx", mnist_folder)


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


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory) -> Path:
    """The folder with checkpoints written by TensorFlow 1.15.5: `goldens/checkpoints.py`."""
    folder = tmp_path_factory.mktemp("checkpoints")
    with zipfile.ZipFile(GOLDENS / "checkpoints.zip") as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def other_batches(monkeypatch):
    """Makes the modern path use the batches of another seed."""
    rule = seeds.batch_order
    monkeypatch.setattr(
        seeds,
        "batch_order",
        lambda n, size, *, graph_seed: rule(n, size, graph_seed=graph_seed + 1),
    )


@pytest.fixture
def addresses() -> list[str]:
    """Addresses of three workers, on free ports."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        return [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]


@pytest.fixture
def signal_after(monkeypatch):
    """Sends this process a signal once, after the given number of epochs."""

    def prepare(epochs: int, number: int) -> None:
        epoch_ended, left = EpochDisplay.epoch_ended, [epochs]

        def counting(display, *arguments, **options):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), number)
                while not display.interrupted:  # another thread may have received it
                    time.sleep(0.001)
            return epoch_ended(display, *arguments, **options)

        monkeypatch.setattr(EpochDisplay, "epoch_ended", counting)

    return prepare


@pytest.fixture
def ctrl_c(signal_after):
    """Simulates Ctrl-C at the end of the first epoch."""
    signal_after(1, signal.SIGINT)


@pytest.fixture(autouse=True)
def no_folder_by_accident(monkeypatch):
    """Unsets the variable with the MNIST folder: tests name their folder explicitly."""
    monkeypatch.delenv(MNIST_FOLDER_VARIABLE, raising=False)
