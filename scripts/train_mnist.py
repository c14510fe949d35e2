"""Trains the article's network on MNIST and writes history, pictures and model to a folder."""

import dataclasses
import math
import shlex
import sys
import time
from pathlib import Path

import numpy as np

from tf_edureka import checkpoint, cli
from tf_edureka.config import IMPLEMENTATIONS, RECIPES, MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.progress import EpochDisplay
from tf_edureka.result import epoch_line
from tf_edureka.run_folder import RunFolder

NOT_GOOD_ENOUGH = 1
HOW_TO_GO_ON = "the same command with --resume (and without --overwrite)"
FILES = (
    "model.keras",
    "history.json",
    "cost.png",
    "accuracy.png",
    "predictions.png",
    "weights.png",
)


def parse(argv):
    """Reads the arguments; needs neither TensorFlow nor the data, so that --help is quick."""
    parser = cli.ArgumentParser(
        description="Train the article's 784-256-256-10 network on MNIST.",
        epilog="Exit codes: 0 trained, 1 --min-accuracy missed or no finite cost, 2 wrong input, "
        "130 ended by Ctrl-C, 143 by SIGTERM, after the running epoch or within a long one (what "
        "was reached is written, and --resume goes on).",
    )
    article, modern = MlpConfig.article(), MlpConfig.modern()
    parser.add_argument(
        "--implementation",
        choices=IMPLEMENTATIONS,
        default="modern",
        help="legacy: the article's graph and session through tf.compat.v1; modern: Keras and a "
        "compiled epoch (default: %(default)s)",
    )
    parser.add_argument(
        "--recipe",
        choices=RECIPES,
        help="article: initial values, batches and Adam of TensorFlow 1; modern: today's, same "
        "network and steps (default: modern; the legacy implementation has the article's only)",
    )
    parser.add_argument(
        "--augment",
        action="store_true",
        help="distort the training images anew in each epoch (modern recipe)",
    )
    parser.add_argument("--epochs", type=int, default=modern.epochs, help="default: %(default)s")
    parser.add_argument(
        "--batch-size", type=int, default=modern.batch_size, help="default: %(default)s"
    )
    parser.add_argument(
        "--learning-rate",
        type=float,
        help=f"default: {modern.learning_rate} at its highest, article {article.learning_rate}",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=modern.seed,
        help="decides initial values, order and distortions; in the article's recipe what "
        "tf.set_random_seed was given (default: %(default)s)",
    )
    cli.add_data_options(parser)
    cli.add_run_options(parser, out="runs/mnist")
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the run in --out from its last checkpoint, to the numbers that it would "
        "have come to; begins where there is none",
    )
    parser.add_argument(
        "--deterministic",
        action="store_true",
        help="only TensorFlow ops that give the same bits in every run, on GPUs too; they round in "
        "another way",
    )
    parser.add_argument(
        "--min-accuracy", type=float, metavar="X", help="exit with 1 if the last one is under X"
    )
    parser.add_argument(
        "--show", action="store_true", help="open the curves in windows, as the article did"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but warnings")
    return parser.parse_args(argv)


def configure(args) -> MlpConfig:
    """Makes the configuration that the arguments ask for."""
    if args.resume and args.overwrite:
        raise InputError(
            "--resume goes on with the run in --out, --overwrite replaces it; not both"
        )
    legacy = args.implementation == "legacy"
    if legacy and args.recipe == "modern":
        raise InputError("--implementation legacy is the article's program; leave --recipe out")
    article = legacy or args.recipe == "article"
    if args.augment and article:
        raise InputError("--augment belongs to the modern recipe; the article's has none")
    if args.min_accuracy is not None and not 0 <= args.min_accuracy <= 1:
        raise InputError(f"min_accuracy: expected a number from 0 to 1, got {args.min_accuracy}")
    given = {"epochs": args.epochs, "batch_size": args.batch_size, "seed": args.seed}
    if args.learning_rate is not None:
        given["learning_rate"] = args.learning_rate
    if args.augment:
        return MlpConfig.augmented(**given)
    return MlpConfig.article(**given) if article else MlpConfig.modern(**given)


@cli.reports_errors
def main(argv=None) -> int:
    """Trains as the arguments say and gives the exit code."""
    started = time.perf_counter()
    args = parse(argv)
    config = configure(args)
    folder = run_folder(args)
    with cli.tensorflow_import():
        from tf_edureka import conditions, devices, mlp, plots, training  # noqa: F401 - for run()
        from tf_edureka.legacy import mlp as legacy_mlp  # noqa: F401

        device = devices.use(args.device, args.deterministic)
    imported = time.perf_counter()
    data = cli.load_data(args)
    config.steps_per_epoch(len(data.train.labels))  # refuses before anything is made
    seconds = {"imports": imported - started, "data": time.perf_counter() - imported}
    command = shlex.join([Path(__file__).name, *(sys.argv[1:] if argv is None else argv)])
    with folder.claimed():
        return run(args, config, data, device, folder, seconds, command)


def run_folder(args) -> RunFolder:
    """The folder that the arguments name; refuses what would destroy an earlier run unasked."""
    resumes = args.resume and bool(checkpoint.newest_first(args.out))
    otherwise = "--resume to go on with it, or --out for another folder"
    if args.resume:
        otherwise = "--out for another folder; it has no checkpoint to go on from"
    return RunFolder(args.out, (*FILES, checkpoint.PATTERN), args.overwrite or resumes, otherwise)


def run(args, config, data, device, folder, seconds, command) -> int:
    """Trains, or goes on training, and writes what came of it."""
    import tensorflow as tf

    from tf_edureka import conditions, mlp, plots
    from tf_edureka.legacy import mlp as legacy_mlp

    began = time.perf_counter()
    legacy = args.implementation == "legacy"
    what = {
        "config": {
            "implementation": args.implementation,
            **dataclasses.asdict(config),
            "limit": args.limit,
            "deterministic": args.deterministic,
        },
        "data_sha256": data.fingerprint,
        "command": command,
    }
    machine = conditions.machine(device, xla=not legacy)
    checkpoints = checkpoint.Checkpoints(folder, {**what, "machine": machine})
    start = checkpoints.latest() if args.resume else None
    if args.resume and start is None:
        print(f"note: {folder.path} has no checkpoint; begins at epoch 1", file=sys.stderr)

    with EpochDisplay(config.epochs, args.quiet, done=start.epoch if start else 0) as display:
        display.line(
            f"TensorFlow {tf.__version__}, {device}, {data.title} ({data.source}), "
            f"seed {config.seed}"
            + (", legacy" if legacy else "")
            + (f", goes on after {position(start)}" if start else "")
        )

        def save(state) -> bool:
            checkpoints.save(state)
            folder.advice = f"when that is mended, {HOW_TO_GO_ON} goes on after {position(state)}"
            return bool(display.interrupted)

        result = (legacy_mlp if legacy else mlp).train(
            config,
            data,
            lambda *epoch: display.epoch_ended(epoch_line(*epoch)),
            start=start,
            save=save,
        )
        if not legacy and not start and result.compile_seconds is not None:
            seconds["compiling"] = result.compile_seconds
        trained = time.perf_counter()
        seconds["training"] = trained - began - seconds.get("compiling", 0)
        if len(result.cost):
            record = result.to_json() | {"startup_seconds": seconds["imports"] + seconds["data"]}
            if config.recipe != "article":
                del record["step_cost"]
            if start:
                record["earlier"] = checkpoints.earlier
            write(folder, config, data, result, record | what | machine)
            seconds["pictures and files"] = time.perf_counter() - trained
            display.line(f"Accuracy: {np.float32(result.accuracy[-1])!s}")
            display.line(
                f"{sum(seconds.values()):.1f} s: "
                + ", ".join(f"{name} {share:.1f}" for name, share in seconds.items())
            )
            display.line(f"Written to {folder.path}: {', '.join(FILES)}")
    if args.show and len(result.cost) and not plots.show_curves(result, data.title):
        print("note: --show needs a screen, and there is none", file=sys.stderr)
    return exit_code(result, config, display.interrupted, args.min_accuracy)


def write(folder, config, data, result, record) -> None:
    """Writes the files of a run."""
    from tf_edureka import mlp, plots, training

    model = mlp.from_weights(config, result.weights)
    with folder.write("model.keras") as path:
        model.save(path)
    folder.write_json("history.json", record | {"data": data.source})
    probabilities = training.probabilities(model, data.test.images)
    for name, figure in plots.of_run(result, data.test, probabilities, data.title).items():
        folder.write_figure(name, figure)


def position(state) -> str:
    """How far a training has come, in words."""
    epochs = f"{state.epoch} epoch" + "s" * (state.epoch != 1)
    return f"{epochs} and {state.step} steps" if state.step else epochs


def exit_code(result, config, signal_number, min_accuracy) -> int:
    """Says on stderr what went otherwise than asked for, and gives the exit code."""
    epochs = len(result.cost)
    if epochs and not math.isfinite(result.cost[-1]):
        print(
            f"error: the cost is no longer a finite number after epoch {epochs}; a learning rate "
            f"under {config.learning_rate} may help",
            file=sys.stderr,
        )
        return NOT_GOOD_ENOUGH
    if signal_number and epochs < config.epochs:
        print(
            f"ended after {epochs} of {config.epochs} epochs; {HOW_TO_GO_ON} goes on from there",
            file=sys.stderr,
        )
        return cli.SIGNALLED + signal_number
    if min_accuracy is not None and result.accuracy[-1] < min_accuracy:
        print(
            f"error: expected an accuracy of at least {min_accuracy}, got "
            f"{result.accuracy[-1]:.4f}",
            file=sys.stderr,
        )
        return NOT_GOOD_ENOUGH
    return 0


if __name__ == "__main__":
    sys.exit(main())
