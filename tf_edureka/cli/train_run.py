"""Runs a training of `train-mnist` from the start or from a checkpoint, and writes its results."""

import contextlib
import sys
import time
from collections.abc import Iterator

from tf_edureka.cli import background, options, reporting
from tf_edureka.cli.run_record import RESUME, Run
from tf_edureka.cli.train_network import Network, Save
from tf_edureka.cli.train_seeds import Networks
from tf_edureka.cli.train_snapshots import Snapshots
from tf_edureka.runs import environment
from tf_edureka.runs.checkpoint import Checkpoints
from tf_edureka.runs.console import EpochDisplay, counted
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
    training = Network(run) if args.seeds is None else Networks(run)
    machine = environment.describe(
        place.device,
        xla=not legacy and place.strategy is None,
        strategy=args.strategy,
        replicas=place.replicas,
    )
    record = run.conditions
    conditions = {**record, "machine": machine}
    weights = config.weight_count * (args.seeds or 1)
    checkpoints = Checkpoints(run.folder, conditions, weights=weights) if run.folder else None
    start = place.agree(conditions, _start(run, checkpoints))
    kept = Snapshots(run, run.folder, start) if run.folder else None
    quiet = args.quiet or checkpoints is None
    with EpochDisplay(config.epochs, quiet, done=start.epoch if start else 0) as display:
        what = [*training.names]
        what += [config.precision] if config.precision != "float32" else []
        what += [f"resumed after {_position(start)}"] if start else []
        display.line(run.headline(", ".join(what)))
        with _saving(checkpoints, kept, display) as save:
            result = training.train(display, start=start, save=save)
            code, fault = run.verdict(result, display.interrupted)
            if run.folder is None or checkpoints is None:
                return code
            if not legacy and not start and result.compile_seconds is not None:
                seconds["compiling"] = result.compile_seconds
            seconds["training"] = time.perf_counter() - began - seconds.get("compiling", 0)
            if len(result.cost):
                if start:
                    record["earlier"] = checkpoints.earlier
                record |= machine | {
                    "startup_seconds": seconds["imports"] + seconds["data"],
                    "data": run.data.source,
                }
                _write(run.folder, training, record, seconds)
                display.line(_last_lines(run.folder, training, seconds))
    plots = background.load_plots() if args.show and len(result.cost) else None
    if plots and not plots().show_curves(result, run.data.title):
        print("note: --show: no display is available", file=sys.stderr)
    if fault:
        print(fault + training.not_finite(), file=sys.stderr)
    return code


@contextlib.contextmanager
def _saving(
    checkpoints: Checkpoints | None, kept: Snapshots | None, display: EpochDisplay
) -> Iterator[Save | None]:
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
        background.load_plots()  # takes no time: the next epochs need no Python
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


def _write(
    folder: RunFolder,
    training: Network | Networks,
    record: dict[str, object],
    seconds: dict[str, float],
) -> None:
    """Writes the files of the run and adds the seconds that takes."""
    began = time.perf_counter()
    training.write(folder, record)
    seconds["pictures and files"] = time.perf_counter() - began


def _last_lines(folder: RunFolder, training: Network | Networks, seconds: dict[str, float]) -> str:
    parts = ", ".join(f"{name} {share:.1f}" for name, share in seconds.items())
    return (
        f"{training.accuracy()}\n"
        f"{sum(seconds.values()):.1f} s: {parts}\n"
        f"Written to {folder.path}: {folder.written(training.files)}"
    )
