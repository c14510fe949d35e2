"""What is known of the variables in a session."""

import dataclasses
import weakref
from typing import Any

from tf_edureka.runner.record.evaluations import Evaluations
from tf_edureka.trace import Array


@dataclasses.dataclass(eq=False)
class State:
    """What is known of the variables in a session.

    Attributes:
        graph: of the session.
        version: how many runs have changed a variable, or may have.
        missing: names of variables that had no value when they were last read.
        seen: version at which all were read last.
        values: at that version, by name.
        references: of the same in the trace.
        has_trained: whether a training step was taken in it.
        evaluations: the last ones in it.
    """

    graph: Any
    version: int = 0
    missing: set[str] = dataclasses.field(default_factory=set)
    seen: int = -1
    values: dict[str, Array] = dataclasses.field(default_factory=dict)
    references: dict[str, str] = dataclasses.field(default_factory=dict)
    has_trained: bool = False
    evaluations: Evaluations = dataclasses.field(default_factory=Evaluations)


_states: "weakref.WeakKeyDictionary[Any, State]" = weakref.WeakKeyDictionary()


def of(session: Any) -> State:
    """The state of a `session`."""
    if session not in _states:
        _states[session] = State(session.graph)
    return _states[session]


def known(session: Any) -> State | None:
    """The same; None if nothing is known."""
    return _states.get(session)
