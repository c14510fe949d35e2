"""One comparison of the article's ladder, and the differences of two arrays."""

import math
from dataclasses import KW_ONLY, dataclass
from typing import TypedDict

import numpy as np

from tf_edureka.results import Floats

# Head of a table with rows `Rung.row`.
HEAD = ("rung", "between", "measured", "tolerance", "unit", "")


@dataclass(frozen=True)
class Rung:
    """One comparison of the article's ladder.

    Attributes:
        rung: name of the rung.
        between: names of the two sides, such as `legacy, modern`.
        compared: description of the compared values.
        unit: unit of `measured` and `tolerance`, in words.
        measured: measured difference.
        tolerance: largest difference that is allowed.
        why: reason for the tolerance.
        absolute: largest absolute difference; None if the values are not numbers.
        relative: largest difference relative to the larger of the two numbers.
        ulps: largest difference in units in the last place of the larger of the two numbers.
    """

    rung: str
    between: str
    _: KW_ONLY
    compared: str
    unit: str
    measured: float
    tolerance: float
    why: str
    absolute: float | None = None
    relative: float | None = None
    ulps: float | None = None

    @property
    def passed(self) -> bool:
        """True if the difference is within the tolerance; NaN is not."""
        return bool(self.measured <= self.tolerance)

    @property
    def row(self) -> tuple[str, ...]:
        """The rung as a row of a table under `HEAD`."""
        numbers = (f"{self.measured:.2g}", f"{self.tolerance:.2g}")
        outcome = "holds" if self.passed else "FAILS"
        return (self.rung, self.between, *numbers, self.unit, outcome)

    def to_json(self) -> dict[str, str | float | None]:
        """The rung as JSON values; NaN and infinity become None."""
        fields = vars(self) | {"passed": self.passed}
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in fields.items()
        }


class Difference(TypedDict):
    """The largest differences of two arrays, by the names of the fields of `Rung`."""

    absolute: float
    relative: float
    ulps: float


def difference(one: Floats, other: Floats) -> Difference:
    """Returns the largest differences of two arrays: `absolute`, `relative` and in `ulps`.

    `relative` is relative to the larger of the two numbers; `ulps` counts its units in the last
    place.

    Args:
        one: first array, float32 or float64, any shape.
        other: second array, same shape and dtype.

    Returns:
        the three largest differences, by name.

    Raises:
        ValueError: if shape or dtype differ (they are not broadcast).

    Example:
        >>> import numpy as np
        >>> from tf_edureka import parity
        >>> parity.difference(np.array([1.0, 4.0]), np.array([1.0, 3.0]))["relative"]
        0.25
        >>> parity.difference(np.float32([1]), np.float32([1 + 2**-22]))["ulps"]
        2.0
    """
    if one.shape != other.shape or one.dtype != other.dtype:
        raise ValueError(
            f"expected two arrays of the same shape and dtype, got {one.dtype} {one.shape} and "
            f"{other.dtype} {other.shape}"
        )
    larger = np.maximum(np.abs(one), np.abs(other))
    gap = np.abs(one.astype(np.float64) - other)
    return {
        "absolute": float(gap.max()),
        "relative": float(np.divide(gap, larger, where=gap != 0, out=0 * gap).max()),
        "ulps": float((gap / np.spacing(larger)).max()),
    }
