"""Two ways to pair the members of two lists: in order, and in any order."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]


def in_order(scores: Scores) -> list[tuple[int, int]]:
    """Aligns two sequences so that no two pairs cross.

    Args:
        scores: score of each pair, float64, shape (rows, columns); pairs with score 0 are omitted.

    Returns:
        pairs (row, column), increasing in both, with the greatest sum. Of equal solutions it is the
        one with the earliest partners.
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
    """The column of each row with the least sum, by shortest augmenting paths; rows <= columns."""
    rows, columns = costs.shape
    of_row, of_column = np.zeros(rows + 1), np.zeros(columns + 1)
    owner = np.zeros(columns + 1, int)  # 1-based; column 0 holds the row that is being assigned
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
    """Yields the rows and columns of each component: no pair joins two components."""
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
    """The scores with an additional partner of score 0 for each row and each column."""
    rows, columns = scores.shape
    found = np.zeros((rows + columns, rows + columns))
    found[:rows, :columns] = np.maximum(scores, 0.0)
    return found


def best(scores: Scores) -> dict[int, int]:
    """Pairs the members of two sets, whatever their order.

    Args:
        scores: score of each pair, float64, shape (rows, columns); pairs with score 0 are omitted.

    Returns:
        the column of each row that has one; the sum of the scores is the greatest.
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
    """Returns the decrease of the greatest sum if a pair of the best solution is forbidden.

    Args:
        scores: score of each pair, float64, shape (rows, columns).

    Returns:
        the decrease for each pair (row, column) of `best`; 0 if another solution is as good.
    """
    found = {}
    pairs = best(scores)
    for rows, columns in _components(scores):
        part = _padded(scores[np.ix_(rows, columns)])
        own = [columns.index(pairs[row]) if row in pairs else -1 for row in rows]
        free = [j for j in range(len(part)) if j not in own]
        # A row without a partner gets one of score 0; the added rows get the remaining ones.
        own = [free.pop() if j < 0 else j for j in own]
        own += free
        # Cost of giving row i the partner of row k; the cheapest cycle through i is its loss.
        costs = np.diag(part[:, own])[:, None] - part[:, own]
        np.fill_diagonal(costs, np.inf)
        for k in range(len(part)):
            costs = np.minimum(costs, costs[:, k : k + 1] + costs[k : k + 1])
        for i, row in enumerate(rows):
            if row in pairs:
                found[row, pairs[row]] = float(costs[i, i])
    return found
