"""Shows which gates one neuron learns, and that two hidden neurons learn XOR."""

import argparse
import dataclasses
from collections import Counter

import numpy as np
import numpy.typing as npt

from tf_edureka import perceptron
from tf_edureka._tensorflow import tf
from tf_edureka.config import ACTIVATIONS, ActivationName, PerceptronConfig
from tf_edureka.perceptron import GATES, diagnosis, plots, xor_network
from tf_edureka.results import SweepResult
from tf_edureka.runs.console import EpochDisplay
from tf_edureka.runs.folder import RunFolder


def show(args: argparse.Namespace, config: PerceptronConfig, folder: RunFolder, device: str) -> int:
    """Trains and prints both, writes the counts, and plots XOR in the hidden space."""
    trainings = len(ACTIVATIONS) * (len(GATES) + 1)
    with EpochDisplay(trainings, args.quiet, "trainings") as display:
        display.line(
            f"TensorFlow {tf.__version__}, {device}, op seeds 0 to {args.sweep - 1}, {args.epochs} "
            f"epochs, learning rate {args.learning_rate:g}"
        )
        counts = _one_neuron(config, args.sweep, display)
        networks = _hidden_neurons(config, args.sweep, display)
        best = max(
            networks,
            key=lambda name: (_learned(networks[name]).sum(), -_best_seed(networks[name])[1]),
        )
        seed, _ = _best_seed(networks[best])
        right = diagnosis.is_correct(networks[best].outputs[seed], GATES["xor"]).sum()
        record = {
            "one_neuron": counts,
            "hidden_neurons": {
                name: int(_learned(result).sum()) for name, result in networks.items()
            },
            "seeds": args.sweep,
            "epochs": config.epochs,
            "learning_rate": config.learning_rate,
            "device": device,
            "versions": {"tensorflow": tf.__version__},
        }
        folder.write_json("limits.json", record)
        folder.write_figure("activations.png", plots.activation_functions())
        figure = plots.hidden_space(
            best,
            GATES["xor"],
            networks[best].final_weights[seed],
            f"XOR by two hidden neurons ({best}) and one output, op seed {seed}: {right} of 4 rows "
            "right",
        )
        folder.write_figure("xor.png", figure)
        display.line(f"Written to {folder.path}: {folder.written()}")
    return 0


def _one_neuron(
    config: PerceptronConfig, seeds: int, display: EpochDisplay
) -> dict[str, dict[str, dict[str, int]]]:
    """Trains each activation on each gate; prints and returns the count of each outcome."""
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for name in ACTIVATIONS:
        counts[name] = {}
        for gate in GATES.values():
            chosen = dataclasses.replace(config, activation=name)
            result = perceptron.sweep(
                chosen, gate, seeds=range(seeds), on_progress=lambda *_: bool(display.interrupted)
            )
            ends = diagnosis.diagnose(name, gate, result=result)
            counts[name][gate.name] = dict(Counter(ends.tolist()).most_common())
            display.part_ended(f"{name}, {gate.name}")
    rows = []
    for activation, row in counts.items():
        cells = [[f"{n / seeds:.1%} {end}" for end, n in ends.items()] for ends in row.values()]
        rows.append([activation, *map("\n".join, cells)])
    display.line("\nOne neuron:")
    display.table(("activation", *GATES), rows)
    for end, why in diagnosis.OUTCOMES.items():
        if any(end in ends for row in counts.values() for ends in row.values()):
            display.line(f"{end}: {why}")
    xor = sum(row["xor"].get(diagnosis.Outcome.LEARNED, 0) for row in counts.values())
    display.line(f"XOR: {xor} of {seeds * len(counts)} single neurons have 4 of 4 rows right")
    return counts


def _hidden_neurons(
    config: PerceptronConfig, seeds: int, display: EpochDisplay
) -> dict[ActivationName, SweepResult]:
    """Trains networks with each activation on XOR; prints a table and returns the results."""
    results: dict[ActivationName, SweepResult] = {}
    for name in ACTIVATIONS:
        chosen = dataclasses.replace(config, activation=name)
        results[name] = xor_network.train(
            chosen,
            GATES["xor"],
            seeds=range(seeds),
            on_progress=lambda *_: bool(display.interrupted),
        )
        display.part_ended(f"{name}, hidden")
    rows = []
    for name, result in results.items():
        right = _learned(result)
        others = f"{np.median(result.loss[~right]):.2f}" if not right.all() else ""
        rows.append((name, f"{right.mean():.1%}", others, xor_network.LIMITS.get(name, "")))
    display.line("\nTwo hidden neurons and a sigmoid output, trained on XOR:")
    display.table(
        ("activation", "4 of 4 right", "median loss of the others", "why the others fail"), rows
    )
    return results


def _learned(result: SweepResult) -> npt.NDArray[np.bool_]:
    """True for each network that has all four rows of XOR right."""
    return np.all(diagnosis.is_correct(result.outputs, GATES["xor"]), axis=1)


def _best_seed(result: SweepResult) -> tuple[int, float]:
    """Returns the seed with the smallest final loss, and that loss."""
    loss = np.nan_to_num(result.loss, nan=np.inf)
    return int(loss.argmin()), float(loss.min())
