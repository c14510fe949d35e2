"""Searches for the mapping of variables by comparing the outputs of a model's layers."""

import functools
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tf_edureka.parity.mapping import Link, Mapping as Found

_MOST_OF_LAYER = 64  # assignments that are tried for one layer

Names = tuple[str, ...]
Layers = Sequence[tuple[frozenset[int], bool]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """The result of running a model with an assignment of variables.

    Attributes:
        agrees: True if its outputs are the original network's.
        difference: relative difference between the outputs and the nearest tensors.
        is_comparable: True if the original network has tensors of the outputs' shapes.
        find_layers: function that computes `layers`.
    """

    agrees: bool
    difference: float
    is_comparable: bool
    find_layers: Callable[[], Layers]

    @functools.cached_property
    def layers(self) -> Layers:
        """Each layer that was called and has variables, in the order of the calls.

        A pair: the positions of its own variables in `model.variables`, and True if its output is a
        tensor of the original network.
        """
        return self.find_layers()

    @property
    def rank(self) -> tuple[int, float]:
        """Sort key of assignments, the likeliest first: most matching layers, least difference."""
        return -sum(is_matched for _, is_matched in self.layers), self.difference


class OutOfCalls(Exception):
    """The limit of calls of the model, or of time, is reached."""


class Search:
    """Searches for the assignment of original to model variables with which the outputs agree.

    It goes through the layers in the order of their calls. Each layer is given original variables
    of its shapes that no earlier layer has, until its output is a tensor of the original network.

    Args:
        found: the likeliest mapping, which the search starts from.
        spare: names and shapes of original variables without a counterpart.
        evaluate: function that runs the model with a mapping.
        most: limit of calls of `evaluate`.
        seconds: time limit in seconds.

    Attributes:
        calls: number of calls of `evaluate`.
        best: rank and assignment with the most matching layers; None before the first call.
    """

    def __init__(
        self,
        found: Found,
        spare: Sequence[tuple[str, tuple[int, ...]]],
        evaluate: Callable[[Found], Outcome],
        most: int,
        seconds: float,
    ) -> None:
        self._links = found.links
        self._found = found
        self._spare = [((name,), (shape,)) for name, shape in spare]
        self._evaluate = evaluate
        self.calls, self._most = 0, most
        self._end = time.monotonic() + seconds
        self._outcomes: dict[tuple[Names, ...], Outcome] = {}
        self.best: tuple[tuple[int, float], tuple[Names, ...]] | None = None

    def run(self) -> Found | None:
        """Returns the first mapping whose outputs agree; None if none is found."""
        start = tuple(link.old for link in self._links)
        given = frozenset(i for i, link in enumerate(self._links) if link.by == "given")
        for is_strict in (True, False):
            try:
                for one in self._descend(start, given, is_strict=is_strict):
                    if self._outcome(one).agrees:
                        return self.mapping(one)
            except OutOfCalls:
                break
        return None

    def _descend(
        self, assignment: tuple[Names, ...], done: frozenset[int], *, is_strict: bool
    ) -> Iterator[tuple[Names, ...]]:
        """Assignments to evaluate, starting from one in which the links in `done` are fixed."""
        outcome = self._outcome(assignment)
        if outcome.agrees:
            yield assignment
            return
        for places, is_matched in outcome.layers:
            own = self._links_of(places, done)
            if not own:
                continue
            fixed = done | {*own}
            groups = [self._links_of(those, done) for those, _ in outcome.layers]
            options = [*dict.fromkeys(self._options(assignment, done, own, groups))]
            is_known = len(options) == 1 and is_strict
            for one in options:  # the current one first
                if self._is_matched(one, places):
                    is_known = False
                    yield from self._descend(one, fixed, is_strict=is_strict)
                    is_matched = True
            if not is_matched and (is_known or not is_strict):
                yield from self._descend(assignment, fixed, is_strict=is_strict)
            return

    def _links_of(self, places: frozenset[int], done: frozenset[int]) -> list[int]:
        return [i for i, link in enumerate(self._links) if i not in done and {*link.new} & places]

    def _is_matched(self, assignment: tuple[Names, ...], places: frozenset[int]) -> bool:
        return any(own == places and matched for own, matched in self._outcome(assignment).layers)

    def _options(
        self,
        assignment: tuple[Names, ...],
        done: frozenset[int],
        own: Sequence[int],
        groups: Sequence[Sequence[int]],
    ) -> Iterator[tuple[Names, ...]]:
        """Assignments of other original variables to a layer's links, the current one first.

        Next come exchanges of all variables with another layer of the same shapes.
        """
        yield assignment
        mine = [self._links[i].old_shapes for i in own]
        for others in groups:
            if others != own and [self._links[k].old_shapes for k in others] == mine:
                exchanged = list(assignment)
                for i, k in zip(own, others, strict=True):
                    exchanged[i], exchanged[k] = exchanged[k], exchanged[i]
                yield tuple(exchanged)
        options = []
        for i in own:
            shapes, new = self._links[i].old_shapes, self._links[i].transform.how
            others = [
                k
                for k, link in enumerate(self._links)
                if k not in done
                and k != i
                and link.old_shapes == shapes
                and link.transform.how == new
            ]
            spare = [s for s, (name, its) in enumerate(self._spare) if its == shapes]
            options.append([(i, i), *((i, k) for k in others), *((i, ~s) for s in spare)])
        for chosen in itertools.islice(itertools.product(*options), _MOST_OF_LAYER):
            now = list(assignment)
            is_possible = True
            for i, k in chosen:
                if k < 0:
                    now[i] = self._spare[~k][0]
                else:
                    now[i], now[k] = now[k], now[i]
            for i, k in chosen:  # two links of a layer cannot both get the same variable
                is_possible &= k < 0 or now[i] == assignment[k]
            if is_possible and len({*now}) == len(now):
                yield tuple(now)

    def _outcome(self, assignment: tuple[Names, ...]) -> Outcome:
        if assignment not in self._outcomes:
            if self.calls >= self._most or time.monotonic() > self._end:
                raise OutOfCalls
            self.calls += 1
            self._outcomes[assignment] = outcome = self._evaluate(self.mapping(assignment))
            if self.best is None or outcome.rank < self.best[0]:
                self.best = outcome.rank, assignment
        return self._outcomes[assignment]

    def mapping(self, assignment: Sequence[Names]) -> Found:
        """Returns the mapping of an assignment.

        Args:
            assignment: names of the original variables of each link.
        """
        links: list[Link] = []
        for link, old in zip(self._links, assignment, strict=True):
            links.append(link if link.old == old else replace(link, old=old, by="output"))
        used = {name for link in links for name in link.old}
        all_old = {*self._found.missing, *(name for link in self._links for name in link.old)}
        missing = [name for name in self._found.missing if name not in used]
        missing += sorted(all_old - used - {*missing})
        return replace(self._found, links=tuple(links), missing=tuple(missing), ambiguous=())


def variables_of_layers(
    layers: Sequence[Any], places: Mapping[int, int]
) -> dict[int, frozenset[int]]:
    """Returns the variables of each layer; a variable belongs to the smallest layer that has it.

    Args:
        layers: Keras layers.
        places: position of each variable in `model.variables`, by the variable's `id`.

    Returns:
        positions by the `id` of the layer.
    """
    owner: dict[int, int] = {}
    for layer in sorted(layers, key=lambda one: len(one.variables), reverse=True):
        owner.update((id(one), id(layer)) for one in layer.variables)
    return {
        id(layer): frozenset(place for one, place in places.items() if owner.get(one) == id(layer))
        for layer in layers
    }
