"""Runs the trainings of both paths whose results `judge` compares."""

import hashlib
import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tf_edureka import mlp
from tf_edureka.config import CLASSES, MlpConfig
from tf_edureka.data.mnist import Mnist
from tf_edureka.legacy import mlp as legacy_mlp
from tf_edureka.mlp.model import pixels
from tf_edureka.parity.certificate.port_ladder import PortLadder
from tf_edureka.parity.port_trace import Trace
from tf_edureka.results import Floats, MlpResult
from tf_edureka.runner.record import recording
from tf_edureka.runner.record.options import Options

Arrays = Sequence[Floats]
RECORDED = 2  # epochs


@dataclass(frozen=True, kw_only=True, eq=False)
class Measurements:
    """Everything that the article's ladder compares.

    Attributes:
        initial_values: initial values of the legacy and of the modern path: the kernels, then the
            biases, in the order of the layers.
        first_epoch: SHA-256 of images and labels of the modern path's first epoch.
        port: ladder of the modern path's network against a recorded legacy training.
        legacy: complete training on the legacy path.
        modern: complete training on the modern path.
        without_xla: complete training on the modern path without XLA.
        double: one epoch in float64 on the legacy path, on the modern path, and on the modern path
            without XLA.
        test_images: number of test images behind the accuracies.
    """

    initial_values: tuple[Arrays, Arrays]
    first_epoch: str
    port: PortLadder
    legacy: MlpResult
    modern: MlpResult
    without_xla: MlpResult
    double: tuple[MlpResult, MlpResult, MlpResult]
    test_images: int


def measure(config: MlpConfig, data: Mnist, *, on_epoch: Callable[[str], None]) -> Measurements:
    """Runs all trainings that the ladder compares.

    Args:
        config: configuration with the article's recipe.
        data: training and test digits.
        on_epoch: callback after each epoch, called with the name of the training.
    """

    def listener(path: str) -> Callable[[int, float, float], None]:
        """A training's callback that calls `on_epoch` and ignores its result."""

        def listen(epoch: int, cost: float, accuracy: float) -> None:
            on_epoch(path)

        return listen

    double = replace(config, dtype="float64", epochs=1)
    initial_values, port = climb_as_port(config, data, on_epoch=listener("legacy, recorded"))
    return Measurements(
        initial_values=initial_values,
        first_epoch=_first_epoch(config, data),
        port=port,
        legacy=legacy_mlp.train(config, data, on_epoch=listener("legacy")),
        modern=mlp.train(config, data, on_epoch=listener("modern")),
        without_xla=mlp.train(
            config, data, on_epoch=listener("modern, without XLA"), jit_compile=False
        ),
        double=(
            legacy_mlp.train(double, data, on_epoch=listener("legacy, float64")),
            mlp.train(double, data, on_epoch=listener("modern, float64")),
            mlp.train(double, data, on_epoch=listener("modern, float64"), jit_compile=False),
        ),
        test_images=len(data.test.labels),
    )


def climb_as_port(
    config: MlpConfig, data: Mnist, *, on_epoch: Callable[[int, float, float], object]
) -> tuple[tuple[Arrays, Arrays], PortLadder]:
    """Proves the modern path's network as a port of the legacy path, recorded for two epochs.

    The second epoch shows how its batches follow those of the first.

    Args:
        config: configuration with the article's recipe.
        data: training and test digits.
        on_epoch: callback of the recorded training.

    Returns:
        the initial values of both paths, for `Measurements`, and the ladder.
    """
    config = replace(config, epochs=RECORDED)
    model = mlp.build(config, total_steps=1)
    values = model.get_weights()
    with tempfile.TemporaryDirectory() as folder:
        options = Options(Path(folder, "legacy"))
        with recording.record(options, name="the legacy path"):
            legacy_mlp.train(config, data, on_epoch=on_epoch)
        trace = Trace(options.folder)
        start = trace.arrays(trace.steps[0].before)
        one_hot = np.eye(CLASSES, dtype=config.dtype)
        batches = ((images, one_hot[labels]) for images, labels in _batches(config, data))
        port = trace.climb(model, batches=batches, name="the modern path")
    return ([start[name] for name in trace.names], [*values[::2], *values[1::2]]), port


def _batches(
    config: MlpConfig, data: Mnist
) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]]:
    """Yields pixels and class numbers of each batch of the modern path."""
    for order in mlp.epoch_orders(config, len(data.train.labels)):
        for chosen in order:
            yield pixels(data.train.images[chosen]).numpy(), data.train.labels[chosen]


def _first_epoch(config: MlpConfig, data: Mnist) -> str:
    digest = hashlib.sha256()
    steps = config.steps_per_epoch(len(data.train.labels))
    for images, labels in itertools.islice(_batches(config, data), steps):
        digest.update(images.data)
        digest.update(labels.data)
    return digest.hexdigest()
