"""Reads name and settings of the loss of a compiled model."""

from typing import Any

from tf_edureka._keras import keras


def name(loss: Any) -> str:
    """Returns the name of a `loss` in lower case, however it was passed to `compile`."""
    first = _first(loss)
    return str(getattr(first, "name", None) or getattr(first, "__name__", None) or first).lower()


def takes_logits(loss: Any) -> bool | None:
    """Returns whether a `loss` expects logits; None if it does not say so."""
    first = _first(loss)
    if isinstance(first, str):
        return False if "entropy" in first else None
    try:
        return first.get_config().get("from_logits")
    except (AttributeError, NotImplementedError, TypeError, ValueError):
        return None


def sparse_options(loss: Any) -> tuple[bool, ...]:
    """Returns the possible values of "labels are class indices" for a `loss`.

    Two values, False first, mean that it is not known.
    """
    if "sparse" in name(loss):
        return (True,)
    known = hasattr(keras.losses, name(loss)) or hasattr(keras.metrics, name(loss))
    return (False,) if known else (False, True)


def sparse_options_of_outputs(model: Any) -> list[tuple[bool, ...]]:
    """Returns `sparse_options` of each flat output of a compiled `model`."""
    loss = model.loss
    if isinstance(loss, dict):
        is_dict = isinstance(getattr(model, "_outputs_struct", None), dict)
        loss = [loss.get(name) for name in (sorted(loss) if is_dict else model.output_names)]
    several = loss if isinstance(loss, list | tuple) and loss else [loss]
    return [sparse_options(one) for one in several]


def _first(loss: Any) -> Any:
    """Returns the loss of the first output."""
    while isinstance(loss, list | tuple | dict):
        loss = next(iter(loss.values() if isinstance(loss, dict) else loss), "")
    return loss
