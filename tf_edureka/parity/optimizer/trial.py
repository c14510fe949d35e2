"""Fits changes of the original's optimizer to the path of a port's."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tf_edureka.parity.optimizer.changes import Change
from tf_edureka.parity.optimizer.simulation import Doubles, Setup

ROUNDS = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """The data that changes are fitted to.

    Attributes:
        setup: the original's optimizer.
        base: the original's weights after each step, float64, shape (steps, entries).
        deviation: difference of the port's weights from them, float64, shape (steps, entries).
        limits: tolerance of the deviation, float64, shape (steps, entries).
    """

    setup: Setup
    base: Doubles
    deviation: Doubles
    limits: Doubles

    def residual(self, setup: Setup) -> Doubles:
        """Returns the deviation that another `setup` leaves unexplained, float64, same shape."""
        left = self.deviation - (setup.run() - self.base)
        return np.where(np.isfinite(left), left, self.deviation * 2)

    def explains(self, residual: Doubles) -> float:
        """Returns the explained share of the deviation above the tolerance, from the `residual`."""
        before = _norm(np.maximum(np.abs(self.deviation) - self.limits, 0))
        after = _norm(np.maximum(np.abs(residual) - self.limits, 0))
        return float(max(0.0, 1 - after / before)) if before else 0.0

    def best(self, changes: tuple[Change, ...], rounds: int = ROUNDS) -> "Tried":
        """Tries several changes together.

        Args:
            changes: changes of the original's optimizer.
            rounds: largest number of Gauss-Newton iterations.

        Returns:
            the changes with the values that leave the smallest residual.
        """
        tried = [
            _tried(self, changes, values)
            for values in itertools.product(*(change.values or (0.0,) for change in changes))
        ]
        best = min(tried, key=lambda one: one.left)
        return _fit(self, best, rounds) if any(one.is_fitted for one in changes) else best


@dataclass(frozen=True, kw_only=True, eq=False)
class Tried:
    """Changes with their values, and the residual they leave.

    Attributes:
        changes: changes of the original's optimizer.
        values: value of each change.
        explains: share of the deviation above the tolerance that they explain, in [0, 1].
        left: norm of the residual.
    """

    changes: tuple[Change, ...]
    values: tuple[float, ...]
    explains: float
    left: float

    @property
    def key(self) -> tuple[float, int, float]:
        """Sort key: the changes that explain most first, of equal ones the simplest."""
        freedom = sum(change.is_fitted + 2 * change.is_general for change in self.changes)
        return -round(self.explains, 3), freedom, float(f"{self.left:.1g}")


def _norm(values: Doubles) -> float:
    """Returns the norm without BLAS, whose threads wait for each other on a busy machine."""
    return float(np.sqrt(np.sum(values * values)))


def _tried(trial: Trial, changes: tuple[Change, ...], values: Sequence[float]) -> Tried:
    residual = trial.residual(_changed(trial.setup, changes, values))
    return Tried(
        changes=changes,
        values=tuple(values),
        explains=trial.explains(residual),
        left=_norm(residual),
    )


def _changed(setup: Setup, changes: Sequence[Change], values: Sequence[float]) -> Setup:
    for change, value in zip(changes, values, strict=True):
        setup = change.make(setup, value)
    return setup


def _fit(trial: Trial, best: Tried, rounds: int) -> Tried:
    """Fits the values by Gauss-Newton iterations."""
    free = [i for i, change in enumerate(best.changes) if change.is_fitted]
    for _ in range(rounds):
        here = _changed(trial.setup, best.changes, best.values).run()
        slopes = []
        for i in free:
            value, change = best.values[i], best.changes[i]
            offset = 1e-4 * abs(value) or change.probe
            offset = -offset if value + offset > change.high else offset
            values = [v + offset * (i == j) for j, v in enumerate(best.values)]
            nearby = _changed(trial.setup, best.changes, values).run()
            slopes.append(np.nan_to_num((nearby - here) / offset).ravel())
        left = np.nan_to_num(trial.deviation - (here - trial.base)).ravel()
        move, *_ = np.linalg.lstsq(np.stack(slopes, axis=1), left, rcond=None)
        better = _line_search(trial, best, free, move.astype(np.float64))
        if better is None:
            break
        enough = better.left > 0.999 * best.left
        best = better
        if enough:
            break
    return _rounded(trial, best)


def _line_search(trial: Trial, best: Tried, free: Sequence[int], move: Doubles) -> Tried | None:
    """Moves the values by the step or a part of it; None if no part reduces the residual."""
    for part in (1.0, 0.3, 0.05):
        values = list(best.values)
        for i, by in zip(free, move, strict=True):
            change = best.changes[i]
            values[i] = float(np.clip(values[i] + part * by, change.low, change.high))
        moved = _tried(trial, best.changes, values)
        if moved.left < best.left:
            return moved
    return None


def _rounded(trial: Trial, best: Tried) -> Tried:
    """Rounds the values to the fewest digits that explain as much."""
    for digits in (0, 1, 2, 3):
        values = [
            (float(f"{value:.{digits}g}") if digits else 0.0) if change.is_fitted else value
            for change, value in zip(best.changes, best.values, strict=True)
        ]
        if any(v < change.low for v, change in zip(values, best.changes, strict=True)):
            continue
        rounded = _tried(trial, best.changes, values)
        if rounded.left <= 1.02 * best.left or rounded.explains >= min(best.explains, 0.9999):
            return rounded
    return best
