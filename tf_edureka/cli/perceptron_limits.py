"""Shows what one neuron learns, what it cannot, and that two hidden neurons can: XOR."""

import dataclasses
import sys
from collections import Counter

import numpy as np

from tf_edureka import cli, startup
from tf_edureka.config import ACTIVATIONS, PerceptronConfig
from tf_edureka.errors import InputError
from tf_edureka.gates import GATES
from tf_edureka.progress import EpochDisplay
from tf_edureka.run_folder import RunFolder

FILES = ("limits.json", "activations.png", "xor.png")
MOST_SEEDS = 10**5


def parse(argv):
    """Reads the arguments; needs no TensorFlow, so that --help is quick."""
    parser = cli.ArgumentParser(
        description="Train perceptrons with each activation on each gate from many seeds, and "
        "networks with two hidden neurons on XOR; say how many learn, and why the others do not."
    )
    parser.add_argument(
        "--seeds",
        type=int,
        default=1000,
        metavar="N",
        help="train from the op seeds 0 to N - 1 (default: %(default)s)",
    )
    parser.add_argument(
        "--epochs",
        type=int,
        default=10000,
        help="steps, each on all rows; the article has 100 (default: %(default)s)",
    )
    parser.add_argument(
        "--learning-rate",
        type=float,
        default=0.1,
        help="the article has 0.01 (default: %(default)s)",
    )
    cli.add_run_options(parser, out="runs/limits")
    args = parser.parse_args(argv)
    if not 1 <= args.seeds <= MOST_SEEDS:
        raise InputError(f"seeds: expected a number from 1 to {MOST_SEEDS}, got {args.seeds}")
    return args


@cli.reports_errors
def main(argv=None) -> int:
    """Trains as the arguments say and gives the exit code."""
    args = parse(argv)
    config = PerceptronConfig(args.learning_rate, args.epochs)
    folder = RunFolder(args.out, FILES, args.overwrite)
    with startup.tensorflow_import():
        import tensorflow as tf

        from tf_edureka import devices, gate_plots, outcome

        device = devices.use(args.device)
    trainings = len(ACTIVATIONS) * (len(GATES) + 1)
    with folder.claimed(), EpochDisplay(trainings, unit="trainings") as display:
        display.line(
            f"TensorFlow {tf.__version__}, {device}, op seeds 0 to {args.seeds - 1}, {args.epochs} "
            f"epochs, learning rate {args.learning_rate:g}"
        )
        counts = one_neuron(config, args.seeds, display)
        networks = hidden_neurons(config, args.seeds, display)
        best = max(
            networks, key=lambda name: (learned(networks[name]).sum(), -least(networks[name])[1])
        )
        seed, _ = least(networks[best])
        right = outcome.is_right(networks[best].outputs[seed], GATES["xor"]).sum()
        record = {
            "one_neuron": counts,
            "hidden_neurons": {
                name: int(learned(result).sum()) for name, result in networks.items()
            },
            "seeds": args.seeds,
            "epochs": config.epochs,
            "learning_rate": config.learning_rate,
            "device": device,
            "versions": {"tensorflow": tf.__version__},
        }
        folder.write_json("limits.json", record)
        folder.write_figure("activations.png", gate_plots.activations())
        figure = gate_plots.hidden_space(
            best,
            GATES["xor"],
            networks[best].final_weights[seed],
            f"XOR by two hidden neurons ({best}) and one output, op seed {seed}: {right} of 4 rows "
            "right",
        )
        folder.write_figure("xor.png", figure)
        display.line(f"Written to {folder.path}: {', '.join(folder.names)}")
    return 0


def one_neuron(config, seeds: int, display) -> dict[str, dict[str, dict[str, int]]]:
    """Trains each activation on each gate; prints a table, and gives how often what came out."""
    from tf_edureka import outcome, perceptron

    counts = {}
    for name in ACTIVATIONS:
        counts[name] = {}
        for gate in GATES.values():
            chosen = dataclasses.replace(config, activation=name)
            result = perceptron.sweep(chosen, gate, range(seeds), lambda *_: display.interrupted)
            ends = outcome.of(name, gate, result)
            counts[name][gate.name] = dict(Counter(ends.tolist()).most_common())
            display.part_ended(f"{name}, {gate.name}")
    rows = []
    for name, row in counts.items():
        cells = [[f"{n / seeds:.1%} {end}" for end, n in ends.items()] for ends in row.values()]
        rows.append([name, *map("\n".join, cells)])
    display.line("\nOne neuron:")
    display.table(("activation", *GATES), rows)
    for end, why in outcome.OUTCOMES.items():
        if any(end in ends for row in counts.values() for ends in row.values()):
            display.line(f"{end}: {why}")
    xor = sum(row["xor"].get("learned", 0) for row in counts.values())
    display.line(f"XOR: {xor} of {seeds * len(counts)} single neurons have 4 of 4 rows right")
    return counts


def hidden_neurons(config, seeds: int, display) -> dict:
    """Trains networks with each activation on XOR; prints a table and gives the results."""
    from tf_edureka import hidden_layer

    results = {}
    for name in ACTIVATIONS:
        chosen = dataclasses.replace(config, activation=name)
        results[name] = hidden_layer.train(
            chosen, GATES["xor"], range(seeds), lambda *_: display.interrupted
        )
        display.part_ended(f"{name}, hidden")
    rows = []
    for name, result in results.items():
        right = learned(result)
        others = f"{np.median(result.loss[~right]):.2f}" if not right.all() else ""
        rows.append((name, f"{right.mean():.1%}", others, hidden_layer.LIMITS.get(name, "")))
    display.line("\nTwo hidden neurons and a sigmoid output, on XOR:")
    display.table(("hidden", "4 of 4 right", "loss of the others", "what holds them back"), rows)
    return results


def learned(result) -> np.ndarray:
    """Which networks have all rows of XOR right."""
    from tf_edureka import outcome

    return outcome.is_right(result.outputs, GATES["xor"]).all(axis=1)


def least(result) -> tuple[int, float]:
    """The seed that ends with the least loss, and that loss."""
    loss = np.nan_to_num(result.loss, nan=np.inf)
    return int(loss.argmin()), float(loss.min())


if __name__ == "__main__":
    sys.exit(main())
