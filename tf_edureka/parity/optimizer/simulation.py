"""An optimizer taken over several steps, and how far rounding alone may move what it gives."""

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
    """All that decides where an optimizer goes.

    Attributes:
        rule: by which it goes.
        start: weights before the first step, float32 or float64, shape (entries,).
        slots: its slots then, float, each of shape (entries,).
        gradients: float, shape (steps, entries).
        hyper: its scalars in each step.
        touched: bool, shape (steps, entries): entries that the gradients name; None for all.
    """

    rule: Rule
    start: Floats
    slots: Slots
    gradients: Floats
    hyper: Sequence[Hyper]
    touched: npt.NDArray[np.bool_] | None = None

    def run(self, dtype: npt.DTypeLike = np.float64) -> Floats:
        """Weights after each step.

        Args:
            dtype: the precision that it computes in.

        Returns:
            in that dtype, shape (steps, entries).
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
        """The same over some of the steps, from where it is after those before them.

        Args:
            begin: the first of them.
            end: the first that is left out.
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
        """Weights after each step in float64, where each number is rounded at random.

        Gradients and slots are moved by up to a unit roundoff in each step, and so are the
        scalars that change. The rate is moved by four of its largest_so_far then, and one of the largest:
        schedules are computed by powers and cosines.

        Args:
            unit: unit roundoff: 2^-24 for float32, 2^-53 for float64.
            random: what it draws from.
            exact: names of the scalars that are taken as they were written, 0.999 for float32's
                0.99900001, and powers of them as they would be without rounding.

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
    """A scalar as the script had it, before it was float32."""
    if name in _POWERS and "t" in hyper:
        return _as_written(hyper, name.removesuffix("_power")) ** hyper["t"]
    short = np.float32(hyper[name])
    return float(str(short)) if float(short) == hyper[name] else hyper[name]


def roundings(start: Floats, path: Floats, unit: float) -> tuple[Doubles, Doubles]:
    """Size of the roundings so far, of weights and of moves.

    Args:
        start: weights before the first step, float, shape (entries,).
        path: weights after each step, float, shape (steps, entries).
        unit: unit roundoff of what the weights are in.

    Returns:
        float64, shape (steps, entries): the sums of `unit |w|` and of `unit |move|`.
    """
    path = path.astype(np.float64)
    before = np.concatenate([start[None].astype(np.float64), path[:-1]])
    sizes = unit * np.maximum(np.abs(path), np.abs(before))
    moves = unit * np.abs(path - before)
    return np.cumsum(sizes, axis=0), np.cumsum(moves, axis=0)


def tolerance(setup: Setup, owner: npt.NDArray[np.intp], unit: float) -> Doubles:
    """How far the same optimizer may be off by rounding alone.

    A rounding of the weight in each step, of both sides: they add up, since where moves are alike,
    and lost where they are below the last place, each is off the same way. And what the arithmetic
    makes of the roundings of gradients, slots and scalars. That is measured: the optimizer is run
    in float64, and four times with random roundings and with some scalars as float32 has them, some
    as they were written. So whatever enlarges roundings counts: Adam's `1 - beta2`, which float32
    has by parts in 100,000 only, or a sum of momentum that cancels. Of these differences an entry
    may have eight times its largest_so_far largest so far, or, as four runs may have been lucky there, four
    times what nine tenths of a weight's entries stay below, in roundings of their moves.

    Args:
        setup: the optimizer.
        owner: indices of the weight that each entry belongs to, shape (entries,).
        unit: unit roundoff of what the weights are in.

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
