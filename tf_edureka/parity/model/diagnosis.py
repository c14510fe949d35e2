"""Finds the known mistakes that explain why a Keras model is not the original."""

import warnings
from collections.abc import Callable

from tf_edureka.parity.cause import Cause
from tf_edureka.parity.model.alteration import Alteration, all_of
from tf_edureka.parity.model.alterations import alterations
from tf_edureka.parity.model.evaluation import Evaluation
from tf_edureka.parity.model.forward import relative, share_of_largest, unlike
from tf_edureka.parity.model.keras_port import KerasPort
from tf_edureka.parity.rungs.recorded import Recorded
from tf_edureka.trace import Array

_MOST_MISTAKES = 3
# A mistake undone has to leave at most this share of the difference. A loss is one number, which
# many a change brings nearer.
_WORTH, _WORTH_OF_LOSS = 0.5, 0.1
_SAME_OUTPUT = 1e-4  # of the largest


def of_forward(
    port: KerasPort, step: Recorded, tolerance: float, *, squashed: bool
) -> tuple[list[Cause], list[Alteration]]:
    """What is wrong in a model, by the tensors of the forward pass.

    Args:
        port: with its model.
        step: on which it differs.
        tolerance: of the model's output.
        squashed: whether its output may be the softmax or sigmoid of a tensor.

    Returns:
        causes, and what undoes them.
    """

    def apart(seen: Evaluation) -> float:
        return unlike(seen.layers, step.tensors, tolerance, squashed=squashed)

    return _search(port, step, apart, tolerance / 10)


def of_loss(
    port: KerasPort, step: Recorded, tolerance: float, right: Array | None = None
) -> tuple[list[Cause], list[Alteration]]:
    """What is wrong in a model, by its loss and gradients.

    Args:
        port: with its model.
        step: on which it differs.
        tolerance: of the loss.
        right: its output, where that is the original's, any dtype and shape: no cause changes it.

    Returns:
        as `of_forward`.
    """

    def apart(seen: Evaluation) -> float:
        if _is_other(seen.output, right):
            return float("inf")
        loss = min(1.0, relative(seen.loss, step.loss))
        return max(loss, _gradients_apart(seen, step) / 100)

    return _search(port, step, apart, tolerance, gradients=True, worth=_WORTH_OF_LOSS)


def of_gradients(
    port: KerasPort, step: Recorded, tolerance: float, right: Array | None = None
) -> tuple[list[Cause], list[Alteration]]:
    """What is wrong in a model whose loss is right but whose gradients are not.

    Args:
        port: with its model.
        step: on which it differs.
        tolerance: of the gradients.
        right: as in `of_loss`.

    Returns:
        as `of_forward`.
    """

    def apart(seen: Evaluation) -> float:
        return float("inf") if _is_other(seen.output, right) else _gradients_apart(seen, step)

    return _search(port, step, apart, tolerance, gradients=True, worth=_WORTH_OF_LOSS)


def _is_other(output: Array, right: Array | None) -> bool:
    if right is None:
        return False
    return output.shape != right.shape or share_of_largest(output, right) > _SAME_OUTPUT


def _gradients_apart(seen: Evaluation, step: Recorded) -> float:
    """The largest difference of a gradient, relative to its largest value, at most 1."""
    pairs = [
        (seen.gradients[name], value)
        for name, value in step.gradients.items()
        if name in seen.gradients and value.any()
    ]
    return max((min(1.0, share_of_largest(*pair)) for pair in pairs), default=0.0)


def _search(
    port: KerasPort,
    step: Recorded,
    apart: Callable[[Evaluation], float],
    tolerance: float,
    *,
    gradients: bool = False,
    worth: float = _WORTH,
) -> tuple[list[Cause], list[Alteration]]:
    """Undoes the mistake that explains most, then the next one."""
    undone: list[Alteration] = []
    causes: list[Cause] = []
    start = left = apart(port.evaluate(step.state, step.batch, gradients=gradients))
    while left > tolerance and len(undone) < _MOST_MISTAKES:
        best, best_left = None, left * worth
        with all_of(undone):
            seen = port.evaluate(step.state, step.batch, gradients=gradients)
            tried = [*alterations(port, seen)]
            for one in tried:
                without = _without(port, step, one, apart, gradients)
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


def _without(
    port: KerasPort,
    step: Recorded,
    one: Alteration,
    apart: Callable[[Evaluation], float],
    gradients: bool,
) -> float:
    try:
        with warnings.catch_warnings(), one.undone():
            warnings.simplefilter("ignore")  # Keras warns of what is tried here
            value = apart(port.evaluate(step.state, step.batch, gradients=gradients))
    except Exception:  # what does not fit the model explains nothing
        return float("inf")
    return value if value == value else float("inf")
