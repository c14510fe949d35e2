"""Proves that the legacy and the modern path compute the same, rung by rung."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tf_edureka import runtime
from tf_edureka.cli import options, out, reporting
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.results import MlpResult
from tf_edureka.runs.console import EpochDisplay

if TYPE_CHECKING:
    from tf_edureka.parity import Reference

FILES = ("compare.json", "compare.png", "overview.md", "overview.png")
RUNG_FAILED = 1
HEAD = ("", "cost, epoch 1", "cost, last epoch", "test accuracy", "s per epoch", "seed", "device")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parses the arguments; imports no TensorFlow, so that --help is quick."""
    default = MlpConfig.article()
    parser = options.ArgumentParser(
        description="Check that two implementations of the article's network compute the same: the "
        "article's program under tf.compat.v1 (legacy), and Keras with the article recipe "
        "(modern). Each check, also called a rung, compares one thing, from the initial values to "
        "whole epochs, and has a tolerance. If the data is MNIST and --seed is 0, 1, 2, 3, 7 or "
        "2019, both are also checked against the recorded results of TensorFlow 1.15.5 (up to 15 "
        "epochs). Finally train with the tuned recipe, and print and plot the results of all "
        "trainings.",
        epilog=f"Exit codes: 0: all checks pass; 1: a check fails; 2: wrong input; {options.ENDS}.",
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=100,
        help="number of steps of epoch 1 to compare one by one (default: %(default)s)",
    )
    parser.add_argument(
        "--epochs", type=int, default=default.epochs, help="number of epochs (default: %(default)s)"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=default.seed,
        help="graph seed, the argument of tf.set_random_seed (default: %(default)s)",
    )
    options.add_data_options(parser)
    options.add_run_options(parser, "runs/compare")
    return parser.parse_args(argv)


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Compares the paths and returns the exit code."""
    args = parse(argv)
    config = MlpConfig.article(seed=args.seed, epochs=args.epochs)
    tuned = MlpConfig.tuned(seed=args.seed, epochs=args.epochs)
    folder = out.run_folder(args, "compare", FILES)
    with reporting.importing():
        import tensorflow as tf

        from tf_edureka.mlp import plots, train
        from tf_edureka.parity import HEAD as HEAD_OF_RUNGS, Reference, climb
        from tf_edureka.parity.article.plots import comparison

        device = runtime.use_device(args.device)
    data = options.load_data(args)
    steps = config.steps_per_epoch(len(data.train.labels))
    if not 1 <= args.steps <= steps:
        raise InputError(f"steps: expected 1 to {steps}, the steps of epoch 1, got {args.steps}")
    reference = Reference.read(config) if data.is_mnist else None
    title = f"{data.title}, seed {config.seed}"
    with folder.claimed(), EpochDisplay(4 * config.epochs + 5) as display:
        against = reference.name if reference else "no recorded results of TensorFlow 1"
        where = f"TensorFlow {tf.__version__}, {device}, {data.title} ({data.source})"
        display.line(f"{where}, seed {config.seed}, compared with {against}")
        ladder = climb(
            config, data, steps=args.steps, reference=reference, on_epoch=display.part_ended
        )
        display.table(HEAD_OF_RUNGS, [rung.row for rung in ladder.rungs])
        tuned_result = train(tuned, data, on_epoch=lambda *_: display.part_ended("tuned"))
        results: dict[str, MlpResult | Reference] = {
            f"legacy: its graph on TensorFlow {tf.__version__}": ladder.legacy,
            "modern, the article's recipe": ladder.modern,
            "modern, the tuned recipe": tuned_result,
        }
        if reference is not None and len(reference.cost) == args.epochs:
            results = {f"original: {reference.name}": reference, **results}
        text = overview(results, args.seed, device)
        which = "median without the first" if config.epochs > 1 else "the first, with compilation"
        examples = f"{data.title}, {len(data.train.labels):,} training images"
        display.line(f"{examples}; seconds per epoch: {which}\n\n{text}")
        folder.write_json("compare.json", [rung.to_json() for rung in ladder.rungs])
        folder.write_figure("compare.png", comparison(ladder.legacy, ladder.modern, title))
        with folder.write("overview.md") as path:
            path.write_text(text, encoding="utf-8")
        curves = plots.training_curves(results, f"784-256-256-10 on {title}")
        folder.write_figure("overview.png", curves)
        display.line(f"Written to {folder.path}: {folder.written()}")
    for rung in (one for one in ladder.rungs if not one.passed):
        expected = f"expected at most {rung.tolerance:.2g}, got {rung.measured:.2g}"
        print(f"error: {rung.rung} ({rung.between}): {expected}", file=sys.stderr)
    return 0 if ladder.passed else RUNG_FAILED


def overview(results: "Mapping[str, MlpResult | Reference]", seed: int, device: str) -> str:
    """Returns the results of the original, both paths and the tuned recipe as a Markdown table."""
    rows = [HEAD, ("---",) * len(HEAD)]
    for name, result in results.items():
        rows.append(
            (
                name,
                f"{result.cost[0]:.2f}",
                f"{result.cost[-1]:.2f}",
                f"{result.accuracy[-1]:.2%}",
                f"{result.seconds_per_epoch:.2f}",
                str(seed),
                device if isinstance(result, MlpResult) else "CPU, recorded",
            )
        )
    return "".join("|".join(["", *(f" {cell} " for cell in row), ""]) + "\n" for row in rows)
