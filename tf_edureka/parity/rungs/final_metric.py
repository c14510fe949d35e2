"""The rung `final metric`: output and metrics of the trained network in inference."""

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
    """Compares the last evaluation in the trace that can be compared.

    Args:
        trace: recorded run.
        training: index of the training in the trace.
        port: port whose model is evaluated.
        step: recorded training step.
        output: output of the model in that step, any dtype and shape.

    Returns:
        the rung; a skipped one if no evaluation can be compared.
    """
    why = "the trace has no evaluation of the trained network (in another graph it is not recorded)"
    for evaluation in reversed(trace.evaluations):
        try:
            original = RecordedEvaluation(trace, training, evaluation)
            return _climb(_Comparison(original, port, step, output))
        except (_Skip, Unreplayable) as error:
            why = str(error)
    return skipped(NAME, why)


class _Skip(Exception):
    """Why an evaluation cannot be compared."""


class _Comparison:
    """A port's model compared with an evaluation of the original.

    Args:
        original: evaluation of the original.
        port: port whose model is evaluated.
        step: recorded training step.
        output: output of the model in that step.

    Attributes:
        name: name of the original tensor that the model's output equals, perhaps after softmax or
            sigmoid.
        tensor: value of that tensor.
        expected: expected value of the model's output.
        tolerance: tolerance of the output, relative to the largest value.
    """

    def __init__(
        self, original: RecordedEvaluation, port: KerasPort, step: Recorded, output: Array
    ) -> None:
        self.original, self.port = original, port
        given = {**original.inputs, **original.state}
        taken = {name for link in port.mapping.links for name in link.old}
        for name in (*(port.feeding.inputs if port.feeding else ()), *sorted(taken)):
            if name not in given:
                raise _Skip(f"the original was evaluated without {name}, which the port needs")
        tensors = {name: step.tensors[name] for name in original.used_by_metrics([*step.tensors])}
        squashed = not losses.takes_logits(port.model.loss)
        found = nearest(output, tensors, squashed=squashed)
        if found is None:
            raise _Skip("the evaluated metrics are not computed from the port's output")
        self._kind, _, self.name = found.name.rpartition(" of ")
        self.tensor, self.tolerance = original.output(self.name)
        self.expected = SQUASHING[self._kind](self.tensor) if self._kind else self.tensor

    def output(self, *, training: bool = False) -> Array:
        """The model's output, in inference or in training mode."""
        batch = Batch(inputs=self.original.inputs, random=self.original.random)
        found = self.port.output(self.original.state, batch, training=training)
        if found.size != self.expected.size:
            raise _Skip(
                f"the port's output has {found.size} values, {self.name} has {self.expected.size}"
            )
        return found.reshape(self.expected.shape)

    def difference(self) -> float:
        """Difference of the model's inference output from the expected one."""
        return max_relative_difference(self.output(), self.expected)

    def substituted(self, output: Array) -> Array:
        """The original's tensor recomputed from the model's output."""
        if not self._kind:
            return output.astype(self.tensor.dtype)
        return logits_of(self._kind, output, self.tensor, self.tolerance)


def _climb(comparison: _Comparison) -> PortRung:
    ours = comparison.output()
    share = max_relative_difference(ours, comparison.expected)
    metrics = comparison.original.metrics(comparison.name, comparison.substituted(ours))
    examples = len(ours)
    found = rung(
        NAME,
        worst(_items(comparison, share, metrics)),
        compared="; ".join(
            [
                *(
                    f"{name}: original {comparison.original.scalars[name]:.6g}, port {value:.6g}"
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
    if (
        max_relative_difference(comparison.output(training=True), comparison.expected)
        <= comparison.tolerance
    ):
        raise _Skip(
            "the original was evaluated in training mode, with dropout or batch statistics: the "
            "port's output agrees only with training=True"
        )
    return replace(
        found, causes=(*active_in_inference.causes(comparison.port, comparison.difference),)
    )


def _items(comparison: _Comparison, share: float, metrics: dict[str, float]) -> Iterator[Worst]:
    """The output, and each metric computed from the port's output."""
    name, recorded = comparison.name, comparison.original.scalars
    yield Worst(share, comparison.tolerance, f"of the inference output from {name}", 0)
    spans = comparison.original.metric_tolerances(name, comparison.tensor, comparison.tolerance)
    if not spans:
        raise _Skip(f"recomputing {' and '.join(recorded)} does not give the recorded value")
    for metric, span in spans.items():
        size = abs(recorded[metric]) or 1.0
        yield Worst(abs(metrics[metric] - recorded[metric]) / size, span / size, f"in {metric}", 0)
