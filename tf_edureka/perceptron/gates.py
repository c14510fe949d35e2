"""Logic gates as training data: four rows, with the bias as a third input that is always 1."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka.errors import InputError


@dataclass(frozen=True, eq=False)
class Gate:
    """The truth table of a logic gate with two inputs.

    Attributes:
        name: name of the gate, in lower case.
        inputs: both inputs (0 or 1) and a column of ones: float32, shape (4, 3). Stored as a
            read-only copy.
        targets: expected outputs, 0 or 1: float32, shape (4, 1). Stored as a read-only copy.

    Raises:
        InputError: if an array has the wrong shape, dtype or values.

    Example:
        >>> import numpy as np
        >>> from tf_edureka.perceptron import GATES, Gate
        >>> inputs = GATES["or"].inputs
        >>> nor = Gate("nor", inputs, targets=np.array([[1], [0], [0], [0]], np.float32))
        >>> nor.separable, GATES["xor"].separable
        (True, False)
    """

    name: str
    inputs: npt.NDArray[np.float32]
    _: KW_ONLY
    targets: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        """Validates both arrays; wrong shapes or dtypes could otherwise broadcast silently."""
        for name, shape in (("inputs", (4, 3)), ("targets", (4, 1))):
            array = np.asarray(getattr(self, name))
            if array.shape != shape or array.dtype != np.float32:
                raise InputError(
                    f"{name} of gate {self.name}: expected float32 of shape {shape}, got "
                    f"{array.dtype} of shape {array.shape}"
                )
            if not (np.isin(array, (0, 1)).all() and (name == "targets" or array[:, 2].all())):
                raise InputError(
                    f"{name} of gate {self.name}: expected 0 or 1, and only 1 in the third column "
                    f"of inputs, got {array.tolist()}"
                )
            copy = array.copy()
            copy.flags.writeable = False
            object.__setattr__(self, name, copy)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Keeps the arrays read-only after copying and unpickling."""
        vars(self).update(state)
        self.inputs.flags.writeable = self.targets.flags.writeable = False

    @property
    def separable(self) -> bool:
        """True if a straight line separates the rows with target 1 from those with target 0.

        On a plane `z = w1 x1 + w2 x2 + b` both diagonals of the square have the same sum,
        `z00 + z11 = z01 + z10`, so one diagonal cannot lie above a line and the other below it.
        """
        first, second, third, fourth = self.targets[:, 0]
        return bool(not (first == fourth and second == third and first != second))


_INPUTS = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], np.float32)

# The article trains OR only.
GATES: Mapping[str, Gate] = {
    name: Gate(name, _INPUTS, targets=np.array(targets, np.float32)[:, np.newaxis])
    for name, targets in {
        "or": (0, 1, 1, 1),
        "and": (0, 0, 0, 1),
        "nand": (1, 1, 1, 0),
        "xor": (0, 1, 1, 0),
    }.items()
}
