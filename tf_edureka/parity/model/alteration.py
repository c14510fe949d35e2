"""Temporary changes of a Keras model that undo a porting mistake."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from unittest import mock


@dataclass(frozen=True, eq=False)
class Alteration:
    """One porting mistake and how to undo it.

    Attributes:
        cause: fixed word of the cause, such as `padding`.
        says: sentence that says what the port has and what the original has.
        undone: returns a context manager that undoes the mistake inside its block.
        change: the change without the layer's name, such as `rate 0.5`; layers of one class with
            the same `change` are also tried together. Empty if the change is only tried alone.
    """

    cause: str
    says: str
    undone: Callable[[], AbstractContextManager[Any]]
    change: str = ""


@contextlib.contextmanager
def undo_together(several: Sequence[Alteration]) -> Iterator[None]:
    """Undoes `several` mistakes inside the block."""
    with contextlib.ExitStack() as stack:
        for one in several:
            stack.enter_context(one.undone())
        yield


def replaced(owner: Any, name: str, value: Any) -> AbstractContextManager[Any]:
    """Returns a context in which the attribute `name` of `owner` has another `value`."""
    return mock.patch.object(owner, name, value)


def call_replaced(layer: Any, ours: Callable[..., Any]) -> AbstractContextManager[Any]:
    """Returns a context in which a function replaces the `call` of a layer.

    Args:
        layer: the Keras layer.
        ours: function called with the inputs and the layer's own `call`; returns the output.
    """
    original = layer.call

    def call(inputs: Any, **named: Any) -> Any:
        def its(value: Any, **changed: Any) -> Any:
            return original(value, **{**named, **changed})

        return ours(inputs, its)

    return replaced(layer, "call", call)
