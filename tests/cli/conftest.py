import itertools

import numpy as np
import pytest
from matplotlib.figure import Figure

from tf_edureka.cli.train_mnist import main
from tf_edureka.config import CLASSES, PIXELS
from tf_edureka.results import asks_to_stop
from tf_edureka.runs.progress import TrainingProgress
from tf_edureka.runs.state import identity


@pytest.fixture
def train_mnist(drawn_folder, tmp_path):
    """Runs the command `train-mnist` on rendered digits and returns its exit code."""

    def run(*arguments, out=tmp_path / "out", folder=drawn_folder):
        return main([*arguments, "--data-dir", str(folder), "--out", str(out)])

    run.out = tmp_path / "out"
    return run


@pytest.fixture
def no_training(monkeypatch):
    """`mlp.train` trains nothing: epoch n has the cost 1 / n, the accuracy 1 - 0.9 / n.

    After it each weight is n + 1000 * seed.
    """

    def pretend(config, data, *, on_epoch, start, save, **_):
        sizes = [PIXELS, *config.hidden_units, CLASSES]
        shapes = [*itertools.chain(*(((i, o), (o,)) for i, o in itertools.pairwise(sizes)))]
        steps = config.steps_per_epoch(len(data.train.labels))
        training = identity("modern", config, data)
        progress, stop = TrainingProgress(start, save, training=training, steps=steps), False

        def weights():
            value = 1000 * config.seed + progress.epoch
            return [np.full(shape, value, np.float32) for shape in shapes]

        while not stop and progress.should_continue():
            epoch = progress.epoch
            cost, accuracy = 1 / (epoch + 1), 1 - 0.9 / (epoch + 1)
            progress.begin_epoch()
            progress.add_steps([cost] * steps)
            progress.complete_epoch(cost, accuracy)
            stop = asks_to_stop(on_epoch(epoch, cost, accuracy))
            stop = progress.save_if_due(weights) or stop
        return progress.result(weights())

    monkeypatch.setattr("tf_edureka.mlp.training.train", pretend)


@pytest.fixture
def no_pictures(monkeypatch):
    """Replaces a run's figures by small, empty ones, for tests that do not inspect them."""
    names = ("cost.png", "accuracy.png", "predictions.png", "weights.png")
    monkeypatch.setattr(
        "tf_edureka.mlp.plots.run_figures", lambda *_: {name: Figure((1, 1)) for name in names}
    )
