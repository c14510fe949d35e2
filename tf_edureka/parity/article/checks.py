"""A comparison and its outcome: the rung of the ladder."""

import math
from dataclasses import KW_ONLY, dataclass
from typing import TypedDict

import numpy as np

from tf_edureka.results import Floats

# Of a table with `Rung.row`.
HEAD = ("rung", "between", "measured", "tolerance", "unit", "")


@dataclass(frozen=True)
class Rung:
    """One comparison.

    Attributes:
        rung: its name.
        between: the two sides.
        compared: what of them.
        unit: of `measured` and `tolerance`.
        measured: how far they are apart.
        tolerance: how far they may be.
        why: the reason for the tolerance.
        absolute: largest absolute difference; None where numbers are not what is compared.
        relative: largest difference relative to the larger of the two numbers.
        ulps: largest difference in units of the last place of the larger of the two numbers.
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
        """Whether the difference is within the tolerance; one that is no number is not."""
        return bool(self.measured <= self.tolerance)

    @property
    def row(self) -> tuple[str, ...]:
        """The rung as a row of a table under `HEAD`."""
        numbers = (f"{self.measured:.2g}", f"{self.tolerance:.2g}")
        ended = "holds" if self.passed else "FAILS"
        return (self.rung, self.between, *numbers, self.unit, ended)

    def to_json(self) -> dict[str, str | float | None]:
        """The rung as plain values; what is not finite, which JSON lacks, as None."""
        fields = vars(self) | {"passed": self.passed}
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in fields.items()
        }


class Difference(TypedDict):
    """How far two arrays are apart at most, by the names that a `Rung` has for it."""

    absolute: float
    relative: float
    ulps: float


def difference(one: Floats, other: Floats) -> Difference:
    """How far two arrays are apart at most: `absolute`, `relative` and in `ulps`.

    Args:
        one: float32 or float64, any shape.
        other: of the same shape and precision.

    Returns:
        the largest difference by these names.

    Raises:
        ValueError: when shape or precision differ: broadcasting would compare something else.
    """
    if one.shape != other.shape or one.dtype != other.dtype:
        raise ValueError(
            f"expected two arrays alike, got {one.dtype} {one.shape} and {other.dtype} "
            f"{other.shape}"
        )
    larger = np.maximum(np.abs(one), np.abs(other))
    apart = np.abs(one.astype(np.float64) - other)
    return {
        "absolute": float(apart.max()),
        "relative": float(np.divide(apart, larger, where=apart != 0, out=0 * apart).max()),
        "ulps": float((apart / np.spacing(larger)).max()),
    }
