"""The advice on one name of TensorFlow 1."""

import dataclasses

RENAMED, RESTRUCTURED, NUMBERS = "renamed", "restructured", "numbers change"
KINDS = (NUMBERS, RESTRUCTURED, RENAMED)  # in the order of a report


@dataclasses.dataclass(frozen=True)
class Advice:
    """What to write instead of a name of TensorFlow 1.

    Attributes:
        kind: `RENAMED` (another name, the same numbers), `RESTRUCTURED` (written differently, the
            same numbers) or `NUMBERS` (the nearest equivalent computes something else).
        replacement: Python expression that computes the numbers of TensorFlow 1. Its free names
            are arguments of the original call. Empty if no expression does.
        trap: Python expression of the nearest equivalent that computes something else, or empty.
        note: sentence about the trap if there is one, otherwise about the replacement, or empty.
    """

    kind: str
    replacement: str = ""
    trap: str = ""
    note: str = ""

    def __str__(self) -> str:
        use = self.replacement and f"use {self.replacement}"
        note = f"do not use {self.trap}: {self.note}" if self.trap else self.note
        return "; ".join(filter(None, [use, note]))


def renamed(replacement: str, note: str = "") -> Advice:
    """Advice for a function with another name today and the same numbers."""
    return Advice(RENAMED, replacement, note=note)


def restructured(replacement: str, note: str = "") -> Advice:
    """Advice for code that is written differently today and gives the same numbers."""
    return Advice(RESTRUCTURED, replacement, note=note)


def in_words(note: str) -> Advice:
    """Advice for code that is written differently today and that no expression replaces."""
    return Advice(RESTRUCTURED, note=note)


def numbers(replacement: str, trap: str, note: str) -> Advice:
    """Advice for a function whose nearest equivalent gives other numbers."""
    return Advice(NUMBERS, replacement, trap, note)
