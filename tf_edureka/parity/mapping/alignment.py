"""Two ways to bring two lists together: in order, and pair by pair."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]


def in_order(scores: Scores) -> list[tuple[int, int]]:
    """Aligns two sequences so that no two pairs cross.

    Args:
        scores: what a pair is worth, float64 of shape (rows, columns); pairs that are worth nothing
            are not made.

    Returns:
        Pairs (row, column), rising in both, of the greatest sum. Among equal ones the first
        possible partner is taken.
    """
    rows, columns = scores.shape
    best = np.zeros((rows + 1, columns + 1))
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            paired = best[i + 1, j + 1] + scores[i, j] if scores[i, j] > 0 else 0.0
            best[i, j] = max(paired, best[i + 1, j], best[i, j + 1])
    pairs = []
    i = j = 0
    while i < rows and j < columns:
        if scores[i, j] > 0 and best[i, j] == best[i + 1, j + 1] + scores[i, j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i, j] == best[i + 1, j]:
            i += 1
        else:
            j += 1
    return pairs


def _cheapest(costs: Scores) -> list[int]:
    """The column of each row, of the least sum: shortest augmenting paths; rows <= columns."""
    rows, columns = costs.shape
    of_row, of_column = np.zeros(rows + 1), np.zeros(columns + 1)
    owner = np.zeros(columns + 1, int)  # from 1; column 0 holds the row that is being placed
    for row in range(1, rows + 1):
        owner[0] = row
        column = 0
        least = np.full(columns + 1, np.inf)
        before = np.zeros(columns + 1, int)
        done = np.zeros(columns + 1, bool)
        while owner[column]:
            done[column] = True
            reduced = costs[owner[column] - 1] - of_row[owner[column]] - of_column[1:]
            nearer = ~done[1:] & (reduced < least[1:])
            least[1:][nearer] = reduced[nearer]
            before[1:][nearer] = column
            next_column = int(np.argmin(np.where(done, np.inf, least)))
            step = least[next_column]
            of_row[owner[done]] += step
            of_column[done] -= step
            least[~done] -= step
            column = next_column
        while column:
            owner[column] = owner[before[column]]
            column = int(before[column])
    found = [0] * rows
    for column in range(1, columns + 1):
        if owner[column]:
            found[owner[column] - 1] = column - 1
    return found


def _components(scores: Scores) -> Iterator[tuple[list[int], list[int]]]:
    """Rows and columns of the parts that have no pair with each other."""
    fits = scores > 0
    left = {*np.flatnonzero(fits.any(axis=1)).tolist()}
    while left:
        rows, columns = {min(left)}, set[int]()
        while True:
            reached = {*np.flatnonzero(fits[sorted(rows)].any(axis=0)).tolist()}
            if reached == columns:
                break
            columns = reached
            rows |= {*np.flatnonzero(fits[:, sorted(columns)].any(axis=1)).tolist()}
        left -= rows
        yield sorted(rows), sorted(columns)


def _padded(scores: Scores) -> Scores:
    """The same with a partner worth nothing for each row and for each column."""
    rows, columns = scores.shape
    found = np.zeros((rows + columns, rows + columns))
    found[:rows, :columns] = np.maximum(scores, 0.0)
    return found


def best(scores: Scores) -> dict[int, int]:
    """Pairs the members of two sets, whatever their order.

    Args:
        scores: what a pair is worth, float64 of shape (rows, columns); pairs that are worth nothing
            are not made.

    Returns:
        The column of each row that has one, of the greatest sum.
    """
    pairs = {}
    for rows, columns in _components(scores):
        part = scores[np.ix_(rows, columns)]
        if part.shape[0] <= part.shape[1]:
            found = list(enumerate(_cheapest(-np.maximum(part, 0.0))))
        else:
            found = [(i, j) for j, i in enumerate(_cheapest(-np.maximum(part, 0.0).T))]
        pairs.update({rows[i]: columns[j] for i, j in found if part[i, j] > 0})
    return dict(sorted(pairs.items()))


def losses(scores: Scores) -> dict[tuple[int, int], float]:
    """By how much the sum falls without a pair of the best ones.

    Args:
        scores: what a pair is worth, float64 of shape (rows, columns).

    Returns:
        The loss for each pair (row, column) of `best`, 0 where another answer is as good.
    """
    found = {}
    pairs = best(scores)
    for rows, columns in _components(scores):
        part = _padded(scores[np.ix_(rows, columns)])
        own = [columns.index(pairs[row]) if row in pairs else -1 for row in rows]
        free = [j for j in range(len(part)) if j not in own]
        # A row without a partner has one worth nothing; the added rows have what is left.
        own = [free.pop() if j < 0 else j for j in own]
        own += free
        # Cost of row i taking what row k has; the best way round through i is its loss.
        costs = np.diag(part[:, own])[:, None] - part[:, own]
        np.fill_diagonal(costs, np.inf)
        for k in range(len(part)):
            costs = np.minimum(costs, costs[:, k : k + 1] + costs[k : k + 1])
        for i, row in enumerate(rows):
            if row in pairs:
                found[row, pairs[row]] = float(costs[i, i])
    return found
