"""The ladder: the legacy path against the modern one, and both against real TensorFlow 1.15.5."""

import hashlib
import itertools
import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from tf_edureka import devices, mlp, training
from tf_edureka.config import CLASSES, MlpConfig
from tf_edureka.legacy import mlp as legacy_mlp
from tf_edureka.mnist import Mnist
from tf_edureka.result import MlpResult

v1 = tf.compat.v1
# Of a table with `Rung.row`.
HEAD = ("rung", "between", "measured", "tolerance", "unit", "")
_BOTH = "legacy, modern"
_UNIT_ROUNDOFF = 2.0**-24


@dataclass(frozen=True)
class Rung:
    """One comparison.

    Attributes:
        rung: its name.
        between: the two sides.
        compared: what of them.
        unit: of `measured` and `tolerance`.
        measured: how far they are apart.
        tolerance: how far they may be.
        why: the reason for the tolerance.
        absolute: largest absolute difference; None where numbers are not what is compared.
        relative: largest difference relative to the larger of the two numbers.
        ulps: largest difference in units of the last place of the larger of the two numbers.
    """

    rung: str
    between: str
    compared: str
    unit: str
    measured: float
    tolerance: float
    why: str
    absolute: float | None = None
    relative: float | None = None
    ulps: float | None = None

    @property
    def passed(self) -> bool:
        """Whether the difference is within the tolerance; one that is no number is not."""
        return bool(self.measured <= self.tolerance)

    @property
    def row(self) -> tuple[str, ...]:
        """The rung as a row of a table under `HEAD`."""
        numbers = (f"{self.measured:.2g}", f"{self.tolerance:.2g}")
        ended = "holds" if self.passed else "FAILS"
        return (self.rung, self.between, *numbers, self.unit, ended)

    def to_json(self) -> dict:
        """The rung as plain values; what is not finite, which JSON lacks, as None."""
        fields = vars(self) | {"passed": self.passed}
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in fields.items()
        }


@dataclass(frozen=True)
class Oracle:
    """What TensorFlow 1.15.5 computed under one graph seed.

    Attributes:
        name: of the TensorFlow that did, for example `TF 1.15.5`.
        initial_values: SHA-256 of the three kernels, then of the three biases.
        first_epoch_batches: SHA-256 of images (float32) and labels (uint8), batch by batch.
        step_cost: float32, shape (550,): as in `MlpResult`.
        cost: float64, shape (15,).
        accuracy: float64, shape (15,).
        seconds_per_epoch: median of what an epoch took there, on the machine that the golden file's
            README names.
    """

    name: str
    initial_values: tuple[str, ...]
    first_epoch_batches: str
    step_cost: np.ndarray
    cost: np.ndarray
    accuracy: np.ndarray
    seconds_per_epoch: float

    @classmethod
    def read(cls, path: Path, config: MlpConfig) -> "Oracle | None":
        """Reads the golden file.

        Args:
            path: of `mlp.json`.
            config: of the run to compare.

        Returns:
            its numbers, or None if it has none for this configuration: another than the article's,
            a seed that was not run, or no such file.
        """
        if not path.is_file() or config != MlpConfig.article(
            seed=config.seed, epochs=config.epochs
        ):
            return None
        content = json.loads(path.read_text())
        numbers = content["graph_seeds"].get(str(config.seed))
        if numbers is None:
            return None
        return cls(
            f"TF {content['made_by']['tensorflow']}",
            tuple(numbers["initial_values"]),
            numbers["first_epoch_batches"],
            np.array(numbers["step_cost"], np.float32),
            np.array(numbers["cost"]),
            np.array(numbers["accuracy"]),
            numbers["seconds_per_epoch"],
        )


@dataclass(frozen=True)
class Ladder:
    """All rungs, and the trainings that they were measured on.

    Attributes:
        rungs: from the initial values to whole epochs.
        legacy: what the legacy path gave.
        modern: what the modern path gave.
    """

    rungs: tuple[Rung, ...]
    legacy: MlpResult
    modern: MlpResult

    @property
    def passed(self) -> bool:
        """Whether all rungs hold."""
        return all(rung.passed for rung in self.rungs)


def climb(
    config: MlpConfig,
    data: Mnist,
    steps: int,
    oracle: Oracle | None = None,
    on_epoch: Callable[[str], None] = lambda what: None,
) -> Ladder:
    """Compares both paths, rung by rung, from the initial values to whole epochs.

    Args:
        config: of the article's recipe.
        data: what both train and are tested on.
        steps: of the first epoch, for the rung of many steps.
        oracle: the numbers of TensorFlow 1.15.5 for this configuration and MNIST, if there are.
        on_epoch: called with the name of what has just trained for one more epoch; there are
            `3 * config.epochs + 3` of them.

    Returns:
        the ladder.

    Raises:
        InputError: when the recipe is another or the batch size exceeds the examples.
    """
    with devices.tf32(False):
        rungs = [*_single_steps(config, data, oracle)]
        legacy = legacy_mlp.train(config, data, _saying(on_epoch, "legacy"))
        modern = mlp.train(config, data, _saying(on_epoch, "modern"))
        rungs += _courses(_BOTH, legacy, modern, steps, len(data.test.labels))
        if oracle is not None:
            for name, result in (("legacy", legacy), ("modern", modern)):
                between = f"{name}, {oracle.name}"
                rungs += _courses(between, result, oracle, steps, len(data.test.labels))
        rungs += _without_xla(config, data, legacy, on_epoch)
        rungs += _without_rounding(config, data, steps, on_epoch)
    return Ladder(tuple(rungs), legacy, modern)


def reasons(rungs: Iterable[Rung]) -> list[str]:
    """What is compared and why the tolerances are what they are, each reason once.

    Args:
        rungs: of a ladder.
    """
    named: dict[str, dict[str, str]] = {}
    for rung in rungs:
        named.setdefault(rung.why, {}).setdefault(rung.rung, rung.compared)
    return [
        f"{', '.join(names)} ({next(iter(names.values()))}): {why}" for why, names in named.items()
    ]


def difference(one: np.ndarray, other: np.ndarray) -> dict[str, float]:
    """How far two arrays are apart at most: `absolute`, `relative` and in `ulps`.

    Args:
        one: float32 or float64, any shape.
        other: of the same shape and precision.

    Returns:
        the largest difference by these names.

    Raises:
        ValueError: when shape or precision differ: broadcasting would compare something else.
    """
    if one.shape != other.shape or one.dtype != other.dtype:
        raise ValueError(
            f"expected two arrays alike, got {one.dtype} {one.shape} and {other.dtype} "
            f"{other.shape}"
        )
    larger = np.maximum(np.abs(one), np.abs(other))
    apart = np.abs(one.astype(np.float64) - other)
    return {
        "absolute": float(apart.max()),
        "relative": float(np.divide(apart, larger, where=apart != 0, out=0 * apart).max()),
        "ulps": float((apart / np.spacing(larger)).max()),
    }


def _saying(on_epoch: Callable[[str], None], name: str) -> Callable[..., None]:
    """What a training calls after an epoch; it tells `on_epoch`, and never ends the training."""

    def after_epoch(*_) -> None:
        on_epoch(name)

    return after_epoch


def _single_steps(config: MlpConfig, data: Mnist, oracle: Oracle | None) -> Iterator[Rung]:
    """Rungs 1 to 5: what a first step is made of."""
    model = mlp.build(config, total_steps=1)
    weights = model.get_weights()
    pixels, labels = _batch(data, next(mlp.epoch_orders(config, len(data.train.labels)))[0])
    away = _away_from_kinks(pixels, weights)
    pixels, labels = pixels[away], np.eye(CLASSES, dtype=config.dtype)[labels[away]]

    built = legacy_mlp.build_graph(config)
    with built.graph.as_default():
        to_zero = [v1.assign(variable, tf.zeros_like(variable)) for variable in built.variables]
    with legacy_mlp.session(built) as session:
        initial = session.run(built.variables)
        feed = {built.pixels: pixels, built.labels: labels}
        their_logits, their_gradients = session.run([built.logits, built.gradients], feed)
        # Adam divides each gradient by its own size: where one is all rounding, so is its step.
        # Hence both sides are given the same. From 0 on all that is left in the end is the step.
        session.run(to_zero)
        session.run(built.train, feed | dict(zip(built.gradients, their_gradients, strict=True)))
        theirs = _joined(session.run(built.variables))
    logits, gradients = _compiled_gradients(model, pixels, labels)
    model.set_weights([np.zeros_like(values) for values in weights])
    model.optimizer.build(model.trainable_variables)
    model.optimizer.apply(list(map(tf.constant, their_gradients)), model.trainable_variables)

    yield from _initial_values(initial, weights, oracle)
    yield from _batches(config, data, oracle)
    terms = sum(kernel.shape[0] for kernel in weights[::2])
    rounding = _rounding_of_sums(terms)
    yield _scaled(
        "forward pass",
        f"logits of {len(labels)} examples",
        their_logits,
        logits,
        rounding,
        f"{terms} terms are summed in another order: four times sqrt({terms}) roundings of 2^-24",
    )
    pairs = zip(their_gradients, gradients, strict=True)
    yield _scaled(
        "gradients",
        "each variable's gradient",
        *max(pairs, key=lambda pair: _share_of_largest(*pair)),
        2 * rounding,
        "twice the forward pass, since they go back through the same sums; examples with a hidden "
        "unit so near 0 that rounding turns it on or off are left out",
    )
    apart = difference(theirs, _joined(model.get_weights()))
    yield Rung(
        "optimiser step",
        _BOTH,
        "one step of Adam from the same gradients",
        "absolute",
        apart["absolute"],
        config.learning_rate * 8 * _UNIT_ROUNDOFF,
        "a step is at most the learning rate, in eight roundings: two moments, two roots, their "
        "sum with epsilon, two products, a quotient",
        **apart,
    )


def _initial_values(legacy, modern, oracle: Oracle | None) -> Iterator[Rung]:
    why = "0: the same kernel draws from the same seeds"
    pairs = list(zip(legacy, modern, strict=True))
    yield Rung(
        "initial values",
        _BOTH,
        f"each bit of {len(pairs)} variables",
        "variables",
        float(sum(not np.array_equal(one, other) for one, other in pairs)),
        0.0,
        why,
        **difference(_joined(legacy), _joined(modern)),
    )
    for name, values in (("legacy", legacy), ("modern", modern)) if oracle else ():
        digests = [_sha256(value) for value in (*values[::2], *values[1::2])]
        differ = sum(a != b for a, b in zip(digests, oracle.initial_values, strict=True))
        compared = f"SHA-256 of {len(digests)} variables"
        between = f"{name}, {oracle.name}"
        yield Rung("initial values", between, compared, "variables", float(differ), 0.0, why)


def _batch(data: Mnist, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixels and labels of a batch as the modern path has them."""
    return training.pixels(data.train.images[order]).numpy(), data.train.labels[order]


def _batches(config: MlpConfig, data: Mnist, oracle: Oracle | None) -> Iterator[Rung]:
    """All batches of two epochs, which shows how the second follows the first."""
    examples = len(data.train.labels)
    steps = config.steps_per_epoch(examples)
    orders = itertools.chain.from_iterable(mlp.epoch_orders(config, examples))
    digests = {"legacy": hashlib.sha256(), "modern": hashlib.sha256()}
    differ = 0
    with legacy_mlp.numpy_put_back():
        with tf.Graph().as_default():
            v1.set_random_seed(config.seed)
            data_set = legacy_mlp.data_set(data.train)
        for step, order in zip(range(2 * steps), orders, strict=False):
            images, one_hot = data_set.next_batch(config.batch_size)
            legacy = images, one_hot.argmax(axis=1).astype(np.uint8)
            modern = _batch(data, order)
            differ += not all(map(np.array_equal, legacy, modern))
            if step < steps:
                for digest, arrays in zip(digests.values(), (legacy, modern), strict=True):
                    for array in arrays:
                        digest.update(np.ascontiguousarray(array))
    why = "0: the same generator shuffles, and each pixel is one product"
    compared = f"each pixel and label of {2 * steps} batches, two epochs"
    yield Rung("batches", _BOTH, compared, "batches", float(differ), 0.0, why)
    for name, digest in digests.items() if oracle else ():
        unlike = float(digest.hexdigest() != oracle.first_epoch_batches)
        between, compared = f"{name}, {oracle.name}", f"SHA-256 of the {steps} batches of epoch 1"
        yield Rung("batches", between, compared, "epochs", unlike, 0.0, why)


def _compiled_gradients(model: keras.Model, pixels: np.ndarray, one_hot: np.ndarray):
    """Logits and gradients as the compiled epoch has them."""
    compute = tf.function(training.logits_and_gradients, jit_compile=True, autograph=False)
    logits, gradients = training.call(compute, model, tf.constant(pixels), tf.constant(one_hot))
    return logits.numpy(), [gradient.numpy() for gradient in gradients]


def _rounding_of_sums(terms: int) -> float:
    """How far two float32 sums of the same terms may be apart, relative to the terms' sizes."""
    return 4 * math.sqrt(terms) * _UNIT_ROUNDOFF


def _away_from_kinks(pixels: np.ndarray, weights) -> np.ndarray:
    """Which examples have no hidden unit where rounding decides on which side of 0 it is."""
    values = pixels.astype(np.float64)
    away = np.full(len(pixels), True)
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        size = np.abs(values) @ np.abs(kernel) + np.abs(bias)
        values = values @ kernel.astype(np.float64) + bias
        away &= (np.abs(values) > _rounding_of_sums(len(kernel)) * size).all(axis=1)
        values = np.maximum(values, 0)
    return away


def _courses(between: str, one, other, steps: int, test_images: int) -> Iterator[Rung]:
    """Rungs 6 and 7: the costs of the first steps, and whole epochs."""
    for count in sorted({1, min(10, steps), steps}):
        apart = difference(one.step_cost[:count], other.step_cost[:count])
        if count == 1:
            unit, tolerance = "ulps", 8.0
            why = "eight: sums of 784 and 256 terms in another order; at most three on 60 seeds"
        else:
            unit, tolerance = "relative", min(1e-4 * max(1, count / 10) ** 2.3, 0.3)
            why = (
                "2e-7 at 10 steps, 1e-5 at 100 and 0.07 in all of epoch 1 in the median of 60 "
                "seeds, and 2e-5, 6e-3 and 0.15 at most: a hidden unit was so near 0 that rounding "
                "turned it on or off. The tolerance is two to five times that"
            )
        name = "first step" if count == 1 else f"{count} steps"
        yield Rung(name, between, "cost of each step", unit, apart[unit], tolerance, why, **apart)
    apart = difference(one.cost[:1], other.cost[:1])
    why = "the steps' differences have either sign and average out; at most 6e-4 on 60 seeds"
    relative = apart["relative"]
    yield Rung("epoch 1", between, "average cost", "relative", relative, 1e-3, why, **apart)
    epochs = min(len(one.accuracy), len(other.accuracy))
    apart = difference(one.accuracy[:epochs], other.accuracy[:epochs])
    yield Rung(
        f"{epochs} epochs" if epochs > 1 else "1 epoch",
        between,
        "accuracy after each epoch",
        "absolute",
        apart["absolute"],
        1 / math.sqrt(test_images),
        f"1/sqrt({test_images} test images): by then the weights no longer agree, and chance is "
        "left",
        **apart,
    )


def _without_xla(config: MlpConfig, data: Mnist, legacy: MlpResult, on_epoch) -> Iterator[Rung]:
    """Rung 8: whole epochs without XLA, so that both sides round alike."""
    after_epoch = _saying(on_epoch, "modern, without XLA")
    modern = mlp.train(config, data, after_epoch, jit_compile=False)
    theirs, ours = (_joined([result.step_cost, *result.weights]) for result in (legacy, modern))
    epochs = len(legacy.cost)
    yield Rung(
        "without XLA",
        _BOTH,
        f"each bit of {len(legacy.step_cost)} costs and of all weights after {epochs} epoch(s)",
        "numbers",
        float((theirs != ours).sum()),
        0.0,
        "0: without XLA both have the same kernels compute the same ops, so both are the same "
        "computation, and all that XLA changes is rounding",
        **difference(theirs, ours),
    )


def _without_rounding(config: MlpConfig, data: Mnist, steps: int, on_epoch) -> Iterator[Rung]:
    """Rung 9: the first epoch in float64, which takes float32's rounding out of the way."""
    double = replace(config, dtype="float64", epochs=1)
    legacy = legacy_mlp.train(double, data, _saying(on_epoch, "legacy, float64"))
    after_epoch = _saying(on_epoch, "modern, float64")
    modern = mlp.train(double, data, after_epoch)
    uncompiled = mlp.train(double, data, after_epoch, jit_compile=False)
    apart = difference(legacy.step_cost[:steps], modern.step_cost[:steps])
    yield Rung(
        "float64 steps",
        _BOTH,
        f"cost of each of {steps} steps in float64",
        "relative",
        apart["relative"],
        2e-15 * 10 ** (steps / 45),
        "ten roundings, and ten times as many every 45 steps; at most a fifth of it on 24 seeds. "
        "Float64 rounds 2^29 times finer, which hardly ever turns a unit on or off: if it holds, "
        "what XLA changes in float32 is rounding and nothing else",
        **apart,
    )
    apart = difference(legacy.cost, uncompiled.cost)
    yield Rung(
        "float64 epoch",
        _BOTH,
        "average cost of epoch 1 in float64, without XLA",
        "relative",
        apart["relative"],
        2 * len(legacy.step_cost) * 2.0**-53,
        "the same costs: a division and a sum are rounded for each, on either side in other order",
        **apart,
    )


def _share_of_largest(one: np.ndarray, other: np.ndarray) -> float:
    share = np.abs(one - other).max() / max(np.abs(one).max(), np.finfo(one.dtype).tiny)
    return float(np.nan_to_num(share, nan=np.inf))


def _scaled(name: str, compared: str, one, other, tolerance: float, why: str) -> Rung:
    measured, unit = _share_of_largest(one, other), "of the largest"
    apart = difference(one, other)
    return Rung(name, _BOTH, compared, unit, measured, tolerance, why, **apart)


def _joined(arrays) -> np.ndarray:
    return np.concatenate([np.ravel(array) for array in arrays])


def _sha256(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array, array.dtype.newbyteorder("<"))).hexdigest()
