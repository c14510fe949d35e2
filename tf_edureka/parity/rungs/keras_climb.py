"""Compares a compiled Keras model with a recorded run, rung by rung."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tf_edureka.parity import mapping
from tf_edureka.parity.certificate.port_ladder import PortRung
from tf_edureka.parity.model import (
    diagnosis,
    initial_deviations,
    losses,
    slices,
    statistics_causes,
)
from tf_edureka.parity.model.alteration import undo_together
from tf_edureka.parity.model.evaluation import Evaluation
from tf_edureka.parity.model.forward import first_different_layer
from tf_edureka.parity.noise import tolerances
from tf_edureka.parity.noise.run_in_float64 import NotInFloat64
from tf_edureka.parity.optimizer import keras_slots, rung as optimizer_rung
from tf_edureka.parity.rungs import (
    double_run,
    finite,
    items as port_rungs,
    loss_explained,
    structure,
)
from tf_edureka.parity.rungs.final_metric import final_metric
from tf_edureka.parity.rungs.matched import Matched
from tf_edureka.parity.rungs.recorded import Recorded, consecutive, old_variables, read
from tf_edureka.trace import Array, Step, Trace

_REST = ("forward pass", "loss", "gradients", "optimizer", "re-anchored steps", "free run")


class KerasClimb:
    """Compares a Keras model with a recorded run.

    Args:
        trace: recorded run.
        model: compiled model.
        given: names of the port's variables by name of the original ones, for variables that
            cannot be matched automatically.
        build: function that builds the model again; None if the port was given as a model.

    Attributes:
        notes: remarks for the certificate, in sentences.
    """

    def __init__(
        self,
        trace: Trace,
        model: Any,
        given: Mapping[str, str],
        build: Callable[[], Any] | None = None,
    ) -> None:
        self.trace, self.model, self._make = trace, model, build
        self.notes: list[str] = []
        self._matched = Matched(trace, model, given)
        self.training = self._matched.place
        self._trained = trace.trainings[self.training]
        self.weights = self._trained.weights
        self.shapes = {one.name: one.shape for one in old_variables(trace, self._trained)}

    @property
    def found(self) -> mapping.Mapping:
        """Mapping between the variables of original and port."""
        return self._matched.found

    def rungs(self, batches: Iterable[Any] | None) -> Iterator[PortRung]:
        """Yields all rungs in order; None for `batches` skips the comparison of batches."""
        first = structure.structure(self.found, self.shapes)
        if not first.passed and first.causes[0].cause != "missing_bias":
            yield first
            for name in ("initial values", "batches", *_REST, "final metric"):
                yield port_rungs.skipped(name, "the variables do not match the original's")
            return
        yield first
        self.known = first.causes  # these explain the later rungs, too
        self.steps = read(self.trace, self.training)
        self.allowed = tolerances.measured(self.trace, (*(one.step for one in self.steps),))
        self.port = self._matched.port(self.steps, self.allowed[0].limit("loss"))
        yield structure.initial_values(
            self.trace,
            self.weights,
            self.port.values(self._matched.start),
            initial_deviations.of_model(self.model, self.found),
        )
        yield structure.batches(self.trace, self.training, batches)
        seen = [self.port.evaluate(one.state, one.batch) for one in self.steps]
        finite.check(self.steps, seen)
        yield from self._forward_loss_gradients(seen)
        self.port.reset_optimizer(0)
        lacking = self._load_slots(self.steps[-1])
        yield optimizer_rung.climb(self.trace, self.training, self._updates, has_slots=not lacking)
        yield self._re_anchored([one for one in self.steps if not (lacking and one.step.number)])
        if lacking:
            self.notes.append(
                "the optimizer is compared only from step 0 on, since the trace lacks its later "
                f"state: {', '.join(lacking)}"
            )
        yield from self._free_run()
        yield final_metric(self.trace, self.training, self.port, self.steps[-1], seen[-1].output)

    def _forward_loss_gradients(self, seen: Sequence[Evaluation]) -> Iterator[PortRung]:
        why = self.allowed[0].why
        squashed = not losses.takes_logits(self.model.loss)
        worst = port_rungs.worst(
            port_rungs.forward_items(self.steps, seen, self.allowed, squashed=squashed)
        )
        forward = port_rungs.rung(
            "forward pass",
            worst,
            compared=f"the model's output in {len(seen)} steps",
            unit="relative to the largest value",
            why=why,
        )
        undone: list[Any] = []
        if worst is None and any(one.tensors for one in self.steps):
            why_not = "the port's output corresponds to no recorded tensor"
            forward = port_rungs.skipped("forward pass", why_not)
        elif forward.passed is False and loss_explained.matches(
            self.steps, seen, self.allowed, gradients=True
        ):
            why_not = "the port's output corresponds to no recorded tensor, but its loss and "
            forward = port_rungs.skipped("forward pass", f"{why_not}gradients are right")
        elif worst is not None and not forward.passed:
            step = self.steps[worst.place]
            causes = [*self.known]
            if not causes:
                causes, undone = diagnosis.explain_forward(
                    self.port, step, worst.tolerance, squashed=squashed
                )
            layer = first_different_layer(seen[worst.place].layers, step.tensors, 1e-3)
            forward = replace(forward, causes=tuple(causes))
            if layer:
                first = f"first difference in layer {layer}, in step {step.step.number}"
                forward = replace(forward, first=first)
        yield forward
        yield from self._loss_and_gradients(seen, forward, undone, why)

    def _loss_and_gradients(
        self, seen: Sequence[Evaluation], forward: PortRung, undone: Sequence[Any], why: str
    ) -> Iterator[PortRung]:
        losses = [one.loss for one in seen]
        worst = port_rungs.worst(port_rungs.loss_items(self.steps, losses, self.allowed))
        loss = port_rungs.rung(
            "loss", worst, compared=f"the loss in {len(seen)} steps", unit="relative", why=why
        )
        loss = replace(
            loss,
            series={
                "x": [one.step.number for one in self.steps],
                "original": [one.loss for one in self.steps],
                "port": losses,
            },
        )
        gradients = [one.gradients for one in seen]
        worst_of = port_rungs.worst(port_rungs.gradient_items(self.steps, gradients, self.allowed))
        gradient = port_rungs.rung(
            "gradients",
            worst_of,
            compared=f"the gradients of {len(self.weights)} weights in {len(seen)} steps",
            unit="relative to the largest value",
            why=why,
        )
        if self.known:
            loss = replace(loss, causes=self.known if loss.passed is False else ())
            gradient = replace(gradient, causes=self.known if gradient.passed is False else ())
        elif not (loss.passed and gradient.passed):
            with undo_together(undone):
                again = [self.port.evaluate(one.state, one.batch) for one in self.steps]
                causes = loss_explained.causes(
                    self.steps, again, self.allowed, self.weights, self.model.loss
                )
                bad = worst if worst is not None and not loss.passed else worst_of
                place = bad.place if bad else 0
                if not causes and forward.passed is not False:
                    search = (
                        diagnosis.explain_loss if not loss.passed else diagnosis.explain_gradients
                    )
                    right = again[place].output if forward.passed else None
                    causes, _ = search(
                        self.port, self.steps[place], bad.tolerance if bad else 0.0, right
                    )
            found = (*forward.causes, *causes)
            loss = replace(loss, causes=found if not loss.passed else ())
            gradient = replace(gradient, causes=found if not gradient.passed else ())
        yield loss
        yield gradient

    def _updates(
        self, steps: Sequence[Step], start: Mapping[str, Array]
    ) -> Iterator[dict[str, Array]]:
        """Yields the weights after each of consecutive steps, by the original's gradients."""
        self.port.load(start, linear=True)
        self.port.reset_optimizer(steps[0].number)
        if steps[0].number:
            keras_slots.load(self.model, self._trained, steps[0], state=start, found=self.found)
        for step in steps:
            given = step.raw_gradients or step.gradients
            self.port.apply(self.trace.arrays(given), slices.read(self.trace, given))
            yield {**start, **self.port.values(linear=True)}

    def _re_anchored(self, steps: Sequence[Recorded]) -> PortRung:
        if not steps:
            return port_rungs.skipped(
                "re-anchored steps", "no step can be started from its recorded state"
            )
        states = [self._step(one) for one in steps]
        names = [name for link in self.found.links for name in link.old]
        allowed = self.allowed[: len(steps)]  # for all steps, or for step 0
        roundings = optimizer_rung.roundings(self.trace, self.training, [s.step for s in steps])
        items = port_rungs.after_items(
            steps,
            states,
            allowed,
            names,
            roundings=roundings,
            storage_roundings=self.port.storage_roundings,
        )
        worst = port_rungs.worst(items)
        rung = port_rungs.rung(
            "re-anchored steps",
            worst,
            compared=f"all variables after each of {len(states)} steps from its recorded state",
            unit="relative to the largest value",
            why=f"{self.allowed[0].why}; {optimizer_rung.WHY}",
        )
        if worst is None or rung.passed:
            return rung
        one, ours = self.steps[worst.place], states[worst.place]
        causes = statistics_causes.explain(one.state, one.after, ours, self.weights)
        return replace(rung, causes=(*causes,))

    def _step(self, one: Recorded) -> dict[str, Array]:
        """All variables after the port's own step from the recorded state."""
        seen = self.port.evaluate(one.state, one.batch)
        self.port.reset_optimizer(one.step.number)
        self._load_slots(one)
        self.port.apply(seen.gradients, seen.slices)
        return self.port.values()

    def _load_slots(self, one: Recorded) -> list[str]:
        state, step = one.state, one.step
        return keras_slots.load(self.model, self._trained, step, state=state, found=self.found)

    def _free_run(self) -> Iterator[PortRung]:
        """The first steps in a row from the recorded start; in float64 if possible."""
        if self.trace.manifest.get("float64"):
            try:
                yield double_run.climb(self.trace, self.training, self.port, self._make)
                return
            except NotInFloat64 as error:
                self.notes.append(f"free run: in float32, since {error}")
        row = consecutive(self.steps)
        if row[0].step.number or len(row) < 2:
            yield port_rungs.skipped("free run", "the first steps were not recorded")
            return
        self.port.reset_optimizer(0)
        others = {n for one in self.trace.trainings for n in one.weights} - {*self.weights}
        state: Mapping[str, Array] = row[0].state
        losses = []
        for one in row:
            seen = self.port.evaluate({**one.state, **state}, one.batch)
            losses.append(seen.loss)
            self.port.apply(seen.gradients, seen.slices)
            # The weights of a GAN's other network are changed by its own steps.
            state = {n: value for n, value in self.port.values().items() if n not in others}
        yield port_rungs.free_run(row, losses, self.allowed)
