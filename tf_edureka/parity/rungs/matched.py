"""Matches a model to a training: its variables, its inputs, and the states that it keeps."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tf_edureka.errors import InputError
from tf_edureka.parity import mapping
from tf_edureka.parity.mapping import new_variables
from tf_edureka.parity.model import inputs
from tf_edureka.parity.model.evaluation import Batch
from tf_edureka.parity.model.keras_port import KerasPort
from tf_edureka.parity.model.recurrent_states import state_shapes
from tf_edureka.parity.rungs.recorded import Recorded, old_variables, random_ops
from tf_edureka.trace import Trace, Training


class Matched:
    """A model matched to the training of a trace whose weights fit it best.

    Args:
        trace: recorded run.
        model: compiled model; an unbuilt one is built with the first recorded batch.
        given: names of the port's variables by name of the original ones, for variables that
            cannot be matched automatically.

    Attributes:
        place: index of the training in the trace.
        found: mapping between the variables of original and port.
        start: initial values of the model's variables, each in its dtype and shape.

    Raises:
        InputError: if the trace has no training, or the model cannot be built.
    """

    def __init__(self, trace: Trace, model: Any, given: Mapping[str, str]) -> None:
        self._trace, self._model, self._given = trace, model, given
        if not model.built or not model.variables:
            recorded = (one.inputs for one in trace.steps if one.is_recorded and one.inputs)
            batch = Batch(inputs=trace.arrays(next(recorded, {})), random={})
            inputs.build(model, batch.examples)
        self.start = [variable.numpy() for variable in model.variables]
        self._new = new_variables.variables_of(model)
        self._states = state_shapes(model)
        self.place, self.found = self._find()

    def _find(self) -> tuple[int, mapping.Mapping]:
        best, least = None, (math.inf, math.inf)
        trained = {variable.place for variable in self._new if variable.trainable}
        for place, training in enumerate(self._trace.trainings):
            found = self._mapping(training)
            lacks = found.lacks(training.weights, trained)
            if lacks < least:
                best, least = (place, found), lacks
        if best is None:
            raise InputError(
                f"{self._trace.folder}: expected a trace of a training, got one without"
            )
        return best

    def _mapping(self, training: Training, forget_bias: float = 1.0) -> mapping.Mapping:
        old = [
            one
            for one in old_variables(self._trace, training)
            if not self._is_carried(one, training)
        ]
        return mapping.find(
            old, self._new, given=self._given, trained=training.weights, forget_bias=forget_bias
        )

    def _is_carried(self, old: Any, training: Training) -> bool:
        """True if a variable of the original may be a state that the model's layers keep."""
        return old.name not in training.weights and tuple(old.shape) in self._states

    def port(self, steps: Sequence[Recorded], tolerance: float) -> KerasPort:
        """Returns the model, fed so that its loss is nearest to the original's.

        Args:
            steps: recorded steps, at least one; the last one shows which states the model keeps.
            tolerance: relative tolerance of the loss in the first step; the first mapping within it
                is chosen.

        Raises:
            InputError: if no recorded input fits the model.
        """
        first, last = steps[0], steps[-1]
        best, port = (True, math.inf), None
        for found, has_to_hold in self._mappings():
            one = KerasPort(self._model, found, random_ops=random_ops(self._trace))
            gap = one.choose_feeding(first.state, first.batch, first.loss, first.tensors)
            holds = gap[1] <= tolerance * abs(first.loss)
            if port is None or holds or (gap < best and not has_to_hold):
                best, port, self.found = gap, one, found
            if holds:
                break
        if port is None:
            raise RuntimeError("there is no mapping")
        self._choose_carried(port, last)
        return port

    def _choose_carried(self, port: KerasPort, step: Recorded) -> None:
        def gap() -> float:
            seen = port.evaluate(step.state, step.batch, gradients=False)
            return abs(seen.loss - step.loss)

        training = self._trace.trainings[self.place]
        held = [
            one.name
            for one in old_variables(self._trace, training)
            if self._is_carried(one, training)
        ]
        there = {name: step.state[name] for name in held if name in step.state}
        port.recurrent_states.locate({**there, **step.batch.inputs}, gap)

    def _mappings(self) -> Iterator[tuple[mapping.Mapping, bool]]:
        """Yields mappings that fit equally well, and whether the loss must hold for one.

        An LSTM may add its forget bias or store it. The mapping with more equal initial values
        comes first. The other one counts only if the loss holds: it may be nearer by chance.
        """
        found, other = self.found, None
        if any(variable.cell == "lstm" for variable in self._new):
            other = self._mapping(self._trace.trainings[self.place], forget_bias=0.0)
            found, other = sorted((found, other), key=self._equal_initial_values, reverse=True)
        yield from ((one, False) for one in found.alternatives())
        if other is not None:
            yield other, True

    def _equal_initial_values(self, found: mapping.Mapping) -> int:
        """Number of variables with equal initial values in port and original."""
        mine = found.to_old(dict(enumerate(self.start)))
        initial = {name: self._trace.variables[name].initial for name in mine}
        return sum(
            reference is not None and np.array_equal(mine[name], self._trace.array(reference))
            for name, reference in initial.items()
        )
