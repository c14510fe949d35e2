"""Times this project's training beside other ways to train the same network on the same batches."""

import contextlib
import dataclasses
import importlib.metadata
import platform
import sys
import time

from tf_edureka import cli, speed_plots
from tf_edureka.benchmark import growth, race
from tf_edureka.benchmark.task import Task
from tf_edureka.benchmark.worker import WorkerLost
from tf_edureka.errors import InputError
from tf_edureka.progress import EpochDisplay
from tf_edureka.run_folder import RunFolder

MEASURES = ("epoch", "networks", "growth")
NETWORKS = (2, 4, 8)
PACKAGES = ("tensorflow", "keras", "torch", "jax", "scikit-learn", "numpy")
FAILED = 1


def parse(argv):
    """Reads the arguments; needs no TensorFlow, so that --help is quick."""
    parser = cli.ArgumentParser(
        description="Time this project's training beside other ways to train the same 784-256-256-"
        "10 network on the same batches of 100 with Adam. Each way has a process of its own, and "
        "their epochs take turns.",
        epilog="Other frameworks are timed where they are installed: pip install torch jax "
        "scikit-learn. Exit codes: 0 measured, 1 a way failed or learned less than the others, 2 "
        "wrong input, 130 Ctrl-C.",
    )
    parser.add_argument(
        "--measure",
        choices=MEASURES,
        default="epoch",
        help="epoch: each way; networks: 1, 2, 4 and 8 networks at once; growth: time "
        "and memory with more images, units and examples a batch (default: %(default)s)",
    )
    parser.add_argument(
        "--ways",
        nargs="+",
        choices=[way.name for way in race.WAYS],
        metavar="WAY",
        help=f"which to time: {', '.join(way.name for way in race.WAYS)} (default: all installed)",
    )
    parser.add_argument(
        "--epochs",
        type=int,
        default=5,
        metavar="N",
        help="to time of each way, after one to warm up (default: %(default)s)",
    )
    cli.add_data_options(parser)
    cli.add_run_options(parser, out="runs/benchmark")
    args = parser.parse_args(argv)
    if not 1 <= args.epochs <= 1000:
        raise InputError(f"epochs: expected 1 to 1000, got {args.epochs}")
    if args.ways and args.measure != "epoch":
        raise InputError(f"--ways belongs to --measure epoch; {args.measure} times this project")
    return args


def chosen(names):
    """The ways to time, in their order."""
    ways = [way for way in race.WAYS if names is None or way.name in names]
    absent = sorted({way.needs for way in ways if not way.is_installed})
    if names and absent:
        raise InputError(f"ways: expected {', '.join(absent)} to be installed; pip install it")
    if absent:
        print(f"note: not installed, so not timed: {', '.join(absent)}", file=sys.stderr)
    return [way for way in ways if way.is_installed]


@cli.reports_errors
def main(argv=None) -> int:
    """Measures as the arguments say and gives the exit code."""
    args = parse(argv)
    ways = chosen(args.ways)
    folder = RunFolder(args.out, (f"{args.measure}.json", f"{args.measure}.png"), args.overwrite)
    began = time.perf_counter()
    data = cli.load_data(args)
    seconds = time.perf_counter() - began
    print(f"{data.title} ({data.source}), loaded in {seconds:.1f} s", flush=True)
    try:
        device = race.device(args.device)
    except WorkerLost as lost:
        raise InputError(f"device: TensorFlow cannot be started: {lost}") from None
    task = Task(data, "gpu" if device.startswith("GPU") else "cpu")
    if not task.steps:
        raise InputError(f"limit: expected at least {task.batch_size}, got {args.limit}")
    with folder.claimed():
        if args.measure == "growth":
            return measure_growth(task, device, folder)
        if args.measure == "networks":
            return measure_networks(task, device, folder, args.epochs)
        return measure_epoch(task, device, folder, args.epochs, ways)


def measure_epoch(task, device, folder, epochs, ways) -> int:
    """Times an epoch of each way."""
    with EpochDisplay(len(ways) * (epochs + 2), unit="epochs") as display:
        display.line(heading(task, device, f"{epochs} epochs of each way in turn, after one"))
        entrants, rates = race.race(ways, task, epochs, display.part_ended)
        least = show_rates(display, task, rates)
        counted = sorted(
            (entrant for entrant in entrants if not entrant.fault), key=lambda one: one.least
        )
        ours = next((one.least for one in counted if one.way.name == "project"), None)
        display.line(
            "Seconds per epoch, the least and the median; the least to this project's and to the "
            "arithmetic's; seconds to import, and to build, trace and compile; accuracy at last"
        )
        display.table(
            ("way", "least", "median", "ours", "floor", "import", "compile", "right"),
            [
                (
                    one.way.title,
                    f"{one.least:.3f}",
                    f"{one.median:.3f}",
                    f"{one.least / ours:.2f}" if ours else "",
                    f"{one.least / least:.2f}",
                    f"{one.import_seconds:.1f}",
                    f"{one.compile_seconds:.1f}",
                    f"{one.accuracy:.4f}",
                )
                for one in counted
            ],
        )
        record = {
            "ways": [dataclasses.asdict(one) for one in entrants],
            "least_seconds": least,
            **about(task, device, rates),
        }
        folder.write_json("epoch.json", record)
        if counted:
            title = f"{task.data.title}, {device}"
            folder.write_figure("epoch.png", speed_plots.epochs(counted, least, title))
        display.line(f"Written to {folder.path}: epoch.json" + ", epoch.png" * bool(counted))
    return failed([(one.way.title, one.fault) for one in entrants])


def measure_networks(task, device, folder, epochs) -> int:
    """Times epochs of several networks at once."""
    module = "tensorflow_ways"
    ways = [race.Way("alone", "1 by itself", module, "one_network")]
    for n in NETWORKS:
        title = f"{n} at once"
        ways.append(race.Way(f"at_once_{n}", title, module, "many_networks", {"networks": n}))
    with EpochDisplay(len(ways) * (epochs + 2), unit="epochs") as display:
        how = f"the modern recipe, {epochs} epochs of each in turn, after one"
        display.line(heading(task, device, how))
        entrants, rates = race.race(ways, task, epochs, display.part_ended)
        alone, *others = entrants
        together = [one for one in others if not one.fault]
        written = ["networks.json"]
        if not alone.fault:
            counts = [1, *(one.way.options["networks"] for one in together)]
            display.table(
                ("networks", "s per epoch", "for each", "to as many by themselves", "MiB"),
                [
                    (
                        one.way.title,
                        f"{one.least:.3f}",
                        f"{one.least / n:.3f}",
                        f"{one.least / (n * alone.least):.2f}",
                        mebibytes(one.training_bytes),
                    )
                    for n, one in zip(counts, (alone, *together), strict=True)
                ],
            )
            seconds = [one.least for one in (alone, *together)]
            title = f"{task.data.title}, {device}"
            figure = speed_plots.networks(counts, seconds, title)
            folder.write_figure("networks.png", figure)
            written.append("networks.png")
        record = {"ways": [dataclasses.asdict(one) for one in entrants]}
        folder.write_json("networks.json", record | about(task, device, rates))
        display.line(f"Written to {folder.path}: {', '.join(written)}")
    return failed([(one.way.title, one.fault) for one in entrants])


def measure_growth(task, device, folder) -> int:
    """Times epochs of growing work."""
    with EpochDisplay(len(growth.sizes(task)), unit="sizes") as display:
        display.line(heading(task, device, "the least of 3 epochs, or of parts of long ones"))
        rates = race.machine_peaks(task)
        show_rates(display, task, rates)
        points = growth.grow(task, max(rates.values()), display.part_ended)
        display.table(
            ("what grows", "", "epoch s", "floor s", "ratio", "MiB", "floor MiB"),
            [
                (
                    point.what,
                    f"{point.size:,}",
                    f"{point.seconds:.3f}",
                    f"{point.least_seconds:.3f}",
                    f"{point.seconds / point.least_seconds:.2f}",
                    mebibytes(point.bytes),
                    mebibytes(point.least_bytes),
                )
                for point in points
                if not point.fault
            ],
        )
        record = {"points": [dataclasses.asdict(point) for point in points]}
        folder.write_json("growth.json", record | about(task, device, rates))
        title = f"{task.data.title}, {device}"
        folder.write_figure("growth.png", speed_plots.growth(points, title))
        display.line(f"Written to {folder.path}: growth.json, growth.png")
    return failed([(f"{point.size:,} {point.what}", point.fault) for point in points])


def failed(faults) -> int:
    """Says what does not count, of pairs of a name and a fault, and gives the exit code."""
    faults = [(name, fault) for name, fault in faults if fault]
    for name, fault in faults:
        print(f"error: {name} does not count: {fault}", file=sys.stderr)
    return FAILED if faults else 0


def heading(task, device, how) -> str:
    """What is timed, where and how."""
    return (
        f"784-256-256-10, batches of {task.batch_size}, {task.steps} steps an epoch, Adam, "
        f"{task.data.title} ({task.data.source}), {device}; {how}"
    )


def about(task, device, rates) -> dict[str, object]:
    """What the figures depend on."""
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return {
        "steps": task.steps,
        "batch_size": task.batch_size,
        "flops": task.flops,
        "data": task.data.source,
        "device": device,
        "rates": rates,
        "platform": platform.platform(),
        "versions": versions,
    }


def show_rates(display, task, rates) -> float:
    """Prints what the machine can do, and gives the seconds that an epoch's arithmetic takes."""
    least = task.flops / max(rates.values())
    display.line(
        f"This machine: {rates['multiply_add'] / 1e9:.0f} GFLOP/s multiplying and adding, "
        f"{rates['matrix_product'] / 1e9:.0f} in a large matrix product; the epoch's "
        f"{task.flops / 1e9:.1f} GFLOP take at least {least:.3f} s"
    )
    return least


def mebibytes(number) -> str:
    """A number of bytes in MiB; nothing if it is not known."""
    return "" if number is None else f"{number / 2**20:.0f}"


if __name__ == "__main__":
    sys.exit(main())
