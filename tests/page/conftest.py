import numpy as np
import pytest
from browser import opened

from tf_edureka.page.history import History
from tf_edureka.page.trained import Trained


@pytest.fixture(scope="session")
def linear(data) -> list[np.ndarray]:
    """A one-layer network by least squares that reads most rendered digits and is often sure."""
    pixels = data.train.images.reshape(-1, 784) / 255
    wanted = np.eye(10)[data.train.labels] - 0.1
    kernel = np.linalg.solve(pixels.T @ pixels + 10 * np.eye(784), pixels.T @ wanted)
    return [(20 * kernel).astype(np.float32), np.zeros(10, np.float32)]


@pytest.fixture(scope="session")
def some_network(tmp_path_factory):
    """Returns a function that creates a network of random weights with snapshots."""

    def make(*units: int, epochs: int = 0, seed: int = 1, **changes) -> Trained:
        rng = np.random.default_rng(seed)
        sizes = [784, *units, 10]

        def weights():
            for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
                yield rng.normal(0, 1, (inputs, outputs)).astype(np.float32)
                yield rng.normal(0, 1, outputs).astype(np.float32)

        curve = tuple(1 / (epoch + 1) for epoch in range(epochs))
        history = History(
            tmp_path_factory.getbasetemp() / "run",
            **{"recipe": "tuned", "cost": curve, "accuracies": curve} | changes,
        )
        return Trained(history, list(weights()), {e: list(weights()) for e in range(epochs)})

    return make


@pytest.fixture(scope="module")
def tab(file):
    """A tab with the module's `file`, at desktop size."""
    with opened(file, viewport={"width": 1280, "height": 900}) as tab:
        yield tab
