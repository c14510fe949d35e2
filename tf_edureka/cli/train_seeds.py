"""The training of networks with several seeds by `train-mnist --seeds N`, and its files."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tf_edureka.cli import background, run_record
from tf_edureka.cli.run_record import Run
from tf_edureka.cli.train_network import Save
from tf_edureka.mlp import ensemble
from tf_edureka.results import MlpResult
from tf_edureka.runs.console import EpochDisplay, counted, epoch_line
from tf_edureka.runs.folder import RunFolder
from tf_edureka.runs.state import TrainingState


class Networks:
    """Networks with consecutive seeds, trained together; the same methods as `Network`."""

    files: Sequence[str] = run_record.FILES_OF_SEEDS

    def __init__(self, run: Run) -> None:
        self._run = run
        self._seeds = range(run.config.seed, run.config.seed + run.args.seeds)
        networks = counted(len(self._seeds), "network")
        self.names = [networks, f"seeds {self._seeds[0]} to {self._seeds[-1]}"]

    def train(
        self, display: EpochDisplay, *, start: TrainingState | None, save: Save | None
    ) -> MlpResult:
        """Trains all networks and returns the mean of their results."""

        def epoch_ended(
            epoch: int, costs: npt.NDArray[np.float64], accuracies: npt.NDArray[np.float64]
        ) -> bool:
            line = epoch_line(epoch, float(np.mean(costs)), float(np.mean(accuracies)))
            return display.epoch_ended(f"{line} +- {_deviation(accuracies):.4f}")

        run = self._run
        self._results = ensemble.train(
            run.config, run.data, seeds=self._seeds, on_epoch=epoch_ended, start=start, save=save
        )
        self._mean = _mean_of(self._results)
        return self._mean

    def not_finite(self) -> str:
        """Returns the seeds of the networks whose cost is not finite, for an error message."""
        results = zip(self._seeds, self._results, strict=True)
        found = [str(seed) for seed, one in results if not np.isfinite(one.cost[-1:]).all()]
        return f" (seeds {', '.join(found)})" if found else ""

    def accuracy(self) -> str:
        """Returns the lines to print about the accuracy and the time of an epoch."""
        last, seconds = self._last_accuracies(), self._mean.seconds_per_epoch
        return (
            f"Accuracy: {np.mean(last):.4f} +- {_deviation(last):.4f} "
            f"(mean and standard deviation), from {min(last):.4f} to {max(last):.4f}\n"
            f"{seconds:.2f} s per epoch for all networks, "
            f"{seconds / len(self._seeds):.2f} s per network"
        )

    def write(self, folder: RunFolder, record: dict[str, object]) -> None:
        """Writes the files; `record` becomes part of the history."""
        results = zip(self._seeds, self._results, strict=True)
        history = {
            **self._mean.to_json(),
            "networks": [
                {"seed": seed, **{name: one.to_json()[name] for name in ("cost", "accuracy")}}
                for seed, one in results
            ],
            "standard_deviation": _deviation(self._last_accuracies()),
        }
        del history["step_cost"]
        # Files of an earlier run of one network that this run replaces.
        folder.delete(set(run_record.FILES) - set(self.files))
        folder.write_json("history.json", history | record)
        plots = background.load_plots()()
        folder.write_figure("seeds.png", plots.seed_curves(self._results, self._run.data.title))

    def _last_accuracies(self) -> list[float]:
        return [one.accuracy[-1] for one in self._results]


def _mean_of(results: Sequence[MlpResult]) -> MlpResult:
    """Returns the mean over the networks for each epoch, without step costs and weights."""
    return MlpResult(
        np.mean([one.cost for one in results], axis=0),
        np.mean([one.accuracy for one in results], axis=0),
        step_cost=np.zeros(0),
        epoch_seconds=results[0].epoch_seconds,
        weights=(),
    )


def _deviation(values: Sequence[float] | npt.NDArray[np.float64]) -> float:
    """Returns the sample standard deviation; 0 for a single value."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
