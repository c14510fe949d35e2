"""Runs an update rule over several steps, and estimates the effect of rounding on it."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tf_edureka.parity.optimizer.arithmetic import Hyper, Rule, Slots
from tf_edureka.results import Floats

Doubles = npt.NDArray[np.float64]
_POWERS = {"beta1_power", "beta2_power"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Setup:
    """Everything that determines the path of an optimizer.

    Attributes:
        rule: update rule.
        start: weights before the first step, float32 or float64, shape (entries,).
        slots: slots before the first step by name, float, shape (entries,) each.
        gradients: gradients of each step, float, shape (steps, entries).
        hyper: scalars of each step, by name.
        touched: entries that the gradients contain, bool, shape (steps, entries); None for all.
    """

    rule: Rule
    start: Floats
    slots: Slots
    gradients: Floats
    hyper: Sequence[Hyper]
    touched: npt.NDArray[np.bool_] | None = None

    def run(self, dtype: npt.DTypeLike = np.float64) -> Floats:
        """Computes the weights after each step.

        Args:
            dtype: precision of the computation.

        Returns:
            weights in that dtype, shape (steps, entries).
        """
        weights = self.start.astype(dtype)
        slots = {name: value.astype(dtype) for name, value in self.slots.items()}
        path = np.empty(self.gradients.shape, dtype)
        gradients = self.gradients.astype(dtype)
        with np.errstate(all="ignore"):
            for step, hyper in enumerate(self.hyper):
                weights, slots = self._step(step, weights, slots, hyper, gradients[step])
                path[step] = weights
        return path

    def part(self, begin: int, end: int) -> "Setup":
        """Returns the setup of some of the steps, starting from the state after those before them.

        Args:
            begin: index of the first step.
            end: index after the last step.
        """
        weights: Floats = self.start.astype(np.float64)
        slots: Slots = {name: value.astype(np.float64) for name, value in self.slots.items()}
        gradients = self.gradients.astype(np.float64)
        for step in range(begin):
            weights, slots = self._step(step, weights, slots, self.hyper[step], gradients[step])
        return replace(
            self,
            start=weights if begin else self.start,
            slots=slots if begin else self.slots,
            gradients=self.gradients[begin:end],
            hyper=self.hyper[begin:end],
            touched=None if self.touched is None else self.touched[begin:end],
        )

    def _step(
        self, step: int, weights: Floats, slots: Slots, hyper: Hyper, gradients: Floats
    ) -> tuple[Floats, dict[str, Floats]]:
        moved, after = self.rule.step(weights, slots, gradients, hyper)
        if self.touched is None:
            return moved, after
        touched = self.touched[step]
        kept = {n: np.where(touched, new, slots.get(n, new)) for n, new in after.items()}
        return np.where(touched, moved, weights), kept

    def run_with_roundings(
        self, unit: float, random: np.random.Generator, exact: Container[str]
    ) -> Doubles:
        """Computes the weights after each step in float64, with random roundings.

        In each step, gradients, slots, the learning rate and the powers of the betas are moved by
        up to one unit roundoff. A rate that changes is moved by up to four, and one of the largest
        rate: schedules are computed by powers and cosines.

        Args:
            unit: unit roundoff: 2^-24 for float32, 2^-53 for float64.
            random: NumPy's random generator.
            exact: names of the scalars that are used as decimals, such as 0.999 for float32's
                0.99900001, with exact powers.

        Returns:
            float64, shape (steps, entries).
        """

        def rounded(values: Floats) -> Floats:
            return values * (1 + unit * random.uniform(-1, 1, values.shape))

        weights: Floats = self.start.astype(np.float64)
        slots: Slots = {name: value.astype(np.float64) for name, value in self.slots.items()}
        largest = max(abs(hyper.get("lr", 0.0)) for hyper in self.hyper)
        is_constant = len({hyper.get("lr") for hyper in self.hyper}) == 1
        path = np.empty(self.gradients.shape)
        gradients = self.gradients.astype(np.float64)
        with np.errstate(all="ignore"):
            for step, recorded in enumerate(self.hyper):
                hyper = {
                    n: _as_written(recorded, n) if n in exact else v for n, v in recorded.items()
                }
                for name in ("lr", *_POWERS):
                    if name in hyper:
                        off = abs(hyper[name])
                        if name == "lr" and not is_constant:
                            off = 4 * off + largest
                        hyper[name] += unit * off * random.uniform(-1, 1)
                weights, slots = self._step(step, weights, slots, hyper, rounded(gradients[step]))
                slots = {name: rounded(slot) for name, slot in slots.items()}
                path[step] = weights
        return path


def _as_written(hyper: Hyper, name: str) -> float:
    """Returns a scalar as the decimal in the script, before its conversion to float32."""
    if name in _POWERS and "t" in hyper:
        return _as_written(hyper, name.removesuffix("_power")) ** hyper["t"]
    short = np.float32(hyper[name])
    return float(str(short)) if float(short) == hyper[name] else hyper[name]


def roundings(start: Floats, path: Floats, unit: float) -> tuple[Doubles, Doubles]:
    """Returns the accumulated roundings of weights and of moves.

    Args:
        start: weights before the first step, float, shape (entries,).
        path: weights after each step, float, shape (steps, entries).
        unit: unit roundoff of the weights' dtype.

    Returns:
        the sums of `unit |w|` and of `unit |move|`, float64, shape (steps, entries).
    """
    path = path.astype(np.float64)
    before = np.concatenate([start[None].astype(np.float64), path[:-1]])
    sizes = unit * np.maximum(np.abs(path), np.abs(before))
    moves = unit * np.abs(path - before)
    return np.cumsum(sizes, axis=0), np.cumsum(moves, axis=0)


def tolerance(setup: Setup, owner: npt.NDArray[np.intp], unit: float) -> Doubles:
    """Estimates how far the same optimizer may differ by rounding alone.

    The tolerance is a sum of two parts:

    - One rounding of the weight in each step, on both sides. They add up: equal moves, and moves
      below the last place, are rounded in the same direction.
    - The effect of rounded gradients, slots and scalars. It is measured by four runs with random
      roundings, with some scalars as float32 has them and some as decimals. So it includes Adam's
      `1 - beta2`, which float32 has to parts in 100,000 only, and momentum that cancels.

    The second part is eight times an entry's own largest difference so far. As four runs may show
    too little for one entry, it is at least four times the 90 % quantile of its weight's entries,
    in roundings of their moves.

    Args:
        setup: the optimizer.
        owner: indices of the weight that each entry belongs to, shape (entries,).
        unit: unit roundoff of the weights' dtype.

    Returns:
        float64, shape (steps, entries).
    """
    exact = setup.run()
    weights, moves = roundings(setup.start, exact, unit)
    random = np.random.default_rng(0)
    names = {*setup.hyper[0]}
    largest_so_far = np.zeros(exact.shape)
    for written in (set[str](), _POWERS, names - _POWERS, names):
        largest_so_far = np.maximum(
            largest_so_far, np.abs(setup.run_with_roundings(unit, random, written) - exact)
        )
    largest_so_far = np.maximum.accumulate(largest_so_far, axis=0)
    common = np.zeros(exact.shape)
    relative = largest_so_far / (moves + np.finfo(np.float64).tiny)
    for weight in range(int(owner.max()) + 1):
        here = owner == weight
        if here.any():
            common[:, here] = np.quantile(relative[:, here], 0.9, axis=1, keepdims=True)
    return (
        2 * weights + np.maximum(8 * largest_so_far, 4 * common * moves) + np.finfo(np.float64).tiny
    )
