"""The arguments of `train-mnist`, and the configuration that they ask for."""

import argparse
import sys
from collections.abc import Sequence

from tf_edureka.cli import options
from tf_edureka.config import PRECISIONS, RECIPES, MlpConfig
from tf_edureka.errors import InputError

SECONDS_TO_CONNECT = 300
STRATEGIES = ("none", "mirrored", "multiworker")
MOST_SEEDS = 1000


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Reads the arguments; needs neither TensorFlow nor the data, so that --help is quick."""
    parser = options.ArgumentParser(
        description="Train the article's 784-256-256-10 network on MNIST, or one with other hidden "
        "layers.",
        epilog="Ctrl-C and SIGTERM end it after the running epoch or within a long one; what was "
        "reached is written, and --resume goes on. A second one ends it at once. Exit codes: 0 "
        "trained, 1 --min-accuracy missed or no finite cost, 2 wrong input, 3 another worker is "
        f"lost (multiworker), {options.ENDS}.",
    )
    _add_training_options(parser)
    options.add_data_options(parser)
    options.add_run_options(
        parser, "runs/mnist, runs/mnist-legacy, runs/mnist-mirrored and so on, by what is trained"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the run in --out, by default the last of this kind, from its last "
        "checkpoint, to the numbers that it would have come to; begins where there is none",
    )
    parser.add_argument(
        "--snapshots",
        action="store_true",
        help="keep the weights before the training and after each epoch, in files of their own, to "
        "see later how they came about; changes no number",
    )
    parser.add_argument(
        "--deterministic",
        action="store_true",
        help="only TensorFlow ops that give the same bits in every run, on GPUs too; they round in "
        "another way",
    )
    _add_strategy_options(parser)
    parser.add_argument(
        "--min-accuracy", type=float, metavar="X", help="exit with 1 if the last one is under X"
    )
    parser.add_argument(
        "--show", action="store_true", help="open the curves in windows, as the article did"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but warnings")
    return parser.parse_args(argv)


def _recipe(text: str) -> str:
    """The recipe by its name; the tuned one was called modern before."""
    if text != "modern":
        return text
    print("note: --recipe modern is --recipe tuned now", file=sys.stderr, flush=True)
    return "tuned"


def _add_training_options(parser: argparse.ArgumentParser) -> None:
    article, tuned = MlpConfig.article(), MlpConfig.tuned()
    options.add_implementation_option(
        parser,
        "legacy: the article's graph and session through tf.compat.v1; modern: Keras and a "
        "compiled epoch",
    )
    parser.add_argument(
        "--recipe",
        type=_recipe,
        choices=RECIPES,
        help="article: initial values, batches and Adam of TensorFlow 1; tuned: today's, same "
        "network and steps (default: tuned; the legacy implementation has the article's only)",
    )
    parser.add_argument(
        "--augment",
        action="store_true",
        help="distort the training images anew in each epoch (tuned recipe)",
    )
    parser.add_argument(
        "--hidden-units",
        type=options.whole_numbers,
        default=tuned.hidden_units,
        metavar="N,N,...",
        help="units of each hidden layer, one or more: 128,64 makes 784-128-64-10 (default: "
        f"{','.join(map(str, tuned.hidden_units))})",
    )
    parser.add_argument("--epochs", type=int, default=tuned.epochs, help="default: %(default)s")
    parser.add_argument(
        "--batch-size", type=int, default=tuned.batch_size, help="default: %(default)s"
    )
    parser.add_argument(
        "--learning-rate",
        type=float,
        help=f"default: {tuned.learning_rate} at its highest, article {article.learning_rate}",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=tuned.seed,
        help="decides initial values, order and distortions; in the article's recipe what "
        "tf.set_random_seed was given (default: %(default)s)",
    )
    parser.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help="train N networks at once, from --seed and the N - 1 seeds after it, for the mean and "
        "spread of accuracy; writes history.json and seeds.png, no network and no checkpoint",
    )


def _add_strategy_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default=MlpConfig.tuned().precision,
        help="of the matrix products: tf32 rounds to 10 bits on GPUs from Ampere on, "
        "mixed_bfloat16 to 7 in the hidden layers (tuned recipe; default: %(default)s)",
    )
    parser.add_argument(
        "--strategy",
        choices=STRATEGIES,
        default="none",
        help="mirrored: a copy of the network on each GPU of this machine, which share each batch; "
        "multiworker: so do the processes that TF_CONFIG names, of which the chief alone prints "
        "and writes. TensorFlow then listens on all addresses of each machine, unencrypted, and "
        "whoever reaches its port can run code there: let a firewall or a private network keep "
        "out all but the workers, also if all are on one machine (default: %(default)s)",
    )
    parser.add_argument(
        "--replicas",
        type=int,
        metavar="N",
        help="mirrored: on how many devices (default: all GPUs); without a GPU on N parts of the "
        "CPU, to try it",
    )
    parser.add_argument(
        "--wait",
        type=float,
        metavar="SECONDS",
        help="multiworker: how long TensorFlow may take to connect all workers, the waiting for "
        f"those that have not started yet included (default: {SECONDS_TO_CONNECT})",
    )


def configure(args: argparse.Namespace) -> MlpConfig:
    """The configuration that the `args` ask for; refuses what does not go together."""
    if args.resume and args.overwrite:
        raise InputError(
            "--resume goes on with the run in --out, --overwrite replaces it; not both"
        )
    if args.seeds is not None:
        _expect_seeds(args)
    _expect_fitting_strategy(args)
    legacy = args.implementation == "legacy"
    if legacy and args.recipe == "tuned":
        raise InputError("--implementation legacy is the article's program; leave --recipe out")
    article = legacy or args.recipe == "article"
    if args.augment and article:
        raise InputError("--augment belongs to the tuned recipe; the article's has none")
    if args.min_accuracy is not None and not 0 <= args.min_accuracy <= 1:
        raise InputError(f"min_accuracy: expected a number from 0 to 1, got {args.min_accuracy}")
    given = {
        "hidden_units": args.hidden_units,
        "epochs": args.epochs,
        "batch_size": args.batch_size,
        "seed": args.seed,
        "precision": args.precision,
    }
    if args.learning_rate is not None:
        given["learning_rate"] = args.learning_rate
    if args.augment:
        return MlpConfig.augmented(**given)
    return MlpConfig.article(**given) if article else MlpConfig.tuned(**given)


def _expect_seeds(args: argparse.Namespace) -> None:
    if not 1 <= args.seeds <= MOST_SEEDS:
        raise InputError(f"--seeds: expected 1 to {MOST_SEEDS} networks, got {args.seeds}")
    if args.seed + args.seeds > 2**31:
        raise InputError(f"--seeds: expected seeds under {2**31}; give a lower --seed")
    of_one = args.resume or args.snapshots or args.show
    if args.implementation == "legacy" or args.strategy != "none" or of_one:
        raise InputError(
            "--seeds trains many networks in one compiled epoch, without checkpoints; leave "
            "--implementation, --strategy, --resume, --snapshots and --show out"
        )


def _expect_fitting_strategy(args: argparse.Namespace) -> None:
    if args.implementation == "legacy" and args.strategy != "none":
        raise InputError(
            "--implementation legacy has one device, as the article had; leave --strategy out"
        )
    if args.replicas is not None and args.strategy != "mirrored":
        raise InputError("--replicas belongs to --strategy mirrored")
    if args.wait is not None and args.strategy != "multiworker":
        raise InputError("--wait belongs to --strategy multiworker")
    if args.wait is not None and not 0 < args.wait <= 1e6:
        raise InputError(f"--wait: expected seconds from above 0 to 1e6, got {args.wait:g}")
