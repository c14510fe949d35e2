"""Derives a port's tolerances from the original's own noise."""

import functools
from dataclasses import dataclass

from tf_edureka.errors import InputError
from tf_edureka.parity.noise import noise_of_step as noise
from tf_edureka.trace import Array, Step, Trace

NOISE_FACTOR = 8.0  # tolerance = this factor times the noise
# Smallest tolerances, relative: a few roundings of float32, even if the noise is smaller.
SMALLEST = {"loss": 1e-6, "tensor": 2e-6, "gradient": 2e-6, "after": 2.5e-7}
LARGEST_OF_LOSS = 0.3  # relative; two runs that differ more are unrelated
_DEFAULT = {"loss": 2e-5, "tensor": 1e-4, "gradient": 1e-3, "after": 1e-5}
MEASURED_WHY = (
    f"{NOISE_FACTOR:g} times the largest change of the original when it is computed again in "
    "float64, on one thread, and with inputs or weights moved by one unit in the last place"
)


@dataclass(frozen=True)
class Tolerances:
    """The tolerances of one step.

    Attributes:
        noise: noise of the original; None if its graph could not be run again.
        why: the reason for all tolerances of the step.
    """

    noise: noise.Noise | None
    why: str

    def limit(self, kind: str, name: str = "") -> float:
        """Returns the tolerance of a value, relative to its largest entry.

        Args:
            kind: `loss`, `tensor`, `gradient`, or `after` for a variable after the step.
            name: name of the tensor or the variable; empty for the loss.

        Returns:
            the tolerance, above 0.
        """
        if self.noise is None:
            return _DEFAULT[kind]
        found = self.noise.largest(kind, name)
        return _DEFAULT[kind] if found is None else max(SMALLEST[kind], NOISE_FACTOR * found)

    def exact(self, kind: str, name: str = "") -> Array | None:
        """Returns the original's value in float64.

        Args:
            kind: `loss`, `tensor`, `gradient`, or `after` for a variable after the step.
            name: name of the tensor or the variable; empty for the loss.

        Returns:
            float64, in the shape of the value; None if it is not known.
        """
        if self.noise is None or self.noise.rounded:
            return None
        return self.noise.exact.get((kind, name))


@functools.lru_cache(maxsize=2)
def measured(trace: Trace, steps: tuple[Step, ...]) -> tuple[Tolerances, ...]:
    """Measures the original's own noise on each of the `steps` of a `trace`; cached."""
    return tuple(_measured(trace, step) for step in steps)


def _measured(trace: Trace, step: Step) -> Tolerances:
    try:
        return Tolerances(noise.measure(trace, step), MEASURED_WHY)
    except InputError as error:
        why = f"a usual tolerance for float32, since the noise could not be measured ({error})"
        return Tolerances(None, why)
