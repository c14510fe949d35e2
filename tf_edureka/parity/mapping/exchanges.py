"""What a matching rests on, and how it could be otherwise."""

from collections.abc import Iterator, Mapping
from itertools import combinations, islice, permutations
from math import factorial

from tf_edureka.parity.mapping.alignment import losses
from tf_edureka.parity.mapping.evidence import Problem
from tf_edureka.parity.mapping.matching import GIVEN, Matching

Exchange = dict[int, int | None]
_LEAST = 1e-6  # below it a loss is rounding
_MOST_OPTIONS = 24  # as many options of one group as are looked at


def reasons_of(problem: Problem, matching: Matching) -> dict[int, str]:
    """What tells the partner of each old item: see `Link.by`.

    Args:
        problem: both sides with their evidence.
        matching: the best one.
    """
    fits = problem.evidence > 0
    with_layers, without = losses(matching.unordered), losses(problem.evidence)
    reasons = {}
    for pair in matching.pairs.items():
        row, column = pair
        if matching.unordered[pair] >= GIVEN:
            reasons[row] = "given"
        elif pair in problem.values:
            reasons[row] = "value"
        elif fits[row].sum() == 1 and fits[:, column].sum() == 1:
            reasons[row] = "shape"
        elif with_layers.get(pair, 0.0) < _LEAST:  # others are as good or better: its place reasons
            reasons[row] = "order"
        else:
            reasons[row] = "layer" if without.get(pair, 0.0) < _LEAST else "name"
    return reasons


def groups(matching: Matching, reasons: Mapping[int, str]) -> list[tuple[list[int], list[int]]]:
    """Old items that only their order tells apart, with the new items that they could be.

    Args:
        matching: the best one.
        reasons: by old item what tells its partner.
    """
    by_order = [i for i, by in reasons.items() if by == "order"]
    fits = matching.unordered > 0
    found: list[tuple[list[int], list[int]]] = []
    for i in by_order:
        if any(i in rows for rows, _ in found):
            continue
        rows = [
            k
            for k in range(len(fits))
            if (fits[k] == fits[i]).all() and (k in by_order or k not in matching.pairs)
        ]
        taken = {j for k, j in matching.pairs.items() if k not in rows}
        columns = [j for j in range(fits.shape[1]) if fits[i, j] and j not in taken]
        found.append((rows, columns))
    return found


def _displacement(order: tuple[int, ...]) -> tuple[int, int]:
    """How far a permutation is from none."""
    pairs = combinations(order, 2)
    return sum(one > other for one, other in pairs), sum(i != j for i, j in enumerate(order))


def _permutations(count: int) -> list[tuple[int, ...]]:
    """Permutations, the nearest first; of many things only those that exchange two."""
    if factorial(count) <= _MOST_OPTIONS:
        return sorted(permutations(range(count)), key=_displacement)[1:]
    found = []
    for one, other in sorted(combinations(range(count), 2), key=lambda pair: pair[1] - pair[0]):
        order = list(range(count))
        order[one], order[other] = other, one
        found.append(tuple(order))
    return found


def _options(matching: Matching, rows: list[int], columns: list[int]) -> Iterator[Exchange]:
    """Other partners for a group; in order, where some are left out."""
    if len(rows) < len(columns):
        for chosen in combinations(columns, len(rows)):
            yield dict(zip(rows, chosen, strict=True))
    elif len(rows) > len(columns):
        for those in combinations(rows, len(columns)):
            left_out: Exchange = dict.fromkeys(rows)
            yield left_out | dict(zip(those, columns, strict=True))
    else:
        for order in _permutations(len(rows)):
            yield _permuted(matching, rows, order)


def _permuted(matching: Matching, rows: list[int], order: tuple[int, ...]) -> Exchange:
    return {row: matching.pairs[rows[place]] for row, place in zip(rows, order, strict=True)}


def exchanges(matching: Matching, reasons: Mapping[int, str]) -> Iterator[Exchange]:
    """Other partners for what only its order tells, to be forced on `solve`: likely ones first.

    Args:
        matching: the best one.
        reasons: by old item what tells its partner.
    """
    found = groups(matching, reasons)
    even = [rows for rows, columns in found if len(rows) == len(columns) > 1]
    for count in sorted({len(rows) for rows in even}):
        # Towers: the same exchange in each of their layers.
        alike = [rows for rows in even if len(rows) == count]
        for order in _permutations(count)[:_MOST_OPTIONS] if len(alike) > 1 else ():
            whole: Exchange = {}
            for rows in alike:
                whole |= _permuted(matching, rows, order)
            yield whole
    options = [list(islice(_options(matching, *group), _MOST_OPTIONS)) for group in found]
    uneven_first = sorted(zip(found, options, strict=True), key=lambda one: _is_even(one[0]))
    for _, some in uneven_first:
        yield from some
    for one, other in combinations(options, 2):
        for first in one:
            for second in other:
                yield first | second


def _is_even(group: tuple[list[int], list[int]]) -> bool:
    return len(group[0]) == len(group[1])
