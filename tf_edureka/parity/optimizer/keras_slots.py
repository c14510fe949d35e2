"""Loads the original's slots into a Keras optimizer, so that it can start after step 0."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tf_edureka._keras import keras
from tf_edureka.errors import InputError
from tf_edureka.parity.mapping import Mapping as Found
from tf_edureka.results import Floats
from tf_edureka.trace import Array, Step, Training

# The slot of TensorFlow 1's op for each slot of a Keras optimizer, by its class. The classes of
# `tf_edureka.tf1` use the ops' names.
_SLOTS: Mapping[str, Mapping[str, str]] = {
    "SGD": {"momentum": "accum"},
    "Adam": {"momentum": "m", "velocity": "v", "velocity_hat": "v"},
    "Nadam": {"momentum": "m", "velocity": "v"},
    "Adamax": {"momentum": "m", "norm": "v"},
    "RMSprop": {"velocity": "ms", "momentum": "mom", "average_gradient": "mg"},
    "Adagrad": {"accumulator": "accum"},
    "Adadelta": {"accumulated_grad": "accum", "accumulated_delta_var": "accum_update"},
    "Ftrl": {"accumulator": "accum", "linear": "linear"},
}
_POWERS = {"beta_1_power": "beta1_power", "beta_2_power": "beta2_power"}


def set_slots(
    optimizer: keras.optimizers.Optimizer,
    variables: Sequence[keras.Variable],
    *,
    slots: Mapping[str, Sequence[Floats]],
    hyper: Mapping[str, float],
    number: int,
) -> list[str]:
    """Sets a Keras optimizer to the state of the original's before a step; builds it if necessary.

    The velocity of Keras' `SGD` contains the learning rate: it is set to `-rate accum` with the
    rate of the coming step, as if the rate had never changed.

    Args:
        optimizer: optimizer of Keras or of `tf_edureka.tf1`.
        variables: its variables in the order in which it is built, float32 or float64, any shape.
        slots: float arrays for each of the variables, in their shapes, by the op's name of the
            slot.
        hyper: the original's scalars in the coming step: its rate, and the powers of both betas.
        number: number of the coming step, which becomes the iteration count.

    Returns:
        names of the optimizer's slots that the original does not have; they are not changed.

    Raises:
        InputError: if a slot has another shape than its variable.
    """
    if not optimizer.built:
        optimizer.build(variables)
    optimizer.iterations.assign(number)
    names = _names(optimizer)
    without = []
    for name, kept in _kept(optimizer, variables).items():
        slot = names.get(name, name)
        if name in _POWERS:
            if _POWERS[name] in hyper:
                kept[0].assign(hyper[_POWERS[name]])
        elif slot in slots and len(kept) == len(variables):
            for variable, value in zip(kept, slots[slot], strict=True):
                _assign(variable, value, -hyper["lr"] if _has_rate(optimizer) else 1.0)
        else:
            without.append(name)
    return without


def load(
    model: keras.Model,
    training: Training,
    step: Step,
    *,
    state: Mapping[str, Array],
    found: Found,
) -> list[str]:
    """Loads the original's slots before a step into a model's optimizer.

    Args:
        model: the Keras model with its optimizer.
        training: the original's training.
        step: the step that will be taken.
        state: the original's variables before that step by name, float or integer, any shape.
        found: mapping of the original's variables to those of the model.

    Returns:
        names of the optimizer's slots that the trace does not have for all weights; they are not
        changed.
    """
    weights = model.trainable_variables
    places = {id(variable): place for place, variable in enumerate(model.variables)}
    slots = {}
    for slot, by_weight in training.slots.items():
        old = {weight: state[name] for weight, name in by_weight.items() if name in state}
        new = found.gradients_to_new(old)
        values = [new.get(places[id(weight)]) for weight in weights]
        known = [value for value in values if value is not None]
        if len(known) == len(weights):
            slots[slot] = known
    return set_slots(model.optimizer, weights, slots=slots, hyper=step.hyper, number=step.number)


def _has_rate(optimizer: keras.optimizers.Optimizer) -> bool:
    return isinstance(optimizer, keras.optimizers.SGD)


def _names(optimizer: keras.optimizers.Optimizer) -> Mapping[str, str]:
    classes = (kind.__name__ for kind in type(optimizer).__mro__)
    return next((_SLOTS[name] for name in classes if name in _SLOTS), {})


def _kept(
    optimizer: keras.optimizers.Optimizer, variables: Sequence[keras.Variable]
) -> dict[str, list[Any]]:
    """Returns the optimizer's variables by slot name: `momentum` for `dense_kernel_momentum`."""
    of = [name for v in variables for name in (v.name, v.path.replace("/", "_"))]
    found: dict[str, list[Any]] = {}
    for variable in optimizer.variables:
        if variable.name not in ("iteration", "learning_rate"):
            # A variable named `beta` must not cut `beta_1_power`.
            cut = of if variable.name not in _POWERS else ()
            names = [variable.name, *(variable.name.removeprefix(f"{path}_") for path in cut)]
            found.setdefault(min(names, key=len), []).append(variable)
    return found


def _assign(variable: keras.Variable, value: Floats, times: float) -> None:
    if tuple(variable.shape) != np.shape(value):
        raise InputError(
            f"slot {variable.name!r}: expected shape {tuple(variable.shape)}, got {np.shape(value)}"
        )
    variable.assign(np.asarray(value, np.float64) * times)
