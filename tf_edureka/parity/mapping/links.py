"""A mapping of variables, which converts values in both directions."""

from collections.abc import Callable, Collection, Iterator, Mapping as AnyMapping
from dataclasses import dataclass, field
from itertools import chain

from tf_edureka.parity.mapping.transforms import Array, Transform

_MOST = 24  # limit of alternatives


@dataclass(frozen=True)
class Link:
    """Original variables and the new variables that they correspond to.

    Attributes:
        old: names of the original variables.
        new: positions of the new variables in `model.variables`.
        how: conversion of the values in words, such as `transposed`.
        by: evidence that decided: `given`, `value`, `shape` (no other fits), `name`, `layer` (its
            kernel is known), `order` or `output` (the outputs agree).
        transform: conversion of the values.
        old_shapes: shapes of the original variables.
        paths: paths of the new variables.
    """

    old: tuple[str, ...]
    new: tuple[int, ...]
    how: str
    by: str = field(compare=False)
    transform: Transform = field(compare=False, repr=False)
    old_shapes: tuple[tuple[int, ...], ...] = field(compare=False, repr=False)
    paths: tuple[str, ...] = field(compare=False)


@dataclass(frozen=True, eq=False)
class Mapping:
    """The mapping of an original graph's variables to those of a new model.

    Attributes:
        links: corresponding variables, in the order of the original ones.
        missing: names of original variables without a counterpart.
        extra: paths of new variables without a counterpart.
        ambiguous: groups of links that only the order of the variables separates.
        others: function that yields the further mappings of `alternatives`.
    """

    links: tuple[Link, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    ambiguous: tuple[tuple[Link, ...], ...]
    others: Callable[[], Iterator["Mapping"]] = field(default=lambda: iter(()), repr=False)

    def _values_to_new(self, old: AnyMapping[str, Array], linear: bool) -> dict[int, Array]:
        found: dict[int, Array] = {}
        for link in self.links:
            if all(name in old for name in link.old):
                moved = link.transform.to_new([old[name] for name in link.old], linear=linear)
                found.update(zip(link.new, moved, strict=True))
        return found

    def _values_to_old(self, new: AnyMapping[int, Array], linear: bool) -> dict[str, Array]:
        found: dict[str, Array] = {}
        for link in self.links:
            if all(place in new for place in link.new):
                values = [new[place] for place in link.new]
                moved = link.transform.to_old(values, link.old_shapes, linear=linear)
                found.update(zip(link.old, moved, strict=True))
        return found

    def to_new(self, old: AnyMapping[str, Array]) -> dict[int, Array]:
        """Converts values of the original variables to values of the new ones.

        Args:
            old: values of original variables by name, in their shapes, any dtype. Links that lack
                some of their values are skipped.

        Returns:
            values by position, in the shapes of the new variables and the dtype of the original.
        """
        return self._values_to_new(old, linear=False)

    def to_old(self, new: AnyMapping[int, Array]) -> dict[str, Array]:
        """Converts values of the new variables back to values of the original ones.

        Args:
            new: values of new variables by position, in their shapes, any dtype. Links that lack
                some of their values are skipped.

        Returns:
            values by name, in the shapes of the original variables and the dtype of the new ones.
            `to_old` inverts `to_new` exactly, except for rounding if a forget bias was added.
        """
        return self._values_to_old(new, linear=False)

    def gradients_to_new(self, old: AnyMapping[str, Array]) -> dict[int, Array]:
        """Converts gradients or slots like `to_new`, without adding the forget bias.

        Args:
            old: gradients by name of the original variable, in its shape, any dtype.

        Returns:
            gradients by position, in the shapes of the new variables and the dtype of `old`.
        """
        return self._values_to_new(old, linear=True)

    def gradients_to_old(self, new: AnyMapping[int, Array]) -> dict[str, Array]:
        """Converts gradients like `to_old`, without subtracting the forget bias.

        Args:
            new: gradients by position of the new variable, in its shape, any dtype.

        Returns:
            gradients by name, in the shapes of the original variables and the dtype of `new`.
        """
        return self._values_to_old(new, linear=True)

    def lacks(self, weights: Collection[str], trained: Collection[int]) -> tuple[int, int]:
        """Counts the faults of the mapping for a training.

        Args:
            weights: names of the original variables that are trained.
            trained: positions of the new variables that are trained.

        Returns:
            the number of variables without a counterpart, and the number of links with only one
            side trained.
        """
        half_trained = [({*a.old} <= {*weights}) != ({*a.new} <= {*trained}) for a in self.links]
        return len(self.missing) + len(self.extra), sum(half_trained)

    def table(self) -> list[tuple[str, str, str]]:
        """Returns rows for printing: original names, new paths, and the conversion in words."""
        rows = [(", ".join(a.old), ", ".join(a.paths), a.how) for a in self.links]
        rows += [(name, "-", "missing in the new model") for name in self.missing]
        return rows + [("-", path, "not in the original graph") for path in self.extra]

    def alternatives(self) -> Iterator["Mapping"]:
        """Yields mappings that fit as well except for the order, the best first, at most 24.

        The first is this mapping. Layers of the same shapes are exchanged with all their variables:
        first whole towers, then single layers. Last, square kernels are transposed.
        """
        seen = []
        for mapping in chain([self], self.others()):
            pairs = [(link.old, link.new, link.how) for link in mapping.links]
            if pairs not in seen:
                seen.append(pairs)
                yield mapping
            if len(seen) == _MOST:
                return
