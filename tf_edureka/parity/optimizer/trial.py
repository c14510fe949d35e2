"""Changes of an optimizer, with the values by which it goes where a port's went."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tf_edureka.parity.optimizer.changes import Change
from tf_edureka.parity.optimizer.simulation import Doubles, Setup

ROUNDS = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """Where changes are tried: the original, and what the port does instead.

    Attributes:
        setup: the original's optimizer.
        base: weights after each of its steps, float64, shape (steps, entries).
        deviation: of the port's weights from them, float64, of the same shape.
        limits: how large that may be by rounding, float64, of the same shape.
    """

    setup: Setup
    base: Doubles
    deviation: Doubles
    limits: Doubles

    def residual(self, setup: Setup) -> Doubles:
        """What another `setup` leaves of the deviation, float64, of its shape."""
        left = self.deviation - (setup.run() - self.base)
        return np.where(np.isfinite(left), left, self.deviation * 2)

    def explains(self, residual: Doubles) -> float:
        """Share of the deviation beyond rounding that is gone where a `residual` is left."""
        before = _norm(np.maximum(np.abs(self.deviation) - self.limits, 0))
        after = _norm(np.maximum(np.abs(residual) - self.limits, 0))
        return float(max(0.0, 1 - after / before)) if before else 0.0

    def best(self, changes: tuple[Change, ...], rounds: int = ROUNDS) -> "Tried":
        """Tries changes together.

        Args:
            changes: of the original.
            rounds: of Gauss and Newton, at most.

        Returns:
            them with the values that leave least.
        """
        tried = [
            _tried(self, changes, values)
            for values in itertools.product(*(change.values or (0.0,) for change in changes))
        ]
        best = min(tried, key=lambda one: one.left)
        return _fit(self, best, rounds) if any(one.is_fitted for one in changes) else best


@dataclass(frozen=True, kw_only=True, eq=False)
class Tried:
    """Changes with their values, and how much they leave.

    Attributes:
        changes: of the original.
        values: of each.
        explains: share of the deviation beyond rounding that is then gone, in [0, 1].
        left: norm of what is left of the deviation.
    """

    changes: tuple[Change, ...]
    values: tuple[float, ...]
    explains: float
    left: float

    @property
    def key(self) -> tuple[float, int, float]:
        """Of those that explain as much, the plainer first."""
        freedom = sum(change.is_fitted + 2 * change.is_general for change in self.changes)
        return -round(self.explains, 3), freedom, float(f"{self.left:.1g}")


def _norm(values: Doubles) -> float:
    """Without BLAS, whose threads wait for each other on a busy machine."""
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
    """Moves the values to where least is left, by Gauss and Newton."""
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
    """The values a step on, of that or a smaller size; None where none leaves less."""
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
    """With the shortest numbers that explain as much."""
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
