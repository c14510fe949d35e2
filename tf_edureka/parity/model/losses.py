"""What the loss of a compiled model says of itself."""

from typing import Any

from tf_edureka._keras import keras


def name(loss: Any) -> str:
    """What a `loss` is called, however it was given to `compile`."""
    first = _first(loss)
    return str(getattr(first, "name", None) or getattr(first, "__name__", None) or first).lower()


def takes_logits(loss: Any) -> bool | None:
    """Whether a `loss` takes logits; None where it does not say so."""
    first = _first(loss)
    if isinstance(first, str):
        return False if "entropy" in first else None
    try:
        return first.get_config().get("from_logits")
    except (AttributeError, NotImplementedError, TypeError, ValueError):
        return None


def sparse_options(loss: Any) -> tuple[bool, ...]:
    """Whether labels of a `loss` are class numbers (True), like its outputs (False), or both."""
    if "sparse" in name(loss):
        return (True,)
    known = hasattr(keras.losses, name(loss)) or hasattr(keras.metrics, name(loss))
    return (False,) if known else (False, True)


def sparse_options_of_outputs(model: Any) -> list[tuple[bool, ...]]:
    """What labels of each output of a compiled `model` may be, in the order of the flat outputs."""
    loss = model.loss
    if isinstance(loss, dict):
        is_dict = isinstance(getattr(model, "_outputs_struct", None), dict)
        loss = [loss.get(name) for name in (sorted(loss) if is_dict else model.output_names)]
    several = loss if isinstance(loss, list | tuple) and loss else [loss]
    return [sparse_options(one) for one in several]


def _first(loss: Any) -> Any:
    """The loss of the first output."""
    while isinstance(loss, list | tuple | dict):
        loss = next(iter(loss.values() if isinstance(loss, dict) else loss), "")
    return loss
