"""The snapshots of a `train-mnist` run in its folder; those of two runs are never mixed."""

import sys

from tf_edureka import mlp
from tf_edureka.cli.run_record import Run
from tf_edureka.runs import snapshots
from tf_edureka.runs.folder import RunFolder
from tf_edureka.runs.state import TrainingState, joined


class Snapshots:
    """Writes the snapshots of a `run` if --snapshots asks for them; deletes those of other runs.

    `start` is the state to resume from; None for a new run. If the process is killed at any moment,
    the snapshots in the folder belong to the checkpoint there, and the next process adds the
    missing ones: the snapshots of an earlier run are deleted before the first checkpoint of this
    run, and each new snapshot is written after its checkpoint.
    """

    def __init__(self, run: Run, folder: RunFolder, start: TrainingState | None) -> None:
        self._folder, self._config = folder, run.config
        last = start.epoch if start else -1
        there = snapshots.paths(folder.path)
        self._stale = [path.name for epoch, path in there.items() if epoch > last]
        # The same in both implementations. Built here: within legacy's session Keras cannot.
        self._initial = None
        if run.args.snapshots:
            initial = mlp.network(run.config).get_weights()
            self._initial = mlp.without_batch_norm(run.config, initial)
        if start is None:
            return
        self.save(start)
        missing = sorted({*range(last + 1)} - snapshots.paths(folder.path).keys())
        if run.args.snapshots and missing:
            numbers = joined([str(epoch) for epoch in missing], ", ")
            print(
                f"note: {folder.path}: no snapshots of these epochs: {numbers}; --snapshots saves "
                "only the epochs from here on",
                file=sys.stderr,
            )

    def delete_stale(self) -> None:
        """Deletes the snapshots of a replaced run and of epochs that will be trained again."""
        self._folder.delete(self._stale)
        self._stale = []

    def save(self, state: TrainingState) -> None:
        """Writes the initial weights if missing and, at the end of an epoch, its weights."""
        if self._initial is None:
            return
        snapshots.write(self._folder, 0, self._initial)
        if not state.step:
            variables = mlp.without_batch_norm(self._config, state.variables)
            weights = snapshots.weights_of(variables, len(self._config.hidden_units) + 1)
            snapshots.write(self._folder, state.epoch, weights)
