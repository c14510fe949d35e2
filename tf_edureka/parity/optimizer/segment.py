"""A segment of a recorded run: consecutive steps on which an optimizer can be compared alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tf_edureka.errors import InputError
from tf_edureka.parity.optimizer.sampling import Sample
from tf_edureka.parity.optimizer.simulation import Doubles, Setup, roundings, tolerance
from tf_edureka.results import Floats
from tf_edureka.trace import Array, Step, Training

_UNKNOWN = 64  # roundings per step, if the update rule is not known


@dataclass(frozen=True, kw_only=True, eq=False)
class Segment:
    """Consecutive steps with gradients, and a sample of the weights' entries.

    Attributes:
        training: the recorded training.
        steps: recorded steps; the state before the first is stored.
        sample: entries of the weights that are kept.
        start: weights before the first step, float32 or float64, shape (entries,).
        original: the original's optimizer with the gradients that it received; None if its update
            rule is not known, and then the weights after all steps are recorded.
        raw: gradients before clipping, float, shape (steps, entries).
        norms: norms of each whole weight's raw gradient, float64, shape (steps, weights).
        rates: learning rate of every step of the training, by its number.
        expected: the original's weights after each step, float, shape (steps, entries).
        recorded: whether these weights are recorded (else computed), bool, shape (steps,).
        unit: unit roundoff of the weights' dtype.
        note: reason why the segment ends before the gradients do; empty if it does not.
    """

    training: Training
    steps: Sequence[Step]
    sample: Sample
    start: Floats
    original: Setup | None
    raw: Floats
    norms: Doubles
    rates: Mapping[int, float]
    expected: Floats
    recorded: npt.NDArray[np.bool_]
    unit: float
    note: str = ""

    @property
    def numbers(self) -> list[int]:
        """Numbers of the steps."""
        return [step.number for step in self.steps]

    def sampled(self, path: Iterable[Mapping[str, Array]]) -> Doubles:
        """Returns the sampled entries of a port's weights.

        Args:
            path: the port's weights after each step, float arrays by name in the original's shapes;
                it is read once, so it may be a generator.

        Returns:
            float64, shape (steps, entries).

        Raises:
            InputError: if a weight or a step is missing, or a shape differs.
        """
        rows = [self.sample.flat(weights).astype(np.float64) for weights in path]
        if len(rows) != len(self.steps):
            raise InputError(
                f"port: expected its weights after each of {len(self.steps)} steps, got {len(rows)}"
            )
        return np.stack(rows)

    def tolerance(self) -> Doubles:
        """Returns the tolerance of a right port's weights, see `simulation.tolerance`.

        Returns:
            float64, shape (steps, entries).
        """
        if self.original is None:
            return _UNKNOWN * sum(roundings(self.start, self.expected, self.unit), np.zeros(1))
        return tolerance(self.original, self.sample.owner, self.unit)

    def thinned(self, most: int) -> tuple["Segment", npt.NDArray[np.intp]]:
        """Returns the segment with fewer entries.

        Args:
            most: largest number of entries; at least one of each weight is kept.

        Returns:
            the segment, and indices into the entries of this one, shape (entries,).
        """
        sample, kept = self.sample.thinned(most)
        old, original = self.original, None
        if old is not None:
            original = replace(
                old,
                start=old.start[kept],
                slots={name: value[kept] for name, value in old.slots.items()},
                gradients=old.gradients[:, kept],
                touched=None if old.touched is None else old.touched[:, kept],
            )
        thin = replace(
            self,
            sample=sample,
            start=self.start[kept],
            original=original,
            raw=self.raw[:, kept],
            expected=self.expected[:, kept],
        )
        return thin, kept

    def part(self, begin: int, end: int, note: str = "") -> "Segment":
        """Returns some of the steps as a segment.

        Args:
            begin: index of the first step.
            end: index after the last step.
            note: reason why it ends there; empty to keep the present one.
        """
        return replace(
            self,
            steps=self.steps[begin:end],
            start=self.expected[begin - 1] if begin else self.start,
            original=None if self.original is None else self.original.part(begin, end),
            raw=self.raw[begin:end],
            norms=self.norms[begin:end],
            expected=self.expected[begin:end],
            recorded=self.recorded[begin:end],
            note=note or self.note,
        )
