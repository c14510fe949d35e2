"""Finds the known mistakes that explain why a Keras model differs from the original."""

import warnings
from collections.abc import Callable

from tf_edureka.parity.cause import Cause
from tf_edureka.parity.model.alteration import Alteration, undo_together
from tf_edureka.parity.model.alterations import alterations
from tf_edureka.parity.model.evaluation import Evaluation
from tf_edureka.parity.model.forward import (
    max_relative_difference,
    mean_difference,
    relative_difference,
)
from tf_edureka.parity.model.keras_port import KerasPort
from tf_edureka.parity.rungs.recorded import Recorded
from tf_edureka.trace import Array

_MOST_MISTAKES = 3
# Undoing a mistake has to leave at most this share of the difference. The limit for the loss is
# stricter: it is a single number, and many changes bring it nearer by chance.
_MOST_LEFT, _MOST_LEFT_OF_LOSS = 0.5, 0.1
_SAME_OUTPUT = 1e-4  # relative to the largest value


def explain_forward(
    port: KerasPort, step: Recorded, tolerance: float, *, squashed: bool
) -> tuple[list[Cause], list[Alteration]]:
    """Finds mistakes by the recorded tensors of the forward pass.

    Args:
        port: the port with its model.
        step: the recorded step on which they differ.
        tolerance: tolerance of the model's output, relative to its largest value.
        squashed: whether the model's output may be the softmax or sigmoid of a recorded tensor.

    Returns:
        the causes, and the alterations that undo them.
    """

    def difference(seen: Evaluation) -> float:
        return mean_difference(seen.layers, step.tensors, tolerance, squashed=squashed)

    return _search(port, step, difference, tolerance / 10)


def explain_loss(
    port: KerasPort, step: Recorded, tolerance: float, expected_output: Array | None = None
) -> tuple[list[Cause], list[Alteration]]:
    """Finds mistakes by the loss and the gradients.

    Args:
        port: the port with its model.
        step: the recorded step on which they differ.
        tolerance: tolerance of the loss, relative.
        expected_output: the model's output if it is right, any dtype and shape: causes that change
            it are excluded. None if it is not.

    Returns:
        the causes, and the alterations that undo them.
    """

    def difference(seen: Evaluation) -> float:
        if _is_different(seen.output, expected_output):
            return float("inf")
        loss = min(1.0, relative_difference(seen.loss, step.loss))
        return max(loss, _gradient_difference(seen, step) / 100)

    return _search(port, step, difference, tolerance, gradients=True, most_left=_MOST_LEFT_OF_LOSS)


def explain_gradients(
    port: KerasPort, step: Recorded, tolerance: float, expected_output: Array | None = None
) -> tuple[list[Cause], list[Alteration]]:
    """Finds mistakes of a model whose loss is right and whose gradients are not.

    Args:
        port: the port with its model.
        step: the recorded step on which they differ.
        tolerance: tolerance of the gradients, relative to the largest value of each.
        expected_output: the model's output if it is right, any dtype and shape: causes that change
            it are excluded. None if it is not.

    Returns:
        the causes, and the alterations that undo them.
    """

    def difference(seen: Evaluation) -> float:
        return (
            float("inf")
            if _is_different(seen.output, expected_output)
            else _gradient_difference(seen, step)
        )

    return _search(port, step, difference, tolerance, gradients=True, most_left=_MOST_LEFT_OF_LOSS)


def _is_different(output: Array, expected_output: Array | None) -> bool:
    if expected_output is None:
        return False
    return (
        output.shape != expected_output.shape
        or max_relative_difference(output, expected_output) > _SAME_OUTPUT
    )


def _gradient_difference(seen: Evaluation, step: Recorded) -> float:
    """Returns the largest difference of a gradient, relative to its largest value, at most 1."""
    pairs = [
        (seen.gradients[name], value)
        for name, value in step.gradients.items()
        if name in seen.gradients and value.any()
    ]
    return max((min(1.0, max_relative_difference(*pair)) for pair in pairs), default=0.0)


def _search(
    port: KerasPort,
    step: Recorded,
    difference: Callable[[Evaluation], float],
    tolerance: float,
    *,
    gradients: bool = False,
    most_left: float = _MOST_LEFT,
) -> tuple[list[Cause], list[Alteration]]:
    """Undoes the mistake that explains most, then looks for the next one, up to three."""
    undone: list[Alteration] = []
    causes: list[Cause] = []
    start = left = difference(port.evaluate(step.state, step.batch, gradients=gradients))
    while left > tolerance and len(undone) < _MOST_MISTAKES:
        best, best_left = None, left * most_left
        with undo_together(undone):
            seen = port.evaluate(step.state, step.batch, gradients=gradients)
            tried = [*alterations(port, seen)]
            for one in tried:
                without = _difference_without(port, step, one, difference, gradients)
                if without < best_left:
                    best, best_left = one, without
                if without <= tolerance:
                    break
        if best is None:
            break
        undone.append(best)
        left = best_left
        causes.append(Cause(best.cause, 1 - left / start if start else 1.0, best.says))
    return causes, undone


def _difference_without(
    port: KerasPort,
    step: Recorded,
    one: Alteration,
    difference: Callable[[Evaluation], float],
    gradients: bool,
) -> float:
    try:
        with warnings.catch_warnings(), one.undone():
            warnings.simplefilter("ignore")  # Keras warns about some of these changes
            value = difference(port.evaluate(step.state, step.batch, gradients=gradients))
    except Exception:  # a change that does not fit the model explains nothing
        return float("inf")
    return value if value == value else float("inf")
