"""Trains networks with many seeds at the same time: `train-mnist --seeds N`."""

import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tf_edureka.cli import run_record
from tf_edureka.cli.run_record import Run
from tf_edureka.mlp import ensemble, plots
from tf_edureka.results import MlpResult
from tf_edureka.runs import checkpoint, environment, snapshots
from tf_edureka.runs.console import EpochDisplay, counted, epoch_line
from tf_edureka.runs.folder import RunFolder


def train_seeds(run: Run, folder: RunFolder) -> int:
    """Trains, writes the result of each seed and returns the exit code."""
    seeds = range(run.config.seed, run.config.seed + run.args.seeds)
    with EpochDisplay(run.config.epochs, run.args.quiet) as display:
        networks = counted(len(seeds), "network")
        display.line(run.headline(f"{networks}, seeds {seeds[0]} to {seeds[-1]}"))

        def epoch_ended(
            epoch: int, costs: npt.NDArray[np.float64], accuracies: npt.NDArray[np.float64]
        ) -> bool:
            line = epoch_line(epoch, float(np.mean(costs)), float(np.mean(accuracies)))
            return display.epoch_ended(f"{line} +- {_deviation(accuracies):.4f}")

        results = ensemble.train(run.config, run.data, seeds=seeds, on_epoch=epoch_ended)
        result = _mean_of(results)
        code, fault = run.verdict(result, display.interrupted, "give --overwrite to start again")
        not_finite = [seed for seed, one in zip(seeds, results, strict=True) if not one.is_finite]
        if not_finite:
            fault += f" (seeds {', '.join(map(str, not_finite))})"
        _write(run, folder, results, result)
        last = [one.accuracy[-1] for one in results]
        display.line(
            f"Accuracy: {np.mean(last):.4f} +- {_deviation(last):.4f} "
            f"(mean and standard deviation), from {min(last):.4f} to {max(last):.4f}"
        )
        display.line(
            f"{result.seconds_per_epoch:.2f} s per epoch for all networks, "
            f"{result.seconds_per_epoch / len(seeds):.2f} s per network"
        )
        display.line(f"Written to {folder.path}: {folder.written(run_record.FILES_OF_SEEDS)}")
    if fault:
        print(fault, file=sys.stderr)
    return code


def _write(run: Run, folder: RunFolder, results: Sequence[MlpResult], mean: MlpResult) -> None:
    record = {
        **mean.to_json(),
        "networks": [
            {"seed": seed, **{name: one.to_json()[name] for name in ("cost", "accuracy")}}
            for seed, one in enumerate(results, run.config.seed)
        ],
        "standard_deviation": _deviation([one.accuracy[-1] for one in results]),
        "data": run.data.source,
        **run.conditions,
    }
    del record["step_cost"]
    machine = environment.describe(run.place.device, xla=True)
    # Files of an earlier run would not belong to these.
    folder.delete(set(run_record.FILES) - set(run_record.FILES_OF_SEEDS))
    others = (*checkpoint.newest_first(folder.path), *snapshots.paths(folder.path).values())
    folder.delete(path.name for path in others)
    folder.write_json("history.json", record | machine)
    folder.write_figure("seeds.png", plots.seed_curves(results, run.data.title))


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
