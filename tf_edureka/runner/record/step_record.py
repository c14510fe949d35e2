"""The record of one training step in a trace."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from tf_edureka.runner.record.arrays import plain
from tf_edureka.runner.record.gradients import is_sparse, parts
from tf_edureka.runner.record.plan import Part
from tf_edureka.runner.record.script_run import Capture, ScriptRun
from tf_edureka.trace import Array, short

Put = Callable[[Array], str]
_ARRAYS = (
    *("inputs", "random", "before", "after", "raw_gradients", "gradients", "tensors", "statistics"),
)


class StepRecord:
    """The record of one training step, a line of the trace.

    Args:
        script_run: run that took the step.
        capture: what to record of the run.
        part: what the run did for this training.
        known: values of the run's tensors, by the id of the tensor.
        training: index of the training.
        number: number of the step.

    Attributes:
        content: content of the line.
        number: number of the step.
        rate: learning rate of the step; None if not known.
        remarks: notes for readers of the trace.
    """

    def __init__(
        self,
        script_run: ScriptRun,
        capture: Capture,
        part: Part,
        known: Mapping[int, Any],
        training: int,
        number: int,
    ) -> None:
        self._script_run, self._capture, self._part, self._known = script_run, capture, part, known
        self.number = number
        self.remarks: list[str] = []
        hyper = {**part.constants}
        for name, tensor in part.scalars.items():
            if id(tensor) in known:
                hyper[name] = float(known[id(tensor)].reshape(()))
        self.rate = hyper.get("lr")
        scalars = {
            name: float(known[id(tensor)])
            for tensor, name in script_run.plan.scalars
            if id(tensor) in known and known[id(tensor)].ndim == 0
        }
        self.content: dict[str, Any] = {
            "number": number,
            "training": training,
            "hyper": hyper,
            "scalars": scalars,
            "fingerprints": capture.fingerprints,
        }
        if all(id(loss) in known for loss in part.call.losses):
            self.content["loss"] = _total(known[id(loss)] for loss in part.call.losses)

    def floats(self) -> Iterator[tuple[str, float]]:
        """Yields the loss and the scalars that the script fetched, with their names."""
        if self.content.get("loss") is not None:
            yield "loss", self.content["loss"]
        yield from self.content["scalars"].items()

    def store_gradients(self, put: Put) -> None:
        """Stores the gradients."""
        self.content["raw_gradients"] = self._gradients(self._part.raw, put)
        self.content["gradients"] = self._gradients(self._part.applied, put)

    def _gradients(self, gradients: Mapping[Any, Any], put: Put) -> dict[str, Any]:
        return {weight.name: self._gradient(weight, one, put) for weight, one in gradients.items()}

    def _gradient(self, weight: Any, gradient: Any, put: Put) -> Any:
        stored = [put(self._known[id(one)]) for one in parts(gradient)]
        if not is_sparse(gradient):
            return stored[0]
        indices, values = stored
        shape = [dimension.size for dimension in weight.get_attr("shape").dim]
        return {"indices": indices, "values": values, "shape": shape}

    def store_inputs(self, put: Put) -> None:
        """Stores fed values, outputs of iterators and queues, and random numbers."""
        plan = self._script_run.plan
        given = [*plan.fed, *plan.inputs]
        self.content["inputs"] = self._put_all(given, put)
        self.content["random"] = self._put_all(plan.random, put)
        if plan.hidden_random:
            names = ", ".join(plan.hidden_random)
            self.remarks.append(f"random ops in loops or branches, not recorded: {names}")

    def _put_all(self, tensors: Any, put: Put) -> dict[str, str]:
        known = self._known
        return {short(one.name): put(plain(known[id(one)])) for one in tensors if id(one) in known}

    def store_state(self, put: Put, after: Mapping[str, str]) -> None:
        """Stores everything but the gradients."""
        capture = self._capture
        self.content["before"], self.content["after"] = dict(capture.references), dict(after)
        for scalar, variable in self._part.aliased.items():
            if variable in capture.before:
                self.content["hyper"][scalar] = float(capture.before[variable].reshape(()))
        self.store_inputs(put)
        forward = self._script_run.plan.forward(self._part, capture.dead)
        if forward.obstacle:
            self.remarks.append(
                "of the forward pass only the names of tensors are stored, since "
                f"{forward.obstacle} prevents computing their values"
            )
            return
        loss, tensors, statistics = forward.compute(
            self._script_run.run, self._known, capture.before
        )
        self.content.setdefault("loss", loss)
        self.content["tensors"] = {short(one.name): put(v) for one, v in tensors.items()}
        self.content["statistics"] = {short(one.name): put(v) for one, v in statistics.items()}

    def drop_arrays(self) -> None:
        """Removes all arrays, since some of them are not stored."""
        for name in _ARRAYS:
            self.content.pop(name, None)


def _total(values: Any) -> float:
    return float(sum(float(one) if one.ndim == 0 else np.sum(one, dtype="d") for one in values))
