"""Diagnosis of a trained perceptron: did it learn its gate and, if not, why?"""

import enum
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from tf_edureka._tensorflow import tf
from tf_edureka.perceptron.activations import ACTIVATIONS
from tf_edureka.perceptron.gates import Gate
from tf_edureka.results import SweepResult


class Outcome(str, enum.Enum):
    """The outcome of a training; each value equals its printed name: `Outcome.DEAD == "dead"`."""

    DIVERGED = "diverged"
    LEARNED = "learned"
    DEAD = "dead"
    STUCK = "stuck"
    NO_LINE = "no line"
    NOT_YET = "not yet"

    __str__ = str.__str__


# Each outcome with its reason, in the order in which they are tested.
OUTCOMES: Mapping[str, str] = {
    Outcome.DIVERGED: "the loss rises, or is NaN or infinite: the learning rate is too large",
    Outcome.LEARNED: "all four outputs are on the correct side of 1/2",
    Outcome.DEAD: "the gradient is zero on every row (from the start, or after too large a step), "
    "so it can never learn",
    Outcome.STUCK: "the gradient is zero on every row whose output is wrong; only the other rows "
    "still change the weights",
    Outcome.NO_LINE: "no straight line separates the rows with target 1 from those with target 0, "
    "and a perceptron has only one line",
    Outcome.NOT_YET: "some rows are still wrong: more epochs or another learning rate may help",
}
# Gradient descent lowers the loss at each step unless the learning rate is too large. Rounding
# changes the loss by some 1e-6 only.
_MAX_RISE = 1.01


def is_correct(outputs: npt.NDArray[np.float32], gate: Gate) -> npt.NDArray[np.bool_]:
    """Returns which outputs are on the same side of 1/2 as their target.

    An output of exactly 1/2 counts as 1; NaN counts as wrong.

    Args:
        outputs: outputs for the four rows of the gate: float32, shape (..., 4).
        gate: gate with the targets.

    Returns:
        bool array in the shape of `outputs`: True where the output is correct.
    """
    return np.where(gate.targets[:, 0] > 0.5, outputs >= 0.5, outputs < 0.5)


def diagnose(activation: str, gate: Gate, *, result: SweepResult) -> npt.NDArray[np.str_]:
    """Determines the outcome of each trained perceptron.

    Args:
        activation: name of the activation function used in training.
        gate: gate the perceptrons were trained on.
        result: result of the training, with weights of shape (n, 3).

    Returns:
        outcome of each perceptron: str, shape (n,), values of `Outcome`, which are also the keys of
        `OUTCOMES`.

    Example:
        >>> from tf_edureka import PerceptronConfig, perceptron
        >>> gate = perceptron.GATES["or"]
        >>> result = perceptron.sweep(PerceptronConfig(), gate, seeds=[15, 0, 5])
        >>> perceptron.diagnose("relu", gate, result=result).tolist()
        ['learned', 'stuck', 'dead']
    """
    function = ACTIVATIONS[activation]
    first = function.neuron_output(tf.matmul(gate.inputs, result.initial_weights.T)).numpy()
    slopes = function.neuron_slope(tf.matmul(gate.inputs, result.final_weights.T)).numpy()
    # The softmax of one number is 1 and its slope 0, but on some CPUs both have rounding errors.
    flat = np.abs(slopes.T) <= (2.0**-22 if activation == "softmax" else 0.0)
    right = is_correct(result.outputs, gate)
    with np.errstate(over="ignore", invalid="ignore"):
        loss_at_first = ((first - gate.targets) ** 2).sum(axis=0)
    by_gradient = activation != "step"  # Rosenblatt's rule needs no gradient
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
