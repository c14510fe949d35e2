"""Explains a loss or gradients that differ although the model's outputs are the original's."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tf_edureka._keras import keras
from tf_edureka.parity.cause import Cause
from tf_edureka.parity.model.evaluation import Evaluation
from tf_edureka.parity.model.forward import sigmoid, softmax
from tf_edureka.trace import Array

_SAME = 1e-3  # relative: a ratio this close counts as equal
_SPREAD = 0.1  # a factor may vary by this share of its distance from 1
_TINY = 1e-30


def penalties(
    recorded: Sequence[Mapping[str, Array]],
    computed: Sequence[Mapping[str, Array]],
    weights: Sequence[Mapping[str, Array]],
) -> Iterator[Cause]:
    """Finds a missing or additional L2 or L1 penalty by the gradients.

    The difference of the gradients is then the weight, or its sign, times a factor.

    Args:
        recorded: the original's gradients by weight, step by step, float, in the weight's shape.
        computed: the port's gradients by weight, step by step, float, in the weight's shape.
        weights: values of the weights before each step, float, in the weight's shape.

    Returns:
        at most one cause.
    """
    factors: dict[str, float] = {}
    for name in recorded[0]:
        pairs = zip(recorded, computed, strict=True)
        difference = _joined([one[name] - other[name] for one, other in pairs])
        values = _joined([one[name] for one in weights])
        if not difference.any() or not values.any():
            continue
        for kind, penalty in (("l2", values), ("l1", np.sign(values))):
            factor = float(difference @ penalty / (penalty @ penalty))
            left = np.linalg.norm(difference - factor * penalty) / np.linalg.norm(difference)
            if left < 0.05 and np.ptp(values) > 0:
                factors[f"{kind} {name}"] = factor
                break
    if factors:
        kind = next(iter(factors)).partition(" ")[0]
        names = ", ".join(key.partition(" ")[2] for key in factors)
        amounts = sorted({float(f"{value:.3g}") for value in factors.values()})
        listed = ", ".join(f"{abs(value):.3g}" for value in amounts)
        sign = "minus" if amounts[0] > 0 else "plus"
        unit = "times the weight" if kind == "l2" else "times the sign of the weight"
        advice = (
            "; for l2_loss and contrib's l2_regularizer with factor s, use Keras' L2(s / 2) or "
            "tf_edureka.tf1.L2(s)"
        )
        yield Cause(
            kind,
            1.0,
            f"the port's gradient of {names} is the original's {sign} {listed} {unit}"
            f"{advice if kind == 'l2' else ''}",
        )


def factors(
    recorded: Sequence[float],
    computed: Sequence[float],
    *,
    batch: int,
    outputs: float = 1.0,
    quantity: str = "loss",
) -> Iterator[Cause]:
    """Finds a loss that is the original's times a constant: a sum for a mean, or a half.

    Args:
        recorded: the original's loss in each step, without the port's penalties.
        computed: the port's loss in each step, without its penalties.
        batch: number of examples in a step.
        outputs: number of outputs for an example.
        quantity: word for the compared numbers, `loss` or `gradient`.
    """
    ratios = [a / b for a, b in zip(recorded, computed, strict=True) if abs(b) > _TINY]
    if not ratios or not np.all(np.isfinite(ratios)):
        return
    ratio = float(np.median(ratios))
    varies = float(np.ptp(ratios))
    if ratio <= 0 or varies > _SAME * ratio or varies > _SPREAD * abs(ratio - 1):
        return
    every = outputs * batch
    known = (
        (batch, f"is the sum over the {batch} examples, the port's the mean"),
        (1 / batch, f"is the mean over the {batch} examples, the port's the sum"),
        (outputs, f"is the sum over the {outputs:g} outputs of an example, the port's the mean"),
        (
            1 / outputs,
            f"is the mean over the {outputs:g} outputs of an example, the port's the sum",
        ),
        (every, "is the sum over all outputs of all examples, the port's the mean"),
        (1 / every, "is the mean over all outputs of all examples, the port's the sum"),
        (0.5, "is half the port's"),
        (2.0, "is twice the port's"),
        (batch / 2, "is half the sum over the examples, the port's the mean"),
        (outputs / 2, "is half the sum over the outputs of an example, the port's the mean"),
        (every / 2, "is half the sum over all outputs (tf.nn.l2_loss), the port's the mean"),
    )
    for value, words in known:
        if abs(ratio / value - 1) < 2 * _SAME:
            yield Cause(
                "sum_or_mean", 1.0, f"the original's {quantity} {words} (factor {ratio:.6g})"
            )
            return
    yield Cause("sum_or_mean", 0.95, f"the original's {quantity} is {ratio:.6g} times the port's")


def factors_of_gradients(
    recorded: Sequence[Mapping[str, Array]], computed: Sequence[Mapping[str, Array]], *, batch: int
) -> Iterator[Cause]:
    """Finds gradients that are the original's times a constant: a sum for a mean, or a half.

    Args:
        recorded: the original's gradients by weight, step by step, float, in the weight's shape.
        computed: the port's gradients by weight, step by step, float, in the weight's shape.
        batch: number of examples in a step.

    Returns:
        at most one cause.
    """
    products, squares = [], []
    for one, other in zip(recorded, computed, strict=True):
        theirs, ours = _joined([*one.values()]), _joined([other[name] for name in one])
        products.append(float(theirs @ ours))
        squares.append(float(ours @ ours))
        if float(theirs @ theirs) * squares[-1] - products[-1] ** 2 > 1e-6 * products[-1] ** 2:
            return  # they have another direction
    yield from factors(products, squares, batch=batch, quantity="gradient")


def labels_and_logits(
    recorded: Sequence[float], seen: Sequence[Evaluation], *, name: str, from_logits: bool | None
) -> Iterator[Cause]:
    """Finds cross-entropies with other labels, or with outputs taken as logits on one side only.

    Args:
        recorded: the original's loss in each step, without the port's penalties.
        seen: evaluations of the port on the same steps.
        name: name of the port's loss, in lower case.
        from_logits: whether the port's loss expects logits; None if not known.
    """
    if "entropy" not in name and hasattr(keras.losses, name):
        return
    labels = [_one_hot(one) for one in seen]
    kinds = (True, False) if not hasattr(keras.losses, name) else ("binary" in name,)
    readings = {True: ("logits",), False: ("probabilities",), None: (*_READINGS,)}[from_logits]
    for binary, reading in itertools.product(kinds, readings):
        cause = _smoothing(recorded, seen, labels, reading, binary)
        cause = cause or _another_reading(
            recorded, seen, labels, reading, binary, is_sure=from_logits is not None
        )
        if cause:
            yield cause
            return


_READINGS = ("logits", "probabilities")


def _another_reading(
    recorded: Sequence[float],
    seen: Sequence[Evaluation],
    labels: Sequence[Array],
    reading: str,
    binary: bool,
    *,
    is_sure: bool,
) -> Cause | None:
    """Finds outputs or classes that the original interprets differently; None if there are none."""

    def factor(losses: Sequence[float], reading: str, shift: int = 0) -> float:
        """Returns the ratio of loss to cross-entropy, which may be a sum; NaN if it varies."""
        rolled = [np.roll(one, shift, axis=-1) for one in labels]
        entropies = [
            _cross_entropy(one, y, reading, binary) for one, y in zip(seen, rolled, strict=True)
        ]
        ratios = np.array(losses) / np.maximum(entropies, _TINY)
        middle = float(np.median(ratios))
        return middle if np.all(np.abs(ratios - middle) <= _SAME * abs(middle)) else float("nan")

    ours = factor([one.data_loss for one in seen], reading)
    if is_sure and np.isnan(ours):
        ours = 1.0  # Keras rescales outputs that are not probabilities
    for other in _READINGS:
        if other != reading and abs(factor(recorded, other) - ours) <= _SAME * abs(ours):
            says = f"the original's loss treats the outputs as {other}, the port's as {reading}"
            return Cause("from_logits", 1.0, says)
    for shift in (1, -1) if not binary else ():
        if abs(factor(recorded, reading, shift) - ours) <= _SAME * abs(ours):
            says = f"each class index of the original is the port's {'+' if shift > 0 else '-'} 1"
            return Cause("labels", 1.0, says)
    return None


def _smoothing(
    recorded: Sequence[float],
    seen: Sequence[Evaluation],
    labels: Sequence[Array],
    reading: str,
    binary: bool,
) -> Cause | None:
    """Finds different amounts of label smoothing; None if these do not explain the losses."""
    theirs, ours = [], []
    for loss, one, known in zip(recorded, seen, labels, strict=True):
        plain = _cross_entropy(one, known, reading, binary)
        even = np.full_like(known, 0.5 if binary else 1 / known.shape[-1])
        toward = _cross_entropy(one, even, reading, binary) - plain
        if abs(toward) > 1e-6:  # else smoothing does not change the loss
            theirs.append((loss - plain) / toward)
            ours.append((one.data_loss - plain) / toward)
    if not theirs:
        return None
    spread = max(float(np.ptp(theirs)), float(np.ptp(ours)))
    original, port = float(np.median(theirs)), float(np.median(ours))
    if (
        spread < 0.01
        and abs(original - port) > 1e-3
        and 0 <= round(original, 3) < 1
        and port > -1e-3
    ):
        says = (
            f"label smoothing is {abs(original):.2g} in the original, {abs(port):.2g} in the port"
        )
        return Cause("labels", 1.0, says)
    return None


def _cross_entropy(one: Evaluation, labels: Array, reading: str, binary: bool) -> float:
    """Returns the mean over examples, and over independent outputs if `binary`."""
    if reading == "logits":
        output = one.output.astype(np.float64)
        output = np.clip(sigmoid(output) if binary else softmax(output), _TINY, 1)
    else:  # clipped in float32, as Keras does: 1 - 1e-7 differs from that in float64
        output = np.clip(one.output, 1e-7, 1 - 1e-7).astype(np.float64)
    if binary:
        each = -(labels * np.log(output) + (1 - labels) * np.log(np.maximum(1 - output, _TINY)))
        return float(each.mean())
    return float(-(labels * np.log(output)).sum(axis=-1).mean())


def _one_hot(one: Evaluation) -> Array:
    """Returns the labels in the shape of the outputs; NaN if they do not fit."""
    classes, labels = one.output.shape[-1], one.labels
    if labels.size == one.output.size:
        return labels.reshape(one.output.shape).astype(np.float64)
    if labels.size * classes == one.output.size:
        inside = np.clip(labels.astype(np.int64), 0, classes - 1)
        return np.asarray(np.eye(classes)[inside].reshape(one.output.shape))
    return np.full(one.output.shape, np.nan)


def _joined(arrays: Sequence[Array]) -> Array:
    return np.concatenate([np.ravel(one).astype(np.float64) for one in arrays])
