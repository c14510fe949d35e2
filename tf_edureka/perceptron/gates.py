"""Logic gates as the perceptron sees them: four rows, and the bias as an input that is always 1."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka.errors import InputError


@dataclass(frozen=True, eq=False)
class Gate:
    """The truth table of a gate with two inputs.

    Attributes:
        name: of the gate, lower case.
        inputs: float32, shape (4, 3): both inputs, 0 or 1, and a column of ones. A read-only copy
            of what was given.
        targets: float32, shape (4, 1): 0 or 1. A read-only copy, too.

    Raises:
        InputError: when an array has another shape or dtype, or other values.
    """

    name: str
    inputs: npt.NDArray[np.float32]
    _: KW_ONLY
    targets: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        """Refuses arrays that would be trained on, but as something else."""
        for name, shape in (("inputs", (4, 3)), ("targets", (4, 1))):
            array = np.asarray(getattr(self, name))
            if array.shape != shape or array.dtype != np.float32:
                raise InputError(
                    f"{name} of gate {self.name}: expected float32 of shape {shape}, got "
                    f"{array.dtype} of shape {array.shape}"
                )
            if not (np.isin(array, (0, 1)).all() and (name == "targets" or array[:, 2].all())):
                raise InputError(
                    f"{name} of gate {self.name}: expected 0 or 1, and in the third column of "
                    f"inputs 1, got {array.tolist()}"
                )
            copy = array.copy()
            copy.flags.writeable = False
            object.__setattr__(self, name, copy)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Keeps the arrays read-only after copying and unpickling, too."""
        vars(self).update(state)
        self.inputs.flags.writeable = self.targets.flags.writeable = False

    @property
    def separable(self) -> bool:
        """Whether a line parts the rows to be 1 from those to be 0.

        On a plane `z = w1 x1 + w2 x2 + b` both diagonals of the square add up alike,
        `z00 + z11 = z01 + z10`, so one cannot lie above the line and the other below it.
        """
        first, second, third, fourth = self.targets[:, 0]
        return bool(not (first == fourth and second == third and first != second))


_INPUTS = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], np.float32)

# The article has OR.
GATES: Mapping[str, Gate] = {
    name: Gate(name, _INPUTS, targets=np.array(targets, np.float32)[:, np.newaxis])
    for name, targets in {
        "or": (0, 1, 1, 1),
        "and": (0, 0, 0, 1),
        "nand": (1, 1, 1, 0),
        "xor": (0, 1, 1, 0),
    }.items()
}
