"""What a run of `train-mnist` is made of, what is recorded of it, and how it ends."""

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
    from tf_edureka.mlp.distribution.place import Place

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
    """The folder that the `args` name; refuses what would destroy an earlier run unasked."""
    if args.resume and args.out is None:
        args.out = out.last(kind(args))
    has_checkpoint = args.seeds is None and args.out and bool(checkpoint.newest_first(args.out))
    advice = "give --overwrite to replace it, or --out for another folder"
    if has_checkpoint:
        advice = f"give --resume to go on with it, {advice.removeprefix('give ')}"
    elif args.resume:
        advice = (
            "it has no checkpoint to go on from; give --overwrite instead of --resume to replace "
            "it, or --out for another folder"
        )
    files = sorted({*FILES, *FILES_OF_SEEDS, checkpoint.PATTERN, snapshots.PATTERN})
    with reporting.with_advice("folder holds a run", lambda: advice):
        if args.resume and has_checkpoint:
            return RunFolder(args.out, files, overwrite=True, pictures=args.pictures)
        return out.run_folder(args, kind(args), files)


def kind(args: argparse.Namespace) -> str:
    """What is trained, as a name for a folder."""
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
    """What is to be trained, on what, where, and the folder, if this process is to write.

    `command` is the command line that asked for it, read into `args`.
    """

    args: argparse.Namespace
    config: MlpConfig
    data: Mnist
    place: "Place"
    folder: RunFolder | None
    command: str

    @property
    def conditions(self) -> dict[str, object]:
        """What decides the numbers, for the history and the checkpoints."""
        config = identity(self.args.implementation, self.config, self.data)
        data_sha256 = config.pop("data_sha256")
        config |= {"limit": self.args.limit, "deterministic": self.args.deterministic}
        return {"config": config, "data_sha256": data_sha256, "command": self.command}

    def headline(self, what: str) -> str:
        """The first line: TensorFlow, place and data, then `what` is trained."""
        import tensorflow as tf

        data = self.data
        return f"TensorFlow {tf.__version__}, {self.place}, {data.title} ({data.source}), {what}"

    def verdict(self, result: MlpResult, interrupted: int, resume: str) -> tuple[int, str]:
        """The exit code of a `result`, and what went otherwise than asked for.

        `interrupted` is the signal that asked to end, 0 if none did; `resume` says how to go on.
        """
        epochs = len(result.cost)
        if epochs and not math.isfinite(result.cost[-1]):
            return NOT_GOOD_ENOUGH, (
                f"error: the cost is no longer a finite number after epoch {epochs}; a learning "
                f"rate under {self.config.learning_rate} may help"
            )
        if epochs < self.config.epochs:
            # By a signal to this process or, if to none, to another worker.
            return signals.SIGNALLED + (interrupted or signal.SIGTERM), (
                f"ended after {epochs} of {self.config.epochs} epochs; {resume}"
            )
        wanted = self.args.min_accuracy
        if wanted is not None and result.accuracy[-1] < wanted:
            return NOT_GOOD_ENOUGH, (
                f"error: expected an accuracy of at least {wanted}, got {result.accuracy[-1]:.4f}"
            )
        return 0, ""
