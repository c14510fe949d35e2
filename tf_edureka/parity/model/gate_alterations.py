"""Undoes mistakes in the gates of recurrent layers: their order, their sign, the forget bias."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from tf_edureka.parity.model.alteration import Alteration, replaced
from tf_edureka.parity.model.keras_port import KerasPort
from tf_edureka.trace import Array


def gate_alterations(port: KerasPort) -> Iterator[Alteration]:
    """Yields other gate orders of a `port`, inverted gates (`1 - gate`) and other forget biases."""
    places = [place for link in port.mapping.links for place in link.new]
    for own, count in _gate_groups(port, places):
        for order in itertools.permutations(range(count)):
            if order != (*range(count),):
                yield Alteration(
                    "gate_order",
                    f"the gates are in another order: the port's gates {(*range(count),)} are the "
                    f"original's {order}",
                    partial(replaced, port, "change_state", _permuted(own, order)),
                )
        for gate in range(count):
            yield Alteration(
                "gate_order",
                f"the original's gate {gate} (of {count}, from 0) is 1 minus the port's",
                partial(replaced, port, "change_state", _negated(own, count, gate)),
            )
    for place in (place for place in places if 4 in port.gates(place)):
        for gate, change in itertools.product((1, 2, 0, 3), (-1.0, 1.0)):
            yield Alteration(
                "forget_bias",
                f"the port's bias of gate {gate} (of 4, from 0) is 1 too "
                f"{'small' if change > 0 else 'large'}",
                partial(replaced, port, "change_state", _with_forget_bias(place, gate, change)),
            )


def _gate_groups(port: KerasPort, places: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """Yields variables with equally many columns, and each number of gates they may have."""
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
    """Returns a change of the column blocks, one per gate, of the variables at `places`."""

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
    """Negates a gate: `sigmoid(-x)` is `1 - sigmoid(x)`."""
    return _blocks(
        places, count, lambda blocks: [-b if i == gate else b for i, b in enumerate(blocks)]
    )


def _with_forget_bias(place: int, gate: int, amount: float) -> Callable[[Any], Any]:
    """Adds `amount` to one of the four gates of a bias."""

    def change(state: dict[int, Array]) -> dict[int, Array]:
        if place not in state or state[place].ndim != 1:
            return state
        return _blocks(
            [place],
            4,
            lambda blocks: [b + b.dtype.type(amount * (i == gate)) for i, b in enumerate(blocks)],
        )(state)

    return change
