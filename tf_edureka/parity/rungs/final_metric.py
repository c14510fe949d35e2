"""The last rung: the trained network in use, by the metrics that the script evaluated."""

from collections.abc import Iterator
from dataclasses import replace

from tf_edureka.parity.certificate.port_ladder import PortRung
from tf_edureka.parity.model import active_in_inference, losses
from tf_edureka.parity.model.evaluation import Batch
from tf_edureka.parity.model.forward import SQUASHING, logits_of, max_relative_difference, nearest
from tf_edureka.parity.model.keras_port import KerasPort
from tf_edureka.parity.noise.recorded_evaluation import WHY, RecordedEvaluation
from tf_edureka.parity.rungs.items import Worst, rung, skipped, worst
from tf_edureka.parity.rungs.recorded import Recorded
from tf_edureka.tf1.recorded_graph import Unreplayable
from tf_edureka.trace import Array, Trace

NAME = "final metric"


def final_metric(
    trace: Trace, training: int, port: KerasPort, step: Recorded, output: Array
) -> PortRung:
    """The rung, of the last evaluation that can be compared.

    Args:
        trace: of the original.
        training: which of its trainings.
        port: with its model.
        step: a recorded one.
        output: of the model in that step, any dtype and shape.

    Returns:
        the rung; a skipped one where none can be.
    """
    why = "the trace has no evaluation of the trained network; of one in another graph none is kept"
    for evaluation in reversed(trace.evaluations):
        try:
            original = RecordedEvaluation(trace, training, evaluation)
            return _climb(_Beside(original, port, step, output))
        except (_Skip, Unreplayable) as error:
            why = str(error)
    return skipped(NAME, why)


class _Skip(Exception):
    """Why an evaluation cannot be compared."""


class _Beside:
    """A model beside an evaluation of the original.

    Args:
        original: the evaluation.
        port: with the model.
        step: a recorded one.
        output: of the model in that step.

    Attributes:
        name: of the original's tensor that the model's output is, or is the softmax or sigmoid of.
        tensor: its value.
        wanted: what the model's output is to be.
        tolerance: of the output, relative to the largest value.
    """

    def __init__(
        self, original: RecordedEvaluation, port: KerasPort, step: Recorded, output: Array
    ) -> None:
        self.original, self.port = original, port
        given = {**original.inputs, **original.state}
        taken = {name for link in port.mapping.links for name in link.old}
        for name in (*(port.feeding.inputs if port.feeding else ()), *sorted(taken)):
            if name not in given:
                raise _Skip(f"the original was evaluated without {name}, which the port takes")
        tensors = {name: step.tensors[name] for name in original.used_by_metrics([*step.tensors])}
        squashed = not losses.takes_logits(port.model.loss)
        found = nearest(output, tensors, squashed=squashed)
        if found is None:
            raise _Skip("the metrics that were evaluated do not come from the port's output")
        self._kind, _, self.name = found.name.rpartition(" of ")
        self.tensor, self.tolerance = original.output(self.name)
        self.wanted = SQUASHING[self._kind](self.tensor) if self._kind else self.tensor

    def output(self, *, training: bool = False) -> Array:
        """The model's, in inference or as in training."""
        batch = Batch(inputs=self.original.inputs, random=self.original.random)
        found = self.port.output(self.original.state, batch, training=training)
        if found.size != self.wanted.size:
            raise _Skip(
                f"the port's output has {found.size} numbers, {self.name} {self.wanted.size}"
            )
        return found.reshape(self.wanted.shape)

    def apart(self) -> float:
        """How far the model's output in inference is from what is wanted."""
        return max_relative_difference(self.output(), self.wanted)

    def standing_in(self, output: Array) -> Array:
        """What the model's output makes of the original's tensor."""
        if not self._kind:
            return output.astype(self.tensor.dtype)
        return logits_of(self._kind, output, self.tensor, self.tolerance)


def _climb(beside: _Beside) -> PortRung:
    ours = beside.output()
    share = max_relative_difference(ours, beside.wanted)
    metrics = beside.original.metrics(beside.name, beside.standing_in(ours))
    examples = len(ours)
    found = rung(
        NAME,
        worst(_items(beside, share, metrics)),
        compared="; ".join(
            [
                *(
                    f"{name}: {beside.original.scalars[name]:.6g}, of the port {value:.6g}"
                    for name, value in metrics.items()
                ),
                f"the output on {examples} examples",
            ]
        ),
        unit="relative",
        why=WHY,
    )
    if found.passed:
        return found
    if max_relative_difference(beside.output(training=True), beside.wanted) <= beside.tolerance:
        raise _Skip(
            "the original was evaluated as it trains, with dropout or the statistics of the batch: "
            "the port gives its output with training=True, and another without"
        )
    return replace(found, causes=(*active_in_inference.causes(beside.port, beside.apart),))


def _items(beside: _Beside, share: float, metrics: dict[str, float]) -> Iterator[Worst]:
    """The output, and each metric with it in the place of the original's."""
    name, recorded = beside.name, beside.original.scalars
    yield Worst(share, beside.tolerance, f"the output in inference, beside {name}", 0)
    spans = beside.original.metric_tolerances(name, beside.tensor, beside.tolerance)
    if not spans:
        raise _Skip(f"{' and '.join(recorded)} cannot be computed again as recorded")
    for metric, span in spans.items():
        size = abs(recorded[metric]) or 1.0
        yield Worst(abs(metrics[metric] - recorded[metric]) / size, span / size, metric, 0)
