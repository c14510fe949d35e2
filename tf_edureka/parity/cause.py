"""The cause of a difference, named by a rung that fails."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """A known mistake, and how much of a difference it explains.

    Attributes:
        cause: name of the mistake, one of a few fixed words, such as `epsilon`.
        explains: share of the difference that the mistake accounts for, in [0, 1].
        says: description of the mistake in words.
    """

    cause: str
    explains: float
    says: str
