"""Settings of an optimizer that updates weights by plain ops, read from its Python object."""

import sys
from typing import Any

from tf_edureka.runner.record import variables
from tf_edureka.runner.record.gradients import variable_op_of

_METHODS = ("get_gradients", "compute_gradients")
_NAMES = {"learning_rate": "lr", "beta_1": "beta1", "beta_2": "beta2"}
_SCALARS = ("lr", "momentum", "rho", "beta1", "beta2", "decay")
_FRAMES = 30


def calling_optimizer() -> Any:
    """Returns the optimizer whose method is computing gradients now; None without one."""
    frame = sys._getframe(1)
    for _ in range(_FRAMES):
        if frame.f_back is None:
            return None
        frame = frame.f_back
        if frame.f_code.co_name in _METHODS and "self" in frame.f_locals:
            return frame.f_locals["self"]
    return None


def clips(optimizer: Any) -> bool:
    """True if an optimizer clips gradients itself."""
    return any(getattr(optimizer, name, None) for name in ("clipnorm", "clipvalue"))


def attributes(optimizer: Any) -> dict[str, Any]:
    """Returns the class of an optimizer and its numeric settings."""
    numbers = {
        name.lstrip("_"): value
        for name, value in _members(optimizer).items()
        if isinstance(value, int | float | bool)
    }
    return {"keras" if _is_of_keras(optimizer) else "class": type(optimizer).__name__, **numbers}


def scalars(optimizer: Any) -> dict[str, Any]:
    """Returns tensors that read the optimizer's settings that are variables, by name."""
    found = {}
    for name, value in _members(optimizer).items():
        named = _NAMES.get(name.lstrip("_"), name.lstrip("_"))
        if named in _SCALARS and hasattr(value, "op") and variable_op_of(value) is not None:
            tensor = variables.reading(value) if hasattr(value, "initializer") else value
            if tensor is not None:
                found[named] = tensor
    return found


def _members(optimizer: Any) -> dict[str, Any]:
    own = vars(optimizer) if hasattr(optimizer, "__dict__") else {}
    hyper = own.get("_hyper")
    return {**own, **(hyper if isinstance(hyper, dict) else {})}


def _is_of_keras(optimizer: Any) -> bool:
    return any("keras" in kind.__module__ for kind in type(optimizer).__mro__)
