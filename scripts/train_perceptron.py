"""Trains the article's perceptron on a logic gate and writes history and picture to a folder."""

import dataclasses
import json
import sys

from tf_edureka import cli
from tf_edureka.config import PerceptronConfig
from tf_edureka.gates import GATES
from tf_edureka.progress import EpochDisplay
from tf_edureka.result import loss_line
from tf_edureka.run_folder import RunFolder

FILES = ("history.json", "loss.png")


def parse(argv):
    """Reads the arguments; needs no TensorFlow, so that --help is quick."""
    parser = cli.ArgumentParser(description="Train the article's perceptron on a logic gate.")
    default = PerceptronConfig()
    parser.add_argument(
        "--implementation",
        choices=("legacy",),
        default="legacy",
        help="legacy: the article's graph and session through tf.compat.v1 (default: %(default)s)",
    )
    parser.add_argument(
        "--gate",
        choices=GATES,
        default="or",
        help="the truth table to learn (default: %(default)s)",
    )
    parser.add_argument(
        "--epochs",
        type=int,
        default=default.epochs,
        help="steps, each on all rows (default: %(default)s)",
    )
    parser.add_argument(
        "--learning-rate", type=float, default=default.learning_rate, help="default: %(default)s"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=default.seed,
        help="op seed of the initial weights (default: %(default)s)",
    )
    cli.add_run_options(parser, out="runs/perceptron")
    parser.add_argument("--quiet", action="store_true", help="print nothing but warnings")
    return parser.parse_args(argv)


@cli.reports_errors
def main(argv=None) -> int:
    """Trains as the arguments say and gives the exit code."""
    args = parse(argv)
    config = PerceptronConfig(args.learning_rate, args.epochs, args.seed)
    gate = GATES[args.gate]
    folder = RunFolder(args.out, FILES, args.overwrite)
    with cli.tensorflow_import():
        import tensorflow as tf

        from tf_edureka import devices, plots
        from tf_edureka.legacy import perceptron

        device = devices.use(args.device)
    folder.create()
    with EpochDisplay(config.epochs, args.quiet) as display:
        display.line(
            f"TensorFlow {tf.__version__}, {device}, {gate.name} gate, op seed {config.seed}, "
            f"{args.implementation}"
        )
        result = perceptron.train(
            config, gate, lambda *epoch: display.epoch_ended(loss_line(*epoch))
        )
        record = result.to_json() | {
            "config": {
                "implementation": args.implementation,
                "gate": gate.name,
                **dataclasses.asdict(config),
            },
            "device": device,
            "versions": {"tensorflow": tf.__version__},
        }
        with folder.write("history.json") as path:
            path.write_text(json.dumps(record, indent=1) + "\n")
        title = f"{gate.name} gate, op seed {config.seed}"
        with folder.write("loss.png") as path:
            plots.loss_curve(result.loss, title).savefig(path, dpi=110)
        for (one, other, _), output, target in zip(
            gate.inputs, result.outputs, gate.targets[:, 0], strict=True
        ):
            display.line(f"{one:.0f} {gate.name} {other:.0f}: {output:.4f}, should be {target:.0f}")
        display.line(f"Written to {folder.path}: {', '.join(FILES)}")
    if display.interrupted and len(result.loss) < config.epochs:
        print(f"ended after {len(result.loss)} of {config.epochs} epochs", file=sys.stderr)
        return cli.INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
