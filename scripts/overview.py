"""Prints the README's table of the original, the legacy and the modern path, and draws them."""

import sys
from pathlib import Path

from tf_edureka import cli, startup
from tf_edureka.config import MlpConfig
from tf_edureka.progress import EpochDisplay
from tf_edureka.run_folder import RunFolder

FILES = ("overview.md", "overview.png")
GOLDENS = Path(__file__).parent.parent / "tests" / "goldens" / "mlp.json"
HEAD = ("", "cost, epoch 1", "last epoch", "accuracy", "s per epoch", "seed", "device")


def parse(argv):
    """Reads the arguments; needs no TensorFlow, so that --help is quick."""
    default = MlpConfig.article()
    parser = cli.ArgumentParser(
        description="Train the network by the article's program under tf.compat.v1, by the modern "
        "path with the article's recipe, and with the modern recipe; print what each comes to, and "
        "what TensorFlow 1.15.5 came to where that is known "
        f"({GOLDENS.parent.name}/{GOLDENS.name}: some seeds, 15 epochs of MNIST).",
        epilog="Exit codes: 0 written, 2 wrong input, 130 Ctrl-C.",
    )
    parser.add_argument("--epochs", type=int, default=default.epochs, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=default.seed, help="default: %(default)s")
    cli.add_data_options(parser)
    cli.add_run_options(parser, out="runs/overview")
    return parser.parse_args(argv)


@cli.reports_errors
def main(argv=None) -> int:
    """Trains as the arguments say and gives the exit code."""
    args = parse(argv)
    article = MlpConfig.article(seed=args.seed, epochs=args.epochs)
    modern = MlpConfig.modern(seed=args.seed, epochs=args.epochs)
    folder = RunFolder(args.out, FILES, args.overwrite)
    with startup.tensorflow_import():
        import tensorflow as tf

        from tf_edureka import devices, mlp, parity, plots
        from tf_edureka.legacy import mlp as legacy_mlp

        device = devices.use(args.device)
    data = cli.load_data(args)
    original = parity.Oracle.read(GOLDENS, article) if data.is_mnist else None
    known = original is not None and len(original.cost) == args.epochs
    ways = {
        f"legacy: its graph on TensorFlow {tf.__version__}": (legacy_mlp.train, article),
        "modern, the article's recipe": (mlp.train, article),
        "modern, today's recipe": (mlp.train, modern),
    }
    results = {f"original: {original.name}": original} if known else {}
    where = dict.fromkeys(results, "CPU, recorded")
    with folder.claimed(), EpochDisplay(len(ways) * args.epochs) as display:
        for name, (train, config) in ways.items():
            task = name.partition(":")[0]
            results[name] = train(config, data, lambda *_: display.part_ended(task))  # noqa: B023
            where[name] = device
        lines = [HEAD, ["---"] * len(HEAD)]
        seed = str(args.seed)
        lines += [(name, *numbers(result), seed, where[name]) for name, result in results.items()]
        text = "\n".join("|".join(["", *(f" {cell} " for cell in line), ""]) for line in lines)
        which = "median after the first" if args.epochs > 1 else "the first, with compiling"
        examples = f"{len(data.train.labels):,} training images"
        display.line(f"{data.title}, {examples}; seconds per epoch: {which}\n\n{text}\n")
        with folder.write("overview.md") as path:
            path.write_text(text + "\n", encoding="utf-8")
        title = f"784-256-256-10 on {data.title}, seed {args.seed}"
        folder.write_figure("overview.png", plots.courses(results, title))
        display.line(f"Written to {folder.path}: {', '.join(FILES)}")
    return 0


def numbers(result) -> tuple[str, ...]:
    """The cells of a row."""
    return (
        f"{result.cost[0]:.2f}",
        f"{result.cost[-1]:.2f}",
        f"{result.accuracy[-1]:.2%}",
        f"{result.seconds_per_epoch:.2f}",
    )


if __name__ == "__main__":
    sys.exit(main())
