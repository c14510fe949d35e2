"""Descriptions of a Keras model's variables: layer, role and settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Kind of a recurrent cell, as in `recurrent.LAYOUTS`, by the Keras class.
_CELLS = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "rnn"}
_SETTINGS = ("reset_after", "unit_forget_bias", "implementation", "use_bias", "scale", "center")


@dataclass(frozen=True, kw_only=True)
class NewVariable:
    """A variable of the new model.

    Attributes:
        place: position in `model.variables`.
        path: path of the variable, such as `sequential/dense/kernel`.
        shape: shape of the value.
        dtype: NumPy's name of the dtype, such as `float32`.
        trainable: True if the model trains it, so that it is in `model.trainable_variables`.
        layer: path of its layer, the same text for all variables of one layer.
        layer_class: name of the layer's class, such as `Dense`.
        role: name within its layer, such as `kernel`.
        cell: `lstm`, `gru` or `rnn` for a recurrent layer with Keras' own variables; else empty.
        settings: settings of the layer that change the variable's meaning, such as `reset_after`.
    """

    place: int
    path: str
    shape: tuple[int, ...]
    dtype: str = "float32"
    trainable: bool = True
    layer: str = ""
    layer_class: str = ""
    role: str = ""
    cell: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


def _cell(layer: Any, roles: Sequence[str]) -> str:
    """Kind of a recurrent layer; empty if its variables are not Keras' own."""
    if "recurrent_kernel" not in roles:
        return ""
    bases = [base.__name__.removesuffix("Cell") for base in type(layer).__mro__]
    return next((kind for name, kind in _CELLS.items() if name in bases), "")


def owners(model: Any) -> dict[int, Any]:
    """Returns the smallest layer that has each variable of a `model`, by the variable's `id`."""
    owners: dict[int, Any] = {}
    layers = list(model._flatten_layers())
    for layer in sorted(layers, key=lambda one: len(one.variables), reverse=True):
        owners.update((id(variable), layer) for variable in layer.variables)
    return owners


def variables_of(model: Any) -> list[NewVariable]:
    """Describes the variables of a model.

    Args:
        model: a Keras model that is built: sequential, functional or subclassed.

    Returns:
        a record for each variable in the order of `model.variables`. Integers, such as states of
        random number generators, are omitted; `place` counts them nevertheless.
    """
    owned_by = owners(model)
    trained = {id(variable) for variable in model.trainable_variables}
    found = []
    for place, variable in enumerate(model.variables):
        if "int" in str(variable.dtype) or "seed_generator" in variable.path:
            continue
        layer = owned_by.get(id(variable), model)
        own = [one.name for one in layer.variables if owned_by.get(id(one)) is layer]
        settings = {name: getattr(layer, name) for name in _SETTINGS if hasattr(layer, name)}
        found.append(
            NewVariable(
                place=place,
                path=variable.path,
                shape=tuple(variable.shape),
                dtype=str(variable.dtype),
                trainable=id(variable) in trained,
                layer=f"{variable.path.rpartition('/')[0]}#{id(layer)}",
                layer_class=type(layer).__name__,
                role=variable.name,
                cell=_cell(layer, own),
                settings=settings,
            )
        )
    return found
