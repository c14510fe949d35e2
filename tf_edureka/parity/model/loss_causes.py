"""What explains a loss, or its gradients, where a model's outputs are the original's."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tf_edureka._keras import keras
from tf_edureka.parity.cause import Cause
from tf_edureka.parity.model.evaluation import Evaluation
from tf_edureka.parity.model.forward import sigmoid, softmax
from tf_edureka.trace import Array

_SAME = 1e-3  # relative: what counts as explained
_SURE = 0.1  # of what a factor is from 1: how much it may vary
_TINY = 1e-30


def penalties(
    recorded: Sequence[Mapping[str, Array]],
    computed: Sequence[Mapping[str, Array]],
    weights: Sequence[Mapping[str, Array]],
) -> Iterator[Cause]:
    """L2 (or L1) of which the port has more or less than the original, seen in the gradients.

    The difference of the gradients is then the weight itself, times a factor.

    Args:
        recorded: gradients of the original, by weight, step by step, float, in the weight's shape.
        computed: the port's, as in `recorded`.
        weights: values before each step, as in `recorded`.

    Returns:
        at most one cause.
    """
    factors: dict[str, float] = {}
    for name in recorded[0]:
        pairs = zip(recorded, computed, strict=True)
        apart = _joined([one[name] - other[name] for one, other in pairs])
        values = _joined([one[name] for one in weights])
        if not apart.any() or not values.any():
            continue
        for kind, penalty in (("l2", values), ("l1", np.sign(values))):
            factor = float(apart @ penalty / (penalty @ penalty))
            left = np.linalg.norm(apart - factor * penalty) / np.linalg.norm(apart)
            if left < 0.05 and np.ptp(values) > 0:
                factors[f"{kind} {name}"] = factor
                break
    if factors:
        kind = next(iter(factors)).partition(" ")[0]
        names = ", ".join(key.partition(" ")[2] for key in factors)
        amounts = sorted({float(f"{value:.3g}") for value in factors.values()})
        shown = ", ".join(f"{abs(value):.3g}" for value in amounts)
        sign = "minus" if amounts[0] > 0 else "plus"
        unit = "times the weight" if kind == "l2" else "times the sign of the weight"
        advice = (
            "; for l2_loss and contrib's l2_regularizer with factor s, use Keras' L2(s / 2) or "
            "tf_edureka.tf1.L2(s)"
        )
        yield Cause(
            kind,
            1.0,
            f"the port's gradient of {names} is the original's {sign} {shown} {unit}"
            f"{advice if kind == 'l2' else ''}",
        )


def factors(
    recorded: Sequence[float], computed: Sequence[float], *, batch: int, outputs: float = 1.0
) -> Iterator[Cause]:
    """A loss that is the original's times a number: a sum for a mean, or a half.

    Args:
        recorded: losses of the original, step by step, less those of the port's penalties.
        computed: the port's, less the same.
        batch: examples of a step.
        outputs: of the model, for an example.
    """
    ratios = [a / b for a, b in zip(recorded, computed, strict=True) if abs(b) > _TINY]
    if not ratios or not np.all(np.isfinite(ratios)):
        return
    ratio = float(np.median(ratios))
    varies = float(np.ptp(ratios))
    if ratio <= 0 or varies > _SAME * ratio or varies > _SURE * abs(ratio - 1):
        return
    every = outputs * batch
    known = (
        (batch, f"sums over the {batch} examples, where the port takes the mean"),
        (1 / batch, f"takes the mean of the {batch} examples, where the port sums"),
        (
            outputs,
            f"sums over the {outputs:g} outputs of an example, where the port takes the mean",
        ),
        (1 / outputs, f"takes the mean of the {outputs:g} outputs, where the port sums"),
        (every, "sums over all outputs of all examples, where the port takes the mean"),
        (1 / every, "takes the mean of all outputs, where the port sums"),
        (0.5, "halves it"),
        (2.0, "doubles it, or does not halve it"),
        (batch / 2, "is half of the sum over the examples"),
        (outputs / 2, "is half of the sum over the outputs"),
        (every / 2, "is half of the sum (tf.nn.l2_loss)"),
    )
    for value, said in known:
        if abs(ratio / value - 1) < 2 * _SAME:
            yield Cause("sum_or_mean", 1.0, f"the original {said} (a factor of {ratio:.6g})")
            return
    yield Cause("sum_or_mean", 0.95, f"the original's loss is the port's times {ratio:.6g}")


def factors_of_gradients(
    recorded: Sequence[Mapping[str, Array]], computed: Sequence[Mapping[str, Array]], *, batch: int
) -> Iterator[Cause]:
    """The same, seen in gradients that are all the original's times a number.

    Args:
        recorded: gradients of the original, by weight, step by step, float, in the weight's shape.
        computed: the port's, as in `recorded`.
        batch: examples of a step.

    Returns:
        at most one cause.
    """
    along, own = [], []
    for one, other in zip(recorded, computed, strict=True):
        theirs, ours = _joined([*one.values()]), _joined([other[name] for name in one])
        along.append(float(theirs @ ours))
        own.append(float(ours @ ours))
        if float(theirs @ theirs) * own[-1] - along[-1] ** 2 > 1e-6 * along[-1] ** 2:
            return  # they point elsewhere
    yield from factors(along, own, batch=batch)


def labels_and_logits(
    recorded: Sequence[float], seen: Sequence[Evaluation], *, name: str, from_logits: bool | None
) -> Iterator[Cause]:
    """Cross-entropies of other labels, or of outputs that are or are not logits.

    Args:
        recorded: losses of the original, step by step, less those of the port's penalties.
        seen: the port's.
        name: of the port's loss.
        from_logits: whether it takes logits; None if that is not known.
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


_READINGS = {
    "logits": "takes the outputs as logits",
    "probabilities": "takes the outputs as probabilities",
}


def _another_reading(
    recorded: Sequence[float],
    seen: Sequence[Evaluation],
    labels: Sequence[Array],
    reading: str,
    binary: bool,
    *,
    is_sure: bool,
) -> Cause | None:
    """Outputs or classes that the original takes for something else, if they are."""

    def factor(losses: Sequence[float], reading: str, shift: int = 0) -> float:
        """What the cross-entropy times is the loss; NaN if that varies. It may be a sum."""
        rolled = [np.roll(one, shift, axis=-1) for one in labels]
        entropies = [
            _cross_entropy(one, y, reading, binary) for one, y in zip(seen, rolled, strict=True)
        ]
        ratios = np.array(losses) / np.maximum(entropies, _TINY)
        middle = float(np.median(ratios))
        return middle if np.all(np.abs(ratios - middle) <= _SAME * abs(middle)) else float("nan")

    ours = factor([one.data_loss for one in seen], reading)
    if is_sure and np.isnan(ours):
        ours = 1.0  # Keras scales what are no probabilities
    for other, said in _READINGS.items():
        if other != reading and abs(factor(recorded, other) - ours) <= _SAME * abs(ours):
            return Cause("from_logits", 1.0, f"the original {said}")
    for shift in (1, -1) if not binary else ():
        if abs(factor(recorded, reading, shift) - ours) <= _SAME * abs(ours):
            return Cause("labels", 1.0, f"the original's classes are the port's shifted by {shift}")
    return None


def _smoothing(
    recorded: Sequence[float],
    seen: Sequence[Evaluation],
    labels: Sequence[Array],
    reading: str,
    binary: bool,
) -> Cause | None:
    """The amount of label smoothing by which the losses differ, if they do by that."""
    theirs, ours = [], []
    for loss, one, known in zip(recorded, seen, labels, strict=True):
        plain = _cross_entropy(one, known, reading, binary)
        even = np.full_like(known, 0.5 if binary else 1 / known.shape[-1])
        toward = _cross_entropy(one, even, reading, binary) - plain
        if abs(toward) > 1e-6:  # else no amount of it changes the loss
            theirs.append((loss - plain) / toward)
            ours.append((one.data_loss - plain) / toward)
    if not theirs:
        return None
    spread = max(float(np.ptp(theirs)), float(np.ptp(ours)))
    there, here = float(np.median(theirs)), float(np.median(ours))
    if spread < 0.01 and abs(there - here) > 1e-3 and 0 <= round(there, 3) < 1 and here > -1e-3:
        says = f"the original smooths its labels by {abs(there):.2g}, the port by {abs(here):.2g}"
        return Cause("labels", 1.0, says)
    return None


def _cross_entropy(one: Evaluation, labels: Array, reading: str, binary: bool) -> float:
    """The mean over examples; of independent outputs over these, too."""
    if reading == "logits":
        output = one.output.astype(np.float64)
        output = np.clip(sigmoid(output) if binary else softmax(output), _TINY, 1)
    else:  # as Keras: in float32, 1 - 1e-7 is not what it is in float64
        output = np.clip(one.output, 1e-7, 1 - 1e-7).astype(np.float64)
    if binary:
        each = -(labels * np.log(output) + (1 - labels) * np.log(np.maximum(1 - output, _TINY)))
        return float(each.mean())
    return float(-(labels * np.log(output)).sum(axis=-1).mean())


def _one_hot(one: Evaluation) -> Array:
    """The labels in the shape of the outputs; NaN where they do not fit."""
    classes, labels = one.output.shape[-1], one.labels
    if labels.size == one.output.size:
        return labels.reshape(one.output.shape).astype(np.float64)
    if labels.size * classes == one.output.size:
        inside = np.clip(labels.astype(np.int64), 0, classes - 1)
        return np.asarray(np.eye(classes)[inside].reshape(one.output.shape))
    return np.full(one.output.shape, np.nan)


def _joined(arrays: Sequence[Array]) -> Array:
    return np.concatenate([np.ravel(one).astype(np.float64) for one in arrays])
