"""The evidence that decides each pair of a matching, and the matchings that fit as well."""

from collections.abc import Iterator, Mapping
from itertools import combinations, islice, permutations
from math import factorial

from tf_edureka.parity.mapping.alignment import losses
from tf_edureka.parity.mapping.evidence import Problem
from tf_edureka.parity.mapping.matching import GIVEN, Matching

Exchange = dict[int, int | None]
_LEAST = 1e-6  # a smaller loss is rounding
_MOST_OPTIONS = 24  # for one group


def reasons_of(problem: Problem, matching: Matching) -> dict[int, str]:
    """Returns the kind of evidence that decides the partner of each original item.

    Args:
        problem: both sides with their evidence.
        matching: the best matching.

    Returns:
        the kind of evidence by original item; `Link.by` lists the kinds.
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
        elif with_layers.get(pair, 0.0) < _LEAST:
            # Other partners score as much: only the order decides.
            reasons[row] = "order"
        else:
            reasons[row] = "layer" if without.get(pair, 0.0) < _LEAST else "name"
    return reasons


def groups(matching: Matching, reasons: Mapping[int, str]) -> list[tuple[list[int], list[int]]]:
    """Returns groups of original items that only their order separates, with the possible partners.

    Args:
        matching: the best matching.
        reasons: kind of evidence by original item, as `reasons_of` returns it.
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
    """The distance of a permutation from the identity."""
    pairs = combinations(order, 2)
    return sum(one > other for one, other in pairs), sum(i != j for i, j in enumerate(order))


def _permutations(count: int) -> list[tuple[int, ...]]:
    """Permutations, the nearest to the identity first; for large counts only exchanges of two."""
    if factorial(count) <= _MOST_OPTIONS:
        return sorted(permutations(range(count)), key=_displacement)[1:]
    found = []
    for one, other in sorted(combinations(range(count), 2), key=lambda pair: pair[1] - pair[0]):
        order = list(range(count))
        order[one], order[other] = other, one
        found.append(tuple(order))
    return found


def _options(matching: Matching, rows: list[int], columns: list[int]) -> Iterator[Exchange]:
    """Other partners for a group; in order if the sides differ in size."""
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
    """Yields other partners for items that only their order separates, likely ones first.

    Args:
        matching: the best matching.
        reasons: kind of evidence by original item, as `reasons_of` returns it.

    Yields:
        partners to force on `solve`, by original item.
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
