"""Two ways to bring two lists together: in order, and pair by pair."""

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]


def in_order(scores: Scores) -> list[tuple[int, int]]:
    """Aligns two sequences so that no two pairs cross.

    Args:
        scores: what a pair is worth (rows, columns); pairs that are worth nothing are not made.

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


def pair_by_pair(scores: Scores) -> list[tuple[int, int]]:
    """Pairs the members of two sets, whatever their order.

    Args:
        scores: what a pair is worth (rows, columns); pairs that are worth nothing are not made.

    Returns:
        Pairs (row, column) of the greatest sum, by row.
    """
    worth = np.maximum(scores, 0.0)
    if not worth.size:
        return []
    if worth.shape[0] <= worth.shape[1]:
        pairs = list(enumerate(_cheapest(-worth)))
    else:
        pairs = sorted((row, column) for column, row in enumerate(_cheapest(-worth.T)))
    return [(row, column) for row, column in pairs if scores[row, column] > 0]
