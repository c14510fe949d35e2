"""How far a port may be from the original: as far as the original is from itself, and some."""

import functools
from dataclasses import dataclass

from tf_edureka.errors import InputError
from tf_edureka.parity.noise import noise_of_step as noise
from tf_edureka.trace import Array, Step, Trace

NOISE_FACTOR = 8.0  # of what the original is apart from itself
# Relative: some roundings of float32, however quiet the original.
SMALLEST = {"loss": 1e-6, "tensor": 2e-6, "gradient": 2e-6, "after": 2.5e-7}
LARGEST_OF_LOSS = (
    0.3  # relative, of losses: beyond that two runs have nothing to do with each other
)
_DEFAULT = {"loss": 2e-5, "tensor": 1e-4, "gradient": 1e-3, "after": 1e-5}
MEASURED_WHY = (
    f"{NOISE_FACTOR:g} times what the original differs from itself in float64, on one thread, and with "
    "inputs or weights moved by one unit in the last place"
)


@dataclass(frozen=True)
class Tolerances:
    """What may be between a port and the original on one step.

    Attributes:
        noise: of the original; None where its graph could not be run again.
        why: the reason for all of them.
    """

    noise: noise.Noise | None
    why: str

    def limit(self, kind: str, name: str = "") -> float:
        """The tolerance of one thing.

        Args:
            kind: `loss`, `tensor`, `gradient`, or `after` for a variable after the step.
            name: of the tensor, or of the variable.

        Returns:
            relative to the largest value.
        """
        if self.noise is None:
            return _DEFAULT[kind]
        found = self.noise.largest(kind, name)
        return _DEFAULT[kind] if found is None else max(SMALLEST[kind], NOISE_FACTOR * found)

    def exact(self, kind: str, name: str = "") -> Array | None:
        """What float64 gives for one thing of the original.

        Args:
            kind: as in `of`.
            name: as in `of`.

        Returns:
            float64, of its shape; None where that is not known.
        """
        if self.noise is None or self.noise.rounded:
            return None
        return self.noise.exact.get((kind, name))


@functools.lru_cache(maxsize=2)
def measured(trace: Trace, steps: tuple[Step, ...]) -> tuple[Tolerances, ...]:
    """Measures the original's own noise on each of the `steps` of a `trace`."""
    return tuple(_measured(trace, step) for step in steps)


def _measured(trace: Trace, step: Step) -> Tolerances:
    try:
        return Tolerances(noise.measure(trace, step), MEASURED_WHY)
    except InputError as error:
        why = f"not measured ({error}), but what float32 explains in most networks"
        return Tolerances(None, why)
