"""Compares a port given as three functions with a recorded run, rung by rung."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tf_edureka.errors import InputError
from tf_edureka.parity.cause import Cause
from tf_edureka.parity.certificate.port_ladder import PortRung
from tf_edureka.parity.functions import Functions
from tf_edureka.parity.model import loss_causes
from tf_edureka.parity.model.forward import max_relative_difference
from tf_edureka.parity.noise import tolerances
from tf_edureka.parity.optimizer import rung as optimizer_rung
from tf_edureka.parity.rungs import finite, items as port_rungs, structure
from tf_edureka.parity.rungs.recorded import Recorded, consecutive, read
from tf_edureka.trace import Array, Step, Trace


class FunctionsClimb:
    """Compares `Functions` with a recorded run.

    Args:
        trace: recorded run.
        port: functions of the port.
    """

    def __init__(self, trace: Trace, port: Functions) -> None:
        self.trace, self.port = trace, port
        self.training = _training(trace, port.names)
        weights = trace.trainings[self.training].weights
        self.names = [*(port.names or weights)]
        self.steps = read(trace, self.training)
        self.mapping = tuple((name, name, "unchanged") for name in self.names)

    def rungs(self, batches: Iterable[Any] | None) -> Iterator[PortRung]:
        """Yields all rungs in order; None for `batches` skips the comparison of batches."""
        given = "functions are given the original's"
        yield port_rungs.skipped("structure", f"{given} weights and have no variables")
        yield port_rungs.skipped("initial values", f"{given} initial values")
        yield structure.batches(self.trace, self.training, batches)
        yield port_rungs.skipped("forward pass", "functions return the loss, but no output")
        allowed = tolerances.measured(self.trace, (*(one.step for one in self.steps),))
        losses = [self._loss(one.state, one) for one in self.steps]
        loss = port_rungs.rung(
            "loss",
            port_rungs.worst(port_rungs.loss_items(self.steps, losses, allowed)),
            compared=f"the loss in {len(losses)} steps",
            unit="relative",
            why=allowed[0].why,
        )
        gradients = [self._gradients(one.state, one) for one in self.steps]
        gradient = port_rungs.rung(
            "gradients",
            port_rungs.worst(port_rungs.gradient_items(self.steps, gradients, allowed)),
            compared=f"the gradients of {len(self.names)} weights in {len(gradients)} steps",
            unit="relative to the largest value",
            why=allowed[0].why,
        )
        yield from self._explained(loss, gradient, losses, gradients)
        self._clips = self._are_clipped(gradients)
        yield optimizer_rung.climb(self.trace, self.training, self._updates, has_slots=False)
        yield from self._whole_steps(allowed)
        yield port_rungs.skipped("final metric", "functions return the loss, but no output")

    def _explained(
        self,
        loss: PortRung,
        gradient: PortRung,
        losses: Sequence[float],
        gradients: Sequence[Mapping[str, Array]],
    ) -> Iterator[PortRung]:
        if gradient.passed is False:
            gradient = replace(gradient, causes=self._causes(gradients))
        if loss.passed is False:
            batch = _batch_size(self.steps[0].batch.inputs)
            recorded = [one.loss for one in self.steps]
            causes = (*loss_causes.factors(recorded, losses, batch=batch),)
            loss = replace(loss, causes=causes or gradient.causes)
        yield loss
        yield gradient

    def _causes(self, computed: Sequence[Mapping[str, Array]]) -> tuple[Cause, ...]:
        recorded = [{name: one.gradients[name] for name in self.names} for one in self.steps]
        states = [one.state for one in self.steps]
        causes = (*loss_causes.penalties(recorded, computed, states),)
        if causes:
            return causes
        batch = _batch_size(self.steps[0].batch.inputs)
        return (*loss_causes.factors_of_gradients(recorded, computed, batch=batch),)

    def _weights(self, state: Mapping[str, Array]) -> list[Array]:
        return [state[name].copy() for name in self.names]

    def _loss(self, state: Mapping[str, Array], one: Recorded) -> float:
        found = call_port("loss", self.port.loss, self._weights(state), feeds(one))
        array = _array("loss", found)
        if array.size != 1:
            raise InputError(f"loss of the port: expected a scalar, got shape {array.shape}")
        loss = float(array.reshape(()))
        return finite.valid("loss", loss, one.loss, one.step.number)

    def _gradients(self, state: Mapping[str, Array], one: Recorded) -> dict[str, Array]:
        found = call_port("gradients", self.port.gradients, self._weights(state), feeds(one))
        given = _named_arrays("gradients", self.names, found, state)
        largest = max(float(np.abs(value).max(initial=0)) for value in given.values())
        theirs = max(float(np.abs(value).max(initial=0)) for value in one.gradients.values())
        finite.valid("gradients", largest, theirs, one.step.number)
        return given

    def _are_clipped(self, gradients: Sequence[Mapping[str, Array]]) -> bool:
        """True if the port's gradients are nearer to the clipped ones."""
        clipped = [self.trace.arrays(one.step.gradients) for one in self.steps]

        def gap(theirs: Sequence[Mapping[str, Array]]) -> float:
            return max(
                max_relative_difference(ours[name], one[name])
                for ours, one in zip(gradients, theirs, strict=True)
                for name in self.names
                if name in one
            )

        return gap(clipped) < gap([one.gradients for one in self.steps])

    def _updates(
        self, steps: Sequence[Step], start: Mapping[str, Array]
    ) -> Iterator[dict[str, Array]]:
        weights, slots = self._weights(start), None
        for step in steps:
            raw = {} if self._clips else step.raw_gradients
            given = self.trace.arrays(raw or step.gradients)
            listed = [np.array(given[name]) for name in self.names]
            weights, slots = self._step(weights, slots, listed, step.number)
            yield dict(zip(self.names, weights, strict=True))

    def _step(self, weights: list[Array], slots: Any, gradients: list[Array], number: int) -> Any:
        found = call_port("update", self.port.update, weights, slots, gradients, number)
        if not isinstance(found, tuple | list) or len(found) != 2:
            raise InputError(
                f"update of the port: expected (weights, slots), got {_type_name(found)}"
            )
        state = dict(zip(self.names, weights, strict=True))
        given = _named_arrays("update", self.names, found[0], state)
        for name, value in given.items():
            finite.valid("update", float(value.sum()), float(state[name].sum()), number)
        return [given[name] for name in self.names], found[1]

    def _whole_steps(self, allowed: Sequence[tolerances.Tolerances]) -> Iterator[PortRung]:
        """Whole steps from step 0 on, since slots of functions cannot be set to a later state."""
        row = consecutive(self.steps)
        if row[0].step.number:
            yield port_rungs.skipped(
                "re-anchored steps", "slots of functions start at step 0, which was not recorded"
            )
            yield port_rungs.skipped("free run", "the first steps were not recorded")
            return
        gradients = self._gradients(row[0].state, row[0])
        weights = self._weights(row[0].state)
        listed = [gradients[name] for name in self.names]
        after, slots = self._step(weights, None, listed, 0)
        state = dict(zip(self.names, after, strict=True))
        roundings = optimizer_rung.roundings(self.trace, self.training, [row[0].step])
        items = port_rungs.after_items(
            row[:1], [state], allowed[:1], self.names, roundings=roundings, storage_roundings={}
        )
        yield port_rungs.rung(
            "re-anchored steps",
            port_rungs.worst(items),
            compared="all weights after step 0",
            unit="relative to the largest value",
            why=f"{allowed[0].why}; {optimizer_rung.WHY}",
        )
        losses = [self._loss(row[0].state, row[0])]
        for one in row[1:]:
            losses.append(self._loss(state, one))
            given = self._gradients(state, one)
            after, slots = self._step(after, slots, [given[n] for n in self.names], one.step.number)
            state = dict(zip(self.names, after, strict=True))
        yield port_rungs.free_run(row, losses, allowed)


def feeds(one: Recorded) -> dict[str, Array]:
    """Returns the `feeds` of one step for `Functions`.

    Args:
        one: recorded step.

    Returns:
        arrays by tensor name: fed values and outputs of iterators and random ops; any dtype and
        shape.
    """
    return {name: a.copy() for name, a in {**one.batch.inputs, **one.batch.random}.items()}


def call_port(name: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a `function` of the port with its `arguments`; `name` appears in the error.

    Raises:
        InputError: if the function raises.
    """
    try:
        return function(*arguments)
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise InputError(f"{name} of the port: expected a result, got {reason}") from error


def _named_arrays(
    what: str, names: Sequence[str], found: Any, like: Mapping[str, Array]
) -> dict[str, Array]:
    try:
        given = [*found]
    except TypeError:
        raise InputError(
            f"{what} of the port: expected a list of {len(names)} arrays, got {_type_name(found)}"
        ) from None
    arrays = [_array(what, one) for one in given]
    if len(arrays) != len(names):
        raise InputError(
            f"{what} of the port: expected {len(names)} arrays ({', '.join(names)}), got "
            f"{len(arrays)}"
        )
    for name, array in zip(names, arrays, strict=True):
        if array.shape != like[name].shape:
            expected = f"expected shape {like[name].shape} for {name}"
            raise InputError(f"{what} of the port: {expected}, got {array.shape}")
    return dict(zip(names, arrays, strict=True))


def _batch_size(inputs: Mapping[str, Array]) -> int:
    """Batch size: the most frequent length of the inputs."""
    lengths = [len(one) for one in inputs.values() if np.ndim(one)]
    return max(set(lengths), key=lengths.count, default=1) or 1


def _array(what: str, value: Any) -> Array:
    """Converts a value to NumPy; the error includes the framework's own message."""
    try:
        array = np.asarray(value)
        if array.dtype.kind in "fiub":
            return array
        reason = _type_name(value)
    except Exception as error:
        reason = f"{_type_name(value)} ({type(error).__name__}: {error})"
    raise InputError(f"{what} of the port: expected NumPy arrays of numbers, got {reason}")


def _type_name(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _training(trace: Trace, names: Sequence[str] | None) -> int:
    """Index of the training whose weights have these names; without names the only one."""
    if not trace.trainings:
        raise InputError(f"{trace.folder}: expected a trace of a training, got one without")
    if names is None:
        if len(trace.trainings) > 1:
            several = " or ".join(str([*one.weights]) for one in trace.trainings)
            raise InputError(
                "the trace has several trainings; pass Functions(names=...) with the weights of "
                f"one of them: {several}"
            )
        return 0
    for place, training in enumerate(trace.trainings):
        if set(training.weights) == set(names):
            return place
    first = trace.trainings[0].weights
    raise InputError(f"names of Functions: expected {[*first]}, got {[*names]}")
