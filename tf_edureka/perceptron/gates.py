"""Logic gates as the perceptron sees them: four rows, and the bias as an input that is always 1."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from tf_edureka.errors import InputError


@dataclass(frozen=True)
class Gate:
    """The truth table of a gate with two inputs.

    Attributes:
        name: of the gate, lower case.
        inputs: float32, shape (4, 3): both inputs, 0 or 1, and a column of ones.
        targets: float32, shape (4, 1): 0 or 1.

    Raises:
        InputError: when an array has another shape or dtype.
    """

    name: str
    inputs: np.ndarray
    _: KW_ONLY
    targets: np.ndarray

    def __post_init__(self) -> None:
        """Refuses arrays that would be trained on, but as something else."""
        for name, shape in (("inputs", (4, 3)), ("targets", (4, 1))):
            array = getattr(self, name)
            if array.shape != shape or array.dtype != np.float32:
                raise InputError(
                    f"{name} of gate {self.name}: expected float32 of shape {shape}, got "
                    f"{array.dtype} of shape {array.shape}"
                )

    @property
    def separable(self) -> bool:
        """Whether a line parts the rows to be 1 from those to be 0.

        On a plane `z = w1 x1 + w2 x2 + b` both diagonals of the square add up alike,
        `z00 + z11 = z01 + z10`, so one cannot lie above the line and the other below it.
        """
        first, second, third, fourth = self.targets[:, 0]
        return not (first == fourth and second == third and first != second)


_INPUTS = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], np.float32)

# The article has OR.
GATES = {
    name: Gate(name, _INPUTS, targets=np.array(targets, np.float32)[:, np.newaxis])
    for name, targets in {
        "or": (0, 1, 1, 1),
        "and": (0, 0, 0, 1),
        "nand": (1, 1, 1, 0),
        "xor": (0, 1, 1, 0),
    }.items()
}
