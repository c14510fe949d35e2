"""The update rules of TensorFlow 1's optimizers in NumPy, and of those that ports use instead.

All work entry by entry in the precision of the weights: float32 gives the steps of TensorFlow 1's
kernels up to rounding, float64 the same without float32's rounding. Scalars are named as the inputs
of the `Apply*` ops. Sources: TensorFlow 1.15's `core/kernels/training_ops.cc`, Keras 3's
`optimizers` and PyTorch's `torch.optim`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tf_edureka.results import Floats

Slots = Mapping[str, Floats]
Hyper = Mapping[str, float]
Step = Callable[[Floats, Slots, Floats, Hyper], tuple[Floats, dict[str, Floats]]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """An update rule.

    Attributes:
        step: called with weights, slots, gradients and scalars; returns weights and slots after the
            step.
        start: initial value of each slot, by its name.
        scalars: names of the scalars that each step needs.
        lazy: whether a sparse gradient leaves the rows that it does not contain unchanged.
    """

    step: Step
    start: Mapping[str, float] = field(default_factory=dict)
    scalars: tuple[str, ...] = ("lr",)
    lazy: bool = True

    def slots(self, weights: Floats) -> dict[str, Floats]:
        """Returns the slots before the first step.

        Args:
            weights: float32 or float64, any shape; the slots have the same.

        Returns:
            float32 or float64 arrays by name, in the shape of the weights.
        """
        return {name: np.full_like(weights, value) for name, value in self.start.items()}


def _numbers(weights: Floats, hyper: Hyper) -> dict[str, Any]:
    """Returns the scalars in the weights' precision: 1 - 0.999 in float32 is off by about 1e-5."""
    number = weights.dtype.type
    return {name: number(value) for name, value in hyper.items()}


def _over(value: Floats, by: Floats) -> Floats:
    """Returns the quotient; 0 where both are 0, as before the first gradient without an epsilon."""
    return np.divide(value, by, out=np.zeros_like(value), where=(by != 0) | (value != 0))


def _gradient_descent(w: Floats, s: Slots, g: Floats, hyper: Hyper) -> Any:
    return w - _numbers(w, hyper)["lr"] * g, {}


def _momentum(w: Floats, s: Slots, g: Floats, hyper: Hyper) -> Any:
    h = _numbers(w, hyper)
    accum = h["momentum"] * s["accum"] + g
    ahead = g + h["momentum"] * accum if h.get("use_nesterov") else accum
    return w - h["lr"] * ahead, {"accum": accum}


def _velocity(w: Floats, s: Slots, g: Floats, hyper: Hyper) -> Any:
    """Keras' SGD: the rate is part of the velocity, which keeps past rates."""
    h = _numbers(w, hyper)
    # If a segment starts after step 0, the port starts from the original's accumulator.
    old = s["velocity"] if "velocity" in s else -h["lr"] * s["accum"]
    velocity = h["momentum"] * old - h["lr"] * g
    move = h["momentum"] * velocity - h["lr"] * g if h.get("use_nesterov") else velocity
    return w + move, {"velocity": velocity}


def _averaged(w: Floats, s: Slots, g: Floats, hyper: Hyper) -> Any:
    h = _numbers(w, hyper)
    accum = h["momentum"] * s["accum"] + (1 - h["momentum"]) * g
    return w - h["lr"] * accum, {"accum": accum}


def _adam(place: str) -> Step:
    """Adam, with epsilon added outside or inside the root, or after the bias correction."""

    def step(w: Floats, s: Slots, g: Floats, hyper: Hyper) -> Any:
        h = _numbers(w, hyper)
        m = s["m"] + (g - s["m"]) * (1 - h["beta1"])
        v = s["v"] + (g * g - s["v"]) * (1 - h["beta2"])
        slots = {"m": m, "v": v}
        if place == "amsgrad":
            slots["most"] = v = np.maximum(s.get("most", v), v)
        first, second = 1 - h["beta1_power"], np.sqrt(1 - h["beta2_power"])
        ahead = h["beta1"] * m + (1 - h["beta1"]) * g if h.get("use_nesterov") else m
        if place == "uncorrected":
            move = _over(h["lr"] * ahead, np.sqrt(v) + h["epsilon"])
        elif place == "corrected":
            move = _over(h["lr"] / first * ahead, np.sqrt(v) / second + h["epsilon"])
        elif place == "inside":
            move = _over(h["lr"] * second / first * ahead, np.sqrt(v + h["epsilon"]))
        else:
            move = _over(h["lr"] * second / first * ahead, np.sqrt(v) + h["epsilon"])
        return w - move, slots

    return step


def _adamax(w: Floats, s: Slots, g: Floats, hyper: Hyper) -> Any:
    h = _numbers(w, hyper)
    m = s["m"] + (g - s["m"]) * (1 - h["beta1"])
    v = np.maximum(h["beta2"] * s["v"], np.abs(g))
    return w - h["lr"] / (1 - h["beta1_power"]) * _over(m, v + h["epsilon"]), {"m": m, "v": v}


def _rmsprop(place: str = "inside", *, centered: bool = False, rate_in: bool = True) -> Step:
    """RMSProp, with epsilon inside or outside the root, and the rate in the momentum or not."""

    def step(w: Floats, s: Slots, g: Floats, hyper: Hyper) -> Any:
        h = _numbers(w, hyper)
        ms = s["ms"] + (g * g - s["ms"]) * (1 - h["rho"])
        slots, square = {"ms": ms}, ms
        if centered:
            slots["mg"] = s["mg"] + (g - s["mg"]) * (1 - h["rho"])
            square = np.maximum(ms - slots["mg"] * slots["mg"], 0)
        inside, outside = (h["epsilon"], 0) if place == "inside" else (0, h["epsilon"])
        move = _over(g, np.sqrt(square + inside) + outside)
        if rate_in:
            slots["mom"] = h["momentum"] * s["mom"] + h["lr"] * move
            return w - slots["mom"], slots
        slots["mom"] = h["momentum"] * s["mom"] + move
        return w - h["lr"] * slots["mom"], slots

    return step


def _adagrad(place: str = "outside") -> Step:
    def step(w: Floats, s: Slots, g: Floats, hyper: Hyper) -> Any:
        h = _numbers(w, hyper)
        accum, epsilon = s["accum"] + g * g, h.get("epsilon", w.dtype.type(0))
        inside, outside = (epsilon, 0) if place == "inside" else (0, epsilon)
        return w - h["lr"] * _over(g, np.sqrt(accum + inside) + outside), {"accum": accum}

    return step


def _adadelta(w: Floats, s: Slots, g: Floats, hyper: Hyper) -> Any:
    h = _numbers(w, hyper)
    accum = h["rho"] * s["accum"] + (1 - h["rho"]) * g * g
    move = _over(np.sqrt(s["accum_update"] + h["epsilon"]) * g, np.sqrt(accum + h["epsilon"]))
    moved = h["rho"] * s["accum_update"] + (1 - h["rho"]) * move * move
    return w - h["lr"] * move, {"accum": accum, "accum_update": moved}


def _ftrl(w: Floats, s: Slots, g: Floats, hyper: Hyper) -> Any:
    h = _numbers(w, hyper)
    accum, power = s["accum"] + g * g, -h["lr_power"]
    sigma = (accum**power - s["accum"] ** power) / h["lr"]
    linear = s["linear"] + g + 2 * h.get("l2_shrinkage", w.dtype.type(0)) * w - sigma * w
    over = accum**power / h["lr"] + 2 * h["l2"]
    reached = np.clip(linear, -h["l1"], h["l1"]) - linear
    return _over(reached, over), {"accum": accum, "linear": linear}


_MOMENTS = {"m": 0.0, "v": 0.0}
_BETAS = ("lr", "beta1", "beta2", "beta1_power", "beta2_power", "epsilon")
_SQUARES = {"ms": 1.0, "mom": 0.0}
_MEAN = ("lr", "rho", "momentum", "epsilon")
_ADAGRAD = Rule(step=_adagrad(), start={"accum": 0.1})
_FTRL = Rule(
    step=_ftrl, start={"accum": 0.1, "linear": 0.0}, scalars=("lr", "l1", "l2", "lr_power")
)

# TensorFlow 1's rules, by the name of the op that applies the gradients, without `Apply`.
RULES: Mapping[str, Rule] = {
    "GradientDescent": Rule(step=_gradient_descent),
    "Momentum": Rule(step=_momentum, start={"accum": 0.0}, scalars=("lr", "momentum")),
    # A sparse gradient makes Adam decay both moments of all rows.
    "Adam": Rule(step=_adam("outside"), start=_MOMENTS, scalars=_BETAS, lazy=False),
    "AdaMax": Rule(step=_adamax, start=_MOMENTS, scalars=_BETAS[:4] + _BETAS[5:]),
    "RMSProp": Rule(step=_rmsprop(), start=_SQUARES, scalars=_MEAN),
    "CenteredRMSProp": Rule(
        step=_rmsprop(centered=True), start={**_SQUARES, "mg": 0.0}, scalars=_MEAN
    ),
    "Adagrad": _ADAGRAD,
    "AdagradV2": _ADAGRAD,
    "Adadelta": Rule(
        step=_adadelta,
        start={"accum": 0.0, "accum_update": 0.0},
        scalars=("lr", "rho", "epsilon"),
    ),
    "Ftrl": _FTRL,
    "FtrlV2": _FTRL,
}

# Rules that ports use instead, with the slot names of the rule that they replace.
VELOCITY = Rule(step=_velocity, start={"velocity": 0.0})
AVERAGED = Rule(step=_averaged, start={"accum": 0.0})
ADAM_CORRECTED = Rule(step=_adam("corrected"), start=_MOMENTS)
ADAM_INSIDE = Rule(step=_adam("inside"), start=_MOMENTS)
ADAM_UNCORRECTED = Rule(step=_adam("uncorrected"), start=_MOMENTS)
AMSGRAD = Rule(step=_adam("amsgrad"), start=_MOMENTS)
RMSPROP_OUTSIDE = Rule(step=_rmsprop("outside"), start={"ms": 0.0, "mom": 0.0})
RMSPROP_TORCH = Rule(step=_rmsprop("outside", rate_in=False), start={"ms": 0.0, "mom": 0.0})
RMSPROP_RATE_OUT = Rule(step=_rmsprop(rate_in=False), start=_SQUARES)
CENTERED_OUTSIDE = Rule(
    step=_rmsprop("outside", centered=True), start={"ms": 0.0, "mom": 0.0, "mg": 0.0}
)
ADAGRAD_INSIDE = Rule(step=_adagrad("inside"), start={"accum": 0.1})


def with_weight_decay(rule: Rule, coefficient: float, *, times_rate: bool = True) -> Rule:
    """Returns a rule that first subtracts a share of the weights, as AdamW does.

    Args:
        rule: the rule that then moves the weights.
        coefficient: share that is subtracted, in [0, 1]; times the rate if `times_rate`.
        times_rate: whether to multiply the share by the learning rate.
    """

    def step(w: Floats, s: Slots, g: Floats, hyper: Hyper) -> Any:
        part = coefficient * (hyper["lr"] if times_rate else 1.0)
        return rule.step(w - w * part, s, g, hyper)

    return replace(rule, step=step)


def with_l2(rule: Rule, coefficient: float) -> Rule:
    """Returns a rule that adds a multiple of the weights to the gradients.

    Args:
        rule: the rule that then moves the weights.
        coefficient: factor of the weights.
    """

    def step(w: Floats, s: Slots, g: Floats, hyper: Hyper) -> Any:
        return rule.step(w, s, g + w * coefficient, hyper)

    return replace(rule, step=step)
