"""Changes of the original's optimizer that reproduce known differences of a port's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from tf_edureka.parity.optimizer import arithmetic as a
from tf_edureka.parity.optimizer.arithmetic import Hyper, Rule
from tf_edureka.parity.optimizer.other_forms import FORMS
from tf_edureka.parity.optimizer.segment import Segment
from tf_edureka.parity.optimizer.simulation import Setup

EPSILONS = (0.0, *(10.0**power for power in range(-12, 1)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Change:
    """One change of an optimizer.

    Attributes:
        target: the part that is changed; two changes with the same target exclude each other.
        cause: fixed word of the cause.
        says: sentence for the user, with `{value}` for the value if there is one.
        make: returns the changed setup; called with the setup and the value.
        values: values to try; empty if the change has none, and `make` then receives 0.
        low: smallest possible value.
        high: largest possible value.
        probe: step for the numerical derivative at the value 0.
        is_fitted: whether to fit the value, starting from the best of `values`.
        is_general: whether the change can be fitted to nearly anything, so that others are
            preferred.
    """

    target: str
    cause: str
    says: str
    make: Callable[[Setup, float], Setup]
    values: tuple[float, ...] = ()
    low: float = 0.0
    high: float = np.inf
    probe: float = 1e-3
    is_fitted: bool = False
    is_general: bool = False


def with_scalar(name: str) -> Callable[[Setup, float], Setup]:
    """Returns a function that changes a scalar in all steps.

    Args:
        name: name of the scalar, such as `epsilon`.
    """

    def make(setup: Setup, value: float) -> Setup:
        changed = {name: value}
        if name in ("beta1", "beta2"):
            return replace(setup, hyper=[_with_beta(dict(one), name, value) for one in setup.hyper])
        return replace(setup, hyper=[{**one, **changed} for one in setup.hyper])

    return make


def _with_beta(hyper: dict[str, float], name: str, value: float) -> dict[str, float]:
    """Changes a beta together with its power."""
    return {**hyper, name: value, f"{name}_power": value ** hyper["t"]}


def _with_rule(rule: Rule, **scalars: float) -> Callable[[Setup, float], Setup]:
    """Returns a function that changes the rule; slots that the original lacks start afresh."""

    def make(setup: Setup, value: float) -> Setup:
        fresh = replace(rule, start={n: v for n, v in rule.start.items() if n != "velocity"})
        slots = {**fresh.slots(setup.start), **setup.slots}
        hyper = [{**one, **scalars} for one in setup.hyper]
        return replace(setup, rule=rule, slots=slots, hyper=hyper)

    return make


def _slot_filled(slot: str) -> Callable[[Setup, float], Setup]:
    def make(setup: Setup, value: float) -> Setup:
        filled = np.full_like(setup.slots[slot], value)
        return replace(setup, slots={**setup.slots, slot: filled})

    return make


def _shifted_powers(by: int) -> Callable[[Setup, float], Setup]:
    def make(setup: Setup, value: float) -> Setup:
        def moved(one: Hyper, beta: str) -> float:
            power = one[f"{beta}_power"]
            return power * one[beta] ** by if one[beta] else power  # another change may set 0

        hyper = [
            {**one, **{f"{beta}_power": moved(one, beta) for beta in ("beta1", "beta2")}}
            for one in setup.hyper
        ]
        return replace(setup, hyper=hyper)

    return make


def _in_turn(
    one: Callable[[Setup, float], Setup], other: Callable[[Setup, float], Setup]
) -> Callable[[Setup, float], Setup]:
    return lambda setup, value: other(one(setup, value), 0.0)


def forms(segment: Segment) -> Iterator[Change]:
    """Yields other forms of the same optimizer.

    Args:
        segment: consecutive steps on which they are tried.
    """
    kind, setup = segment.training.optimizer, segment.original
    if setup is None or kind is None:
        return
    at_first = segment.numbers[0] == 0
    for kinds, cause, says, rule, scalars in FORMS:
        if kind in kinds:
            yield Change(target="form", cause=cause, says=says, make=_with_rule(rule, **scalars))
    if setup.touched is not None:
        yield Change(
            target="rows",
            cause=next((c for k, c in CAUSE_OF.items() if kind.startswith(k)), "learning_rate"),
            says="the port's optimizer moves all rows of a weight with a sparse gradient; that of "
            "TensorFlow 1 moves only the rows in the gradient: use an optimizer of tf_edureka.tf1",
            make=lambda setup, value: replace(setup, touched=None),
        )
    if kind == "Adam":
        for by, says in ((1, "ahead"), (-1, "behind")):
            if at_first and by < 0:
                continue
            yield Change(
                target="powers",
                cause="bias_correction",
                says=f"the step count of the port's bias correction is one {says}",
                make=_shifted_powers(by),
            )
    if at_first and kind in ("RMSProp", "CenteredRMSProp"):
        yield from _starts_of_rmsprop()
    if at_first and kind.startswith(("Adagrad", "Ftrl")):
        yield Change(
            target="start",
            cause="adagrad" if kind.startswith("Adagrad") else "ftrl",
            says="the port's accumulator starts at {value}, the original's at "
            f"{float(setup.slots['accum'].flat[0]):g} (initial_accumulator_value)",
            make=_slot_filled("accum"),
            values=(0.0, 1e-10, 1e-7, 1e-3, 0.01, 0.1, 1.0),
        )
    if kind in ("Momentum", "Adam"):
        on = bool(setup.hyper[0].get("use_nesterov"))
        sides = ("original", "port") if on else ("port", "original")
        yield Change(
            target="nesterov",
            cause="nesterov",
            says="the {} uses Nesterov momentum, the {} does not".format(*sides),
            make=with_scalar("use_nesterov"),
            values=(0.0 if on else 1.0,),
        )


def _starts_of_rmsprop() -> Iterator[Change]:
    from_0 = _slot_filled("ms")
    says = "the mean square starts at 0, TensorFlow 1's at 1: use tf_edureka.tf1.RMSProp"
    yield Change(target="start", cause="rmsprop", says=says, make=from_0, values=(0.0,))
    for name, rule, epsilon in (
        ("Keras' RMSprop: epsilon is 1e-07", None, 1e-7),
        ("PyTorch's RMSprop: epsilon is 1e-08, outside the root", a.RMSPROP_TORCH, 1e-8),
    ):
        other = _with_rule(rule, epsilon=epsilon) if rule else _scalars(epsilon=epsilon)
        yield Change(
            target="form",
            cause="rmsprop",
            says=f"the port's optimizer is {name}, and {says}",
            make=_in_turn(lambda setup, value: from_0(setup, 0.0), other),
        )


def _scalars(**scalars: float) -> Callable[[Setup, float], Setup]:
    def make(setup: Setup, value: float) -> Setup:
        return replace(setup, hyper=[{**one, **scalars} for one in setup.hyper])

    return make


def scalars(segment: Segment) -> Iterator[Change]:
    """Yields other values of the optimizer's scalars, except the learning rate.

    Args:
        segment: consecutive steps on which they are tried.
    """
    setup, kind = segment.original, segment.training.optimizer or ""
    if setup is None:
        return
    old = setup.hyper[0]
    own = next((c for k, c in CAUSE_OF.items() if kind.startswith(k)), "learning_rate")
    if "epsilon" in setup.rule.scalars or kind.startswith("Adagrad"):
        now = old.get("epsilon", 0.0)
        yield Change(
            target="epsilon",
            cause="epsilon",
            says=f"the port's epsilon is {{value}}, the original's {now:.3g}",
            make=with_scalar("epsilon"),
            values=tuple(e for e in EPSILONS if abs(e - now) > 1e-3 * now),
        )
    for name, cause, high in (
        ("momentum", "momentum", 0.99999),
        ("rho", own, 0.99999),
        ("beta1", own, 0.99999),
        ("beta2", own, 0.9999999),
        ("l1", own, np.inf),
        ("l2", own, np.inf),
        ("l2_shrinkage", own, np.inf),
        ("lr_power", own, 0.0),
    ):
        if name in setup.rule.scalars or name in old:
            yield Change(
                target=name,
                cause=cause,
                says=f"the port's {name} is {{value}}, the original's {old[name]:.6g}",
                make=with_scalar(name),
                values=tuple(dict.fromkeys((old[name], *_START.get(name, ())))),
                low=-2.0 if name == "lr_power" else 0.0,
                high=high,
                is_fitted=True,
            )


_START = {"momentum": (0.0, 0.5, 0.9, 0.99), "rho": (0.9, 0.95, 0.99), "beta2": (0.99,)}

CAUSE_OF = {
    "Momentum": "momentum",
    "Adam": "adam",
    "AdaMax": "adam",
    "RMSProp": "rmsprop",
    "CenteredRMSProp": "rmsprop",
    "Adagrad": "adagrad",
    "Adadelta": "adadelta",
    "Ftrl": "ftrl",
}
