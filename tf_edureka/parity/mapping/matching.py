"""Matches original and new items by the greatest sum of evidence and order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tf_edureka.parity.mapping.alignment import Scores, best, in_order
from tf_edureka.parity.mapping.evidence import FITS, Problem
from tf_edureka.parity.mapping.items import Item
from tf_edureka.parity.mapping.names import directory, is_statistic, role

GIVEN = 1e4  # outweighs all evidence
# Together less than a common word; the kernel of the same scope scores more than the order.
_LAYER = 0.8
_NEAR = 0.3
_ORDER = 0.4
_RANK = 0.15


@dataclass(frozen=True, eq=False)
class Matching:
    """A matching of original and new items.

    Attributes:
        pairs: new item by original item.
        unordered: score of each pair without its order: float64, shape (old items, new items).
    """

    pairs: dict[int, int]
    unordered: Scores


def _owners(
    side: Sequence[Item],
    layer: Callable[[int], str],
    is_kernel: Callable[[int], bool],
    is_late: Callable[[int], bool],
) -> dict[int, tuple[int, float]]:
    """The kernel that each vector belongs to, and the score of that evidence.

    It is the kernel of its layer, else the last kernel of the layers within that layer, else the
    last kernel before the vector.
    """
    kernel_of: dict[str, tuple[int, float]] = {}
    within: dict[str, int] = {}
    for place, item in enumerate(side):
        if is_kernel(item.first) and layer(item.first):
            kernel_of.setdefault(layer(item.first), (place, _LAYER))
            scopes = layer(item.first).partition("#")[0].split("/")
            within |= {"/".join(scopes[:end]): place for end in range(1, len(scopes))}
    owners: dict[int, tuple[int, float]] = {}
    last = None
    for place, item in enumerate(side):
        own = layer(item.first)
        if is_kernel(item.first):
            last = place
        elif own in kernel_of:
            owners[place] = kernel_of[own]
        elif own.partition("#")[0] in within and not is_late(item.first):
            owners[place] = within[own.partition("#")[0]], _NEAR
        elif last is not None and not is_late(item.first):
            owners[place] = last, _NEAR
            if own:
                kernel_of[own] = last, _NEAR
    return owners


def _layer_scores(problem: Problem, pairs: Mapping[int, int]) -> Scores:
    """The score of two vectors whose kernels are paired."""
    old, new = problem.old, problem.new
    ours = _owners(
        problem.old_items,
        lambda i: directory(old[i].name),
        lambda i: len(old[i].shape) > 1,
        lambda i: is_statistic(role(old[i].name)),
    )
    theirs = _owners(
        problem.new_items,
        lambda j: new[j].layer,
        lambda j: len(new[j].shape) > 1,
        lambda j: not new[j].trainable,
    )
    found = np.zeros(problem.fit.shape)
    for i, (owner, worth) in ours.items():
        for j, (other, its) in theirs.items():
            if pairs.get(owner) == other:
                found[i, j] = min(worth, its)
    return found


def _ranks(fit: Scores) -> Scores:
    """A small score for pairs of equal rank among the best fits, if both sides have as many."""
    found = np.zeros(fit.shape)
    best_fit = (fit > 0) & (fit == fit.max(axis=1, initial=0.0)[:, None])
    for columns in {tuple(np.flatnonzero(row)) for row in best_fit if row.any()}:
        wanted = np.isin(np.arange(fit.shape[1]), columns)
        rows = np.flatnonzero((best_fit == wanted).all(axis=1))
        if len(columns) == len(rows):
            found[rows, columns] = _RANK
    return found


def solve(problem: Problem, forced: Mapping[int, int | None]) -> Matching:
    """Finds the best matching: kernels first, then the other variables with their kernels.

    Args:
        problem: both sides with their evidence.
        forced: position of the new item by that of the original item; None for no partner.
    """
    evidence = problem.evidence.copy()
    for i, j in forced.items():
        kept = 0.0 if j is None else max(evidence[i, j], FITS)
        evidence[i, :] = 0.0
        if j is not None:
            evidence[:, j] = 0.0
            evidence[i, j] = kept + GIVEN
    ranks = _ranks(problem.fit)

    def matched(unordered: Scores, fixed: Mapping[int, int]) -> Matching:
        scores = np.where(unordered > 0, unordered + ranks, 0.0)
        for i, j in fixed.items():
            kept, scores[i, :], scores[:, j] = scores[i, j], 0.0, 0.0
            scores[i, j] = kept
        for pair in in_order(scores):
            scores[pair] += _ORDER
        return Matching(best(scores), unordered)

    found = matched(evidence, {})
    is_kernel = [len(problem.old[item.first].shape) > 1 for item in problem.old_items]
    kernels = {i: j for i, j in found.pairs.items() if is_kernel[i]}
    layer_scores = np.where(evidence > 0, _layer_scores(problem, kernels), 0.0)
    return matched(evidence + layer_scores, kernels)
