"""Trains the article's perceptron on a logic gate, from one seed or from many, and draws it."""

import dataclasses
import sys
import time
from collections import Counter

from tf_edureka import cli, startup
from tf_edureka.config import ACTIVATIONS, IMPLEMENTATIONS, PerceptronConfig
from tf_edureka.errors import InputError
from tf_edureka.gates import GATES
from tf_edureka.progress import EpochDisplay
from tf_edureka.result import SweepResult, loss_line
from tf_edureka.run_folder import RunFolder

FILES = ("history.json", "loss.png", "decision.png")
ANIMATION = "decision.gif"
SWEEP_FILES = ("sweep.json", "sweep.png")
MOST_SEEDS = 10**6
DIVERGED = 1
NOTES = {
    "step": "the step function has no gradient; Rosenblatt's rule trains it, row by row",
    "softmax": "softmax over one output is always 1, whatever the weights: it cannot learn",
}


def parse(argv):
    """Reads the arguments; needs no TensorFlow, so that --help is quick."""
    parser = cli.ArgumentParser(
        description="Train the article's perceptron on a logic gate.",
        epilog="Exit codes: 0 trained, 1 diverged, 2 wrong input, 130 ended by Ctrl-C.",
    )
    default = PerceptronConfig()
    parser.add_argument(
        "--implementation",
        choices=IMPLEMENTATIONS,
        default="modern",
        help="modern: tf.Variable and GradientTape in a compiled loop; legacy: the article's graph "
        "and session through tf.compat.v1 (default: %(default)s)",
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
        help="what makes the output of the weighted sum (default: %(default)s)",
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
    seeds = parser.add_mutually_exclusive_group()
    seeds.add_argument(
        "--seed",
        type=int,
        help=f"op seed of the initial weights (default: {default.seed})",
    )
    seeds.add_argument(
        "--sweep",
        type=int,
        metavar="N",
        help="train from each of the op seeds 0 to N - 1, all at once, and say how many learn",
    )
    parser.add_argument(
        "--animation",
        action="store_true",
        help=f"also draw the decision line's way through the epochs ({ANIMATION})",
    )
    cli.add_run_options(parser, out="runs/perceptron")
    parser.add_argument("--quiet", action="store_true", help="print nothing but warnings")
    args = parser.parse_args(argv)
    if args.sweep is not None and not 1 <= args.sweep <= MOST_SEEDS:
        raise InputError(f"sweep: expected a number from 1 to {MOST_SEEDS}, got {args.sweep}")
    if args.seed is None:
        args.seed = default.seed
    if args.sweep is not None and args.animation:
        raise InputError("animation: expected one seed to draw; leave --animation or --sweep out")
    return args


@cli.reports_errors
def main(argv=None) -> int:
    """Trains as the arguments say and gives the exit code."""
    args = parse(argv)
    config = PerceptronConfig(args.learning_rate, args.epochs, args.seed, args.activation)
    if args.implementation == "legacy":
        config.expect_gradient()
    files = (*FILES, ANIMATION) if args.animation else FILES
    folder = RunFolder(args.out, SWEEP_FILES if args.sweep else files, args.overwrite)
    with startup.tensorflow_import():
        from tf_edureka import devices

        if args.implementation == "legacy":
            from tf_edureka.legacy import perceptron
        else:
            from tf_edureka import perceptron

        device = devices.use(args.device)
    with folder.claimed():
        return (sweep if args.sweep else train)(args, config, perceptron, folder, device)


def train(args, config, perceptron, folder, device) -> int:
    """Trains from one seed; prints the article's lines and what became of it."""
    from tf_edureka import gate_plots, outcome, plots

    title = f"{args.activation}, op seed {args.seed}, learning rate {config.learning_rate:g}"
    gate = GATES[args.gate]
    with EpochDisplay(config.epochs, args.quiet) as display:
        begin(display, args, title, device)
        result = perceptron.train(
            config, gate, lambda *epoch: display.epoch_ended(loss_line(*epoch))
        )
        (ended,) = outcome.of(config.activation, gate, SweepResult.of([result]))
        for (one, other, _), output, target in zip(
            gate.inputs, result.outputs, gate.targets[:, 0], strict=True
        ):
            display.line(f"{one:.0f} {gate.name} {other:.0f}: {output:.4g}, should be {target:.0f}")
        display.line(f"{ended}: {outcome.OUTCOMES[ended]}")
        folder.write_json("history.json", result.to_json() | conditions(args, config, device))
        folder.write_figure("loss.png", plots.loss_curve(result.loss, f"{gate.name} gate, {title}"))
        heading = f"{title}, loss {result.loss[-1]:.4g} after epoch {len(result.loss)}"
        folder.write_figure(
            "decision.png",
            gate_plots.decision(config.activation, gate, result.final_weights, heading),
        )
        if args.animation:
            with folder.write(ANIMATION) as path:
                gate_plots.animate_decision(
                    path, config.activation, gate, result.weights, result.loss, title
                )
        else:
            (folder.path / ANIMATION).unlink(missing_ok=True)  # it would show an earlier run
        display.line(f"Written to {folder.path}: {', '.join(folder.names)}")
    if ended == "diverged":
        print(
            f"error: the loss went from {result.loss[0]:.4g} to {result.loss[-1]:.4g} in epoch "
            f"{len(result.loss)}; a learning rate under {config.learning_rate:g} may help",
            file=sys.stderr,
        )
        return DIVERGED
    if display.interrupted and len(result.loss) < config.epochs:
        print(f"ended after {len(result.loss)} of {config.epochs} epochs", file=sys.stderr)
        return cli.SIGNALLED + display.interrupted
    return 0


def sweep(args, config, perceptron, folder, device) -> int:
    """Trains from many seeds; says how many learn, and why the others do not."""
    from tf_edureka import gate_plots, outcome

    seeds = f"op seeds 0 to {args.sweep - 1}"
    title = f"{args.activation}, {seeds}, learning rate {config.learning_rate:g}"
    gate = GATES[args.gate]
    steps, unit, how = config.epochs, "epochs", "all at once"
    if args.implementation == "legacy":
        steps, unit, how = args.sweep, "seeds", "one after the other"
    with EpochDisplay(steps, args.quiet, unit) as display:
        begin(display, args, title, device)
        started = time.perf_counter()
        result = perceptron.sweep(config, gate, range(args.sweep), lambda *_: display.part_ended())
        seconds = time.perf_counter() - started
        outcomes = outcome.of(config.activation, gate, result)
        counts = Counter(outcomes.tolist())
        learned = [str(seed) for seed in range(args.sweep) if outcomes[seed] == "learned"]
        for name, why in outcome.OUTCOMES.items():
            if counts[name]:
                share = counts[name] / args.sweep
                display.line(f"{name:<11}{counts[name]:>8} {share:>7.2%}  {why}")
        more = ", ..." if len(learned) > 10 else ""
        display.line(f"Seeds that learn: {', '.join(learned[:10]) or 'none'}{more}")
        display.line(f"Trained {args.sweep} seeds in {seconds:.2f} s, {how}")
        ends = {"outcome": outcomes.tolist(), "counts": counts, "seconds": seconds}
        folder.write_json("sweep.json", result.to_json() | ends | conditions(args, config, device))
        heading = f"{gate.name.upper()}: {title}, {config.epochs} epochs"
        folder.write_figure("sweep.png", gate_plots.sweep(result.loss, outcomes, heading))
        display.line(f"Written to {folder.path}: {', '.join(folder.names)}")
    return 0


def begin(display, args, title: str, device: str) -> None:
    """Says what is trained, where, and what is special about it."""
    import tensorflow as tf

    display.line(
        f"TensorFlow {tf.__version__}, {device}, {args.gate} gate, {title}, {args.implementation}"
    )
    if args.activation in NOTES:
        display.line(f"Note: {NOTES[args.activation]}")


def conditions(args, config, device: str) -> dict:
    """What was trained and by what, for the record."""
    import tensorflow as tf

    how = {"implementation": args.implementation, "gate": args.gate}
    numbers = dataclasses.asdict(config)
    if args.sweep:
        del numbers["seed"]
        numbers["seeds"] = args.sweep
    versions = {"tensorflow": tf.__version__}
    return {"config": how | numbers, "device": device, "versions": versions}


if __name__ == "__main__":
    sys.exit(main())
