"""What there is to say of one name of TensorFlow 1."""

import dataclasses

RENAMED, RESTRUCTURED, NUMBERS = "renamed", "restructured", "numbers change"
KINDS = (NUMBERS, RESTRUCTURED, RENAMED)  # as a report orders them


@dataclasses.dataclass(frozen=True)
class Advice:
    """What to write today for an old name.

    Attributes:
        kind: `RENAMED` (another name, the same numbers), `RESTRUCTURED` (written in another way,
            the same numbers) or `NUMBERS` (what is nearest computes something else).
        replacement: What gives the old numbers, as an expression of Python; names in it that are no
            module are arguments of the old call. Empty where there is none.
        trap: What is nearest and gives others, as an expression; empty where there is none.
        note: More in words: of a trap what it does, after "which".
    """

    kind: str
    replacement: str = ""
    trap: str = ""
    note: str = ""

    def __str__(self) -> str:
        trap = f"not {self.trap}, which {self.note}" if self.trap else self.note
        return "; ".join(filter(None, [self.replacement, trap]))


def renamed(replacement: str, note: str = "") -> Advice:
    """Another name for the same."""
    return Advice(RENAMED, replacement, note=note)


def restructured(replacement: str, note: str = "") -> Advice:
    """Another way to write it."""
    return Advice(RESTRUCTURED, replacement, note=note)


def in_words(note: str) -> Advice:
    """Another way to write it, which is no expression."""
    return Advice(RESTRUCTURED, note=note)


def numbers(replacement: str, trap: str, note: str) -> Advice:
    """What gives the old numbers, and what does not."""
    return Advice(NUMBERS, replacement, trap, note)
