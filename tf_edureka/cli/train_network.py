"""The training of one network by `train-mnist`, and the files that it writes."""

import functools
from collections.abc import Callable

import numpy as np

from tf_edureka import mlp
from tf_edureka.cli import background, run_record
from tf_edureka.cli.run_record import Run
from tf_edureka.results import MlpResult
from tf_edureka.runs import snapshots
from tf_edureka.runs.console import EpochDisplay, epoch_line
from tf_edureka.runs.folder import RunFolder
from tf_edureka.runs.state import TrainingState

Save = Callable[[TrainingState], bool]


class Network:
    """One network; `train_seeds.Networks` has the same methods."""

    def __init__(self, run: Run) -> None:
        self._run, self._legacy = run, run.args.implementation == "legacy"
        self.names = [f"seed {run.config.seed}"] + (["legacy"] if self._legacy else [])
        self.files = [*run_record.FILES, *([snapshots.PATTERN] if run.args.snapshots else [])]

    def train(
        self, display: EpochDisplay, *, start: TrainingState | None, save: Save | None
    ) -> MlpResult:
        """Trains the network and returns its result."""
        run = self._run
        train: Callable[..., MlpResult]
        if self._legacy:
            from tf_edureka.legacy.mlp import train
        else:
            train = functools.partial(mlp.train, strategy=run.place.strategy)
        self._result = train(
            run.config,
            run.data,
            on_epoch=lambda *epoch: display.epoch_ended(epoch_line(*epoch)),
            start=start,
            save=save,
        )
        return self._result

    def not_finite(self) -> str:
        """Returns nothing: the message about a cost that is not finite is about this network."""
        return ""

    def accuracy(self) -> str:
        """Returns the lines to print about the accuracy."""
        return f"Accuracy: {np.float32(self._result.accuracy[-1])!s}"

    def write(self, folder: RunFolder, record: dict[str, object]) -> None:
        """Writes the files; `record` becomes part of the history."""
        run = self._run
        history = self._result.to_json()
        if run.config.recipe != "article":
            del history["step_cost"]
        model = mlp.from_weights(run.config, self._result.weights)
        # Files of an earlier --seeds run that this run replaces.
        folder.delete(set(run_record.FILES_OF_SEEDS) - set(run_record.FILES))
        with folder.write("model.keras") as path:
            mlp.save_model(model, path)
        folder.write_json("history.json", history | record)
        probabilities = mlp.probabilities(model, run.data.test.images)
        plots = background.load_plots()()
        figures = plots.run_figures(self._result, run.data.test, probabilities, run.data.title)
        for name, figure in figures.items():
            folder.write_figure(name, figure)
