"""Reads and stores the variables of the trained graphs."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tf_edureka import trace
from tf_edureka.runner.record import session_state, variables
from tf_edureka.runner.record.manifest import Manifest
from tf_edureka.runner.record.script_run import Run
from tf_edureka.trace import Array


class VariableReader:
    """Reads and stores the variables of the trained graphs.

    Args:
        writer: writer of the trace.
        manifest: manifest of the trace; new variables are added to it.
    """

    def __init__(self, writer: trace.Writer, manifest: Manifest) -> None:
        self._writer = writer
        self._manifest = manifest
        self._tensors: dict[Any, dict[str, Any]] = {}  # tensors that read them, by graph and name

    @property
    def graphs(self) -> list[Any]:
        """The graphs whose variables were read, in order."""
        return [*self._tensors]

    def read_all(self, session: Any, run: Run) -> None:
        """Reads and stores all variables, unless they are unchanged since the last read.

        Args:
            session: session to read in; its `State` is updated.
            run: callable that runs fetches in the session.

        Raises:
            FullError: if they exceed the size limit.
        """
        state = session_state.get(session)
        if state.read_version == state.version and state.values:
            return
        found = variables.all_of(session.graph)
        tensors = self._tensors.setdefault(session.graph, {})
        for name, variable in found.items():
            if name not in tensors:
                reading = variables.reading(variable)
                if reading is None:
                    self._manifest.note(f"{name} cannot be read without adding an op")
                else:
                    tensors[name] = reading
        state.values = variables.values(tensors, lambda some: run(some, {}), state.uninitialized)
        new = [name for name in state.values if name not in self._manifest.variables]
        for name in new:
            self._manifest.add_variable(found[name], state.values[name])
        state.references = {name: self._writer.put(one) for name, one in state.values.items()}
        state.read_version = state.version
        for name in new:
            self._manifest.variables[name]["initial"] = state.references[name]

    def read(self, session: Any, run: Run, names: frozenset[str]) -> Mapping[str, Array]:
        """Returns the values of the variables `names` in a known graph, without storing them."""
        state = session_state.get(session)
        if state.read_version == state.version and names <= state.values.keys():
            return {name: state.values[name] for name in names}
        tensors = {n: one for n, one in self._tensors[session.graph].items() if n in names}
        values = run([*tensors.values()], {})
        return {n: np.array(one) for n, one in zip(tensors, values, strict=True)}
