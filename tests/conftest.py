import contextlib
import os
import signal
import socket
import time
from pathlib import Path

import hypothesis
import pytest
from helpers import write_folder

from tf_edureka.data import rendered
from tf_edureka.data.mnist import MNIST_FOLDER_VARIABLE, Mnist, Split
from tf_edureka.runs.console import EpochDisplay

hypothesis.settings.register_profile("no time limit", deadline=None)
hypothesis.settings.load_profile("no time limit")


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
