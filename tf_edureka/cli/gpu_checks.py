"""Checks and times in one short run all that needs a GPU, and prints a table of it."""

import dataclasses
import sys
import time

import numpy as np

from tf_edureka import cli, startup
from tf_edureka.config import DEVICES, MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.progress import EpochDisplay

FAILED = 1
TIMED = 3  # epochs, after one to warm up
STEPS_COMPARED = 10
# Two devices sum in different orders: in float64 1e-16 a step, in float32 1e-7, which ten steps of
# Adam carry on. TF32 would be off by 1e-3 at once.
FLOAT64, FLOAT32 = 1e-12, 1e-4
# Of a product of 512 float32 with 24 bits, against float64: about 1e-6; with TF32's 11 about 1e-3.
FULL_PRODUCT = 2e-5


def parse(argv):
    """Reads the arguments."""
    parser = cli.ArgumentParser(
        description="Check in one short run all that needs a GPU: where things are, whether the "
        "numbers are those of the CPU, how long an epoch takes. The table at the end has it all.",
        epilog="Exit codes: 0 all checks passed, 1 one failed, 2 wrong input or no GPU.",
    )
    parser.add_argument(
        "--device",
        choices=[device for device in DEVICES if device != "auto"],
        default="gpu",
        help="cpu: try the checks themselves on a machine without a GPU (default: %(default)s)",
    )
    cli.add_data_options(parser)
    return parser.parse_args(argv)


@dataclasses.dataclass
class Table:
    """What was measured, row by row."""

    rows: list[tuple[str, str, str, str]] = dataclasses.field(default_factory=list)

    def add(self, what: str, measured: str, expected: str = "", passed: bool | None = None) -> None:
        """Adds a row; `passed` is None where there is nothing to pass."""
        verdict = "" if passed is None else "ok" if passed else "FAILED"
        self.rows.append((what, measured, expected, verdict))

    @property
    def failed(self) -> int:
        """How many checks have failed."""
        return sum(verdict == "FAILED" for *_, verdict in self.rows)


def compiled(config, data, **options):
    """A new network with its epoch."""
    from tf_edureka import mlp
    from tf_edureka.training import CompiledEpoch

    steps = config.steps_per_epoch(len(data.train.labels))
    model = mlp.build(config, total_steps=steps * config.epochs)
    tf32 = config.precision == "tf32"
    return CompiledEpoch(model, data.train, data.test, config.distortion, tf32=tf32, **options)


def first_steps(config, data, device, **options):
    """Costs of the first steps, computed on a device."""
    import tensorflow as tf

    from tf_edureka import mlp

    order = next(mlp.epoch_orders(config, len(data.train.labels)))[:STEPS_COMPARED]
    with tf.device(device):
        return compiled(config, data, **options).train(order, (config.seed, 0))


def relative(one, other) -> float:
    """The largest relative difference."""
    return float(np.max(np.abs(one - other) / np.abs(other)))


def check_placement(table, data, place) -> None:
    """Where weights and images are, and how much memory is taken."""
    import tensorflow as tf

    epoch = compiled(MlpConfig.modern(), data)
    kernel = epoch.model.trainable_variables[0].value.device
    images = epoch._train[0].device
    for what, device in (("weights are on", kernel), ("images are on", images)):
        table.add(what, device.rsplit("device:", 1)[-1], place, device.endswith(place))
    if place.startswith("GPU"):
        peak = tf.config.experimental.get_memory_info(place)["peak"] / 2**20
        table.add("memory taken", f"{peak:.0f} MiB", "under 1024", peak < 1024)


def check_numbers(table, data, place) -> None:
    """Whether the device computes what the CPU computes."""
    for what, config, xla, tolerance in (
        ("10 steps against the CPU, float64", MlpConfig.modern(dtype="float64"), True, FLOAT64),
        ("10 steps against the CPU, float32", MlpConfig.modern(), True, FLOAT32),
        ("10 steps of the article against the CPU", MlpConfig.article(), True, FLOAT32),
        ("10 steps without XLA against the CPU", MlpConfig.modern(), False, FLOAT32),
    ):
        here, there = (first_steps(config, data, at, jit_compile=xla) for at in (place, "CPU:0"))
        found = relative(here, there)
        table.add(what, f"{found:.1e}", f"under {tolerance:g}", found < tolerance)


def check_products(table, data, place) -> None:
    """Whether float32 is multiplied as such unless TF32 is asked for."""
    import tensorflow as tf

    from tf_edureka import devices

    random = np.random.default_rng(0)
    one, other = (random.standard_normal((512, 512)) for _ in range(2))
    exact = one @ other
    for allowed in (False, True) if place.startswith("GPU") else (False,):
        with tf.device(place), devices.tf32(allowed):
            product = tf.matmul(tf.constant(one, tf.float32), tf.constant(other, tf.float32))
        error = float(np.abs(product.numpy() - exact).max() / np.abs(exact).max())
        if allowed:
            table.add("a product in TF32 is off by", f"{error:.1e}")
        else:
            table.add(
                "a product in float32 is off by",
                f"{error:.1e}",
                f"under {FULL_PRODUCT:g}",
                error < FULL_PRODUCT,
            )


def check_epochs(table, data, place) -> None:
    """How long an epoch takes; `benchmark.py` has it beside other frameworks."""
    import tensorflow as tf

    ways = [
        ("epoch, this project", lambda: ours(data, MlpConfig.modern())),
        ("epoch, without XLA", lambda: ours(data, MlpConfig.modern(), jit_compile=False)),
        ("epoch, mixed_bfloat16", lambda: ours(data, MlpConfig.modern(precision="mixed_bfloat16"))),
    ]
    if place.startswith("GPU"):
        ways.append(("epoch, tf32", lambda: ours(data, MlpConfig.modern(precision="tf32"))))
    seconds = {}
    with tf.device(place):
        epochs = {what: make() for what, make in ways}
        for train in epochs.values():
            train(0)
        for number in range(1, TIMED + 1):  # in turn, so that all have the same machine
            for what, train in epochs.items():
                began = time.perf_counter()
                train(number)
                seconds.setdefault(what, []).append(time.perf_counter() - began)
    least = min(seconds["epoch, this project"])
    for what, taken in seconds.items():
        table.add(what, f"{min(taken):.3f} s", f"{min(taken) / least:.2f} x")


def ours(data, config, **options):
    """This project's epoch, without its test."""
    from tf_edureka.training import epoch_order

    epoch = compiled(config, data, **options)

    def train(number: int) -> None:
        epoch.train(epoch_order(len(data.train.labels), config.batch_size, 1, number), (1, 0))

    return train


def check_strategy(table, data, place) -> None:
    """Whether all GPUs together compute what one of them computes."""
    from tf_edureka import mlp, strategies
    from tf_edureka.distributed import DistributedEpoch
    from tf_edureka.training import CompiledEpoch

    strategy = strategies.mirrored(None if place.startswith("GPU") else 1)
    config = MlpConfig.modern(dtype="float64", batch_size=24 * strategy.num_replicas_in_sync)
    order = next(mlp.epoch_orders(config, len(data.train.labels)))[:STEPS_COMPARED]
    with strategy.scope():
        model = mlp.build(config, total_steps=100)
    epoch = DistributedEpoch(model, data.train, data.test, strategy)
    alone = mlp.build(config, total_steps=100)
    one = CompiledEpoch(alone, data.train, data.test, jit_compile=False)
    found = relative(epoch.train(order, (1, 0)), one.train(order, (1, 0)))
    what = f"mirrored over {strategy.num_replicas_in_sync} against one, float64"
    table.add(what, f"{found:.1e}", f"under {FLOAT64:g}", found < FLOAT64)


def check_repeats(table, data, place) -> None:
    """Whether an epoch repeats to the bit, and goes on to the bit from a state."""
    import tensorflow as tf

    for deterministic in (False, True):
        if deterministic:
            tf.config.experimental.enable_op_determinism()
        config = MlpConfig.modern(epochs=2)
        costs = []
        with tf.device(place):
            for _ in range(2):
                costs.append(two_halves(config, data, resumes=bool(costs)))
        same = np.array_equal(costs[0], costs[1])
        how = "with --deterministic" if deterministic else "as it is"
        table.add(
            f"an epoch and its resumed half, {how}",
            "the same bits" if same else "other bits",
            "the same bits" if deterministic else "",
            same if deterministic else None,
        )


# The last one cannot be taken back.
CHECKS = (
    check_placement,
    check_numbers,
    check_products,
    check_epochs,
    check_strategy,
    check_repeats,
)


def two_halves(config, data, resumes: bool):
    """Costs of an epoch in two halves, the second by a new network with the state of the first."""
    from tf_edureka import mlp

    order = next(mlp.epoch_orders(config, len(data.train.labels)))
    middle = len(order) // 2
    epoch = compiled(config, data)
    first = epoch.train(order[:middle], (1, 0))
    if resumes:
        state = epoch.state()
        epoch = compiled(config, data)
        epoch.restore(state)
    return np.concatenate([first, epoch.train(order[middle:], (1, middle))])


@cli.reports_errors
def main(argv=None) -> int:
    """Checks as the arguments say and gives the exit code."""
    args = parse(argv)
    with startup.tensorflow_import():
        import tensorflow as tf

        from tf_edureka import devices, training  # noqa: F401 - for the checks

        device = devices.use(args.device)
    data = cli.load_data(args)
    if len(data.train.labels) < 1000:
        raise InputError(f"limit: expected at least 1000, got {len(data.train.labels)}")
    place = "GPU:0" if args.device == "gpu" else "CPU:0"
    with EpochDisplay(len(CHECKS), unit="checks") as display:
        display.line(f"TensorFlow {tf.__version__}, {device}, {data.title} ({data.source})")
        table = Table()
        for check in CHECKS:
            try:
                check(table, data, place)
            except Exception as error:  # whatever it is, the other checks are worth their time
                first = (str(error).splitlines() or [""])[0]
                table.add(check.__name__, f"{type(error).__name__}: {first}", "", False)
            display.part_ended("checking")
        display.table(("check", "measured", "expected", ""), table.rows)
        display.line(f"{table.failed} of {len(table.rows)} rows failed")
    return FAILED if table.failed else 0


if __name__ == "__main__":
    sys.exit(main())
