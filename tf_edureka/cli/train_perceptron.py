"""Trains the article's perceptron on a logic gate, with one seed or many, and plots it."""

import argparse
import dataclasses
import sys
import time
from collections import Counter
from collections.abc import Sequence
from types import ModuleType

import numpy as np

from tf_edureka import runtime
from tf_edureka.cli import options, out, reporting, signals
from tf_edureka.config import ACTIVATIONS, PerceptronConfig
from tf_edureka.errors import InputError
from tf_edureka.perceptron.gates import GATES
from tf_edureka.results import SweepResult
from tf_edureka.runs.console import EpochDisplay, loss_line
from tf_edureka.runs.folder import RunFolder

FILES = ("history.json", "loss.png", "decision.png")
ANIMATION = "decision.gif"
SWEEP_FILES = ("sweep.json", "sweep.png")
LIMITS_FILES = ("limits.json", "activations.png", "xor.png")
MOST_SEEDS, MOST_SEEDS_OF_LIMITS = 10**6, 10**5
# A hundred times the article's epochs and ten times its learning rate.
LIMITS, SEEDS_OF_LIMITS = PerceptronConfig(learning_rate=0.1, epochs=10_000), 1000
DIVERGED = 1
NOTES = {
    "step": "the step function has no gradient; Rosenblatt's rule trains it, row by row",
    "softmax": "softmax over a single output is 1 for any weights, so it cannot learn",
}


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parses the arguments; imports no TensorFlow, so that --help is quick."""
    parser = options.ArgumentParser(
        description="Train the article's perceptron on a logic gate. Write its history and "
        "pictures to the folder --out.",
        epilog=f"Exit codes: 0: trained; 1: diverged; 2: wrong input; {options.ENDS}.",
    )
    _add_training_options(parser)
    parser.add_argument(
        "--animation",
        action="store_true",
        help=f"also write an animation of the decision line over the epochs ({ANIMATION})",
    )
    parser.add_argument(
        "--limits",
        action="store_true",
        help="show what one neuron cannot learn and two hidden neurons can: train one neuron with "
        "each activation on each gate, and networks with a hidden layer on XOR. Each is trained "
        f"from many op seeds; --sweep sets their number (default: {SEEDS_OF_LIMITS})",
    )
    options.add_run_options(
        parser,
        "runs/perceptron",
        "; some options change this name, for example to runs/perceptron-xor-sweep",
    )
    parser.add_argument("--quiet", action="store_true", help="print only warnings and errors")
    return _completed(parser, parser.parse_args(argv))


def _add_training_options(parser: argparse.ArgumentParser) -> None:
    default = PerceptronConfig()
    options.add_implementation_option(
        parser,
        "modern: tf.Variable and GradientTape in a compiled loop; legacy: the article's graph and "
        "session through tf.compat.v1",
    )
    parser.add_argument(
        "--gate",
        type=str.lower,
        choices=GATES,
        default="or",
        help="the truth table to learn (default: %(default)s)",
    )
    parser.add_argument(
        "--activation",
        type=str.lower,
        choices=ACTIVATIONS,
        default=default.activation,
        help="activation function of the neuron (default: %(default)s)",
    )
    parser.add_argument(
        "--epochs",
        type=int,
        metavar="N",
        help="number of training steps, each on all four rows of the truth table (default: "
        f"{default.epochs}, or {LIMITS.epochs} if --limits is given)",
    )
    parser.add_argument(
        "--learning-rate",
        type=float,
        metavar="X",
        help="learning rate of gradient descent (default: "
        f"{default.learning_rate}, or {LIMITS.learning_rate} if --limits is given)",
    )
    seeds = parser.add_mutually_exclusive_group()
    seeds.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="seed of the initial weights: the op seed, which is the argument seed of "
        f"tf.random_normal (default: {default.seed})",
    )
    seeds.add_argument(
        "--sweep",
        type=int,
        metavar="N",
        help="train with each of the op seeds 0 to N - 1 and report how many learn the gate",
    )


def _completed(parser: argparse.ArgumentParser, args: argparse.Namespace) -> argparse.Namespace:
    """Fills in the defaults of this kind of run; rejects options that exclude each other."""
    if args.limits:
        for name in ("implementation", "gate", "activation", "seed", "animation"):
            if getattr(args, name) != parser.get_default(name):
                everything = "--limits trains every activation on every gate, with many seeds"
                raise InputError(f"{everything}; leave out --{name}")
    if args.sweep is not None and args.animation:
        raise InputError("--animation shows the training of one seed; leave out --sweep")
    most = MOST_SEEDS_OF_LIMITS if args.limits else MOST_SEEDS
    if args.sweep is None and args.limits:
        args.sweep = SEEDS_OF_LIMITS
    if args.sweep is not None and not 1 <= args.sweep <= most:
        raise InputError(f"sweep: expected a number from 1 to {most}, got {args.sweep}")
    default = LIMITS if args.limits else PerceptronConfig()
    for name in ("seed", "epochs", "learning_rate"):
        if getattr(args, name) is None:
            setattr(args, name, getattr(default, name))
    return args


def kind(args: argparse.Namespace) -> str:
    """Returns the name of the default folder for what is trained."""
    if args.limits:
        return "limits"
    default = PerceptronConfig()
    parts = {
        "legacy": args.implementation == "legacy",
        args.gate: args.gate != "or",
        args.activation: args.activation != default.activation,
        "sweep": bool(args.sweep),
    }
    return "-".join(["perceptron", *(name for name, is_so in parts.items() if is_so)])


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Trains as the arguments ask and returns the exit code."""
    args = parse(argv)
    config = PerceptronConfig(
        args.learning_rate, args.epochs, seed=args.seed, activation=args.activation
    )
    if args.implementation == "legacy":
        config.expect_gradient()
    files: tuple[str, ...] = (*FILES, ANIMATION) if args.animation else FILES
    if args.sweep:
        files = LIMITS_FILES if args.limits else SWEEP_FILES
    folder = out.run_folder(args, kind(args), files)
    with reporting.importing():
        from tf_edureka.legacy import perceptron as legacy
        from tf_edureka.perceptron import training as modern

        perceptron = {"legacy": legacy, "modern": modern}[args.implementation]
        device = runtime.use_device(args.device)
    with folder.claimed():
        if args.limits:
            from tf_edureka.cli import perceptron_limits

            return perceptron_limits.show(args, config, folder, device)
        return (sweep if args.sweep else train)(args, config, perceptron, folder, device)


def train(
    args: argparse.Namespace,
    config: PerceptronConfig,
    perceptron: ModuleType,
    folder: RunFolder,
    device: str,
) -> int:
    """Trains with one seed; prints the article's lines and the outcome."""
    from tf_edureka.perceptron import diagnosis, plots

    title = f"{args.activation}, op seed {args.seed}, learning rate {config.learning_rate:g}"
    gate = GATES[args.gate]
    with EpochDisplay(config.epochs, args.quiet) as display:
        _begin(display, args, title, device)
        result = perceptron.train(
            config, gate, on_epoch=lambda *epoch: display.epoch_ended(loss_line(*epoch))
        )
        (ended,) = diagnosis.diagnose(
            config.activation, gate, result=SweepResult.from_results([result])
        )
        for (one, other, _), output, target in zip(
            gate.inputs, result.outputs, gate.targets[:, 0], strict=True
        ):
            display.line(f"{one:.0f} {gate.name} {other:.0f}: {output:.4g}, should be {target:.0f}")
        display.line(f"{ended}: {diagnosis.OUTCOMES[ended]}")
        folder.write_json("history.json", result.to_json() | _conditions(args, config, device))
        folder.write_figure("loss.png", plots.loss_curve(result.loss, f"{gate.name} gate, {title}"))
        heading = f"{title}, loss {result.loss[-1]:.4g} after epoch {len(result.loss)}"
        folder.write_figure(
            "decision.png",
            plots.decision_line(config.activation, gate, result.final_weights, heading),
        )
        if args.animation:
            with folder.write(ANIMATION) as path:
                plots.animate_decision_line(
                    path, config.activation, gate, result.weights, result.loss, title
                )
        else:
            (folder.path / ANIMATION).unlink(missing_ok=True)  # it is of an earlier run
        display.line(f"Written to {folder.path}: {folder.written()}")
    if ended == diagnosis.Outcome.DIVERGED:
        print(
            f"error: the loss went from {result.loss[0]:.4g} to {result.loss[-1]:.4g} in epoch "
            f"{len(result.loss)}; try a --learning-rate below {config.learning_rate:g}",
            file=sys.stderr,
        )
        return DIVERGED
    if display.interrupted and len(result.loss) < config.epochs:
        print(f"ended after {len(result.loss)} of {config.epochs} epochs", file=sys.stderr)
        return signals.SIGNALLED + display.interrupted
    return 0


def sweep(
    args: argparse.Namespace,
    config: PerceptronConfig,
    perceptron: ModuleType,
    folder: RunFolder,
    device: str,
) -> int:
    """Trains with many seeds; prints how many learn, and why the others do not."""
    from tf_edureka.perceptron import diagnosis, plots

    seeds = f"op seeds 0 to {args.sweep - 1}"
    title = f"{args.activation}, {seeds}, learning rate {config.learning_rate:g}"
    gate = GATES[args.gate]
    steps, unit, how = config.epochs, "epochs", "all at the same time"
    if args.implementation == "legacy":
        steps, unit, how = args.sweep, "seeds", "one after the other"
    with EpochDisplay(steps, args.quiet, unit) as display:
        _begin(display, args, title, device)
        started = time.perf_counter()
        result = perceptron.sweep(
            config,
            gate,
            seeds=range(args.sweep),
            on_progress=lambda *_: display.part_ended(),
        )
        seconds = time.perf_counter() - started
        outcomes = diagnosis.diagnose(config.activation, gate, result=result)
        counts = Counter(outcomes.tolist())
        learned = np.flatnonzero(outcomes == diagnosis.Outcome.LEARNED).astype(str).tolist()
        for name, why in diagnosis.OUTCOMES.items():
            if counts[name]:
                share = counts[name] / args.sweep
                display.line(f"{name:<11}{counts[name]:>8} {share:>7.2%}  {why}")
        more = ", ..." if len(learned) > 10 else ""
        display.line(f"Seeds that learn: {', '.join(learned[:10]) or 'none'}{more}")
        display.line(f"Trained {args.sweep} seeds in {seconds:.2f} s, {how}")
        ends = {"outcome": outcomes.tolist(), "counts": counts, "seconds": seconds}
        folder.write_json("sweep.json", result.to_json() | ends | _conditions(args, config, device))
        heading = f"{gate.name.upper()}: {title}, {config.epochs} epochs"
        folder.write_figure("sweep.png", plots.sweep_histogram(result.loss, outcomes, heading))
        display.line(f"Written to {folder.path}: {folder.written()}")
    return 0


def _begin(display: EpochDisplay, args: argparse.Namespace, title: str, device: str) -> None:
    """Prints what is trained, on which device, and a note on the activation."""
    import tensorflow as tf

    display.line(
        f"TensorFlow {tf.__version__}, {device}, {args.gate} gate, {title}, {args.implementation}"
    )
    if args.activation in NOTES:
        display.line(f"Note: {NOTES[args.activation]}")


def _conditions(
    args: argparse.Namespace, config: PerceptronConfig, device: str
) -> dict[str, object]:
    """Returns configuration, device and versions, for the JSON file."""
    import tensorflow as tf

    chosen = {"implementation": args.implementation, "gate": args.gate}
    numbers = dataclasses.asdict(config)
    if args.sweep:
        del numbers["seed"]
        numbers["seeds"] = args.sweep
    versions = {"tensorflow": tf.__version__}
    return {"config": chosen | numbers, "device": device, "versions": versions}
