"""Trains the article's network on MNIST and writes history, pictures and model to a folder."""

import dataclasses
import math
import platform
import sys
import time

from tf_edureka import cli
from tf_edureka.config import IMPLEMENTATIONS, RECIPES, MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.progress import EpochDisplay
from tf_edureka.result import epoch_line
from tf_edureka.run_folder import RunFolder

NOT_GOOD_ENOUGH = 1
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
        "130 ended by Ctrl-C after the running epoch (what was reached is written).",
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
        "--min-accuracy", type=float, metavar="X", help="exit with 1 if the last one is under X"
    )
    parser.add_argument(
        "--show", action="store_true", help="open the curves in windows, as the article did"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but warnings")
    return parser.parse_args(argv)


def configure(args) -> MlpConfig:
    """Makes the configuration that the arguments ask for."""
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
    folder = RunFolder(args.out, FILES, args.overwrite)
    with cli.tensorflow_import():
        import keras
        import numpy as np
        import tensorflow as tf

        from tf_edureka import devices, mlp, plots, training
        from tf_edureka.legacy import mlp as legacy_mlp

        device = devices.use(args.device)
    imported = time.perf_counter()

    data = cli.load_data(args)
    config.steps_per_epoch(len(data.train.labels))  # refuses before anything is made
    folder.create()
    loaded = time.perf_counter()

    with EpochDisplay(config.epochs, args.quiet) as display:
        display.line(
            f"TensorFlow {tf.__version__}, {device}, {data.title} ({data.source}), "
            f"seed {config.seed}" + (", legacy" if args.implementation == "legacy" else "")
        )
        train = legacy_mlp.train if args.implementation == "legacy" else mlp.train
        result = train(config, data, lambda *epoch: display.epoch_ended(epoch_line(*epoch)))
        trained = time.perf_counter()

        model = mlp.from_weights(config, result.weights)
        with folder.write("model.keras") as path:
            model.save(path)
        record = result.to_json() | {
            "startup_seconds": loaded - started,
            "config": {
                "implementation": args.implementation,
                **dataclasses.asdict(config),
                "limit": args.limit,
            },
            "data": data.source,
            "device": device,
            "versions": {
                "python": platform.python_version(),
                "tensorflow": tf.__version__,
                "keras": keras.__version__,
            },
        }
        if config.recipe != "article":
            del record["step_cost"]
        folder.write_json("history.json", record)
        probabilities = training.probabilities(model, data.test.images)
        for name, figure in plots.of_run(result, data.test, probabilities, data.title).items():
            folder.write_figure(name, figure)
        written = time.perf_counter()

        display.line(f"Accuracy: {np.float32(result.accuracy[-1])!s}")
        shares = {"imports": imported - started, "data": loaded - imported}
        if args.implementation == "modern" and result.compile_seconds is not None:
            shares["compiling"] = result.compile_seconds
        shares["training"] = trained - loaded - shares.get("compiling", 0)
        shares["pictures and files"] = written - trained
        display.line(
            f"{written - started:.1f} s: "
            + ", ".join(f"{name} {seconds:.1f}" for name, seconds in shares.items())
        )
        display.line(f"Written to {folder.path}: {', '.join(FILES)}")
    if args.show and not plots.show_curves(result, data.title):
        print("note: --show needs a screen, and there is none", file=sys.stderr)
    return exit_code(result, config, display.interrupted, args.min_accuracy)


def exit_code(result, config, interrupted, min_accuracy) -> int:
    """Says on stderr what went otherwise than asked for, and gives the exit code."""
    if not math.isfinite(result.cost[-1]):
        print(
            f"error: the cost is no longer a finite number after epoch {len(result.cost)}; a "
            f"learning rate under {config.learning_rate} may help",
            file=sys.stderr,
        )
        return NOT_GOOD_ENOUGH
    if interrupted and len(result.cost) < config.epochs:
        print(f"ended after {len(result.cost)} of {config.epochs} epochs", file=sys.stderr)
        return cli.INTERRUPTED
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
