"""A mapping of variables: what belongs together, and values that go over and back."""

from collections.abc import Callable, Collection, Iterator, Mapping as AnyMapping
from dataclasses import dataclass, field
from itertools import chain

from tf_edureka.parity.mapping.transforms import Array, Transform

_MOST = 24  # alternatives that are handed out


@dataclass(frozen=True)
class Link:
    """Old variables that are new ones.

    Attributes:
        old: names in the trace.
        new: places in `model.variables`.
        how: the values go over, in words.
        by: what pairs it: `given`, `value`, `shape` (no other fits), `name`, `layer` (its kernel is
            known) or `order`.
        transform: of the values.
        old_shapes: of the old variables.
        paths: of the new variables.
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
    """The mapping of the old graph's variables to those of a new model.

    Attributes:
        links: what belongs together, in the order of the old variables.
        missing: names of old variables without a counterpart.
        extra: paths of new variables without one.
        ambiguous: groups of links that only the order of the variables tells half_trained.
        others: makes what `alternatives` gives after this mapping.
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
        """Values of the new variables, by place.

        Args:
            old: values of old variables by name, of their shapes and any dtype. A link that lacks
                some of them is left out, as are old variables without a counterpart.

        Returns:
            Values in the shapes of the new variables and the dtype of the old ones.
        """
        return self._values_to_new(old, linear=False)

    def to_old(self, new: AnyMapping[int, Array]) -> dict[str, Array]:
        """Values of the old variables, by name: what `to_new` made them of.

        Args:
            new: values of new variables by place, of their shapes and any dtype. A link that lacks
                some of them is left out.

        Returns:
            Values in the shapes of the old variables and the dtype of the new ones. `to_old` of
            `to_new` is exact, but for the last place where a forget bias was added.
        """
        return self._values_to_old(new, linear=False)

    def gradients_to_new(self, old: AnyMapping[str, Array]) -> dict[int, Array]:
        """Gradients, or slots, of the new variables by place: `to_new` without the forget bias.

        Args:
            old: gradients by name of the old variable, of its shape and any dtype.

        Returns:
            Gradients in the shapes of the new variables and the dtype of the old ones.
        """
        return self._values_to_new(old, linear=True)

    def gradients_to_old(self, new: AnyMapping[int, Array]) -> dict[str, Array]:
        """Gradients of the old variables by name: `to_old` without the forget bias.

        Args:
            new: gradients by place of the new variable, of its shape and any dtype.

        Returns:
            Gradients in the shapes of the old variables and the dtype of the new ones.
        """
        return self._values_to_old(new, linear=True)

    def lacks(self, weights: Collection[str], trained: Collection[int]) -> tuple[int, int]:
        """How badly it fits a training.

        Args:
            weights: names of the old variables that are trained.
            trained: places of the new ones that are.

        Returns:
            variables without a counterpart, and links of which one side alone is trained.
        """
        half_trained = [({*a.old} <= {*weights}) != ({*a.new} <= {*trained}) for a in self.links]
        return len(self.missing) + len(self.extra), sum(half_trained)

    def table(self) -> list[tuple[str, str, str]]:
        """Rows for printing: old names, new paths, and how the values go over."""
        rows = [(", ".join(a.old), ", ".join(a.paths), a.how) for a in self.links]
        rows += [(name, "-", "missing in the new model") for name in self.missing]
        return rows + [("-", path, "not in the old graph") for path in self.extra]

    def alternatives(self) -> Iterator["Mapping"]:
        """Mappings that fit as well but for the order of the variables, at most 24, best first.

        The first is this one. Layers of the same shapes are exchanged together with all that
        belongs to them: two towers as wholes first, then single layers. Last come square kernels
        the other way round.
        """
        seen = []
        for mapping in chain([self], self.others()):
            pairs = [(link.old, link.new, link.how) for link in mapping.links]
            if pairs not in seen:
                seen.append(pairs)
                yield mapping
            if len(seen) == _MOST:
                return
