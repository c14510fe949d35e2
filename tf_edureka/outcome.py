"""What became of a perceptron, and why: whether it learned its gate, or what keeps it from it."""

import numpy as np
import tensorflow as tf

from tf_edureka.activations import ACTIVATIONS
from tf_edureka.gates import Gate

# In the order in which they are looked for, with the reason.
OUTCOMES = {
    "diverged": "the loss rises or is no number: the learning rate is too large",
    "learned": "all four outputs are on the right side of 1/2",
    "dead": "the gradient is 0 on every row: no weight will ever change again",
    "stuck": "the gradient is 0 on every row that is wrong: only the right rows still pull",
    "no line": "no line parts the rows to be 1 from those to be 0, and a perceptron is a line",
    "not yet": "on its way: more epochs or a larger learning rate may do",
}


def is_right(outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Which outputs are on their target's side of 1/2.

    Args:
        outputs: any shape; what is no number is wrong.
        targets: 0 or 1, of a shape that broadcasts to it.

    Returns:
        bool, of the shape of the outputs.
    """
    return np.where(targets > 0.5, outputs >= 0.5, outputs < 0.5)


def of(activation: str, gate: Gate, initial: np.ndarray, final: np.ndarray) -> np.ndarray:
    """Tells the outcome of each training.

    Args:
        activation: that was trained with.
        gate: that was trained on.
        initial: float32, shape (n, 3): the weights before the training of each perceptron.
        final: float32, shape (n, 3): those after it.

    Returns:
        str, shape (n,): keys of `OUTCOMES`.
    """
    function = ACTIVATIONS[activation]
    sums_before, sums = (tf.matmul(gate.inputs, kernel.T) for kernel in (initial, final))
    before, outputs = (function.of_neurons(z).numpy() for z in (sums_before, sums))
    with np.errstate(over="ignore", invalid="ignore"):
        loss_before, loss = (((o - gate.targets) ** 2).sum(axis=0) for o in (before, outputs))
    right = is_right(outputs, gate.targets)
    flat = function.slope_of_neurons(sums).numpy() == 0
    by_gradient = activation != "step"  # Rosenblatt's rule needs none
    learned = right.all(axis=0)
    dead = by_gradient & flat.all(axis=0)
    stuck = by_gradient & (flat | right).all(axis=0)
    rises = by_gradient & (loss > loss_before) & ~(learned | dead | stuck)
    conditions = {
        "diverged": ~np.isfinite(loss) | ~np.isfinite(final).all(axis=1) | rises,
        "learned": learned,
        "dead": dead,
        "stuck": stuck,
        "no line": np.full(len(final), not gate.separable),
    }
    return np.select(list(conditions.values()), list(conditions), "not yet")
