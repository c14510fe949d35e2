"""A run of `train-mnist`: its inputs, its record and its exit code."""

import argparse
import dataclasses
import math
import signal
from typing import TYPE_CHECKING

from tf_edureka.cli import out, reporting, signals
from tf_edureka.config import MlpConfig
from tf_edureka.data.mnist import Mnist
from tf_edureka.results import MlpResult
from tf_edureka.runs import checkpoint, snapshots
from tf_edureka.runs.folder import RunFolder
from tf_edureka.runs.state import identity

if TYPE_CHECKING:
    from tf_edureka.mlp.distribution.placement import Placement

NOT_GOOD_ENOUGH = 1
RESUME = "the same command with --resume (and without --overwrite)"
FILES = (
    "model.keras",
    "history.json",
    "cost.png",
    "accuracy.png",
    "predictions.png",
    "weights.png",
)
FILES_OF_SEEDS = ("history.json", "seeds.png")


def run_folder(args: argparse.Namespace) -> RunFolder:
    """Returns the folder for the `args`; rejects one that would overwrite a run unasked."""
    if args.resume and args.out is None:
        args.out = out.last(kind(args))
    has_checkpoint = args.out and bool(checkpoint.newest_first(args.out))
    advice = "give --overwrite to replace it, or --out for another folder"
    if has_checkpoint:
        advice = f"give --resume to continue it, {advice.removeprefix('give ')}"
    elif args.resume:
        advice = (
            "it has no checkpoint to resume from; give --overwrite instead of --resume to replace "
            "it, or --out for another folder"
        )
    files = sorted({*FILES, *FILES_OF_SEEDS, checkpoint.PATTERN, snapshots.PATTERN})
    with reporting.with_advice("folder holds a run", lambda: advice):
        if args.resume and has_checkpoint:
            return RunFolder(args.out, files, overwrite=True, pictures=args.pictures)
        return out.run_folder(args, kind(args), files)


def kind(args: argparse.Namespace) -> str:
    """Returns the name of the default folder for what is trained."""
    parts = {
        "legacy": args.implementation == "legacy",
        "article": args.implementation == "modern" and args.recipe == "article",
        "augmented": args.augment,
        args.strategy: args.strategy != "none",
        "seeds": args.seeds is not None,
    }
    return "-".join(["mnist", *(name for name, is_so in parts.items() if is_so)])


@dataclasses.dataclass(frozen=True)
class Run:
    """The configuration, data, devices and folder of a run.

    `folder` is None if this process writes nothing. `command` is the command line that
    `args` were parsed from.
    """

    args: argparse.Namespace
    config: MlpConfig
    data: Mnist
    place: "Placement"
    folder: RunFolder | None
    command: str

    @property
    def conditions(self) -> dict[str, object]:
        """Returns what determines the results, for the history and the checkpoints."""
        config = identity(self.args.implementation, self.config, self.data)
        data_sha256 = config.pop("data_sha256")
        config |= {"limit": self.args.limit, "deterministic": self.args.deterministic}
        config["seeds"] = self.args.seeds
        return {"config": config, "data_sha256": data_sha256, "command": self.command}

    def headline(self, what: str) -> str:
        """Returns the first line to print: TensorFlow, devices, data, and `what` is trained."""
        import tensorflow as tf

        data = self.data
        return f"TensorFlow {tf.__version__}, {self.place}, {data.title} ({data.source}), {what}"

    def verdict(self, result: MlpResult, interrupted: int) -> tuple[int, str]:
        """Returns the exit code of a `result` and a message; an empty one if all went well.

        `interrupted` is the number of the signal that ended the training, 0 if none did.
        """
        epochs = len(result.cost)
        if epochs and not math.isfinite(result.cost[-1]):
            return NOT_GOOD_ENOUGH, (
                f"error: the cost is not finite (NaN or inf) after epoch {epochs}; try a "
                f"--learning-rate below {self.config.learning_rate}"
            )
        if epochs < self.config.epochs:
            # Without a signal to this process, another worker has had one.
            return signals.SIGNALLED + (interrupted or signal.SIGTERM), (
                f"ended after {epochs} of {self.config.epochs} epochs; to continue, run {RESUME}"
            )
        wanted = self.args.min_accuracy
        if wanted is not None and result.accuracy[-1] < wanted:
            return NOT_GOOD_ENOUGH, (
                f"error: expected an accuracy of at least {wanted}, got {result.accuracy[-1]:.4f}"
            )
        return 0, ""
