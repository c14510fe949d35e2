"""Logic gates as the perceptron sees them: four rows, and the bias as an input that is always 1."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Gate:
    """The truth table of a gate with two inputs.

    Attributes:
        name: of the gate, lower case.
        inputs: float32, shape (4, 3): both inputs, 0 or 1, and a column of ones.
        targets: float32, shape (4, 1): 0 or 1.
    """

    name: str
    inputs: np.ndarray
    targets: np.ndarray

    @property
    def separable(self) -> bool:
        """Whether a line parts the rows to be 1 from those to be 0.

        On a plane `z = w1 x1 + w2 x2 + b` both diagonals of the square add up alike,
        `z00 + z11 = z01 + z10`, so one cannot lie above the line and the other below it.
        """
        first, second, third, fourth = self.targets[:, 0]
        return not first == fourth != second == third


_INPUTS = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], np.float32)

# The article has OR.
GATES = {
    name: Gate(name, _INPUTS, np.array(targets, np.float32)[:, np.newaxis])
    for name, targets in {
        "or": (0, 1, 1, 1),
        "and": (0, 0, 0, 1),
        "nand": (1, 1, 1, 0),
        "xor": (0, 1, 1, 0),
    }.items()
}
