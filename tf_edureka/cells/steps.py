"""Splits programs into steps at their comments and pairs the steps of two programs."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

# Title of a step, and how many earlier steps of the program have the same title.
Key = tuple[str, int]
Steps = dict[Key, slice]
_COMMENT = re.compile(r"\s*# (\w.*?)\s*")


def split_steps(lines: Sequence[str]) -> Steps:
    """Splits a program into steps: each comment line of the form `# title` starts one.

    Args:
        lines: lines of the program.

    Returns:
        the position of each step's code in `lines`, without blank lines around it, by the step's
        title. Code before the first comment has the title "".
    """
    titles = {n: found[1] for n, line in enumerate(lines) if (found := _COMMENT.fullmatch(line))}
    begins = [-1, *titles]
    seen: Counter[str] = Counter()
    steps = {}
    for begin, end in zip(begins, [*titles, len(lines)], strict=True):
        code = [n for n in range(begin + 1, end) if lines[n].strip()]
        if code or begin >= 0:
            text = titles.get(begin, "")
            steps[text, seen[text]] = slice(code[0], code[-1] + 1) if code else slice(0, 0)
            seen[text] += 1
    return steps


def pair_steps(old: Steps, new: Steps) -> Iterator[tuple[str, slice | None, slice | None]]:
    """Pairs the steps of two programs that have the same title.

    Args:
        old: steps of the first program, from `split_steps`; they determine the order.
        new: steps of the second program; one without a partner follows its predecessor in `new`.

    Yields:
        the title of a step and the position of its code in the old and in the new program; None
        for a program without that step.
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
