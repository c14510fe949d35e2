"""A sample of the entries of a network's weights, small enough to try many changes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tf_edureka.errors import InputError
from tf_edureka.trace import Array

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """Evenly spaced entries of each weight; all entries of a small one.

    Attributes:
        shapes: shapes of the weights by name.
        places: indices of the sampled entries in each flattened weight, by name.
    """

    shapes: Mapping[str, tuple[int, ...]]
    places: Mapping[str, Indices]

    @property
    def owner(self) -> Indices:
        """Index of the weight that each entry belongs to, shape (entries,)."""
        return np.repeat(np.arange(len(self.places)), [len(at) for at in self.places.values()])

    def flat(self, arrays: Mapping[str, Array]) -> Array:
        """Returns the sampled entries of all weights as one array.

        Args:
            arrays: an array for each weight by name, in its shape, any dtype.

        Returns:
            the entries in the dtype of the arrays, shape (entries,).

        Raises:
            InputError: if an array is missing or has another shape.
        """
        parts = []
        for name, at in self.places.items():
            if name not in arrays:
                raise InputError(f"expected an array for {name!r}, got {sorted(arrays)}")
            array = np.asarray(arrays[name])
            if array.shape != self.shapes[name]:
                raise InputError(f"{name!r}: expected shape {self.shapes[name]}, got {array.shape}")
            parts.append(array.reshape(-1)[at])
        return np.concatenate(parts)

    def thinned(self, most: int) -> tuple["Sample", Indices]:
        """Returns a smaller sample.

        Args:
            most: largest number of entries; at least one of each weight is kept.

        Returns:
            the sample, and indices into the entries of this one, shape (entries,).
        """
        counts = [len(at) for at in self.places.values()]
        starts = np.cumsum([0, *counts[:-1]])
        chosen = [_evenly_spaced(n, k) for n, k in zip(counts, _shares(counts, most), strict=True)]
        places = {
            name: at[kept] for (name, at), kept in zip(self.places.items(), chosen, strict=True)
        }
        kept = np.concatenate([a + one for a, one in zip(starts, chosen, strict=True)])
        return Sample(shapes=self.shapes, places=places), kept


def sample(shapes: Mapping[str, tuple[int, ...]], most: int) -> Sample:
    """Chooses entries of weights.

    Args:
        shapes: shapes of the weights by name.
        most: largest number of entries in all; at least one of each weight is chosen.
    """
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    chosen = [_evenly_spaced(n, k) for n, k in zip(sizes, _shares(sizes, most), strict=True)]
    return Sample(shapes=shapes, places=dict(zip(shapes, chosen, strict=True)))


def _shares(sizes: Sequence[int], most: int) -> list[int]:
    """Returns how many entries to take: all of small weights, equally many of each other."""
    share, left = 0, most
    for place, size in enumerate(sorted(sizes)):
        share = max(left // (len(sizes) - place), 1)
        if size > share:
            break
        left -= size
        share = size
    return [min(size, share) for size in sizes]


def _evenly_spaced(size: int, kept: int) -> Indices:
    return np.unique(np.linspace(0, max(size - 1, 0), min(size, kept)).astype(np.intp))
