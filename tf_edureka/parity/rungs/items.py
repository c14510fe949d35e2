"""Compares values on recorded steps: forward pass, loss, gradients, whole steps, free run."""

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
    """A compared value, or the one of several with the largest difference over tolerance.

    Attributes:
        measured: difference of port and original.
        tolerance: largest difference that is allowed.
        where: place of the value, in words, such as `in step 10`.
        place: index of the step among the recorded ones.
        float64: distances of both from the value in float64, in words; empty within the tolerance.
    """

    measured: float
    tolerance: float
    where: str
    place: int
    float64: str = ""

    @property
    def ratio(self) -> float:
        """Difference divided by the tolerance."""
        return self.measured / self.tolerance if self.tolerance else float(self.measured > 0)


def worst(items: Iterator[Worst]) -> Worst | None:
    """Returns the one of `items` with the largest ratio; None if there are none."""
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
    """Compares the model's output in each step with the nearest tensor of the original.

    Args:
        steps: recorded steps of the original.
        seen: results of the model on these steps.
        allowed: tolerances, one for each step.
        squashed: whether the output may be the softmax or sigmoid of a tensor, since the model's
            loss expects probabilities.
    """
    for place, (step, one, tolerance) in enumerate(zip(steps, seen, allowed, strict=True)):
        found = nearest(one.output, step.tensors, squashed=squashed)
        if found is not None:
            name = found.name.rpartition(" ")[2]
            where = f"of the output from {found.name}, in step {step.step.number}"
            yield Worst(found.share, tolerance.limit("tensor", name), where, place)


def loss_items(
    steps: Sequence[Recorded], losses: Sequence[float], allowed: Sequence[Tolerances]
) -> Iterator[Worst]:
    """Compares the loss of each step.

    Args:
        steps: recorded steps of the original.
        losses: losses of the port in these steps.
        allowed: tolerances, one for each step.
    """
    for place, (step, loss, tolerance) in enumerate(zip(steps, losses, allowed, strict=True)):
        if step.step.loss is None:
            continue
        gap = relative_difference(loss, step.loss)
        both_invalid = not math.isfinite(loss) and not math.isfinite(step.loss)
        gap = 0.0 if both_invalid else gap if math.isfinite(gap) else math.inf
        allow, exact_text = tolerance.limit("loss"), ""
        exact = tolerance.exact("loss")
        if exact is not None and gap > allow:
            by = [
                number(relative_difference(one, float(exact)), 1) for one in (step.step.loss, loss)
            ]
            exact_text = (
                f"in float64 the loss is {exact:.8g}; relative to that, the original differs by "
            )
            exact_text += f"{by[0]}, the port by {by[1]}"
        yield Worst(gap, allow, f"in step {step.step.number}", place, exact_text)


def gradient_items(
    steps: Sequence[Recorded],
    gradients: Sequence[Mapping[str, Array]],
    allowed: Sequence[Tolerances],
) -> Iterator[Worst]:
    """Compares the gradient of each weight in each step, relative to its largest value.

    A gradient that consists of rounding errors, such as that of a bias before batch normalization,
    is compared relative to the largest value of all gradients.

    Args:
        steps: recorded steps of the original.
        gradients: gradients of the port in these steps, by name of the original weight; float, in
            the weight's shape.
        allowed: tolerances, one for each step.

    Returns:
        an item for each gradient of each step.

    Raises:
        InputError: if the shape of a gradient differs.
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
            size, exact_text = float(np.abs(gradient).max(initial=0)), ""
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
                    exact_text = (
                        f"from the gradient of {name} in float64 the original differs by {by[0]}"
                    )
                    exact_text += f", the port by {by[1]} (relative to the largest value)"
            yield Worst(share, allow, f"in {name} in step {step.step.number}", place, exact_text)


def after_items(
    steps: Sequence[Recorded],
    states: Sequence[Mapping[str, Array]],
    allowed: Sequence[Tolerances],
    names: Sequence[str],
    *,
    roundings: Sequence[Mapping[str, float]],
    storage_roundings: Mapping[str, float],
) -> Iterator[Worst]:
    """Compares each variable after a step from the recorded state, relative to its largest value.

    Args:
        steps: recorded steps of the original.
        states: variables of the port after each step, by original name, float, any shape.
        allowed: tolerances, one for each step.
        names: names of the variables to compare.
        roundings: absolute rounding error of the optimizer's arithmetic in each step, by name. The
            measured noise covers the gradients only, and a port may write its update rule
            differently.
        storage_roundings: additional absolute tolerance, by name, for variables that the port
            stores as a different number.

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
            yield Worst(share, allow, f"in {name} after step {step.step.number}", place)


def rung(name: str, found: Worst | None, *, compared: str, unit: str, why: str) -> PortRung:
    """Returns the rung of the worst item; a skipped rung without any.

    Args:
        name: name of the rung.
        found: item with the largest difference over tolerance; None if nothing was compared.
        compared: description of the compared values.
        unit: unit of the measured difference.
        why: reason for the tolerance.
    """
    if found is None:
        return skipped(name, "the trace has nothing to compare")
    return PortRung(
        rung=name,
        compared=compared,
        unit=unit,
        measured=found.measured,
        tolerance=found.tolerance,
        why=why,
        first=f"largest difference {found.where}",
        float64=found.float64,
    )


def skipped(name: str, why: str) -> PortRung:
    """Returns a skipped rung with its `name` and the reason (`why`)."""
    return PortRung(rung=name, compared="", unit="", measured=None, tolerance=None, why=why)


def free_run(
    row: Sequence[Recorded], losses: Sequence[float], allowed: Sequence[Tolerances]
) -> PortRung:
    """Compares the losses of consecutive steps, in which the port continues from its own state.

    Args:
        row: consecutive steps of the original.
        losses: losses of the port in these steps.
        allowed: tolerances, one for each step.
    """
    limits = [
        min(LARGEST_OF_LOSS, max(1e-5, tolerance.limit("loss")) * 30.0**i)
        for i, tolerance in zip(range(len(row)), allowed, strict=False)
    ]
    return free_run_rung(
        [one.loss for one in row],
        losses,
        limits,
        how="",
        why="the tolerance of the loss, times 30 for each further step, since training amplifies "
        "rounding differences",
    )


def free_run_rung(
    original: Sequence[float], port: Sequence[float], limits: Sequence[float], *, how: str, why: str
) -> PortRung:
    """Returns the rung `free run`: the losses of the first steps.

    Args:
        original: losses of the original.
        port: losses of the port.
        limits: allowed relative difference of each loss.
        how: addition to the description of the steps, such as ` in float64`.
        why: reason for the limits.
    """
    gap = [relative_difference(one, other) for one, other in zip(port, original, strict=True)]
    ratios = [a / b for a, b in zip(gap, limits, strict=True)]
    beyond = next((i for i, ratio in enumerate(ratios) if not ratio <= 1), None)
    place = int(np.argmax(ratios)) if beyond is None else beyond
    return PortRung(
        rung="free run",
        compared=f"the loss in {len(gap)} consecutive steps{how}",
        unit="relative",
        measured=gap[place],
        tolerance=limits[place],
        why=why,
        first=f"{'largest' if beyond is None else 'first'} difference in step {place}",
        series={
            "x": [*range(len(gap))],
            "original": [*original],
            "port": [*port],
            "tolerance": [*limits],
        },
    )
