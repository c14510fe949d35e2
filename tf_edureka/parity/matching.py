"""Which item of the old graph is which of the new model: evidence, and the best sum of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tf_edureka.parity.alignment import Scores, in_order, pair_by_pair
from tf_edureka.parity.items import Item, items
from tf_edureka.parity.new_variables import NewVariable
from tf_edureka.parity.transforms import Array, Transform, single
from tf_edureka.parity.variable_names import (
    automatic_word,
    directory,
    exclude_each_other,
    is_statistic,
    role,
    tokens,
)
from tf_edureka.trace import Variable

# What a piece of evidence is worth. To be in the layer of a matched kernel outweighs order, and so
# does a word in common; a role outweighs both, and an equal value all but what was given.
GIVEN = 1e4
_VALUE = 100.0
_FITS = 4.0
_ROLE = 1.5
_WORD = 1.0
_LAYER = 0.8
_ORDER = 0.5
_RANK = 0.2
_CONSTANT = 0.1

Pair = tuple[int, int]  # places in the lists of items


@dataclass(frozen=True, eq=False)
class Problem:
    """Both sides, and the evidence that does not change while they are matched.

    Attributes:
        old: variables of the old graph.
        new: variables of the new model, those that are trained first.
        old_items: of the old side.
        new_items: of the new side.
        fit: of shape and role for each pair of items (old, new); 0 where they do not fit.
        evidence: `fit` with what names and values say.
        values: pairs of items whose initial values are the same and no constant.
    """

    old: Sequence[Variable]
    new: Sequence[NewVariable]
    old_items: Sequence[Item]
    new_items: Sequence[Item]
    fit: Scores
    evidence: Scores
    values: set[Pair] = field(default_factory=set)


@dataclass(frozen=True, eq=False)
class Matching:
    """Pairs of items, and the scores that they were chosen by, with and without the order."""

    pairs: dict[int, int]
    scores: Scores
    unordered: Scores


def transform_of(
    problem: Problem, pair: Pair, forget_bias: float
) -> tuple[Transform, float] | None:
    """The transform of a pair of items and its distance from none; None if they do not fit."""
    old, new = problem.old_items[pair[0]], problem.new_items[pair[1]]
    if old.kind != new.kind:
        return None
    if old.layout is None:
        return single(problem.old[old.first].shape, problem.new[new.first].shape)
    return old.layout.transform(*old.sizes, forget_bias=forget_bias), 0.0


def _roles(old: str, new: str) -> float | None:
    """What two roles are worth; None if they exclude each other."""
    if exclude_each_other(old, new):
        return None
    if not old:
        return 0.0
    return _ROLE if old == new else -_ROLE / 2


def _equal_values(
    problem: Problem, pair: Pair, values: tuple[Mapping[str, Array], Mapping[int, Array]]
) -> float:
    """What the initial values of a pair are worth; 0 where they differ or are not known."""
    old, new = problem.old_items[pair[0]], problem.new_items[pair[1]]
    names = [problem.old[i].name for i in old.places]
    places = [problem.new[j].place for j in new.places]
    found = transform_of(problem, pair, 1.0)
    if found is None or not ({*names} <= {*values[0]} and {*places} <= {*values[1]}):
        return 0.0
    moved = found[0].to_new([values[0][name] for name in names], linear=True)
    if not np.array_equal(moved[0], values[1][places[0]]):
        return 0.0
    is_constant = not moved[0].size or bool((moved[0] == moved[0].flat[0]).all())
    return _CONSTANT if is_constant else _VALUE


def state(
    old: Sequence[Variable],
    new: Sequence[NewVariable],
    given: Mapping[str, str],
    values: tuple[Mapping[str, Array], Mapping[int, Array]],
) -> Problem:
    """Gathers the evidence of shapes, roles, names and values for each pair.

    Args:
        old: variables of the old graph.
        new: variables of the new model, those that are trained first.
        given: by name of an old variable the path of the new one that it is.
        values: initial values, old by name and new by place in `model.variables`; may be empty.
    """
    sides = items(old, new)
    fit, evidence = np.zeros((2, len(sides[0]), len(sides[1])))
    problem = Problem(old, new, *sides, fit, evidence)
    words = tokens(
        [variable.name for variable in old],
        [variable.path for variable in new],
        automatic={automatic_word(variable.layer_class) for variable in new},
    )
    for i, ours in enumerate(sides[0]):
        for j, theirs in enumerate(sides[1]):
            found = transform_of(problem, (i, j), 1.0)
            if found is None:
                continue
            mine, its = old[ours.first], new[theirs.first]
            of_roles = _roles(role(mine.name), its.role) if ours.layout is None else 0.0
            if of_roles is None and given.get(mine.name) != its.path:
                continue
            common = words[0][ours.first] & words[1][theirs.first]
            equal = _equal_values(problem, (i, j), values)
            if equal == _VALUE:
                problem.values.add((i, j))
            fit[i, j] = _FITS - found[1] + (of_roles or 0.0)
            evidence[i, j] = fit[i, j] + _WORD * len(common) + equal
    return problem


def _owners(
    side: Sequence[Item],
    layer: Callable[[int], str],
    is_kernel: Callable[[int], bool],
    is_late: Callable[[int], bool],
) -> dict[int, int]:
    """The kernel that a vector belongs to: of its layer, else the last one before it."""
    kernel_of: dict[str, int] = {}
    for place, item in enumerate(side):
        if is_kernel(item.first) and layer(item.first):
            kernel_of.setdefault(layer(item.first), place)
    owners: dict[int, int] = {}
    last = None
    for place, item in enumerate(side):
        own = layer(item.first)
        if is_kernel(item.first):
            last = place
        elif own in kernel_of:
            owners[place] = kernel_of[own]
        elif last is not None and not is_late(item.first):
            owners[place] = last
            if own:
                kernel_of[own] = last
    return owners


def _ranks(fit: Scores) -> Scores:
    """A little for each pair of the same rank among those that fit best, where they are as many."""
    found = np.zeros(fit.shape)
    best_fit = (fit > 0) & (fit == fit.max(axis=1, initial=0.0)[:, None])
    for columns in {tuple(np.flatnonzero(row)) for row in best_fit if row.any()}:
        wanted = np.isin(np.arange(fit.shape[1]), columns)
        rows = np.flatnonzero((best_fit == wanted).all(axis=1))
        if len(columns) == len(rows):
            found[rows, columns] = _RANK
    return found


def best(scores: Scores) -> list[Pair]:
    """The pairs of the greatest sum, where each part that stands alone is solved alone."""
    pairs: list[Pair] = []
    left = {*np.flatnonzero((scores > 0).any(axis=1)).tolist()}
    while left:
        rows, columns = {min(left)}, set[int]()
        while True:
            reached = {*np.flatnonzero((scores[sorted(rows)] > 0).any(axis=0)).tolist()}
            if reached == columns:
                break
            columns = reached
            rows |= {*np.flatnonzero((scores[:, sorted(columns)] > 0).any(axis=1)).tolist()}
        left -= rows
        r, c = sorted(rows), sorted(columns)
        pairs += [(r[i], c[j]) for i, j in pair_by_pair(scores[np.ix_(r, c)])]
    return pairs


def solve(problem: Problem, forced: Mapping[int, int | None]) -> Matching:
    """The best matching.

    Kernels are matched first; what else is in a layer goes with its kernel.

    Args:
        problem: both sides with their evidence.
        forced: by place of an old item that of the new one that it is, or None for none.
    """
    old, new = problem.old, problem.new
    evidence = problem.evidence.copy()
    for i, j in forced.items():
        kept = 0.0 if j is None else max(evidence[i, j], _FITS)
        evidence[i, :] = 0.0
        if j is not None:
            evidence[:, j] = 0.0
            evidence[i, j] = kept + GIVEN
    is_kernel = (lambda i: len(old[i].shape) > 1), (lambda j: len(new[j].shape) > 1)
    owners = (
        _owners(
            problem.old_items,
            lambda i: directory(old[i].name),
            is_kernel[0],
            lambda i: is_statistic(role(old[i].name)),
        ),
        _owners(
            problem.new_items,
            lambda j: new[j].layer,
            is_kernel[1],
            lambda j: not new[j].trainable,
        ),
    )
    kernels = [is_kernel[0](item.first) for item in problem.old_items]
    ranks = _ranks(problem.fit)
    unordered, pairs = evidence, dict[int, int]()
    for last in (False, True):
        if last:
            pairs = {i: j for i, j in pairs.items() if kernels[i]}
            unordered = evidence.copy()
            for i, owner in owners[0].items():
                for j, other in owners[1].items():
                    if unordered[i, j] > 0 and pairs.get(owner) == other:
                        unordered[i, j] += _LAYER
        scores = unordered + np.where(unordered > 0, ranks, 0.0)
        for i, j in pairs.items():
            kept, scores[i, :], scores[:, j] = scores[i, j], 0.0, 0.0
            scores[i, j] = kept
        for pair in in_order(scores):
            scores[pair] += _ORDER
        pairs = dict(best(scores))
    return Matching(pairs, scores, unordered)
