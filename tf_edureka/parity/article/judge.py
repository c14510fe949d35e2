"""Compares the measurements: each rung with its tolerance and the reason for it."""

import hashlib
import math
from collections.abc import Iterator

import numpy as np

from tf_edureka.parity.article.checks import Rung, difference
from tf_edureka.parity.article.measure import Arrays, Measurements
from tf_edureka.parity.article.reference import Reference
from tf_edureka.results import Floats, MlpResult

_BOTH = "legacy, modern"


def judge(
    measured: Measurements, *, steps: int, reference: Reference | None = None
) -> tuple[Rung, ...]:
    """Compares both paths, and both with TensorFlow 1.15.5, without computing a network.

    Args:
        measured: results of both paths.
        steps: number of steps of the first epoch for the rung of many steps.
        reference: recorded results of TensorFlow 1.15.5; None to compare only the two paths.

    Returns:
        the rungs, from the structure to whole epochs.
    """
    legacy, modern, images = measured.legacy, measured.modern, measured.test_images
    rungs = [
        *_of_the_port(measured, reference),
        *_curves(_BOTH, legacy, modern, steps, images),
    ]
    if reference is not None:
        for name, result in (("legacy", legacy), ("modern", modern)):
            rungs += _curves(f"{name}, {reference.name}", result, reference, steps, images)
    return (
        *rungs,
        _without_xla(legacy, measured.without_xla),
        *_float64(*measured.double, steps=steps),
    )


def _of_the_port(measured: Measurements, reference: Reference | None) -> Iterator[Rung]:
    """The rungs of any port; here initial values must be bit-identical."""
    for one in measured.port.rungs:
        if one.rung == "initial values":
            yield from _initial_values(measured.initial_values, reference)
        elif one.measured is not None and one.tolerance is not None:
            yield Rung(
                one.rung,
                _BOTH,
                compared=one.compared,
                unit=one.unit,
                measured=one.measured,
                tolerance=one.tolerance,
                why=one.why,
            )
        if one.rung == "batches" and reference is not None:
            yield _first_epoch(measured.first_epoch, reference)


def _initial_values(values: tuple[Arrays, Arrays], reference: Reference | None) -> Iterator[Rung]:
    why = "0: the same kernel samples from the same seeds"
    count = len(values[0])
    yield Rung(
        "initial values",
        _BOTH,
        compared=f"all bits of {count} variables",
        unit="variables",
        measured=float(sum(not np.array_equal(*pair) for pair in zip(*values, strict=True))),
        tolerance=0.0,
        why=why,
        **difference(*map(_joined, values)),
    )
    if reference is None:
        return
    for name, arrays in zip(("legacy", "modern"), values, strict=True):
        digests = map(_sha256, arrays)
        differ = sum(a != b for a, b in zip(digests, reference.initial_values, strict=True))
        yield Rung(
            "initial values",
            f"{name}, {reference.name}",
            compared=f"SHA-256 of {count} variables",
            unit="variables",
            measured=float(differ),
            tolerance=0.0,
            why=why,
        )


def _first_epoch(digest: str, reference: Reference) -> Rung:
    return Rung(
        "batches",
        f"modern, {reference.name}",
        compared="SHA-256 of the batches of epoch 1",
        unit="epochs",
        measured=float(digest != reference.first_epoch_batches),
        tolerance=0.0,
        why="0: the same generator shuffles, and each pixel is a single product",
    )


def _curves(
    between: str, one: MlpResult, other: MlpResult | Reference, steps: int, test_images: int
) -> Iterator[Rung]:
    """Compares the costs of the first steps, and whole epochs."""
    for count in sorted({1, min(10, steps), steps}):
        gap = difference(one.step_cost[:count], other.step_cost[:count])
        if count == 1:
            name, unit, measured, tolerance = "first step", "ulps", gap["ulps"], 8.0
            why = "8: sums of 784 and 256 terms in another order; at most 3 on 60 seeds"
        else:
            name, unit, measured = f"{count} steps", "relative", gap["relative"]
            tolerance = min(1e-4 * max(1, count / 10) ** 2.3, 0.3)
            why = (
                "measured on 60 seeds: median 2e-7 after 10 steps, 1e-5 after 100 and 0.07 over "
                "epoch 1; at most 2e-5, 6e-3 and 0.15, where rounding turned on or off a hidden "
                "unit near 0. The tolerance is two to five times the maximum"
            )
        yield Rung(
            name,
            between,
            compared="cost of each step",
            unit=unit,
            measured=measured,
            tolerance=tolerance,
            why=why,
            **gap,
        )
    yield from _epochs(between, one, other, test_images)


def _epochs(
    between: str, one: MlpResult, other: MlpResult | Reference, test_images: int
) -> Iterator[Rung]:
    gap = difference(one.cost[:1], other.cost[:1])
    yield Rung(
        "epoch 1",
        between,
        compared="average cost",
        unit="relative",
        measured=gap["relative"],
        tolerance=1e-3,
        why="differences of the steps have either sign and average out; at most 6e-4 on 60 seeds",
        **gap,
    )
    epochs = min(len(one.accuracy), len(other.accuracy))
    gap = difference(one.accuracy[:epochs], other.accuracy[:epochs])
    yield Rung(
        f"{epochs} epochs" if epochs > 1 else "1 epoch",
        between,
        compared="accuracy after each epoch",
        unit="absolute",
        measured=gap["absolute"],
        tolerance=1 / math.sqrt(test_images),
        why=f"1/sqrt({test_images} test images): by then the weights differ, and the accuracies "
        "differ by chance",
        **gap,
    )


def _without_xla(legacy: MlpResult, modern: MlpResult) -> Rung:
    """Compares whole trainings without XLA, in which both sides round in the same way."""
    theirs, ours = (_joined([result.step_cost, *result.weights]) for result in (legacy, modern))
    return Rung(
        "without XLA",
        _BOTH,
        compared=f"all bits of {len(legacy.step_cost)} costs and of all weights after "
        f"{len(legacy.cost)} epoch(s)",
        unit="numbers",
        measured=float((theirs != ours).sum()),
        tolerance=0.0,
        why="0: without XLA the same kernels compute the same ops on both sides, so the "
        "computations are the same and XLA changes only rounding",
        **difference(theirs, ours),
    )


def _float64(
    legacy: MlpResult, modern: MlpResult, without_xla: MlpResult, steps: int
) -> Iterator[Rung]:
    """Compares the first epoch in float64, where float32's rounding errors are absent."""
    gap = difference(legacy.step_cost[:steps], modern.step_cost[:steps])
    yield Rung(
        "float64 steps",
        _BOTH,
        compared=f"cost of each of {steps} steps in float64",
        unit="relative",
        measured=gap["relative"],
        tolerance=2e-15 * 10 ** (steps / 45),
        why="ten roundings, amplified tenfold every 45 steps; at most a fifth of that on 24 seeds. "
        "Float64 rounds 2^29 times finer and hardly ever turns a unit on or off: if this rung "
        "holds, XLA changes only rounding in float32",
        **gap,
    )
    gap = difference(legacy.cost, without_xla.cost)
    yield Rung(
        "float64 epoch",
        _BOTH,
        compared="average cost of epoch 1 in float64, without XLA",
        unit="relative",
        measured=gap["relative"],
        tolerance=2 * len(legacy.step_cost) * 2.0**-53,
        why="the same costs: one division and one sum are rounded per step, in another order on "
        "each side",
        **gap,
    )


def _joined(arrays: Arrays) -> Floats:
    return np.concatenate([np.ravel(array) for array in arrays])


def _sha256(array: Floats) -> str:
    values = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return hashlib.sha256(values.data).hexdigest()
