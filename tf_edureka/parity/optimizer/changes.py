"""What an optimizer's port may have in another way: the original's, with one thing changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from tf_edureka.parity.optimizer import arithmetic as a
from tf_edureka.parity.optimizer.arithmetic import RULES, Hyper, Rule
from tf_edureka.parity.optimizer.simulation import Setup
from tf_edureka.parity.optimizer.stretch import Stretch

EPSILONS = (0.0, *(10.0**power for power in range(-12, 1)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Change:
    """One thing that is changed.

    Attributes:
        what: is changed; of two changes of the same only one can be made.
        cause: the word for it.
        says: the sentence, with `{value}` where it has one.
        make: changes a setup; takes the value, too.
        values: values that are tried; without any it takes None of them (0 is given).
        low: the smallest value there can be.
        high: the largest.
        nearby: how far apart two values have to be to see a difference, where the first is 0.
        is_fitted: whether the value is fitted, from the best of `values` on.
        is_general: whether it can be fitted to nearly everything, so that others go before it.
    """

    what: str
    cause: str
    says: str
    make: Callable[[Setup, float], Setup]
    values: tuple[float, ...] = ()
    low: float = 0.0
    high: float = np.inf
    nearby: float = 1e-3
    is_fitted: bool = False
    is_general: bool = False


def with_scalar(name: str) -> Callable[[Setup, float], Setup]:
    """What gives a scalar another value, in all steps.

    Args:
        name: of the scalar.
    """

    def make(setup: Setup, value: float) -> Setup:
        changed = {name: value}
        if name in ("beta1", "beta2"):
            return replace(setup, hyper=[_with_beta(dict(one), name, value) for one in setup.hyper])
        return replace(setup, hyper=[{**one, **changed} for one in setup.hyper])

    return make


def _with_beta(hyper: dict[str, float], name: str, value: float) -> dict[str, float]:
    """A beta and its power."""
    return {**hyper, name: value, f"{name}_power": value ** hyper["t"]}


def _with_rule(rule: Rule, **scalars: float) -> Callable[[Setup, float], Setup]:
    """What takes another rule; slots that the original does not have are as at first."""

    def make(setup: Setup, value: float) -> Setup:
        fresh = replace(rule, start={n: v for n, v in rule.start.items() if n != "velocity"})
        slots = {**fresh.slots(setup.start), **setup.slots}
        hyper = [{**one, **scalars} for one in setup.hyper]
        return replace(setup, rule=rule, slots=slots, hyper=hyper)

    return make


def _from(slot: str) -> Callable[[Setup, float], Setup]:
    def make(setup: Setup, value: float) -> Setup:
        filled = np.full_like(setup.slots[slot], value)
        return replace(setup, slots={**setup.slots, slot: filled})

    return make


def _powers(by: int) -> Callable[[Setup, float], Setup]:
    def make(setup: Setup, value: float) -> Setup:
        def moved(one: Hyper, beta: str) -> float:
            power = one[f"{beta}_power"]
            return power * one[beta] ** by if one[beta] else power  # 0 of another cause

        hyper = [
            {**one, **{f"{beta}_power": moved(one, beta) for beta in ("beta1", "beta2")}}
            for one in setup.hyper
        ]
        return replace(setup, hyper=hyper)

    return make


def _both(
    one: Callable[[Setup, float], Setup], other: Callable[[Setup, float], Setup]
) -> Callable[[Setup, float], Setup]:
    return lambda setup, value: other(one(setup, value), 0.0)


def forms(stretch: Stretch) -> Iterator[Change]:
    """Other forms of the same optimizer.

    Args:
        stretch: what it is tried on.
    """
    kind, setup = stretch.training.optimizer, stretch.original
    if setup is None or kind is None:
        return
    at_first = stretch.numbers[0] == 0
    for kinds, cause, says, rule, scalars in _FORMS:
        if kind in kinds:
            yield Change(what="form", cause=cause, says=says, make=_with_rule(rule, **scalars))
    if setup.touched is not None:
        yield Change(
            what="rows",
            cause=next((c for k, c in CAUSE_OF.items() if kind.startswith(k)), "learning_rate"),
            says="a sparse gradient moves all rows, TensorFlow 1's only those that it names; so do "
            "the optimizers of tf_edureka.tf1",
            make=lambda setup, value: replace(setup, touched=None),
        )
    if kind == "Adam":
        for by, says in ((1, "one step too far"), (-1, "one step behind")):
            if at_first and by < 0:
                continue
            yield Change(
                what="powers",
                cause="bias_correction",
                says=f"the bias correction counts {says}",
                make=_powers(by),
            )
    if at_first and kind in ("RMSProp", "CenteredRMSProp"):
        yield from _starts_of_rmsprop()
    if at_first and kind.startswith(("Adagrad", "Ftrl")):
        yield Change(
            what="start",
            cause="adagrad" if kind.startswith("Adagrad") else "ftrl",
            says="the accumulator begins at {value}, the original's at "
            f"{float(setup.slots['accum'].flat[0]):g}",
            make=_from("accum"),
            values=(0.0, 1e-10, 1e-7, 1e-3, 0.01, 0.1, 1.0),
        )
    if kind in ("Momentum", "Adam"):
        on = bool(setup.hyper[0].get("use_nesterov"))
        yield Change(
            what="nesterov",
            cause="nesterov",
            says="the port's momentum is " + ("not Nesterov's" if on else "Nesterov's"),
            make=with_scalar("use_nesterov"),
            values=(0.0 if on else 1.0,),
        )


def _starts_of_rmsprop() -> Iterator[Change]:
    from_0 = _from("ms")
    says = "the mean square begins at 0, TensorFlow 1's at 1 (tf_edureka.tf1.RMSProp)"
    yield Change(what="start", cause="rmsprop", says=says, make=from_0, values=(0.0,))
    for name, rule, epsilon in (
        ("Keras' RMSprop: epsilon 1e-07 and", None, 1e-7),
        ("PyTorch's RMSprop: epsilon 1e-08 outside the root and", a.RMSPROP_TORCH, 1e-8),
    ):
        other = _with_rule(rule, epsilon=epsilon) if rule else _scalars(epsilon=epsilon)
        yield Change(
            what="form",
            cause="rmsprop",
            says=f"{name} {says}",
            make=_both(lambda setup, value: from_0(setup, 0.0), other),
        )


def _scalars(**scalars: float) -> Callable[[Setup, float], Setup]:
    def make(setup: Setup, value: float) -> Setup:
        return replace(setup, hyper=[{**one, **scalars} for one in setup.hyper])

    return make


_RMS = ("RMSProp",)
_FORMS: tuple[tuple[tuple[str, ...], str, str, Rule, dict[str, float]], ...] = (
    (
        ("Momentum",),
        "momentum",
        "the port's velocity contains the learning rate (v = m v - rate g), as in Keras' SGD; in "
        "TensorFlow 1 and tf_edureka.tf1.Momentum it does not",
        a.VELOCITY,
        {},
    ),
    (
        ("Momentum",),
        "momentum",
        "the port's momentum averages: it takes the gradient times 1 - momentum",
        a.AVERAGED,
        {},
    ),
    (
        ("Adam",),
        "epsilon",
        "epsilon is added after the bias correction, as in PyTorch; TensorFlow adds it before",
        a.ADAM_CORRECTED,
        {},
    ),
    (("Adam",), "epsilon", "epsilon is inside the root, the original's outside", a.ADAM_INSIDE, {}),
    (("Adam",), "bias_correction", "there is no bias correction", a.ADAM_UNCORRECTED, {}),
    (("Adam",), "adam", "the port divides by the largest moment so far (AMSGrad)", a.AMSGRAD, {}),
    (_RMS, "epsilon", "epsilon is outside the root, the original's inside", a.RMSPROP_OUTSIDE, {}),
    (
        ("CenteredRMSProp",),
        "epsilon",
        "epsilon is outside the root, the original's inside",
        a.CENTERED_OUTSIDE,
        {},
    ),
    (_RMS, "momentum", "the port's momentum leaves the learning rate out", a.RMSPROP_RATE_OUT, {}),
    (
        _RMS,
        "rmsprop",
        "the port's is centered, the original's is not",
        RULES["CenteredRMSProp"],
        {},
    ),
    (
        ("CenteredRMSProp",),
        "rmsprop",
        "the port's is not centered (centered=True is missing)",
        RULES["RMSProp"],
        {},
    ),
    (
        ("Adagrad", "AdagradV2"),
        "epsilon",
        "an epsilon of 1e-07 is inside the root",
        a.ADAGRAD_INSIDE,
        {"epsilon": 1e-7},
    ),
)


def scalars(stretch: Stretch) -> Iterator[Change]:
    """Other values of the optimizer's scalars, but for its rate.

    Args:
        stretch: what it is tried on.
    """
    setup, kind = stretch.original, stretch.training.optimizer or ""
    if setup is None:
        return
    old = setup.hyper[0]
    own = next((c for k, c in CAUSE_OF.items() if kind.startswith(k)), "learning_rate")
    if "epsilon" in setup.rule.scalars or kind.startswith("Adagrad"):
        now = old.get("epsilon", 0.0)
        yield Change(
            what="epsilon",
            cause="epsilon",
            says="epsilon is {value}, the original's " + f"{now:.3g}",
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
                what=name,
                cause=cause,
                says=f"{name} is {{value}}, the original's {old[name]:.6g}",
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
