"""The steps of a program, as its comments divide it, and which of two programs' belong together."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

# Words, and how often they have come before in the program.
Key = tuple[str, int]
Steps = dict[Key, slice]
_COMMENT = re.compile(r"\s*# (\w.*?)\s*")


def split_steps(lines: Sequence[str]) -> Steps:
    """Divides a program into steps: a comment line of the form `# words` begins one.

    Args:
        lines: of the program.

    Returns:
        by the words of each step where its code is among `lines`, without blank lines around it.
        What stands before the first comment, if anything does, has no words.
    """
    words = {n: found[1] for n, line in enumerate(lines) if (found := _COMMENT.fullmatch(line))}
    begins = [-1, *words]
    seen: Counter[str] = Counter()
    steps = {}
    for begin, end in zip(begins, [*words, len(lines)], strict=True):
        code = [n for n in range(begin + 1, end) if lines[n].strip()]
        if code or begin >= 0:
            text = words.get(begin, "")
            steps[text, seen[text]] = slice(code[0], code[-1] + 1) if code else slice(0, 0)
            seen[text] += 1
    return steps


def pair_steps(old: Steps, new: Steps) -> Iterator[tuple[str, slice | None, slice | None]]:
    """Puts steps of the same words together.

    Args:
        old: steps as `split_steps` gives them, which give the order.
        new: others; a step that `old` has not comes after the one that precedes it here.

    Yields:
        the words of a step, and where its code is in the old and in the new program; None where
        that has no such step.
    """
    order, place = [*old], 0
    for key in new:
        if key in old:
            place = order.index(key) + 1
        else:
            order.insert(place, key)
            place += 1
    for key in order:
        yield key[0], old.get(key), new.get(key)
