"""What both paths compute, side by side: the trainings and arrays that `judge` compares."""

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
    """All that the ladder compares; of a pair the legacy path's comes first.

    Attributes:
        initial_values: the kernels, then the biases, in the order of the layers.
        first_epoch: SHA-256 of images and labels of the modern path's first epoch.
        port: the modern path's network beside the legacy training as it was recorded.
        legacy: the whole training on the legacy path.
        modern: the same on the modern path.
        without_xla: the same on the modern path without XLA.
        double: one epoch in float64: on the legacy path, on the modern one, and there without XLA.
        test_images: how many images the accuracies are of.
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
    """Computes on both paths what is to be compared.

    Args:
        config: of the article's recipe.
        data: what both train and are tested on.
        on_epoch: as for `climb`.
    """

    def told(path: str) -> Callable[[int, float, float], None]:
        """What tells `on_epoch` of a path, and ends no training whatever that returns."""

        def tell(epoch: int, cost: float, accuracy: float) -> None:
            on_epoch(path)

        return tell

    double = replace(config, dtype="float64", epochs=1)
    initial_values, port = as_a_port(config, data, on_epoch=told("legacy, recorded"))
    return Measurements(
        initial_values=initial_values,
        first_epoch=_first_epoch(config, data),
        port=port,
        legacy=legacy_mlp.train(config, data, on_epoch=told("legacy")),
        modern=mlp.train(config, data, on_epoch=told("modern")),
        without_xla=mlp.train(
            config, data, on_epoch=told("modern, without XLA"), jit_compile=False
        ),
        double=(
            legacy_mlp.train(double, data, on_epoch=told("legacy, float64")),
            mlp.train(double, data, on_epoch=told("modern, float64")),
            mlp.train(double, data, on_epoch=told("modern, float64"), jit_compile=False),
        ),
        test_images=len(data.test.labels),
    )


def as_a_port(
    config: MlpConfig, data: Mnist, *, on_epoch: Callable[[int, float, float], object]
) -> tuple[tuple[Arrays, Arrays], PortLadder]:
    """The modern path's network as a port of the legacy path, which is recorded for two epochs.

    Two, to see how the batches of the second epoch follow those of the first.

    Args:
        config: of the article's recipe.
        data: what is trained and tested on.
        on_epoch: as for `train`.

    Returns:
        the initial values of both paths, as in `Measurements`, and the ladder.
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
    """Pixels and class numbers of each batch as the modern path has them."""
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
