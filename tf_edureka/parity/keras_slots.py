"""What the original's optimizer remembered, in the slots of a Keras optimizer."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from tf_edureka.parity.mapping import Mapping as Found
from tf_edureka.trace import Array, Step, Training

# Of each kind of op the slots by the attribute of Keras' optimizers; the velocity of its SGD is the
# original's accumulator times the negative rate.
_KERAS = {
    "Adam": {"_momentums": "m", "_velocities": "v"},
    "Momentum": {"momentums": "accum"},
    "RMSProp": {"_velocities": "ms", "_momentums": "mom"},
    "CenteredRMSProp": {"_velocities": "ms", "_momentums": "mom", "_average_gradients": "mg"},
    "Adagrad": {"_accumulators": "accum"},
    "Adadelta": {"_accumulated_grads": "accum", "_accumulated_delta_vars": "accum_update"},
    "Ftrl": {"_accumulators": "accum", "_linears": "linear"},
}


def load(
    model: Any, training: Training, step: Step, state: Mapping[str, Array], found: Found
) -> bool:
    """Sets the slots of a model's optimizer to those of the original before a step.

    Args:
        model: with its optimizer, which is built.
        training: of the original.
        step: that is to be taken.
        state: the original's variables before it.
        found: which of the model's variables is which of the original's.

    Returns:
        whether the optimizer has all that the original's remembered; it has if that is nothing.
    """
    optimizer = model.optimizer
    lists = dict(_lists(optimizer, training))
    values = {slot: _values(slot, training, state, found) for slot in training.slots}
    places = {id(variable): place for place, variable in enumerate(model.variables)}
    for slot, variables in lists.items():
        factor = 1.0
        if training.optimizer == "Momentum" and not hasattr(optimizer, "_slots"):
            factor = -float(step.hyper.get("lr", 1.0))
        for weight, variable in zip(model.trainable_variables, variables, strict=True):
            value = values[slot].get(places[id(weight)])
            if value is not None:
                variable.assign(value * np.asarray(factor, value.dtype))
    for number, power in enumerate(getattr(optimizer, "_powers", [])):
        beta = (optimizer.beta_1, optimizer.beta_2)[number]
        name = f"beta{number + 1}_power"
        power.assign(step.hyper.get(name, beta ** (step.number + 1)))
    return set(values) <= set(lists)


def _lists(optimizer: Any, training: Training) -> Iterable[tuple[str, list[Any]]]:
    """The slots that the optimizer has, by the original's name of them."""
    own = getattr(optimizer, "_slots", None)
    if own is not None:  # of tf1's, by the names of the op
        return ((name, own[name]) for name in training.slots if name in own)
    named = _KERAS.get(training.optimizer or "", {})
    found = ((slot, getattr(optimizer, attribute, None)) for attribute, slot in named.items())
    return ((slot, variables) for slot, variables in found if variables)


def _values(
    slot: str, training: Training, state: Mapping[str, Array], found: Found
) -> dict[int, Array]:
    """A slot of each weight, by the place of the model's variable."""
    by_weight = training.slots[slot]
    return found.gradients_to_new(
        {weight: state[name] for weight, name in by_weight.items() if name in state}
    )
