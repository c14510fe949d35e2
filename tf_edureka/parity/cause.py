"""What makes a port differ, as a rung that fails names it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """A cause that was tried, and how much it accounts for.

    Attributes:
        cause: one of a few fixed words, such as `epsilon`.
        explains: share of the difference that is gone when the original is changed that way, in
            [0, 1].
        says: the same as a sentence.
    """

    cause: str
    explains: float
    says: str
