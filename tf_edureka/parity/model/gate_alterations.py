"""Gates of a recurrent layer in another order, or with another bias, put right."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from tf_edureka.parity.model.alteration import Alteration, replaced
from tf_edureka.parity.model.keras_port import KerasPort
from tf_edureka.trace import Array


def gate_alterations(port: KerasPort) -> Iterator[Alteration]:
    """Gates of a `port` in another order, or the other way round; another forget bias."""
    places = [place for link in port.mapping.links for place in link.new]
    for own, count in _gate_groups(port, places):
        for order in itertools.permutations(range(count)):
            if order != (*range(count),):
                yield Alteration(
                    "gate_order",
                    f"the original has the port's gates in the order {order}",
                    partial(replaced, port, "change_state", _permuted(own, order)),
                )
        for gate in range(count):
            yield Alteration(
                "gate_order",
                f"the original's gate {gate} of {count} is 1 less the port's",
                partial(replaced, port, "change_state", _negated(own, count, gate)),
            )
    for place in (place for place in places if 4 in port.gates(place)):
        for gate, change in itertools.product((1, 2, 0, 3), (-1.0, 1.0)):
            yield Alteration(
                "forget_bias",
                f"the bias of gate {gate} is off by {-change:+.0f} in the port",
                partial(replaced, port, "change_state", _with_forget_bias(place, gate, change)),
            )


def _gate_groups(port: KerasPort, places: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """Variables of as many columns, and how many gates those may be."""
    widths: dict[int, list[int]] = {}
    for place in places:
        if port.gates(place):
            widths.setdefault(port.model.variables[place].shape[-1], []).append(place)
    for width, own in widths.items():
        for count in port.gates(own[0]):
            if width % count == 0:
                yield own, count


def _blocks(
    places: Sequence[int], count: int, ours: Callable[[list[Array]], list[Array]]
) -> Callable[[dict[int, Array]], dict[int, Array]]:
    """Changes the blocks of columns of each place that has so many of the same width."""

    def change(state: dict[int, Array]) -> dict[int, Array]:
        changed = dict(state)
        for place in places:
            if place in state and state[place].shape[-1] % count == 0:
                blocks = ours(np.split(state[place], count, axis=-1))
                changed[place] = np.concatenate(blocks, axis=-1)
        return changed

    return change


def _permuted(places: Sequence[int], order: Sequence[int]) -> Callable[[Any], Any]:
    return _blocks(places, len(order), lambda blocks: [blocks[i] for i in order])


def _negated(places: Sequence[int], count: int, gate: int) -> Callable[[Any], Any]:
    """`sigmoid(-x)` is `1 - sigmoid(x)`."""
    return _blocks(
        places, count, lambda blocks: [-b if i == gate else b for i, b in enumerate(blocks)]
    )


def _with_forget_bias(place: int, gate: int, amount: float) -> Callable[[Any], Any]:
    """Adds to one of the four gates of a bias."""

    def change(state: dict[int, Array]) -> dict[int, Array]:
        if place not in state or state[place].ndim != 1:
            return state
        return _blocks(
            [place],
            4,
            lambda blocks: [b + b.dtype.type(amount * (i == gate)) for i, b in enumerate(blocks)],
        )(state)

    return change
