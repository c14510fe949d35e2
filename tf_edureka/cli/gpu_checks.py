"""The checks of `gpu_check`: placement of tensors, correctness, and time."""

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
# Two devices sum in different orders, which differs by about 1e-16 per step in float64 and 1e-7 in
# float32; ten steps of Adam amplify it. TF32 would differ by 1e-3 in the first step.
FLOAT64, FLOAT32 = 1e-12, 1e-4
# Error of a sum of 512 products compared with float64: about 1e-6 in float32 (24 bits), and about
# 1e-3 in TF32 (11 bits).
FULL_PRODUCT = 2e-5


@dataclasses.dataclass
class Table:
    """The table of measurements."""

    rows: list[tuple[str, str, str, str]] = dataclasses.field(default_factory=list)

    def add(self, what: str, measured: str, expected: str = "", passed: bool | None = None) -> None:
        """Adds a row; `passed` is None if the row only informs."""
        verdict = "" if passed is None else "ok" if passed else "FAILED"
        self.rows.append((what, measured, expected, verdict))

    def add_error(self, what: str, error: float, bound: float) -> None:
        """Adds a row for an `error` that passes if it is below its `bound`."""
        self.add(what, f"{error:.1e}", f"below {bound:g}", error < bound)

    @property
    def failed(self) -> int:
        """Number of failed checks."""
        return sum(verdict == "FAILED" for *_, verdict in self.rows)


def new_epoch(config: MlpConfig, data: Mnist, **options: Any) -> mlp.CompiledEpoch:
    """Builds a network and its `CompiledEpoch` with these `options`."""
    steps = config.steps_per_epoch(len(data.train.labels))
    model = mlp.build(config, total_steps=steps * config.epochs)
    tf32 = config.precision == "tf32"
    return mlp.CompiledEpoch(model, data.train, test=data.test, tf32=tf32, **options)


def first_steps(config: MlpConfig, data: Mnist, device: str, **options: Any) -> Floats:
    """Returns the costs of the first steps on a device; `options` are those of `CompiledEpoch`."""
    order = next(mlp.epoch_orders(config, len(data.train.labels)))[:STEPS_COMPARED]
    with tf.device(device):
        return new_epoch(config, data, **options).train(order, (config.seed, 0))


def relative_difference(one: Floats, other: Floats) -> float:
    """Returns the largest relative difference."""
    return float(np.max(np.abs(one - other) / np.abs(other)))


def check_placement(table: Table, data: Mnist, place: str) -> None:
    """Checks the devices of weights and images, and the memory used."""
    epoch = new_epoch(MlpConfig.tuned(), data)
    kernel = epoch.model.trainable_variables[0].value.device
    images = epoch.train_data[0].device
    for what, device in (("weights are on", kernel), ("images are on", images)):
        table.add(what, device.rsplit("device:", 1)[-1], place, device.endswith(place))
    if place.startswith("GPU"):
        peak = tf.config.experimental.get_memory_info(place)["peak"] / 2**20
        table.add("memory used", f"{peak:.0f} MiB", "below 1024", peak < 1024)


def check_numbers(table: Table, data: Mnist, place: str) -> None:
    """Checks that the device computes the same as the CPU."""
    tuned = MlpConfig.tuned()
    checks: tuple[tuple[str, MlpConfig, dict[str, bool], float], ...] = (
        ("10 steps compared with the CPU, float64", MlpConfig.tuned(dtype="float64"), {}, FLOAT64),
        ("10 steps compared with the CPU, float32", tuned, {}, FLOAT32),
        ("10 steps of the article recipe compared with the CPU", MlpConfig.article(), {}, FLOAT32),
        ("10 steps without XLA compared with the CPU", tuned, {"jit_compile": False}, FLOAT32),
        ("10 steps with kernel search compared with the CPU", tuned, {"search": True}, FLOAT32),
    )
    for what, config, options, tolerance in checks:
        here, there = (first_steps(config, data, at, **options) for at in (place, "CPU:0"))
        table.add_error(what, relative_difference(here, there), tolerance)


def check_products(table: Table, data: Mnist, place: str) -> None:
    """Checks that float32 products use full precision unless TF32 is allowed."""
    random = np.random.default_rng(0)
    one, other = (random.standard_normal((512, 512)) for _ in range(2))
    exact = one @ other
    for allowed in (False, True) if place.startswith("GPU") else (False,):
        with tf.device(place), runtime.tf32(allowed):
            product = tf.matmul(tf.constant(one, tf.float32), tf.constant(other, tf.float32))
        error = float(np.abs(product.numpy() - exact).max() / np.abs(exact).max())
        if allowed:
            table.add("error of a matrix product in TF32", f"{error:.1e}")
        else:
            table.add_error("error of a matrix product in float32", error, FULL_PRODUCT)


def check_epochs(table: Table, data: Mnist, place: str) -> None:
    """Times an epoch; `benchmark.py` compares it with other frameworks."""
    precisions = ("mixed_bfloat16", "tf32") if place.startswith("GPU") else ("mixed_bfloat16",)
    tuned = MlpConfig.tuned()
    with tf.device(place):
        epochs = {
            "epoch, this project": new_epoch(tuned, data),
            "epoch, without XLA": new_epoch(tuned, data, jit_compile=False),
            "epoch, kernel search": new_epoch(tuned, data, search=True),
        }
        for precision in precisions:
            epochs[f"epoch, {precision}"] = new_epoch(MlpConfig.tuned(precision=precision), data)
        seconds: dict[str, list[float]] = {what: [] for what in epochs}
        for number in range(TIMED + 1):  # interleaved, so that machine noise affects all equally
            for what, epoch in epochs.items():
                began = time.perf_counter()
                order = epoch_order(len(data.train.labels), tuned.batch_size, 1, number)
                epoch.train(order, (1, 0))
                seconds[what].append(time.perf_counter() - began)
    least = {what: min(taken[1:]) for what, taken in seconds.items()}
    for what, taken in least.items():
        table.add(what, f"{taken:.3f} s", f"{taken / least['epoch, this project']:.2f} x")


def check_strategy(table: Table, data: Mnist, place: str) -> None:
    """Checks that all GPUs together compute the same as one of them."""
    strategy = strategies.mirrored(None if place.startswith("GPU") else 1)
    config = MlpConfig.tuned(dtype="float64", batch_size=24 * strategy.num_replicas_in_sync)
    order = next(mlp.epoch_orders(config, len(data.train.labels)))[:STEPS_COMPARED]
    with strategy.scope():
        model = mlp.build(config, total_steps=100)
    epoch = DistributedEpoch(model, data.train, test=data.test, strategy=strategy)
    alone = mlp.build(config, total_steps=100)
    one = mlp.CompiledEpoch(alone, data.train, test=data.test, jit_compile=False)
    found = relative_difference(epoch.train(order, (1, 0)), one.train(order, (1, 0)))
    what = f"mirrored on {strategy.num_replicas_in_sync} devices compared with one, float64"
    table.add_error(what, found, FLOAT64)


def check_repeats(table: Table, data: Mnist, place: str) -> None:
    """Checks that an epoch and its second half from a saved state are bit-identical."""
    config = MlpConfig.tuned(epochs=2)
    for how, expected in (("default ops", ""), ("--deterministic", "bit-identical")):
        if expected:
            tf.config.experimental.enable_op_determinism()
        with tf.device(place):
            whole, resumed = (two_halves(config, data, resumes) for resumes in (False, True))
        found = "bit-identical" if np.array_equal(whole, resumed) else "different"
        passed = found == expected if expected else None
        table.add(f"an epoch compared with a resumed one, {how}", found, expected, passed)


# check_repeats comes last: it enables op determinism, which cannot be disabled again.
CHECKS = (
    check_placement,
    check_numbers,
    check_products,
    check_epochs,
    check_strategy,
    check_repeats,
)


def two_halves(config: MlpConfig, data: Mnist, resumes: bool) -> Floats:
    """Returns the costs of an epoch; if `resumes`, a new network trains the second half."""
    order = next(mlp.epoch_orders(config, len(data.train.labels)))
    middle = len(order) // 2
    epoch = new_epoch(config, data)
    first = epoch.train(order[:middle], (1, 0))
    if resumes:
        state = epoch.state()
        epoch = new_epoch(config, data)
        epoch.restore(state)
    return np.concatenate([first, epoch.train(order[middle:], (1, middle))])
