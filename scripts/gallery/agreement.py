"""Compares the losses that a program printed on both TensorFlows."""

from dataclasses import dataclass
from decimal import Decimal

# Two losses agree if they differ by at most this fraction of the larger one, or by one unit of the
# last printed digit.
TOLERANCE = Decimal("0.001")


@dataclass(frozen=True)
class Agreement:
    """How far two lists of losses agree.

    Args:
        old: number of losses in the first list.
        new: number of losses in the second list.
        agree: how many losses agree before the first that does not.
        equal: how many of these are equal in every printed digit.
        largest: largest relative difference of these.
    """

    old: int
    new: int
    agree: int
    equal: int
    largest: float

    def __str__(self) -> str:
        """Says it in words."""
        together = min(self.old, self.new)
        counts = "" if self.old == self.new else f" ({self.old} and {self.new} were printed)"
        if self.agree == 0:
            return f"already the first of {together} differs{counts}"
        first = (
            f"the first {self.agree} of {together}" if self.agree < together else f"all {together}"
        )
        drift = ", then they drift apart" if self.agree < together else ""
        if self.equal == self.agree:
            return f"{first} equal in every digit{drift}{counts}"
        size = f"largest difference {self.largest:.0e}"
        return f"{first} agree, {self.equal} in every digit, {size}{drift}{counts}"


def compare(old: str, new: str) -> Agreement:
    """Compares losses as printed, separated by spaces."""
    first, second = old.split(), new.split()
    pairs = list(zip(first, second, strict=False))
    agree = [*(_agree(*pair) for pair in pairs), False].index(False)
    differences = [_difference(*pair) for pair in pairs[:agree]]
    largest = float(max(differences, default=0))
    return Agreement(len(first), len(second), agree, differences.count(Decimal(0)), largest)


def _difference(one: str, other: str) -> Decimal:
    """Returns the relative difference; infinity if only one number is finite."""
    if one == other:
        return Decimal(0)
    first, second = Decimal(one), Decimal(other)
    if not (first.is_finite() and second.is_finite()):
        return Decimal("infinity")
    largest = max(abs(first), abs(second))
    return abs(first - second) / largest if largest else Decimal(0)


def _agree(one: str, other: str) -> bool:
    difference = _difference(one, other)
    if difference <= TOLERANCE or not difference.is_finite():
        return difference <= TOLERANCE
    last_digit = min(int(Decimal(number).as_tuple().exponent) for number in (one, other))
    return abs(Decimal(one) - Decimal(other)) <= Decimal(1).scaleb(last_digit)
