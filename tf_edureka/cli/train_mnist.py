"""Trains the article's network on MNIST and writes history, pictures and model to a folder."""

import contextlib
import dataclasses
import json
import math
import shlex
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tf_edureka import checkpoint, cli, startup
from tf_edureka.cluster import Cluster
from tf_edureka.config import IMPLEMENTATIONS, PRECISIONS, RECIPES, STRATEGIES, MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.progress import EpochDisplay
from tf_edureka.result import MlpResult, epoch_line
from tf_edureka.run_folder import RunFolder

if TYPE_CHECKING:
    import tensorflow as tf

NOT_GOOD_ENOUGH = 1
LOST_WORKER = 3
SECONDS_TO_MEET = 300
HOW_TO_GO_ON = "the same command with --resume (and without --overwrite)"
FILES = (
    "model.keras",
    "history.json",
    "cost.png",
    "accuracy.png",
    "predictions.png",
    "weights.png",
)
FILES_OF_SEEDS = ("history.json", "seeds.png")
MOST_SEEDS = 1000


def parse(argv):
    """Reads the arguments; needs neither TensorFlow nor the data, so that --help is quick."""
    parser = cli.ArgumentParser(
        description="Train the article's 784-256-256-10 network on MNIST.",
        epilog="Exit codes: 0 trained, 1 --min-accuracy missed or no finite cost, 2 wrong input, "
        "130 ended by Ctrl-C, 143 by SIGTERM, after the running epoch or within a long one (what "
        "was reached is written, and --resume goes on). With --strategy multiworker also: 3 "
        "another worker is lost, 137 the workers met but TensorFlow did not connect them.",
    )
    article, modern = MlpConfig.article(), MlpConfig.modern()
    parser.add_argument(
        "--implementation",
        choices=IMPLEMENTATIONS,
        default="modern",
        help="legacy: the article's graph and session through tf.compat.v1; modern: Keras and a "
        "compiled epoch (default: %(default)s)",
    )
    parser.add_argument(
        "--recipe",
        choices=RECIPES,
        help="article: initial values, batches and Adam of TensorFlow 1; modern: today's, same "
        "network and steps (default: modern; the legacy implementation has the article's only)",
    )
    parser.add_argument(
        "--augment",
        action="store_true",
        help="distort the training images anew in each epoch (modern recipe)",
    )
    parser.add_argument("--epochs", type=int, default=modern.epochs, help="default: %(default)s")
    parser.add_argument(
        "--batch-size", type=int, default=modern.batch_size, help="default: %(default)s"
    )
    parser.add_argument(
        "--learning-rate",
        type=float,
        help=f"default: {modern.learning_rate} at its highest, article {article.learning_rate}",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=modern.seed,
        help="decides initial values, order and distortions; in the article's recipe what "
        "tf.set_random_seed was given (default: %(default)s)",
    )
    parser.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help="train N networks at once, from --seed and the N - 1 seeds after it, for the mean and "
        "spread of accuracy; writes history.json and seeds.png, no network and no checkpoint",
    )
    cli.add_data_options(parser)
    cli.add_run_options(parser, out="runs/mnist")
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the run in --out from its last checkpoint, to the numbers that it would "
        "have come to; begins where there is none",
    )
    parser.add_argument(
        "--deterministic",
        action="store_true",
        help="only TensorFlow ops that give the same bits in every run, on GPUs too; they round in "
        "another way",
    )
    add_strategy_options(parser)
    parser.add_argument(
        "--min-accuracy", type=float, metavar="X", help="exit with 1 if the last one is under X"
    )
    parser.add_argument(
        "--show", action="store_true", help="open the curves in windows, as the article did"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but warnings")
    return parser.parse_args(argv)


def add_strategy_options(parser) -> None:
    """Adds the options for GPUs, several devices and several processes."""
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default=MlpConfig.modern().precision,
        help="of the matrix products: tf32 rounds to 10 bits on GPUs from Ampere on, "
        "mixed_bfloat16 to 7 in the hidden layers (modern recipe; default: %(default)s)",
    )
    parser.add_argument(
        "--strategy",
        choices=STRATEGIES,
        default="none",
        help="mirrored: a copy of the network on each GPU of this machine, which share each batch; "
        "multiworker: so do the processes that TF_CONFIG names, of which the chief alone prints "
        "and writes (default: %(default)s)",
    )
    parser.add_argument(
        "--replicas",
        type=int,
        metavar="N",
        help="mirrored: on how many devices (default: all GPUs); without a GPU on N parts of the "
        "CPU, to try it",
    )
    parser.add_argument(
        "--wait",
        type=float,
        metavar="SECONDS",
        help=f"multiworker: for the other workers (default: {SECONDS_TO_MEET})",
    )


def configure(args) -> MlpConfig:
    """Makes the configuration that the arguments ask for."""
    if args.resume and args.overwrite:
        raise InputError(
            "--resume goes on with the run in --out, --overwrite replaces it; not both"
        )
    legacy = args.implementation == "legacy"
    if legacy and args.strategy != "none":
        raise InputError(
            "--implementation legacy has one device, as the article had; leave --strategy out"
        )
    if args.seeds is not None:
        if not 1 <= args.seeds <= MOST_SEEDS:
            raise InputError(f"--seeds: expected 1 to {MOST_SEEDS} networks, got {args.seeds}")
        if args.seed + args.seeds > 2**31:
            raise InputError(f"--seeds: expected seeds under {2**31}; give a lower --seed")
        if legacy or args.strategy != "none" or args.resume or args.show:
            raise InputError(
                "--seeds trains many networks in one compiled epoch, without checkpoints; leave "
                "--implementation, --strategy, --resume and --show out"
            )
    if args.replicas is not None and args.strategy != "mirrored":
        raise InputError("--replicas belongs to --strategy mirrored")
    if args.wait is not None and args.strategy != "multiworker":
        raise InputError("--wait belongs to --strategy multiworker")
    if args.wait is not None and not 0 < args.wait <= 1e6:
        raise InputError(f"--wait: expected seconds from above 0 to 1e6, got {args.wait:g}")
    if legacy and args.recipe == "modern":
        raise InputError("--implementation legacy is the article's program; leave --recipe out")
    article = legacy or args.recipe == "article"
    if args.augment and article:
        raise InputError("--augment belongs to the modern recipe; the article's has none")
    if args.min_accuracy is not None and not 0 <= args.min_accuracy <= 1:
        raise InputError(f"min_accuracy: expected a number from 0 to 1, got {args.min_accuracy}")
    given = {
        "epochs": args.epochs,
        "batch_size": args.batch_size,
        "seed": args.seed,
        "precision": args.precision,
    }
    if args.learning_rate is not None:
        given["learning_rate"] = args.learning_rate
    if args.augment:
        return MlpConfig.augmented(**given)
    return MlpConfig.article(**given) if article else MlpConfig.modern(**given)


@dataclasses.dataclass(frozen=True)
class Place:
    """Where the training runs.

    Attributes:
        device: what `devices.use` gave.
        strategy: that shares the work out; None for one device.
        cluster: the processes of `multiworker`; None for one process.
    """

    device: str
    strategy: "tf.distribute.Strategy | None" = None
    cluster: Cluster | None = None

    @property
    def writes(self) -> bool:
        """Whether this process prints and writes."""
        return self.cluster is None or self.cluster.is_chief

    @property
    def replicas(self) -> int:
        """How many copies of the network there are."""
        return self.strategy.num_replicas_in_sync if self.strategy else 1

    def __str__(self) -> str:
        workers = f"{counted(len(self.cluster.addresses), 'worker')}, " if self.cluster else ""
        replicas = f"{counted(self.replicas, 'replica')} on " if self.strategy else ""
        return workers + replicas + self.device


def place(args, device, cluster) -> Place:
    """Makes the strategy that the arguments ask for; the first thing that TensorFlow does."""
    from tf_edureka import strategies

    strategy = None
    if args.strategy == "mirrored":
        strategy = strategies.mirrored(args.replicas)
    if cluster:
        strategy = strategies.multiworker(
            cluster,
            args.wait or SECONDS_TO_MEET,
            lambda line: print(f"note: {line}", file=sys.stderr),
        )
    return Place(device, strategy, cluster)


@cli.reports_errors
def main(argv=None) -> int:
    """Trains as the arguments say and gives the exit code."""
    started = time.perf_counter()
    args = parse(argv)
    config = configure(args)
    cluster = Cluster.from_environment() if args.strategy == "multiworker" else None
    folder = run_folder(args) if cluster is None or cluster.is_chief else None
    loaded = cli.begin_loading(args)
    with startup.tensorflow_import():
        import tensorflow as tf

        from tf_edureka import (  # noqa: F401 - for run()
            conditions,
            devices,
            many_seeds,
            mlp,
            plots,
            strategies,
            training,
        )
        from tf_edureka.legacy import mlp as legacy_mlp  # noqa: F401

        device = devices.use(args.device, args.deterministic, config.precision)
    try:
        where = place(args, device, cluster)
        imported = time.perf_counter()
        data = loaded()
        config.steps_per_epoch(len(data.train.labels))  # refuses before anything is made
        strategies.expect_split(config.batch_size, where.replicas)
        seconds = {"imports": imported - started, "data": time.perf_counter() - imported}
        command = shlex.join([Path(__file__).name, *(sys.argv[1:] if argv is None else argv)])
        with folder.claimed() if folder else contextlib.nullcontext():
            if args.seeds is not None:
                return run_seeds(args, config, data, where, folder, command)
            return run(args, config, data, where, folder, seconds, command)
    except tf.errors.OpError as error:
        if cluster is None:
            raise
        return lost_worker(cluster, error)


def run_folder(args) -> RunFolder:
    """The folder that the arguments name; refuses what would destroy an earlier run unasked."""
    resumes = args.resume and bool(checkpoint.newest_first(args.out))
    otherwise = "--resume to go on with it, or --out for another folder"
    if args.resume:
        otherwise = "--out for another folder; it has no checkpoint to go on from"
    files = {*FILES, *FILES_OF_SEEDS, checkpoint.PATTERN}
    return RunFolder(args.out, sorted(files), args.overwrite or resumes, otherwise)


def run(args, config, data, where, folder, seconds, command) -> int:
    """Trains, or goes on training, and writes what came of it."""
    import tensorflow as tf

    from tf_edureka import conditions, mlp, plots
    from tf_edureka.legacy import mlp as legacy_mlp

    began = time.perf_counter()
    legacy = args.implementation == "legacy"
    what = {
        "config": recorded_config(args, config),
        "data_sha256": data.fingerprint,
        "command": command,
    }
    xla = not legacy and where.strategy is None
    machine = conditions.machine(where.device, xla, args.strategy, where.replicas)
    all_of_it = {**what, "machine": machine}
    checkpoints = checkpoint.Checkpoints(folder, all_of_it) if folder else None
    start = checkpoints.latest() if args.resume and checkpoints else None
    if args.resume and checkpoints and start is None:
        print(f"note: {folder.path} has no checkpoint; begins at epoch 1", file=sys.stderr)
    if where.cluster:
        expect_alike(where, what)
        start = state_of_chief(where, all_of_it, start)

    quiet = args.quiet or not where.writes
    with EpochDisplay(config.epochs, quiet, done=start.epoch if start else 0) as display:
        display.line(
            f"TensorFlow {tf.__version__}, {where}, {data.title} ({data.source}), "
            f"seed {config.seed}"
            + (", legacy" if legacy else "")
            + (f", {config.precision}" if config.precision != "float32" else "")
            + (f", goes on after {position(start)}" if start else "")
        )

        def save(state) -> bool:
            checkpoints.save(state)
            folder.advice = f"when that is mended, {HOW_TO_GO_ON} goes on after {position(state)}"
            return bool(display.interrupted)

        result = (legacy_mlp if legacy else mlp).train(
            config,
            data,
            lambda *epoch: display.epoch_ended(epoch_line(*epoch)),
            start=start,
            save=save if where.writes else None,
            **({} if legacy else {"strategy": where.strategy}),
        )
        code, fault = verdict(result, config, display.interrupted, args.min_accuracy)
        if not where.writes:
            return code
        if not legacy and not start and result.compile_seconds is not None:
            seconds["compiling"] = result.compile_seconds
        trained = time.perf_counter()
        seconds["training"] = trained - began - seconds.get("compiling", 0)
        if len(result.cost):
            record = result.to_json() | {"startup_seconds": seconds["imports"] + seconds["data"]}
            if config.recipe != "article":
                del record["step_cost"]
            if start:
                record["earlier"] = checkpoints.earlier
            write(folder, config, data, result, record | what | machine)
            seconds["pictures and files"] = time.perf_counter() - trained
            display.line(f"Accuracy: {np.float32(result.accuracy[-1])!s}")
            display.line(
                f"{sum(seconds.values()):.1f} s: "
                + ", ".join(f"{name} {share:.1f}" for name, share in seconds.items())
            )
            display.line(f"Written to {folder.path}: {', '.join(FILES)}")
    if args.show and len(result.cost) and not plots.show_curves(result, data.title):
        print("note: --show needs a screen, and there is none", file=sys.stderr)
    if fault:
        print(fault, file=sys.stderr)
    return code


def recorded_config(args, config) -> dict[str, object]:
    """What decides the numbers of a run, for its history."""
    return {
        "implementation": args.implementation,
        **dataclasses.asdict(config),
        "limit": args.limit,
        "deterministic": args.deterministic,
    }


def run_seeds(args, config, data, where, folder, command) -> int:
    """Trains from many seeds at once, and writes what came of each."""
    import tensorflow as tf

    from tf_edureka import conditions, many_seeds, plots

    seeds = range(config.seed, config.seed + args.seeds)
    with EpochDisplay(config.epochs, args.quiet) as display:
        display.line(
            f"TensorFlow {tf.__version__}, {where}, {data.title} ({data.source}), "
            f"{counted(len(seeds), 'network')}, seeds {seeds[0]} to {seeds[-1]}"
        )

        def epoch_ended(epoch, costs, accuracies) -> bool:
            line = epoch_line(epoch, np.mean(costs), np.mean(accuracies))
            return display.epoch_ended(f"{line} +- {deviation(accuracies):.4f}")

        results = many_seeds.train(config, data, seeds, epoch_ended)
        result = mean_of(results)
        code, fault = verdict(
            result, config, display.interrupted, args.min_accuracy, "--overwrite begins anew"
        )
        lost = [seed for seed, one in zip(seeds, results, strict=True) if not one.is_finite]
        if lost:
            fault += f" (seeds {', '.join(map(str, lost))})"
        last = [one.accuracy[-1] for one in results]
        record = result.to_json() | {
            "networks": [
                {"seed": seed, **{name: one.to_json()[name] for name in ("cost", "accuracy")}}
                for seed, one in zip(seeds, results, strict=True)
            ],
            "standard_deviation": deviation(last),
            "config": recorded_config(args, config),
            "data": data.source,
            "data_sha256": data.fingerprint,
            "command": command,
        }
        del record["step_cost"]
        machine = conditions.machine(where.device, xla=True)
        # What an earlier run left would not belong to these files.
        folder.delete(set(FILES) - set(FILES_OF_SEEDS))
        folder.delete(path.name for path in checkpoint.newest_first(folder.path))
        folder.write_json("history.json", record | machine)
        folder.write_figure("seeds.png", plots.seed_curves(results, data.title))
        display.line(
            f"Accuracy: {np.mean(last):.4f} +- {deviation(last):.4f} "
            f"(mean and standard deviation), from {min(last):.4f} to {max(last):.4f}"
        )
        display.line(
            f"{result.seconds_per_epoch:.2f} s per epoch for all, "
            f"{result.seconds_per_epoch / len(seeds):.2f} s for each"
        )
        display.line(f"Written to {folder.path}: {', '.join(FILES_OF_SEEDS)}")
    if fault:
        print(fault, file=sys.stderr)
    return code


def mean_of(results) -> MlpResult:
    """What the networks come to on average, epoch by epoch; without steps and weights."""
    return MlpResult(
        cost=np.mean([one.cost for one in results], axis=0),
        accuracy=np.mean([one.accuracy for one in results], axis=0),
        step_cost=np.zeros(0),
        epoch_seconds=results[0].epoch_seconds,
        weights=(),
    )


def deviation(values) -> float:
    """Standard deviation of a sample; 0 of a single one."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def counted(number: int, what: str) -> str:
    """A number of things."""
    return f"{number} {what}" + "s" * (number != 1)


def expect_alike(where, here) -> None:
    """Refuses to train in one worker something else than the chief does."""
    from tf_edureka import strategies

    here = {part: here[part] for part in ("config", "data_sha256")}
    text = json.dumps(here)
    there = json.loads(strategies.from_chief(where.strategy, text.encode()))
    if found := checkpoint.differences(there, json.loads(text)):
        raise InputError(
            f"{where.cluster.name(where.cluster.index)}: expected the options and the data of "
            f"{where.cluster.name(0)}, got others: {'; '.join(found)}; start all workers alike"
        )


def state_of_chief(where, here, start):
    """The state that the chief goes on from, None if it begins; for every worker."""
    from tf_edureka import strategies

    content = checkpoint.to_bytes(start, here) if start else b""
    content = strategies.from_chief(where.strategy, content)
    return checkpoint.from_bytes(where.cluster.name(0), content)[0] if content else None


def lost_worker(cluster, error) -> int:
    """Says that another worker has gone, and gives the exit code."""
    print(
        f"error: {cluster.name(cluster.index)}: another worker or the network to it is lost "
        f"({type(error).__name__}); start all again with --resume",
        file=sys.stderr,
        flush=True,
    )
    return LOST_WORKER


def write(folder, config, data, result, record) -> None:
    """Writes the files of a run."""
    from tf_edureka import mlp, plots, training

    model = mlp.from_weights(config, result.weights)
    folder.delete(set(FILES_OF_SEEDS) - set(FILES))  # of an earlier run that this one replaces
    with folder.write("model.keras") as path:
        model.save(path)
    folder.write_json("history.json", record | {"data": data.source})
    probabilities = training.probabilities(model, data.test.images)
    for name, figure in plots.of_run(result, data.test, probabilities, data.title).items():
        folder.write_figure(name, figure)


def position(state) -> str:
    """How far a training has come, in words."""
    epochs = counted(state.epoch, "epoch")
    return f"{epochs} and {state.step} steps" if state.step else epochs


def verdict(
    result, config, signal_number, min_accuracy, how_to_go_on=f"{HOW_TO_GO_ON} goes on from there"
) -> tuple[int, str]:
    """The exit code, and what went otherwise than asked for."""
    epochs = len(result.cost)
    if epochs and not math.isfinite(result.cost[-1]):
        return NOT_GOOD_ENOUGH, (
            f"error: the cost is no longer a finite number after epoch {epochs}; a learning rate "
            f"under {config.learning_rate} may help"
        )
    if epochs < config.epochs:  # by a signal to this process or, if to none, to another worker
        return cli.SIGNALLED + (signal_number or signal.SIGTERM), (
            f"ended after {epochs} of {config.epochs} epochs; {how_to_go_on}"
        )
    if min_accuracy is not None and result.accuracy[-1] < min_accuracy:
        return NOT_GOOD_ENOUGH, (
            f"error: expected an accuracy of at least {min_accuracy}, got {result.accuracy[-1]:.4f}"
        )
    return 0, ""


if __name__ == "__main__":
    sys.exit(main())
