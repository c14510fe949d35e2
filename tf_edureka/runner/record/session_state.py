"""The recorder's state for each session."""

import dataclasses
import weakref
from typing import Any

from tf_edureka.runner.record.evaluations import Evaluations
from tf_edureka.trace import Array


@dataclasses.dataclass(eq=False)
class State:
    """The recorder's state for a session.

    Attributes:
        graph: graph of the session.
        version: number of runs that have changed a variable, or may have.
        uninitialized: names of variables without a value at the last read.
        read_version: version at the last read of all variables; -1 before the first.
        values: values of the variables at `read_version`, by name.
        references: trace references of the values, by name.
        has_trained: whether a training step was taken in the session.
        evaluations: last evaluations in the session.
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
    """Returns the state of a `session`; creates it if needed."""
    state: State | None = getattr(session, _ATTRIBUTE, None)
    if state is None:
        state = State(session.graph)
        setattr(session, _ATTRIBUTE, state)
        _sessions.add(session)
    return state


def pop(session: Any) -> State | None:
    """Returns the state of a `session` and forgets it; None if there is none."""
    if session not in _sessions:
        return None
    _sessions.discard(session)
    return get(session)


def sessions() -> list[Any]:
    """Returns the sessions that have a state."""
    return [*_sessions]
