"""Proves that the legacy and the modern path are the same computation, rung by rung."""

import sys
from pathlib import Path

from tf_edureka import cli, startup
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.progress import EpochDisplay
from tf_edureka.run_folder import RunFolder

FILES = ("compare.json", "compare.png")
NOT_THE_SAME = 1
GOLDENS = Path(__file__).parent.parent / "tests" / "goldens" / "mlp.json"


def parse(argv):
    """Reads the arguments; needs no TensorFlow, so that --help is quick."""
    default = MlpConfig.article()
    parser = cli.ArgumentParser(
        description="Compare the article's program under tf.compat.v1 with the modern article "
        "recipe, and both with what TensorFlow 1.15.5 computed where that is known "
        f"({GOLDENS.parent.name}/{GOLDENS.name}: some seeds, MNIST).",
        epilog="Exit codes: 0 all rungs hold, 1 one does not, 2 wrong input, 130 Ctrl-C.",
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=100,
        help="of epoch 1 to compare one by one (default: %(default)s)",
    )
    parser.add_argument("--epochs", type=int, default=default.epochs, help="default: %(default)s")
    parser.add_argument(
        "--seed",
        type=int,
        default=default.seed,
        help="what tf.set_random_seed was given (default: %(default)s)",
    )
    cli.add_data_options(parser)
    cli.add_run_options(parser, out="runs/compare")
    return parser.parse_args(argv)


@cli.reports_errors
def main(argv=None) -> int:
    """Compares as the arguments say and gives the exit code."""
    args = parse(argv)
    config = MlpConfig.article(seed=args.seed, epochs=args.epochs)
    folder = RunFolder(args.out, FILES, args.overwrite)
    with startup.tensorflow_import():
        import tensorflow as tf

        from tf_edureka import devices, parity, plots

        device = devices.use(args.device)
    data = cli.load_data(args)
    steps = config.steps_per_epoch(len(data.train.labels))
    if not 1 <= args.steps <= steps:
        raise InputError(f"steps: expected 1 to {steps}, those of epoch 1, got {args.steps}")
    oracle = parity.Oracle.read(GOLDENS, config) if data.is_mnist else None
    with folder.claimed(), EpochDisplay(3 * config.epochs + 3) as display:
        display.line(
            f"TensorFlow {tf.__version__}, {device}, {data.title} ({data.source}), seed "
            f"{config.seed}, against {oracle.name if oracle else 'no numbers of TensorFlow 1'}"
        )
        ladder = parity.climb(config, data, args.steps, oracle, display.part_ended)
        display.table(parity.HEAD, [rung.row for rung in ladder.rungs])
        which = "median after the first" if config.epochs > 1 else "the first, with compiling"
        for name, result in (("legacy", ladder.legacy), ("modern", ladder.modern)):
            display.line(f"{name}: {result.seconds_per_epoch:.2f} s per epoch ({which})")
        folder.write_json("compare.json", [rung.to_json() for rung in ladder.rungs])
        folder.write_figure(
            "compare.png",
            plots.comparison(ladder.legacy, ladder.modern, f"{data.title}, seed {args.seed}"),
        )
        display.line(f"Written to {folder.path}: {', '.join(FILES)}")
    for rung in ladder.rungs:
        if not rung.passed:
            print(
                f"error: {rung.rung} ({rung.between}): expected at most {rung.tolerance:.2g}, got "
                f"{rung.measured:.2g}",
                file=sys.stderr,
            )
    return 0 if ladder.passed else NOT_THE_SAME


if __name__ == "__main__":
    sys.exit(main())
