"""Changes of learning rate, gradients and weights outside the update rule."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tf_edureka.parity.optimizer.arithmetic import Rule, with_l2, with_weight_decay
from tf_edureka.parity.optimizer.changes import Change
from tf_edureka.parity.optimizer.segment import Segment
from tf_edureka.parity.optimizer.simulation import Doubles, Setup

_ROUND_BOUNDS = tuple(m * 10.0**p for p in range(-4, 4) for m in (1.0, 2.5, 5.0))


def rates(segment: Segment, port: Doubles) -> Iterator[Change]:
    """Yields other learning rates and schedules.

    Args:
        segment: consecutive steps on which they are tried.
        port: the port's weights after each step, float64, shape (steps, entries).
    """
    setup, rates = segment.original, segment.rates
    if setup is None:
        return
    numbers = segment.numbers
    own = [hyper["lr"] for hyper in setup.hyper]
    first = rates.get(0, own[0])
    yield Change(
        target="rate",
        cause="learning_rate",
        says="the port's learning rate is {value} times the original's",
        make=_times_rate,
        values=(1.0,),
        is_fitted=True,
    )
    before = [rates.get(number - 1, own[0]) for number in numbers]
    following = [rates.get(number + 1, own[-1]) for number in numbers]
    schedules = [
        ("the port uses the learning rate of the step before (off by one)", before),
        ("the port uses the learning rate of the step after (off by one)", following),
        (
            f"the port's learning rate is constant, {first:.6g}, the original's is not",
            [first] * len(own),
        ),
        *_smooth_decays(rates, numbers),
    ]
    for says, schedule in schedules:
        if not np.allclose(schedule, own, rtol=1e-6, atol=0):
            yield _schedule(says, schedule)
    fitted = _fitted(setup, port)
    if fitted is not None:
        yield replace(_schedule(_described(numbers, own, fitted), fitted), is_general=True)


def _schedule(says: str, schedule: Sequence[float]) -> Change:
    def make(setup: Setup, value: float) -> Setup:
        pairs = zip(setup.hyper, schedule, strict=True)
        return replace(setup, hyper=[{**hyper, "lr": rate} for hyper, rate in pairs])

    return Change(target="rate", cause="schedule", says=says, make=make)


def _times_rate(setup: Setup, value: float) -> Setup:
    return replace(setup, hyper=[{**one, "lr": one["lr"] * value} for one in setup.hyper])


def _smooth_decays(
    known: Mapping[int, float], numbers: Sequence[int]
) -> Iterator[tuple[str, list[float]]]:
    """Yields smooth decays through the first two levels of a staircase."""
    levels = [n for n in sorted(known) if n - 1 in known and not _same(known[n], known[n - 1])]
    if 0 not in known or not levels:
        return
    every = min(np.diff([0, *levels]))
    if every < 2:
        return
    first, second = known[0], known[levels[0]]
    at = np.array(numbers) / every
    ratio = second / first
    for name, schedule in (
        ("exponential", first * ratio**at),
        ("inverse time", first / (1 + (1 / ratio - 1) * at)),
        ("linear", first * (1 + (ratio - 1) * at)),
    ):
        says = (
            f"the port's learning rate falls in each step ({name}), the original's every {every} "
        )
        yield says + "steps: staircase=True is missing", [float(rate) for rate in schedule]


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other))


def _fitted(setup: Setup, port: Doubles) -> list[float] | None:
    """Returns the rate of each step that best explains the port's move; None if a move is 0."""
    path = setup.run()
    moves = np.diff(path, axis=0, prepend=setup.start[None])
    theirs = np.diff(port, axis=0, prepend=setup.start[None])
    sizes = (moves * moves).sum(axis=1)
    if not (sizes > 0).all():
        return None
    factors = (moves * theirs).sum(axis=1) / sizes
    return [float(one["lr"] * factor) for one, factor in zip(setup.hyper, factors, strict=True)]


def _described(numbers: Sequence[int], own: Sequence[float], fitted: Sequence[float]) -> str:
    """Describes where two schedules first differ, and the port's rates there."""
    off = [
        i for i, (a, b) in enumerate(zip(own, fitted, strict=True)) if abs(a - b) > 1e-3 * abs(a)
    ]
    if not off:
        return "the learning rates differ by less than 0.1 %"
    some = off[:3] if len(off) > 3 else off
    listed = ", ".join(
        f"{fitted[i]:.4g} in step {numbers[i]} (original: {own[i]:.4g})" for i in some
    )
    levels = len({f"{rate:.3g}" for rate in fitted})
    theirs = len({f"{rate:.3g}" for rate in own})
    stairs = "; the port's is a staircase, the original's is smooth" if levels * 2 < theirs else ""
    return f"the learning rate differs from step {numbers[off[0]]} on: {listed}{stairs}"


def clippings(segment: Segment) -> Iterator[Change]:
    """Yields gradients that are clipped in another way, or not clipped.

    Args:
        segment: consecutive steps on which they are tried.
    """
    setup = segment.original
    if setup is None:
        return
    own = segment.training.clipping or {}
    kind, bounds = own.get("kind"), np.atleast_1d(own.get("bound") or 0.0)
    bound = float(np.abs(bounds).max())  # clipping by value has two bounds
    listed = ", ".join(f"{one:.4g}" for one in bounds)
    listed = f"[{listed}]" if len(bounds) > 1 else listed
    after = ", the original changes the gradients in a way that is not recognised"
    if kind in _CLIPPING_WORDS:
        words, option = _CLIPPING_WORDS[kind]
        after = (
            f", the original clips {words}{f' to {listed}' if bound else ''} ({option} in Keras)"
        )
    if not np.array_equal(segment.raw, setup.gradients):
        yield Change(
            target="gradients",
            cause="clipping",
            says=f"the port does not clip its gradients{after}",
            make=lambda setup, value: replace(setup, gradients=segment.raw),
        )
    else:
        after = ", the original does not clip" if not own else after
    sizes = np.abs(segment.raw)
    total = np.sqrt((segment.norms**2).sum(axis=1))
    for other, measured in (("global_norm", total), ("norm", segment.norms), ("value", sizes)):
        scanned = [*np.quantile(measured, (0.02, 0.25, 0.5, 0.75, 0.98)), *_ROUND_BOUNDS]
        most = float(measured.max())
        values = [float(one) for one in scanned if most * 1e-3 <= one < most]
        if bound and other != kind:
            values.insert(0, bound)
        if values:
            yield Change(
                target="gradients",
                cause="clipping",
                says=f"the port clips {_CLIPPING_WORDS[other][0]} to {{value}}{after}",
                make=_clipped(segment, other),
                values=tuple(values),
                low=most * 1e-6,
                is_fitted=True,
            )


# By kind of clipping: what is clipped, and the argument of Keras' optimizers.
_CLIPPING_WORDS = {
    "global_norm": ("the global norm", "global_clipnorm"),
    "norm": ("the norm of each weight's gradient", "clipnorm"),
    "value": ("each value", "clipvalue"),
}


def _clipped(segment: Segment, kind: str) -> Callable[[Setup, float], Setup]:
    def make(setup: Setup, bound: float) -> Setup:
        raw = segment.raw.astype(np.float64)
        if kind == "value":
            return replace(setup, gradients=np.clip(raw, -bound, bound))
        norms = segment.norms
        if kind == "global_norm":
            total = np.sqrt((norms**2).sum(axis=1, keepdims=True))
            norms = np.broadcast_to(total, norms.shape)
        factors = bound / np.maximum(norms, bound)
        return replace(setup, gradients=raw * factors[:, segment.sample.owner])

    return make


def decays(segment: Segment) -> Iterator[Change]:
    """Yields weight decay and L2 in the optimizer.

    Args:
        segment: consecutive steps on which they are tried.
    """
    if segment.original is None:
        return
    is_constant = len({hyper["lr"] for hyper in segment.original.hyper}) == 1
    for cause, says, is_needed, make in (
        (
            "weight_decay",
            "the port has weight decay: each step subtracts {value} times the learning rate times "
            "the weights",
            True,
            with_weight_decay,
        ),
        ("l2", "the port adds {value} times the weights to the gradients (L2)", True, with_l2),
        (
            "weight_decay",
            "the port has weight decay: each step subtracts {value} times the weights",
            not is_constant,  # else it is the same as the first
            lambda rule, value: with_weight_decay(rule, value, times_rate=False),
        ),
    ):
        if not is_needed:
            continue
        yield Change(
            target="decay",
            cause=cause,
            says=says,
            make=_decayed(make),
            values=(0.0,),
            probe=1e-4,
            is_fitted=True,
        )


def _decayed(wrap: Callable[[Rule, float], Rule]) -> Callable[[Setup, float], Setup]:
    return lambda setup, value: replace(setup, rule=wrap(setup.rule, value))


def frozen(segment: Segment, port: Doubles) -> Iterator[Change]:
    """Yields a change that leaves alone the weights that the port does not train.

    Args:
        segment: consecutive steps on which it is tried.
        port: the port's weights after each step, float64, shape (steps, entries).
    """
    still = (port == segment.start).all(axis=0)
    moved = (segment.expected != segment.start).any(axis=0)
    owner = segment.sample.owner
    frozen_weights = [
        index
        for index in range(len(segment.training.weights))
        if still[owner == index].all() and moved[owner == index].any()
    ]
    if not frozen_weights:
        return
    named = np.broadcast_to(~np.isin(owner, frozen_weights), port.shape)
    names = ", ".join(repr(segment.training.weights[index]) for index in frozen_weights)

    def make(setup: Setup, value: float) -> Setup:
        return replace(setup, touched=named if setup.touched is None else named & setup.touched)

    says = f"the port does not train {names}"
    yield Change(target="variables", cause="variables", says=says, make=make)
