"""A change that undoes a porting mistake for as long as it takes to look."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from unittest import mock


@dataclass(frozen=True, eq=False)
class Alteration:
    """A mistake, undone.

    Attributes:
        cause: its fixed word.
        says: what the port has and what explains the original, in a sentence.
        undone: makes the change for a block.
        change: that is made, in words that do not name the layer.
    """

    cause: str
    says: str
    undone: Callable[[], AbstractContextManager[Any]]
    change: str = ""


@contextlib.contextmanager
def undo_together(several: Sequence[Alteration]) -> Iterator[None]:
    """Undoes `several` alterations at the same time, for the block."""
    with contextlib.ExitStack() as stack:
        for one in several:
            stack.enter_context(one.undone())
        yield


def replaced(owner: Any, name: str, value: Any) -> AbstractContextManager[Any]:
    """Gives the attribute `name` of an `owner` another `value` for a block."""
    return mock.patch.object(owner, name, value)


def call_replaced(layer: Any, ours: Callable[..., Any]) -> AbstractContextManager[Any]:
    """Lets a function stand for the call of a layer, for a block.

    Args:
        layer: of Keras.
        ours: is given the inputs and the layer's own call.
    """
    original = layer.call

    def call(inputs: Any, **named: Any) -> Any:
        def its(value: Any, **changed: Any) -> Any:
            return original(value, **{**named, **changed})

        return ours(inputs, its)

    return replaced(layer, "call", call)
