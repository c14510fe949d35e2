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
        uninitialized: names of variables that had no value when they were last read.
        read_version: version at which all were read last.
        values: at that version, by name.
        references: of the same in the trace.
        has_trained: whether a training step was taken in it.
        evaluations: the last ones in it.
    """

    graph: Any
    version: int = 0
    uninitialized: set[str] = dataclasses.field(default_factory=set)
    read_version: int = -1
    values: dict[str, Array] = dataclasses.field(default_factory=dict)
    references: dict[str, str] = dataclasses.field(default_factory=dict)
    has_trained: bool = False
    evaluations: Evaluations = dataclasses.field(default_factory=Evaluations)


_ATTRIBUTE = "_tf_edureka_state"
_sessions: "weakref.WeakSet[Any]" = weakref.WeakSet()


def get(session: Any) -> State:
    """The state of a `session`."""
    state: State | None = getattr(session, _ATTRIBUTE, None)
    if state is None:
        state = State(session.graph)
        setattr(session, _ATTRIBUTE, state)
        _sessions.add(session)
    return state


def pop(session: Any) -> State | None:
    """The same for the last time; None if nothing is known."""
    if session not in _sessions:
        return None
    _sessions.discard(session)
    return get(session)


def sessions() -> list[Any]:
    """The sessions of which something is known."""
    return [*_sessions]
