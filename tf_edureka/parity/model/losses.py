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


def class_numbers(loss: Any) -> tuple[bool, ...]:
    """What labels of a `loss` may be: class numbers (True), or what the outputs are (False)."""
    if "sparse" in name(loss):
        return (True,)
    known = hasattr(keras.losses, name(loss)) or hasattr(keras.metrics, name(loss))
    return (False,) if known else (False, True)


def _first(loss: Any) -> Any:
    """The loss of the first output."""
    while isinstance(loss, list | tuple | dict):
        loss = next(iter(loss.values() if isinstance(loss, dict) else loss), "")
    return loss
