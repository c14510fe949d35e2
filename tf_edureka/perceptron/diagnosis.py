"""What became of a perceptron, and why: whether it learned its gate, or what keeps it from it."""

import enum
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from tf_edureka._tensorflow import tf
from tf_edureka.perceptron.activations import ACTIVATIONS
from tf_edureka.perceptron.gates import Gate
from tf_edureka.results import SweepResult


class Outcome(str, enum.Enum):
    """What became of a perceptron; also the word for it, as in `Outcome.DEAD == "dead"`."""

    DIVERGED = "diverged"
    LEARNED = "learned"
    DEAD = "dead"
    STUCK = "stuck"
    NO_LINE = "no line"
    NOT_YET = "not yet"

    __str__ = str.__str__


# In the order in which they are looked for, with the reason.
OUTCOMES: Mapping[str, str] = {
    Outcome.DIVERGED: "the loss rises or is no number: the learning rate is too large",
    Outcome.LEARNED: "all four outputs are on the right side of 1/2",
    Outcome.DEAD: "the gradient is 0 on every row, as drawn or by too large a step: it is over",
    Outcome.STUCK: "the gradient is 0 on every row that is wrong: only the right rows still pull",
    Outcome.NO_LINE: "no line parts the rows to be 1 from those to be 0, and a perceptron is a "
    "line",
    Outcome.NOT_YET: "some rows are wrong: more epochs or another learning rate may do",
}
# Gradient descent lowers the loss in each step, if the step is not too large. Rounding moves it by
# parts in a million.
_MAX_RISE = 1.01


def is_correct(outputs: npt.NDArray[np.float32], gate: Gate) -> npt.NDArray[np.bool_]:
    """Which outputs are on their target's side of 1/2.

    Args:
        outputs: float32, shape (..., 4), for each row of the gate; what is no number is wrong.
        gate: with the targets.

    Returns:
        bool, of the shape of the outputs.
    """
    return np.where(gate.targets[:, 0] > 0.5, outputs >= 0.5, outputs < 0.5)


def diagnose(activation: str, gate: Gate, *, result: SweepResult) -> npt.NDArray[np.str_]:
    """Tells what became of each perceptron.

    Args:
        activation: that they were trained with.
        gate: that they were trained on.
        result: what their training gave; weights of shape (n, 3).

    Returns:
        str, shape (n,): values of `Outcome`, and so keys of `OUTCOMES`.
    """
    function = ACTIVATIONS[activation]
    first = function.neuron_output(tf.matmul(gate.inputs, result.initial_weights.T)).numpy()
    slopes = function.neuron_slope(tf.matmul(gate.inputs, result.final_weights.T)).numpy()
    # The softmax of one number is 1; on some CPUs it rounds, and so does its slope of 0.
    flat = np.abs(slopes.T) <= (2.0**-22 if activation == "softmax" else 0.0)
    right = is_correct(result.outputs, gate)
    with np.errstate(over="ignore", invalid="ignore"):
        loss_at_first = ((first - gate.targets) ** 2).sum(axis=0)
    by_gradient = activation != "step"  # Rosenblatt's rule needs none
    learned = right.all(axis=1)
    dead = by_gradient & flat.all(axis=1)
    stuck = by_gradient & (flat | right).all(axis=1)
    rises = by_gradient & (result.loss > _MAX_RISE * np.fmin(result.least_loss, loss_at_first))
    finite = np.isfinite(result.loss) & np.isfinite(result.final_weights).all(axis=1)
    conditions = {
        Outcome.DIVERGED: ~finite | (rises & ~(learned | dead | stuck)),
        Outcome.LEARNED: learned,
        Outcome.DEAD: dead,
        Outcome.STUCK: stuck,
        Outcome.NO_LINE: np.full(len(right), not gate.separable),
    }
    return np.select(list(conditions.values()), list(conditions), Outcome.NOT_YET)
