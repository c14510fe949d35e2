"""Unbroken segments of a trace's steps, on which an optimizer can be tried by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tf_edureka.errors import InputError
from tf_edureka.parity.optimizer.sampling import Sample
from tf_edureka.parity.optimizer.simulation import Doubles, Setup, roundings, tolerance
from tf_edureka.results import Floats
from tf_edureka.trace import Array, Step, Training

_UNKNOWN = 64  # roundings in a step of an optimizer whose arithmetic is not known


@dataclass(frozen=True, kw_only=True, eq=False)
class Segment:
    """Consecutive steps with gradients. Of large weights it has a sample, evenly spaced.

    Attributes:
        training: what is trained, and by what.
        steps: the trace's, whose first has the state before it.
        sample: which entries of the weights are kept.
        start: weights before the first step, float32 or float64, shape (entries,).
        original: the optimizer with the gradients that it got; None if its arithmetic is not
            known: all steps have recorded weights then.
        raw: gradients before clipping, float, shape (steps, entries).
        norms: float64, shape (steps, weights): of the raw gradients of each whole weight.
        rates: rate of every step of the training, by its number.
        expected: the original's weights after each step, float, shape (steps, entries).
        recorded: bool, shape (steps,): whether they are recorded, and not computed here.
        unit: unit roundoff of the weights' dtype.
        note: why it ends before the gradients do; empty if it does not.
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
        """Numbers of its steps."""
        return [step.number for step in self.steps]

    def sampled(self, path: Iterable[Mapping[str, Array]]) -> Doubles:
        """What a port's weights are at the entries that are kept.

        Args:
            path: the port's weights after each step, by name, float arrays in the shapes of the
                original; it is read once, so it may be a generator.

        Returns:
            float64, shape (steps, entries).

        Raises:
            InputError: when a weight or a step is missing, or a shape is another.
        """
        rows = [self.sample.flat(weights).astype(np.float64) for weights in path]
        if len(rows) != len(self.steps):
            raise InputError(
                f"weights of a port: expected those after {len(self.steps)} steps, got {len(rows)}"
            )
        return np.stack(rows)

    def tolerance(self) -> Doubles:
        """How far a right port may be off: see `simulation.tolerance`.

        Returns:
            float64, shape (steps, entries).
        """
        if self.original is None:
            return _UNKNOWN * sum(roundings(self.start, self.expected, self.unit), np.zeros(1))
        return tolerance(self.original, self.sample.owner, self.unit)

    def thinned(self, most: int) -> tuple["Segment", npt.NDArray[np.intp]]:
        """The same with fewer entries.

        Args:
            most: how many there may be, or one of each weight.

        Returns:
            the segment, and indices into this one's entries, of shape (entries,).
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
        """The same with fewer steps.

        Args:
            begin: the first that stays, counted from the first of the segment.
            end: the first that does not.
            note: why there are no more.
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
