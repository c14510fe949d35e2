"""The arguments of `train-mnist` and the `MlpConfig` that they select."""

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
    """Parses the arguments; imports no TensorFlow, so that --help is quick."""
    parser = options.ArgumentParser(
        description="Train the article's 784-256-256-10 network on MNIST, or a network with other "
        "hidden layers. Write the model, its history and pictures to the folder --out.",
        epilog="Ctrl-C or SIGTERM ends the training after the current epoch, or earlier if the "
        "epoch is long. The results so far are written, and --resume continues. A second signal "
        "ends it immediately. Exit codes: 0: trained; 1: --min-accuracy missed or cost not finite; "
        f"2: wrong input; 3: another worker lost (multiworker); {options.ENDS}.",
    )
    _add_training_options(parser)
    _add_number_options(parser)
    options.add_data_options(parser)
    options.add_run_options(
        parser, "runs/mnist", "; some options add to this name, as in runs/mnist-legacy"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="resume the run in --out (default: the last run of this kind) from its last "
        "checkpoint. The result is the same as that of an uninterrupted run. Without a checkpoint, "
        "start at epoch 1",
    )
    parser.add_argument(
        "--snapshots",
        action="store_true",
        help="save the weights before training and after each epoch, one file per epoch, to "
        "inspect how they develop; does not change the training",
    )
    parser.add_argument(
        "--deterministic",
        action="store_true",
        help="use only TensorFlow ops whose results are bit-identical in every run, on GPUs too; "
        "they round differently from the default ones",
    )
    _add_strategy_options(parser)
    parser.add_argument(
        "--min-accuracy",
        type=float,
        metavar="X",
        help="exit with code 1 if the final test accuracy is below X",
    )
    parser.add_argument(
        "--show",
        action="store_true",
        help="show the training curves in windows, as the article does",
    )
    parser.add_argument("--quiet", action="store_true", help="print only warnings and errors")
    return parser.parse_args(argv)


def _recipe(text: str) -> str:
    """Returns the name of the recipe; accepts modern, the former name of tuned, with a note."""
    if text != "modern":
        return text
    print("note: --recipe modern is now called --recipe tuned", file=sys.stderr, flush=True)
    return "tuned"


def _add_training_options(parser: argparse.ArgumentParser) -> None:
    options.add_implementation_option(
        parser,
        "modern: Keras, with each epoch compiled as one program; legacy: the article's graph and "
        "session through tf.compat.v1",
    )
    parser.add_argument(
        "--recipe",
        type=_recipe,
        choices=RECIPES,
        help="article: initial values, batches and Adam of TensorFlow 1; tuned: current practice "
        "for the same network and number of steps (default: tuned; --implementation legacy has "
        "only article)",
    )
    parser.add_argument(
        "--augment",
        action="store_true",
        help="turn, scale, shear and shift the training images at random in each epoch; the "
        f"weight decay is then {MlpConfig.augmented().weight_decay} instead of "
        f"{MlpConfig.tuned().weight_decay} (tuned recipe only)",
    )
    parser.add_argument(
        "--hidden-units",
        type=options.whole_numbers,
        default=MlpConfig.tuned().hidden_units,
        metavar="N,N,...",
        help="number of units in each hidden layer: 128,64 builds a 784-128-64-10 network "
        f"(default: {','.join(map(str, MlpConfig.tuned().hidden_units))})",
    )


def _add_number_options(parser: argparse.ArgumentParser) -> None:
    article, tuned = MlpConfig.article(), MlpConfig.tuned()
    parser.add_argument(
        "--epochs",
        type=int,
        default=tuned.epochs,
        metavar="N",
        help="passes over the training images (default: %(default)s)",
    )
    parser.add_argument(
        "--batch-size",
        type=int,
        default=tuned.batch_size,
        metavar="N",
        help="training images per step (default: %(default)s)",
    )
    parser.add_argument(
        "--learning-rate",
        type=float,
        metavar="X",
        help="learning rate of Adam; in the tuned recipe the highest value of the schedule "
        f"(default: {tuned.learning_rate} in the tuned recipe, {article.learning_rate} in the "
        "article recipe)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=tuned.seed,
        metavar="N",
        help="seed of the initial values, the order of the images and the augmentation; in the "
        "article recipe the argument of tf.set_random_seed (default: %(default)s)",
    )
    parser.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help="train N networks at the same time, with --seed and the N - 1 seeds after it, and "
        "report the mean and standard deviation of their accuracy; writes history.json, seeds.png "
        "and checkpoints (about 3 MB per network), but no model",
    )


def _add_strategy_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default=MlpConfig.tuned().precision,
        help="precision of the matrix products. float32: full precision. tf32: the factors are "
        "rounded to 10 mantissa bits; needs a GPU of the Ampere generation or newer. "
        "mixed_bfloat16: rounded to 7 mantissa bits in the hidden layers. The last two need the "
        "tuned recipe (default: %(default)s)",
    )
    parser.add_argument(
        "--strategy",
        choices=STRATEGIES,
        default="none",
        help="how to distribute the training. none: one device. mirrored: a replica on each GPU "
        "of this machine; each batch is split among them. multiworker: each batch is split among "
        "the processes in TF_CONFIG; only the chief prints and writes. TensorFlow then listens on "
        "all addresses of each machine, unencrypted, and anyone who reaches its port can run code "
        "there: use a firewall or a private network that admits only the workers, even if all of "
        "them run on one machine (default: %(default)s)",
    )
    parser.add_argument(
        "--replicas",
        type=int,
        metavar="N",
        help="mirrored: number of GPUs (default: all). Without a GPU, the CPU is divided into "
        "this many logical devices, so that you can try the strategy",
    )
    parser.add_argument(
        "--wait",
        type=float,
        metavar="SECONDS",
        help="multiworker: time limit for TensorFlow to connect all workers, including the time "
        f"until the last one starts (default: {SECONDS_TO_CONNECT})",
    )


def configure(args: argparse.Namespace) -> MlpConfig:
    """Returns the configuration for the `args`; rejects options that exclude each other."""
    if args.resume and args.overwrite:
        raise InputError(
            "--resume and --overwrite: expected one of them; --resume continues the run in --out, "
            "--overwrite replaces it"
        )
    if args.seeds is not None:
        _expect_seeds(args)
    _expect_fitting_strategy(args)
    legacy = args.implementation == "legacy"
    if legacy and args.recipe == "tuned":
        raise InputError(
            "--recipe tuned: expected article with --implementation legacy, which is the article's "
            "program; leave out --recipe"
        )
    article = legacy or args.recipe == "article"
    if args.augment and article:
        raise InputError(
            "--augment: expected the tuned recipe; the article recipe has no augmentation"
        )
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
    of_one = args.snapshots or args.show
    if args.implementation == "legacy" or args.strategy != "none" or of_one:
        raise InputError(
            "--seeds trains all networks in one compiled epoch; leave out --implementation, "
            "--strategy, --snapshots and --show"
        )


def _expect_fitting_strategy(args: argparse.Namespace) -> None:
    if args.implementation == "legacy" and args.strategy != "none":
        raise InputError(
            "--implementation legacy trains on one device, as the article does; leave out "
            "--strategy"
        )
    if args.replicas is not None and args.strategy != "mirrored":
        raise InputError("--replicas requires --strategy mirrored")
    if args.wait is not None and args.strategy != "multiworker":
        raise InputError("--wait requires --strategy multiworker")
    if args.wait is not None and not 0 < args.wait <= 1e6:
        raise InputError(f"--wait: expected seconds above 0, at most 1e6, got {args.wait:g}")
