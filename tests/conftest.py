import contextlib
import itertools
import os
import signal
import socket
import tempfile
import time
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from helpers import ROOT, write_folder
from hypothesis.configuration import set_hypothesis_home_dir
from matplotlib.figure import Figure

from tf_edureka.config import CLASSES, PIXELS
from tf_edureka.data import mnist as mnist_data, rendered
from tf_edureka.data.mnist import MNIST_FOLDER_VARIABLE, Mnist, Split
from tf_edureka.runs.console import EpochDisplay
from tf_edureka.runs.state import TrainingProgress

hypothesis.settings.register_profile("no time limit", deadline=None)
hypothesis.settings.load_profile("no time limit")
set_hypothesis_home_dir(ROOT / ".pytest_cache" / "hypothesis")


@pytest.fixture(scope="session", autouse=True)
def temporary_files(tmp_path_factory):
    """What libraries leave in the folder for temporary files is deleted with pytest's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("tmp")))
        patch.setattr(tempfile, "tempdir", None)
        yield


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder with real MNIST; its tests are skipped where there is none."""
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


@pytest.fixture
def no_training(monkeypatch):
    """`mlp.train` trains nothing: epoch n has the cost 1 / n, the accuracy 1 - 0.9 / n."""

    def pretend(config, data, *, on_epoch, start, save, **_):
        sizes = [PIXELS, *config.hidden_units, CLASSES]
        shapes = itertools.chain(*(((i, o), (o,)) for i, o in itertools.pairwise(sizes)))
        weights = [np.zeros(shape, np.float32) for shape in shapes]
        steps = config.steps_per_epoch(len(data.train.labels))
        progress, stop = TrainingProgress(start, save), False
        while not stop and progress.goes_on(config.epochs):
            epoch = progress.epoch
            cost, accuracy = 1 / (epoch + 1), 1 - 0.9 / (epoch + 1)
            progress.epoch_begins()
            progress.steps_done([cost] * steps)
            progress.epoch_ended(cost, accuracy)
            stop = bool(on_epoch(epoch, cost, accuracy))
            stop = progress.checkpoint(lambda: weights) or stop
        return progress.result(weights)

    monkeypatch.setattr("tf_edureka.mlp.training.train", pretend)


@pytest.fixture
def no_pictures(monkeypatch):
    """Of a run small and empty pictures are drawn: for tests that do not look at them."""
    names = ("cost.png", "accuracy.png", "predictions.png", "weights.png")
    monkeypatch.setattr(
        "tf_edureka.mlp.plots.of_run", lambda *_: {name: Figure((1, 1)) for name in names}
    )


@pytest.fixture
def addresses() -> list[str]:
    """Of three workers, on ports that are free."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        return [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]


@pytest.fixture
def signal_after(monkeypatch):
    """Sends this process a signal, once, when so many epochs have ended."""

    def prepare(epochs: int, number: int) -> None:
        epoch_ended, left = EpochDisplay.epoch_ended, [epochs]

        def counting(display, *arguments, **options):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), number)
                while not display.interrupted:  # another thread may have got it
                    time.sleep(0.001)
            return epoch_ended(display, *arguments, **options)

        monkeypatch.setattr(EpochDisplay, "epoch_ended", counting)

    return prepare


@pytest.fixture
def ctrl_c(signal_after):
    """Someone presses Ctrl-C in the first epoch that ends."""
    signal_after(1, signal.SIGINT)


@pytest.fixture(autouse=True)
def no_folder_by_accident(monkeypatch):
    """Tests name their MNIST folder; what the environment says must not decide them."""
    monkeypatch.delenv(MNIST_FOLDER_VARIABLE, raising=False)
