"""The rungs of a port on recorded steps: forward pass, loss, gradients, whole steps."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tf_edureka.errors import InputError
from tf_edureka.parity.certificate.drawing import number
from tf_edureka.parity.certificate.port_ladder import PortRung
from tf_edureka.parity.model.evaluation import Evaluation
from tf_edureka.parity.model.forward import max_relative_difference, nearest, relative_difference
from tf_edureka.parity.noise.tolerances import LARGEST_OF_LOSS, Tolerances
from tf_edureka.parity.rungs.recorded import Recorded
from tf_edureka.trace import Array


@dataclass(frozen=True)
class Worst:
    """The item of several that is furthest beyond its tolerance.

    Attributes:
        measured: how far it is apart.
        tolerance: how far it may be.
        where: what it is, in words.
        place: of its step among the recorded ones.
        float64: how far both are from what float64 gives, in words, where it is beyond.
    """

    measured: float
    tolerance: float
    where: str
    place: int
    float64: str = ""

    @property
    def ratio(self) -> float:
        """Measured to tolerance."""
        return self.measured / self.tolerance if self.tolerance else float(self.measured > 0)


def worst(items: Iterator[Worst]) -> Worst | None:
    """The one of `items` with the largest ratio; None of none."""
    found: Worst | None = None
    for one in items:
        if found is None or one.ratio > found.ratio or math.isnan(one.measured):
            found = one
    return found


def forward_items(
    steps: Sequence[Recorded],
    seen: Sequence[Evaluation],
    allowed: Sequence[Tolerances],
    *,
    squashed: bool,
) -> Iterator[Worst]:
    """The model's output on each step beside the tensor that it is nearest to.

    Args:
        steps: of the original.
        seen: what the model computed on them.
        allowed: tolerances of each.
        squashed: whether it may be the softmax or sigmoid of one: the loss does not take logits.
    """
    for place, (step, one, tolerance) in enumerate(zip(steps, seen, allowed, strict=True)):
        found = nearest(one.output, step.tensors, squashed=squashed)
        if found is not None:
            name = found.name.rpartition(" ")[2]
            where = f"the output, beside {found.name}, in step {step.step.number}"
            yield Worst(found.share, tolerance.limit("tensor", name), where, place)


def loss_items(
    steps: Sequence[Recorded], losses: Sequence[float], allowed: Sequence[Tolerances]
) -> Iterator[Worst]:
    """The loss of each step.

    Args:
        steps: of the original.
        losses: of the port on them.
        allowed: tolerances of each.
    """
    for place, (step, loss, tolerance) in enumerate(zip(steps, losses, allowed, strict=True)):
        if step.step.loss is None:
            continue
        apart = relative_difference(loss, step.loss)
        both_invalid = not math.isfinite(loss) and not math.isfinite(step.loss)
        apart = 0.0 if both_invalid else apart if math.isfinite(apart) else math.inf
        allow, said = tolerance.limit("loss"), ""
        exact = tolerance.exact("loss")
        if exact is not None and apart > allow:
            by = [
                number(relative_difference(one, float(exact)), 1) for one in (step.step.loss, loss)
            ]
            said = f"float64 gives {exact:.8g}; the original differs from it by {by[0]}, the port "
            said += f"by {by[1]}"
        yield Worst(apart, allow, f"step {step.step.number}", place, said)


def gradient_items(
    steps: Sequence[Recorded],
    gradients: Sequence[Mapping[str, Array]],
    allowed: Sequence[Tolerances],
) -> Iterator[Worst]:
    """The gradient of each weight in each step, relative to its largest value.

    One that is rounding only, as of a bias before batch normalization, is compared with the largest
    of all.

    Args:
        steps: of the original.
        gradients: of the port on them, by the old weight, float, in the weight's shape.
        allowed: tolerances of each.

    Returns:
        an item for each gradient of each step.

    Raises:
        InputError: when a gradient has another shape.
    """
    for place, (step, ours, tolerance) in enumerate(zip(steps, gradients, allowed, strict=True)):
        largest = max(
            (float(np.abs(one).max(initial=0)) for one in step.gradients.values()), default=0
        )
        for name, gradient in step.gradients.items():
            if name not in ours:
                continue
            own = ours[name]
            if own.shape != gradient.shape:
                raise InputError(
                    f"expected a gradient of shape {gradient.shape} for {name}, got {own.shape}"
                )
            size, said = float(np.abs(gradient).max(initial=0)), ""
            if size < 1e-6 * largest:
                share = float(np.abs(own - gradient).max(initial=0)) / largest
                allow = 1e-5
            else:
                share, allow = (
                    max_relative_difference(own, gradient),
                    tolerance.limit("gradient", name),
                )
                exact = tolerance.exact("gradient", name)
                if exact is not None and share > allow:
                    by = [number(max_relative_difference(one, exact), 1) for one in (gradient, own)]
                    said = f"from the gradient of {name} in float64 the original differs by {by[0]}"
                    said += f" of the largest, the port by {by[1]}"
            yield Worst(share, allow, f"{name} in step {step.step.number}", place, said)


def after_items(
    steps: Sequence[Recorded],
    states: Sequence[Mapping[str, Array]],
    allowed: Sequence[Tolerances],
    names: Sequence[str],
    *,
    roundings: Sequence[Mapping[str, float]],
    storage_roundings: Mapping[str, float],
) -> Iterator[Worst]:
    """Each variable after a step from the recorded state, relative to its largest value.

    Args:
        steps: of the original.
        states: the port's variables after each, by the old name, float, any shape.
        allowed: tolerances of each.
        names: of the variables that are compared.
        roundings: of each what the optimizer's own arithmetic may differ by, by name: the noise of
            the original is that of its gradients, but its optimizer is written another way.
        storage_roundings: additional tolerance by name, where the port stores a variable plus a
            constant, such as a forget bias.

    Returns:
        an item for each variable of each step.
    """
    for place, (step, state, tolerance, rounding) in enumerate(
        zip(steps, states, allowed, roundings, strict=True)
    ):
        for name in names:
            if name not in state or name not in step.after:
                continue
            share = max_relative_difference(state[name], step.after[name])
            largest = float(np.abs(step.after[name]).max(initial=0)) or 1.0
            more = storage_roundings.get(name, 0.0) + rounding.get(name, 0.0)
            allow = tolerance.limit("after", name) + more / largest
            yield Worst(share, allow, f"{name} after step {step.step.number}", place)


def rung(name: str, found: Worst | None, *, compared: str, unit: str, why: str) -> PortRung:
    """A rung of what was found; without that, a skipped one.

    Args:
        name: of the rung.
        found: the item that is furthest beyond its tolerance; None if there is none.
        compared: what of them was compared.
        unit: of what was measured.
        why: the reason for the tolerance.
    """
    if found is None:
        return skipped(name, "nothing that could be compared was recorded")
    return PortRung(
        rung=name,
        compared=compared,
        unit=unit,
        measured=found.measured,
        tolerance=found.tolerance,
        why=why,
        first=found.where,
        float64=found.float64,
    )


def skipped(name: str, why: str) -> PortRung:
    """A rung by its `name` that was not climbed, and `why`."""
    return PortRung(rung=name, compared="", unit="", measured=None, tolerance=None, why=why)


def free_run(
    row: Sequence[Recorded], losses: Sequence[float], allowed: Sequence[Tolerances]
) -> PortRung:
    """The losses of steps in a row, each of which begins where the port's last one ended.

    Args:
        row: the steps of the original.
        losses: of the port on them.
        allowed: tolerances of each.
    """
    limits = [
        min(LARGEST_OF_LOSS, max(1e-5, tolerance.limit("loss")) * 30.0**i)
        for i, tolerance in zip(range(len(row)), allowed, strict=False)
    ]
    return run_of(
        [one.loss for one in row],
        losses,
        limits,
        how="in a row",
        why="thirty times the loss's own tolerance for each step: training enlarges rounding",
    )


def run_of(
    original: Sequence[float], port: Sequence[float], limits: Sequence[float], *, how: str, why: str
) -> PortRung:
    """The rung of the losses of the first steps.

    Args:
        original: its losses.
        port: the port's.
        limits: how far they may be apart, relative.
        how: these steps are taken.
        why: the reason for the limits.
    """
    apart = [relative_difference(one, other) for one, other in zip(port, original, strict=True)]
    ratios = [a / b for a, b in zip(apart, limits, strict=True)]
    place = next((i for i, ratio in enumerate(ratios) if not ratio <= 1), int(np.argmax(ratios)))
    return PortRung(
        rung="free run",
        compared=f"the loss of {len(apart)} steps {how}",
        unit="relative",
        measured=apart[place],
        tolerance=limits[place],
        why=why,
        first=f"step {place}",
        series={
            "x": [*range(len(apart))],
            "original": [*original],
            "port": [*port],
            "tolerance": [*limits],
        },
    )
