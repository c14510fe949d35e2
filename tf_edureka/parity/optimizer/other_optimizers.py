"""Other optimizers that a port may use instead of the original's."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from tf_edureka.parity.optimizer import arithmetic as a
from tf_edureka.parity.optimizer.arithmetic import RULES, Rule
from tf_edureka.parity.optimizer.changes import CAUSE_OF, Change
from tf_edureka.parity.optimizer.segment import Segment
from tf_edureka.parity.optimizer.simulation import Setup

_ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7}
_RMSPROP = {"rho": 0.9, "momentum": 0.0, "epsilon": 1e-7}
_FTRL = {"l1": 0.0, "l2": 0.0, "lr_power": -0.5}
# The optimizer, its op in TensorFlow 1, its rule, initial values of slots, its scalars.
_OTHERS: tuple[tuple[str, str, Rule, dict[str, float], dict[str, float]], ...] = (
    ("plain SGD", "GradientDescent", RULES["GradientDescent"], {}, {}),
    ("SGD with momentum", "Momentum", RULES["Momentum"], {}, {"momentum": 0.9}),
    (
        "SGD with Nesterov's momentum",
        "Momentum",
        RULES["Momentum"],
        {},
        {"momentum": 0.9, "use_nesterov": 1.0},
    ),
    ("Keras' SGD with momentum", "Momentum", a.VELOCITY, {}, {"momentum": 0.9}),
    (
        "Keras' SGD with Nesterov's momentum",
        "Momentum",
        a.VELOCITY,
        {},
        {"momentum": 0.9, "use_nesterov": 1.0},
    ),
    ("Adam", "Adam", RULES["Adam"], {}, _ADAM),
    ("PyTorch's Adam", "Adam", a.ADAM_CORRECTED, {}, {**_ADAM, "epsilon": 1e-8}),
    ("Nadam", "Adam", RULES["Adam"], {}, {**_ADAM, "use_nesterov": 1.0}),
    ("Adamax", "AdaMax", RULES["AdaMax"], {}, _ADAM),
    ("Keras' RMSprop", "RMSProp", RULES["RMSProp"], {"ms": 0.0}, _RMSPROP),
    ("TensorFlow 1's RMSProp", "RMSProp", RULES["RMSProp"], {}, {**_RMSPROP, "epsilon": 1e-10}),
    (
        "PyTorch's RMSprop",
        "RMSProp",
        a.RMSPROP_TORCH,
        {},
        {**_RMSPROP, "rho": 0.99, "epsilon": 1e-8},
    ),
    ("Adagrad", "Adagrad", RULES["Adagrad"], {}, {}),
    ("PyTorch's Adagrad", "Adagrad", RULES["Adagrad"], {"accum": 0.0}, {"epsilon": 1e-10}),
    ("Adadelta", "Adadelta", RULES["Adadelta"], {}, {"rho": 0.95, "epsilon": 1e-7}),
    ("PyTorch's Adadelta", "Adadelta", RULES["Adadelta"], {}, {"rho": 0.9, "epsilon": 1e-6}),
    ("Ftrl", "Ftrl", RULES["Ftrl"], {}, _FTRL),
)


def other_optimizers(segment: Segment) -> Iterator[Change]:
    """Yields other optimizers that start at the first step, each with a fitted factor of the rate.

    Args:
        segment: consecutive steps on which they are tried.
    """
    kind = segment.training.optimizer or ""
    own = CAUSE_OF.get(kind)
    for name, other, rule, start, scalars in _OTHERS:
        if other == kind:
            continue
        yield Change(
            target="form",
            cause=own or CAUSE_OF.get(other, "learning_rate"),
            says=f"the port's optimizer is {name} with {{value}} times the original's learning "
            f"rate, the original's optimizer is {kind}",
            make=_made(rule, start, scalars),
            values=(1.0, 0.01, 0.1, 10.0),
            low=1e-9,
            is_fitted=True,
        )


def _made(
    rule: Rule, start: dict[str, float], scalars: dict[str, float]
) -> Callable[[Setup, float], Setup]:
    def make(setup: Setup, value: float) -> Setup:
        began = {name: np.full_like(setup.start, one) for name, one in start.items()}
        hyper = []
        for step, old in enumerate(setup.hyper):
            betas = [name for name in scalars if name.startswith("beta")]
            powers = {f"{beta}_power": scalars[beta] ** (step + 1) for beta in betas}
            hyper.append({"lr": old["lr"] * value, **scalars, **powers})
        slots = {**rule.slots(setup.start), **began}
        return replace(setup, rule=rule, slots=slots, hyper=hyper)

    return make
