"""Trains one network, from the start or from a checkpoint: `train-mnist`."""

import contextlib
import functools
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tf_edureka import mlp
from tf_edureka.cli import background, options, reporting, run_record
from tf_edureka.cli.run_record import RESUME, Run
from tf_edureka.cli.train_snapshots import Snapshots
from tf_edureka.results import MlpResult
from tf_edureka.runs import environment, snapshots
from tf_edureka.runs.checkpoint import Checkpoints
from tf_edureka.runs.console import EpochDisplay, counted, epoch_line
from tf_edureka.runs.folder import RunFolder
from tf_edureka.runs.state import TrainingState

_UNWRITABLE = "folder cannot be written to"


def train(run: Run, seconds: dict[str, float]) -> int:
    """Trains, writes the results and returns the exit code.

    `seconds` holds the time that each part of the run has taken so far, by name.
    """
    began = time.perf_counter()
    args, config, place = run.args, run.config, run.place
    legacy = args.implementation == "legacy"
    xla = not legacy and place.strategy is None
    machine = environment.describe(
        place.device, xla, strategy=args.strategy, replicas=place.replicas
    )
    record = run.conditions
    conditions = {**record, "machine": machine}
    checkpoints = Checkpoints(run.folder, conditions) if run.folder else None
    start = place.agree(conditions, _start(run, checkpoints))
    kept = Snapshots(run, run.folder, start) if run.folder else None
    quiet = args.quiet or checkpoints is None
    with EpochDisplay(config.epochs, quiet, done=start.epoch if start else 0) as display:
        what = [f"seed {config.seed}"] + (["legacy"] if legacy else [])
        what += [config.precision] if config.precision != "float32" else []
        what += [f"resumed after {_position(start)}"] if start else []
        display.line(run.headline(", ".join(what)))

        def epoch_ended(*epoch: Any) -> bool:
            if run.folder:
                background.load_plots()  # takes no time: the next epochs need no Python
            return display.epoch_ended(epoch_line(*epoch))

        with _saving(checkpoints, kept, display) as save:
            result = _train_of(run)(config, run.data, on_epoch=epoch_ended, start=start, save=save)
            code, fault = run.verdict(result, display.interrupted, f"to continue, run {RESUME}")
            if run.folder is None or checkpoints is None:
                return code
            if not legacy and not start and result.compile_seconds is not None:
                seconds["compiling"] = result.compile_seconds
            seconds["training"] = time.perf_counter() - began - seconds.get("compiling", 0)
            if len(result.cost):
                if start:
                    record["earlier"] = checkpoints.earlier
                _write(run, run.folder, result, record | machine, seconds)
                display.line(_last_lines(run, run.folder, result, seconds))
    if args.show and len(result.cost):
        _show(result, run.data.title)
    if fault:
        print(fault, file=sys.stderr)
    return code


def _train_of(run: Run) -> Callable[..., MlpResult]:
    """Returns the training function of the implementation; imports no other."""
    if run.args.implementation == "legacy":
        from tf_edureka.legacy import mlp as legacy_mlp

        return legacy_mlp.train
    return functools.partial(mlp.train, strategy=run.place.strategy)


def _show(result: MlpResult, title: str) -> None:
    from tf_edureka.mlp import plots

    if not plots.show_curves(result, title):
        print("note: --show: no display is available", file=sys.stderr)


@contextlib.contextmanager
def _saving(
    checkpoints: Checkpoints | None, kept: Snapshots | None, display: EpochDisplay
) -> Iterator[Callable[[TrainingState], bool] | None]:
    """Yields the function that saves each state; a write error then says how to resume."""
    if checkpoints is None or kept is None:
        yield None
        return
    advice = options.ADVICE[_UNWRITABLE]

    def save(state: TrainingState) -> bool:
        nonlocal advice
        kept.delete_stale()
        checkpoints.save(state)
        advice = f"when that is fixed, run {RESUME} to continue after {_position(state)}"
        kept.save(state)
        return display.interrupted != 0

    with reporting.with_advice(_UNWRITABLE, lambda: advice):
        yield save


def _start(run: Run, checkpoints: Checkpoints | None) -> TrainingState | None:
    """Returns the state to resume from; None to start from the beginning."""
    if not run.args.resume or checkpoints is None:
        return None
    start = checkpoints.latest()
    if start is None:
        print(f"note: {run.args.out} has no checkpoint; starting at epoch 1", file=sys.stderr)
    return start


def _position(state: TrainingState) -> str:
    """Returns the position of a state in words, such as `2 epochs and 300 steps`."""
    epochs = counted(state.epoch, "epoch")
    return f"{epochs} and {state.step} steps" if state.step else epochs


def _last_lines(run: Run, folder: RunFolder, result: MlpResult, seconds: dict[str, float]) -> str:
    files = [*run_record.FILES, *([snapshots.PATTERN] if run.args.snapshots else [])]
    parts = ", ".join(f"{name} {share:.1f}" for name, share in seconds.items())
    return (
        f"Accuracy: {np.float32(result.accuracy[-1])!s}\n"
        f"{sum(seconds.values()):.1f} s: {parts}\n"
        f"Written to {folder.path}: {folder.written(files)}"
    )


def _write(
    run: Run,
    folder: RunFolder,
    result: MlpResult,
    record: dict[str, object],
    seconds: dict[str, float],
) -> None:
    """Writes the files of the run and adds the seconds that takes."""
    began = time.perf_counter()
    history = {**result.to_json(), "startup_seconds": seconds["imports"] + seconds["data"]}
    if run.config.recipe != "article":
        del history["step_cost"]
    model = mlp.from_weights(run.config, result.weights)
    # Files of an earlier --seeds run that this run replaces.
    folder.delete(set(run_record.FILES_OF_SEEDS) - set(run_record.FILES))
    with folder.write("model.keras") as path:
        mlp.save_model(model, path)
    folder.write_json("history.json", history | record | {"data": run.data.source})
    probabilities = mlp.probabilities(model, run.data.test.images)
    plots = background.load_plots()()
    figures = plots.run_figures(result, run.data.test, probabilities, run.data.title)
    for name, figure in figures.items():
        folder.write_figure(name, figure)
    seconds["pictures and files"] = time.perf_counter() - began
