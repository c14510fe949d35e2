"""What `gpu_check` checks: where things are, whether the numbers are right, how long it takes."""

import dataclasses
import time
from typing import Any

import numpy as np

from tf_edureka import mlp, runtime
from tf_edureka._tensorflow import tf
from tf_edureka.config import MlpConfig
from tf_edureka.data.mnist import Mnist
from tf_edureka.mlp.batches import epoch_order
from tf_edureka.mlp.distribution import DistributedEpoch, strategies
from tf_edureka.results import Floats

TIMED = 3  # epochs, after one to warm up
STEPS_COMPARED = 10
# Two devices sum in different orders: in float64 1e-16 a step, in float32 1e-7, which ten steps of
# Adam carry on. TF32 would be off by 1e-3 at once.
FLOAT64, FLOAT32 = 1e-12, 1e-4
# Of a product of 512 float32 with 24 bits, against float64: about 1e-6; with TF32's 11 about 1e-3.
FULL_PRODUCT = 2e-5


@dataclasses.dataclass
class Table:
    """What was measured, row by row."""

    rows: list[tuple[str, str, str, str]] = dataclasses.field(default_factory=list)

    def add(self, what: str, measured: str, expected: str = "", passed: bool | None = None) -> None:
        """Adds a row; `passed` is None where there is nothing to pass."""
        verdict = "" if passed is None else "ok" if passed else "FAILED"
        self.rows.append((what, measured, expected, verdict))

    def add_error(self, what: str, error: float, bound: float) -> None:
        """Adds a row on an `error`, which has to be under its `bound`."""
        self.add(what, f"{error:.1e}", f"under {bound:g}", error < bound)

    @property
    def failed(self) -> int:
        """How many checks have failed."""
        return sum(verdict == "FAILED" for *_, verdict in self.rows)


def new_epoch(config: MlpConfig, data: Mnist, **options: Any) -> mlp.CompiledEpoch:
    """A new network with its epoch; `options` are those of `CompiledEpoch`."""
    steps = config.steps_per_epoch(len(data.train.labels))
    model = mlp.build(config, total_steps=steps * config.epochs)
    tf32 = config.precision == "tf32"
    return mlp.CompiledEpoch(model, data.train, test=data.test, tf32=tf32, **options)


def first_steps(config: MlpConfig, data: Mnist, device: str, **options: Any) -> Floats:
    """Costs of the first steps, computed on a device; `options` as for `new_epoch`."""
    order = next(mlp.epoch_orders(config, len(data.train.labels)))[:STEPS_COMPARED]
    with tf.device(device):
        return new_epoch(config, data, **options).train(order, (config.seed, 0))


def relative_difference(one: Floats, other: Floats) -> float:
    """The largest relative difference."""
    return float(np.max(np.abs(one - other) / np.abs(other)))


def check_placement(table: Table, data: Mnist, place: str) -> None:
    """Where weights and images are, and how much memory is taken."""
    epoch = new_epoch(MlpConfig.tuned(), data)
    kernel = epoch.model.trainable_variables[0].value.device
    images = epoch.train_data[0].device
    for what, device in (("weights are on", kernel), ("images are on", images)):
        table.add(what, device.rsplit("device:", 1)[-1], place, device.endswith(place))
    if place.startswith("GPU"):
        peak = tf.config.experimental.get_memory_info(place)["peak"] / 2**20
        table.add("memory taken", f"{peak:.0f} MiB", "under 1024", peak < 1024)


def check_numbers(table: Table, data: Mnist, place: str) -> None:
    """Whether the device computes what the CPU computes."""
    tuned = MlpConfig.tuned()
    checks: tuple[tuple[str, MlpConfig, dict[str, bool], float], ...] = (
        ("10 steps against the CPU, float64", MlpConfig.tuned(dtype="float64"), {}, FLOAT64),
        ("10 steps against the CPU, float32", tuned, {}, FLOAT32),
        ("10 steps of the article against the CPU", MlpConfig.article(), {}, FLOAT32),
        ("10 steps without XLA against the CPU", tuned, {"jit_compile": False}, FLOAT32),
        ("10 steps, searched, against the CPU", tuned, {"search": True}, FLOAT32),
    )
    for what, config, options, tolerance in checks:
        here, there = (first_steps(config, data, at, **options) for at in (place, "CPU:0"))
        table.add_error(what, relative_difference(here, there), tolerance)


def check_products(table: Table, data: Mnist, place: str) -> None:
    """Whether float32 is multiplied as such unless TF32 is asked for."""
    random = np.random.default_rng(0)
    one, other = (random.standard_normal((512, 512)) for _ in range(2))
    exact = one @ other
    for allowed in (False, True) if place.startswith("GPU") else (False,):
        with tf.device(place), runtime.tf32(allowed):
            product = tf.matmul(tf.constant(one, tf.float32), tf.constant(other, tf.float32))
        error = float(np.abs(product.numpy() - exact).max() / np.abs(exact).max())
        if allowed:
            table.add("a product in TF32 is off by", f"{error:.1e}")
        else:
            table.add_error("a product in float32 is off by", error, FULL_PRODUCT)


def check_epochs(table: Table, data: Mnist, place: str) -> None:
    """How long an epoch takes; `benchmark.py` has it beside other frameworks."""
    precisions = ("mixed_bfloat16", "tf32") if place.startswith("GPU") else ("mixed_bfloat16",)
    tuned = MlpConfig.tuned()
    with tf.device(place):
        epochs = {
            "epoch, this project": new_epoch(tuned, data),
            "epoch, without XLA": new_epoch(tuned, data, jit_compile=False),
            "epoch, searched": new_epoch(tuned, data, search=True),
        }
        for precision in precisions:
            epochs[f"epoch, {precision}"] = new_epoch(MlpConfig.tuned(precision=precision), data)
        seconds: dict[str, list[float]] = {what: [] for what in epochs}
        for number in range(TIMED + 1):  # in turn, so that all have the same machine
            for what, epoch in epochs.items():
                began = time.perf_counter()
                order = epoch_order(len(data.train.labels), tuned.batch_size, 1, number)
                epoch.train(order, (1, 0))
                seconds[what].append(time.perf_counter() - began)
    least = {what: min(taken[1:]) for what, taken in seconds.items()}
    for what, taken in least.items():
        table.add(what, f"{taken:.3f} s", f"{taken / least['epoch, this project']:.2f} x")


def check_strategy(table: Table, data: Mnist, place: str) -> None:
    """Whether all GPUs together compute what one of them computes."""
    strategy = strategies.mirrored(None if place.startswith("GPU") else 1)
    config = MlpConfig.tuned(dtype="float64", batch_size=24 * strategy.num_replicas_in_sync)
    order = next(mlp.epoch_orders(config, len(data.train.labels)))[:STEPS_COMPARED]
    with strategy.scope():
        model = mlp.build(config, total_steps=100)
    epoch = DistributedEpoch(model, data.train, test=data.test, strategy=strategy)
    alone = mlp.build(config, total_steps=100)
    one = mlp.CompiledEpoch(alone, data.train, test=data.test, jit_compile=False)
    found = relative_difference(epoch.train(order, (1, 0)), one.train(order, (1, 0)))
    what = f"mirrored over {strategy.num_replicas_in_sync} against one, float64"
    table.add_error(what, found, FLOAT64)


def check_repeats(table: Table, data: Mnist, place: str) -> None:
    """Whether an epoch repeats to the bit, and goes on to the bit from a state."""
    config = MlpConfig.tuned(epochs=2)
    for how, expected in (("as it is", ""), ("with --deterministic", "the same bits")):
        if expected:
            tf.config.experimental.enable_op_determinism()
        with tf.device(place):
            whole, resumed = (two_halves(config, data, resumes) for resumes in (False, True))
        bits = "the same bits" if np.array_equal(whole, resumed) else "other bits"
        passed = bits == expected if expected else None
        table.add(f"an epoch and its resumed half, {how}", bits, expected, passed)


# The last one cannot be taken back.
CHECKS = (
    check_placement,
    check_numbers,
    check_products,
    check_epochs,
    check_strategy,
    check_repeats,
)


def two_halves(config: MlpConfig, data: Mnist, resumes: bool) -> Floats:
    """Costs of an epoch in two halves, the second by a new network with the state of the first."""
    order = next(mlp.epoch_orders(config, len(data.train.labels)))
    middle = len(order) // 2
    epoch = new_epoch(config, data)
    first = epoch.train(order[:middle], (1, 0))
    if resumes:
        state = epoch.state()
        epoch = new_epoch(config, data)
        epoch.restore(state)
    return np.concatenate([first, epoch.train(order[middle:], (1, middle))])
