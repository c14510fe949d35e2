"""The snapshots that a run of `train-mnist` leaves in its folder: never those of two runs."""

import sys

from tf_edureka import mlp
from tf_edureka.cli.run_record import Run
from tf_edureka.runs import snapshots
from tf_edureka.runs.folder import RunFolder
from tf_edureka.runs.state import TrainingState, joined


class Snapshots:
    """Writes the snapshots of a `run` if it is to have them, and deletes those that are not its.

    `start` is the state from which the run goes on; None if it begins. Wherever a kill comes, what
    is there belongs to the checkpoint beside it, and what is missing the next process adds: the
    snapshots of an earlier run go before the first checkpoint of this one comes, and each new one
    comes after its checkpoint.
    """

    def __init__(self, run: Run, folder: RunFolder, start: TrainingState | None) -> None:
        self._folder, self._layers = folder, len(run.config.hidden_units) + 1
        last = start.epoch if start else -1
        there = snapshots.paths(folder.path)
        self._stale = [path.name for epoch, path in there.items() if epoch > last]
        # The same in both implementations. Here, since in legacy's session Keras makes no network.
        self._initial = mlp.network(run.config).get_weights() if run.args.snapshots else None
        if start is None:
            return
        self.save(start)
        missing = sorted({*range(last + 1)} - snapshots.paths(folder.path).keys())
        if run.args.snapshots and missing:
            numbers = joined([str(epoch) for epoch in missing], ", ")
            print(
                f"note: {folder.path} lacks the snapshots of these epochs: {numbers}; "
                "--snapshots keeps those from here on",
                file=sys.stderr,
            )

    def delete_stale(self) -> None:
        """Deletes those of a run that this one replaces, or of epochs that are trained again."""
        self._folder.delete(self._stale)
        self._stale = []

    def save(self, state: TrainingState) -> None:
        """Writes what the folder lacks: the initial weights, and at the end of an epoch its own."""
        if self._initial is None:
            return
        snapshots.write(self._folder, 0, self._initial)
        if not state.step:
            weights = snapshots.weights_of(state, self._layers)
            snapshots.write(self._folder, state.epoch, weights)
