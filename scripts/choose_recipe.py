"""Compares variants of the modern recipe on the validation images, never on the test images."""

import argparse
import dataclasses
import sys

import numpy as np

from tf_edureka import cli, startup
from tf_edureka.config import Distortion, MlpConfig
from tf_edureka.errors import InputError

# Each variant changes one thing of the recipe that was chosen, the first line.
PLAIN = {
    "as chosen": {},
    "learning rate 0.001": {"learning_rate": 0.001},
    "learning rate 0.006": {"learning_rate": 0.006},
    "no rise of the learning rate": {"warmup": 0.0},
    "no weight decay": {"weight_decay": 0.0},
    "weight decay 0.1": {"weight_decay": 0.1},
    "weight decay 1.0": {"weight_decay": 1.0},
    "no label smoothing": {"label_smoothing": 0.0},
    "label smoothing 0.2": {"label_smoothing": 0.2},
}
AUGMENTED = {
    "as chosen": {},
    "shifts only": {"distortion": Distortion(turn=0, scaling=0, shear=0)},
    "two thirds of the distortion": {"distortion": Distortion(10, 0.1, 0.067, 1.333)},
    "four thirds of the distortion": {"distortion": Distortion(20, 0.2, 0.133, 2.667)},
    "learning rate 0.0015": {"learning_rate": 0.0015},
    "learning rate 0.006": {"learning_rate": 0.006},
    "no weight decay": {"weight_decay": 0.0},
    "weight decay 0.2": {"weight_decay": 0.2},
    "no label smoothing": {"label_smoothing": 0.0},
}


@cli.reports_errors
def main(argv=None) -> int:
    """Trains every variant with every seed and prints a table in Markdown."""
    parser = cli.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--augment", action="store_true", help="compare on distorted images")
    parser.add_argument("--seeds", type=int, default=5, help="train each with seeds 1 to this")
    parser.add_argument("--epochs", type=int, default=MlpConfig.modern().epochs)
    parser.add_argument("--data-dir", type=cli.path, help="the MNIST folder")
    args = parser.parse_args(argv)
    if args.seeds < 1:
        raise InputError(f"seeds: expected a whole number from 1, got {args.seeds}")
    recipe, variants = (
        (MlpConfig.augmented, AUGMENTED) if args.augment else (MlpConfig.modern, PLAIN)
    )
    configs = {
        name: [recipe(epochs=args.epochs, seed=s + 1, **changes) for s in range(args.seeds)]
        for name, changes in variants.items()
    }
    with startup.tensorflow_import():
        from tf_edureka import devices, mlp, mnist

        devices.use("auto")
    data = mnist.load("auto", args.data_dir)
    for note in data.notes:
        print(f"note: {note}", file=sys.stderr, flush=True)
    data = dataclasses.replace(data, test=data.validation)
    print(f"Validation accuracy on {data.title}, {args.epochs} epochs, {args.seeds} seeds\n")
    print("| variant | mean % | standard deviation |\n|---|---|---|")
    for name, seeds in configs.items():
        accuracy = [100 * mlp.train(config, data).accuracy[-1] for config in seeds]
        spread = np.std(accuracy, ddof=1) if args.seeds > 1 else float("nan")
        print(f"| {name} | {np.mean(accuracy):.3f} | {spread:.3f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
