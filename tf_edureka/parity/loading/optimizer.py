"""Loads the slots of an original optimizer into a Keras model's optimizer."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tf_edureka.parity.loading import one_step, updates
from tf_edureka.parity.loading.new_network import NewNetwork
from tf_edureka.parity.loading.old_network import OldNetwork
from tf_edureka.parity.mapping import Mapping as Found
from tf_edureka.parity.optimizer import keras_slots
from tf_edureka.runs.console import counted
from tf_edureka.tf1.checkpoint import Checkpoint
from tf_edureka.tf1.checkpoint.content import POWER, SLOT, STEP, WEIGHT, Array
from tf_edureka.tf1.checkpoint.roles import slots_of

# The op's names for the slots, by the optimizer's name in TensorFlow 1 and tf.keras.
_BY_NAME: Mapping[str, tuple[str, ...]] = {
    "Adam": ("m", "v"),
    "AdaMax": ("m", "v"),
    "Momentum": ("accum",),
    "Adagrad": ("accum",),
    "Adadelta": ("accum", "accum_update"),
    "Ftrl": ("accum", "linear"),
    "RMSProp": ("ms", "mom"),
}
_CENTERED = ("ms", "mg", "mom")
_KERAS_SLOTS = {
    **{"m": "m", "v": "v", "adam_m": "m", "adam_v": "v", "momentum": "accum"},
    **{"accumulator": "accum", "rms": "ms"},
}


def load_slots(
    new: NewNetwork, checkpoint: Checkpoint, found: Found, old: OldNetwork | None
) -> str:
    """Loads the slots into a model's optimizer, and compares a step if there is a graph.

    Args:
        new: the model, with the weights loaded; it has an optimizer if it is compiled.
        checkpoint: the checkpoint with the slots.
        found: mapping of the checkpoint's variables to the model's.
        old: the checkpoint's graph; None if it has none.

    Returns:
        a report on the optimizer as text; empty if the checkpoint has no slots and no step.
    """
    optimizer = getattr(new.model, "optimizer", None)
    there = checkpoint.of_role(SLOT, POWER)
    if not checkpoint.of_role(SLOT, POWER, STEP):
        return ""
    if optimizer is None:
        return f"{counted(len(there), 'slot')} not loaded: the model is not compiled"
    graph_updates = _graph_updates(old, found) if old else []
    if graph_updates and old:
        slots, powers = _slots_by_graph(graph_updates, old, checkpoint)
    else:
        slots, powers = _slots_by_name(checkpoint, found)
    counted_steps = _step_number(checkpoint, powers, optimizer)
    number = counted_steps or 0
    weights = new.model.trainable_variables
    places = {id(one): place for place, one in enumerate(new.model.variables)}
    given: dict[str, list[Array]] = {}
    for slot, by_weight in slots.items():
        moved = found.gradients_to_new(by_weight)
        values = [moved[places[id(one)]] for one in weights if places[id(one)] in moved]
        if len(values) == len(weights):
            given[slot] = values
    if not optimizer.built:
        optimizer.build(weights)
    optimizer.iterations.assign(number)
    hyper = {"lr": float(np.array(optimizer.learning_rate)), **powers}
    without = keras_slots.set_slots(optimizer, weights, slots=given, hyper=hyper, number=number)
    description = type(optimizer).__name__
    description += f" at step {number}" if counted_steps is not None else " at an unknown step"
    if without:
        return f"{description}; not in the checkpoint for all weights: {', '.join(sorted(without))}"
    if there and not given:
        return f"{description}; none of the checkpoint's slots was loaded"
    if not graph_updates or old is None:
        return f"{description}, slots found by name; no training graph to compare a step with"
    return one_step.compare(
        new, checkpoint, found, old, graph_updates, number=number, description=description
    )


def _graph_updates(old: OldNetwork, found: Found) -> list[updates.Update]:
    names = {name for link in found.links for name in link.old}
    weights = {node for node in old.state if old.saved_as(node)[0] in names}
    return updates.of_weights(old.updates, weights)


def _slots_by_graph(
    graph_updates: Sequence[updates.Update], old: OldNetwork, checkpoint: Checkpoint
) -> tuple[dict[str, dict[str, Array]], dict[str, float]]:
    """Slots by the op's name for them and the weight's name; and the powers of the betas."""
    slots: dict[str, dict[str, Array]] = {}
    for one in graph_updates:
        for slot, node in one.slots.items():
            name = old.saved_as(node)[0]
            if name in checkpoint:
                slots.setdefault(slot, {})[old.saved_as(one.weight)[0]] = checkpoint[name]
    powers = {}
    for name in ("beta1_power", "beta2_power"):
        tensor = graph_updates[0].scalars.get(name, "").removesuffix("/read")
        if tensor in old.state:
            powers[name] = float(old.state[tensor])
    return slots, powers


def _slots_by_name(
    checkpoint: Checkpoint, found: Found
) -> tuple[dict[str, dict[str, Array]], dict[str, float]]:
    """Slots and powers as `_slots_by_graph` returns them, found by the slots' names alone."""
    slots: dict[str, dict[str, Array]] = {}
    weights = {name for link in found.links for name in link.old}
    for one in checkpoint.of_role(WEIGHT):
        for slot, name in _named(one.name, checkpoint) if one.variable in weights else ():
            slots.setdefault(slot, {})[one.variable] = checkpoint[name]
    powers = {
        one.name.rpartition("/")[2]: float(checkpoint[one.name])
        for one in reversed(checkpoint.of_role(POWER))
    }
    return slots, {re.sub(r"_\d+$", "", name): value for name, value in powers.items()}


def _named(weight: str, checkpoint: Checkpoint) -> Iterator[tuple[str, str]]:
    own = [one for one in slots_of(checkpoint.entries, weight) if "Average" not in one.slot]
    kinds: dict[str, list[str]] = {}
    for one in own:
        word = re.sub(r"(Optimizer)?(_\d+)?$", "", one.slot)
        if one.slot in _KERAS_SLOTS:
            yield _KERAS_SLOTS[one.slot], one.name
        elif word in _BY_NAME:
            kinds.setdefault(word, []).append(one.name)
    for word, names in kinds.items():
        of = _CENTERED if word == "RMSProp" and len(names) == len(_CENTERED) else _BY_NAME[word]
        yield from zip(of, names, strict=False)


def _step_number(checkpoint: Checkpoint, powers: Mapping[str, float], optimizer: Any) -> int | None:
    """Steps taken, from the checkpoint's count or from Adam's powers; None if not known."""
    counts = [int(checkpoint[one.name]) for one in checkpoint.of_role(STEP)]
    if max(counts, default=0) > 0:
        return max(counts)
    for name in ("beta2_power", "beta1_power"):
        beta = getattr(optimizer, name.replace("beta", "beta_").removesuffix("_power"), None)
        if beta and 0 < powers.get(name, 0) < 1:
            return max(0, round(math.log(powers[name]) / math.log(beta)) - 1)
    return None
