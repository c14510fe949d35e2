"""What an old optimizer had gathered, given to a Keras model's, and one step of both compared."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tf_edureka._tensorflow import tf
from tf_edureka.parity.loading import updates
from tf_edureka.parity.loading.new_network import NewNetwork
from tf_edureka.parity.loading.old_network import OldNetwork
from tf_edureka.parity.mapping import Mapping as Found
from tf_edureka.parity.optimizer import causes as optimizer_causes, keras_slots
from tf_edureka.parity.optimizer.arithmetic import RULES
from tf_edureka.parity.optimizer.sampling import sample
from tf_edureka.parity.optimizer.simulation import Setup
from tf_edureka.parity.optimizer.stretch import Stretch
from tf_edureka.runs.console import counted
from tf_edureka.tf1.checkpoint import Checkpoint
from tf_edureka.tf1.checkpoint.content import POWER, SLOT, STEP, WEIGHT, Array
from tf_edureka.tf1.checkpoint.graphs import place_of
from tf_edureka.tf1.checkpoint.roles import slots_of
from tf_edureka.tf1.graph_nodes import Unreplayable
from tf_edureka.trace import Step, Training

# By what TensorFlow 1 and tf.keras call their slots, the op's names for them, in their order.
_BY_NAME: Mapping[str, tuple[str, ...]] = {
    "Adam": ("m", "v"),
    "AdaMax": ("m", "v"),
    "Momentum": ("accum",),
    "Adagrad": ("accum",),
    "Adadelta": ("accum", "accum_update"),
    "Ftrl": ("accum", "linear"),
    "RMSProp": ("ms", "mom"),
}
_CENTERED = ("ms", "mg", "mom")
_ALONE = {
    **{"m": "m", "v": "v", "adam_m": "m", "adam_v": "v", "momentum": "accum"},
    **{"accumulator": "accum", "rms": "ms"},
}
# By what Keras, and the classes of `tf1`, call an op's scalars.
_NUMBERS = {
    "beta1": ("beta_1",),
    "beta2": ("beta_2",),
    "epsilon": ("epsilon",),
    "momentum": ("momentum",),
    "rho": ("rho", "decay"),
}
_MOST_ENTRIES = 20_000
_SEED = 2019


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of the optimizer.

    Attributes:
        says: it, in a sentence; empty where there was nothing to take.
        holds: whether one step from there was found to be the same; None if that was not seen.
    """

    says: str
    holds: bool | None = None


def take(new: NewNetwork, checkpoint: Checkpoint, found: Found, old: OldNetwork | None) -> Taken:
    """Gives a model's optimizer the slots, and compares a step where there is a graph.

    Args:
        new: the model, which has the weights already; it is compiled if it has an optimizer.
        checkpoint: with the slots.
        found: which of its variables is which of the model's.
        old: the checkpoint's graph; None without.
    """
    optimizer = getattr(new.model, "optimizer", None)
    there = checkpoint.of_role(SLOT, POWER)
    if not checkpoint.of_role(SLOT, POWER, STEP):
        return Taken(says="")
    if optimizer is None:
        return Taken(says=f"{counted(len(there), 'slot')} left out: the model is not compiled")
    of_graph = _of_graph(old, found) if old else []
    if of_graph and old:
        slots, powers = _of_updates(of_graph, old, checkpoint)
    else:
        slots, powers = _of_names(checkpoint, found)
    counted_steps = _number(checkpoint, powers, optimizer)
    number = counted_steps or 0
    weights = new.model.trainable_variables
    places = {id(one): place for place, one in enumerate(new.model.variables)}
    given: dict[str, list[Array]] = {}
    for slot, by_weight in slots.items():
        moved = found.gradients_to_new(by_weight)
        values = [moved[places[id(one)]] for one in weights if places[id(one)] in moved]
        if len(values) == len(weights):
            given[slot] = values
    if not optimizer.built:
        optimizer.build(weights)
    optimizer.iterations.assign(number)
    hyper = {"lr": float(np.array(optimizer.learning_rate)), **powers}
    without = keras_slots.set_slots(optimizer, weights, slots=given, hyper=hyper, number=number)
    said = type(optimizer).__name__
    said += f" at step {number}" if counted_steps is not None else ", the steps are not counted"
    if without:
        return Taken(
            says=f"{said}; not in the checkpoint for all weights: {', '.join(sorted(without))}",
            holds=None,
        )
    if there and not given:
        return Taken(says=f"{said}; it keeps nothing of what the checkpoint has of its optimizer")
    if not of_graph or old is None:
        return Taken(says=f"{said}, by the names of the slots, not compared with a graph")
    return _compared(new, checkpoint, found, old, of_graph, number, said)


def _of_graph(old: OldNetwork, found: Found) -> list[updates.Update]:
    names = {name for link in found.links for name in link.old}
    weights = {node for node in old.state if old.saved_as(node)[0] in names}
    try:
        return updates.of_weights(updates.find(old.nodes), weights)
    except Unreplayable:
        return []


def _of_updates(
    of_graph: Sequence[updates.Update], old: OldNetwork, checkpoint: Checkpoint
) -> tuple[dict[str, dict[str, Array]], dict[str, float]]:
    """Slots by the op's name and the checkpoint's of the weight, and the powers of the betas."""
    slots: dict[str, dict[str, Array]] = {}
    for one in of_graph:
        for slot, node in one.slots.items():
            name = old.saved_as(node)[0]
            if name in checkpoint:
                slots.setdefault(slot, {})[old.saved_as(one.weight)[0]] = checkpoint[name]
    powers = {}
    for name in ("beta1_power", "beta2_power"):
        tensor = of_graph[0].scalars.get(name, "").removesuffix("/read")
        if tensor in old.state:
            powers[name] = float(old.state[tensor])
    return slots, powers


def _of_names(
    checkpoint: Checkpoint, found: Found
) -> tuple[dict[str, dict[str, Array]], dict[str, float]]:
    """The same by the names of the slots alone."""
    slots: dict[str, dict[str, Array]] = {}
    weights = {name for link in found.links for name in link.old}
    for one in checkpoint.of_role(WEIGHT):
        for slot, name in _named(one.name, checkpoint) if one.variable in weights else ():
            slots.setdefault(slot, {})[one.variable] = checkpoint[name]
    powers = {
        one.name.rpartition("/")[2]: float(checkpoint[one.name])
        for one in reversed(checkpoint.of_role(POWER))
    }
    return slots, {re.sub(r"_\d+$", "", name): value for name, value in powers.items()}


def _named(weight: str, checkpoint: Checkpoint) -> Iterator[tuple[str, str]]:
    own = [one for one in slots_of(checkpoint.entries, weight) if "Average" not in one.slot]
    kinds: dict[str, list[str]] = {}
    for one in own:
        word = re.sub(r"(Optimizer)?(_\d+)?$", "", one.slot)
        if one.slot in _ALONE:
            yield _ALONE[one.slot], one.name
        elif word in _BY_NAME:
            kinds.setdefault(word, []).append(one.name)
    for word, names in kinds.items():
        of = _CENTERED if word == "RMSProp" and len(names) == len(_CENTERED) else _BY_NAME[word]
        yield from zip(of, names, strict=False)


def _number(checkpoint: Checkpoint, powers: Mapping[str, float], optimizer: Any) -> int | None:
    """How many steps were taken, by the checkpoint's count or Adam's powers; None: not known."""
    counts = [int(checkpoint[one.name]) for one in checkpoint.of_role(STEP)]
    if max(counts, default=0) > 0:
        return max(counts)
    for name in ("beta2_power", "beta1_power"):
        beta = getattr(optimizer, name.replace("beta", "beta_").removesuffix("_power"), None)
        if beta and 0 < powers.get(name, 0) < 1:
            return max(0, round(math.log(powers[name]) / math.log(beta)) - 1)
    return None


def _compared(
    new: NewNetwork,
    checkpoint: Checkpoint,
    found: Found,
    old: OldNetwork,
    of_graph: Sequence[updates.Update],
    number: int,
    said: str,
) -> Taken:
    """Takes one step of both by random gradients, and puts the model back to where it was."""
    dense = [one for one in of_graph if not one.is_sparse and one.kind in RULES]
    if len(dense) < len(of_graph) or not dense:
        return Taken(says=f"{said}, by the graph; its sparse updates were not run")
    names = {one.op: old.saved_as(one.weight)[0] for one in dense}
    weights = {name: checkpoint[name] for name in dict.fromkeys(names.values())}
    random = np.random.default_rng(_SEED)
    gradients = {name: _gradient(random, value) for name, value in weights.items()}
    parts = {one.op: old.saved_as(one.weight)[1] for one in dense}
    given = {op: gradients[name][place_of(parts[op])] for op, name in names.items()}
    try:
        hyper, state = old.applied(dense, given, float(np.array(new.model.optimizer.learning_rate)))
    except Unreplayable as error:
        return Taken(says=f"{said}, by the graph; a step of it could not be run ({error})")
    after = {name: value.copy() for name, value in weights.items()}
    for one in dense:
        after[names[one.op]][place_of(parts[one.op])] = state[one.weight]
    mine = _moved(new, found, gradients, weights)
    slots = {
        slot: {names[one.op]: checkpoint[old.saved_as(one.slots[slot])[0]] for one in dense}
        for slot in dense[0].slots
    }
    scalars = {**hyper, **{n: float(v) for n, v in dense[0].settings.items()}, "t": number + 1.0}
    stretch = _stretch(dense[0].kind, number, scalars, weights, slots, gradients, after)
    other = _other_numbers(new.model.optimizer, hyper)
    if other:
        return Taken(says=f"{said}; it is not the old graph's: {other}", holds=False)
    verdict = optimizer_causes.diagnose(stretch, [mine])
    if verdict.passed:
        of = f"{verdict.measured:.2g} of the rounding apart"
        return Taken(
            says=f"{said}; a step by random gradients is the old graph's ({of})", holds=True
        )
    why = verdict.causes[0].says if verdict.causes else "the cause is not known"
    return Taken(
        says=f"{said}; a step by random gradients is not the old graph's: {why}", holds=False
    )


def _other_numbers(optimizer: Any, hyper: Mapping[str, float]) -> str:
    """Numbers of an optimizer that are not those of the old graph: one step may not show them."""
    found = []
    for name, attributes in _NUMBERS.items():
        own = next((getattr(optimizer, one) for one in attributes if hasattr(optimizer, one)), None)
        if isinstance(own, float) and name in hyper and abs(own - hyper[name]) > 1e-6 * abs(own):
            found.append(f"{name} is {own:g}, the graph's {hyper[name]:g}")
    return ", ".join(found)


def _gradient(random: np.random.Generator, weight: Array) -> Array:
    """A random gradient, of all sizes from 1e-8 to 1: small ones show an epsilon."""
    sizes = 10.0 ** random.uniform(-8, 0, weight.shape)
    return np.asarray(sizes * random.choice([-1.0, 1.0], weight.shape), weight.dtype)


def _moved(
    new: NewNetwork, found: Found, gradients: Mapping[str, Array], weights: Mapping[str, Array]
) -> dict[str, Array]:
    """The weights after a step of the model's optimizer, which is put back then."""
    model, optimizer = new.model, new.model.optimizer
    variables = [*model.variables, *optimizer.variables]
    before = [np.array(one) for one in variables]
    limits = {n: getattr(optimizer, n, None) for n in ("clipnorm", "clipvalue", "global_clipnorm")}
    new.take(found.gradients_to_new(weights))  # without a forget bias, which costs a last place
    moved = found.gradients_to_new(gradients)
    places = {id(one): place for place, one in enumerate(model.variables)}
    try:
        for name in limits:
            setattr(optimizer, name, None)
        optimizer.apply_gradients(
            [
                (tf.constant(moved[places[id(one)]], one.dtype), one)
                for one in model.trainable_variables
                if places[id(one)] in moved
            ]
        )
        values = {place: np.array(one) for place, one in enumerate(model.variables)}
    finally:
        for name, value in limits.items():
            setattr(optimizer, name, value)
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
    return found.gradients_to_old(values)


def _stretch(
    kind: str,
    number: int,
    scalars: Mapping[str, float],
    weights: Mapping[str, Array],
    slots: Mapping[str, Mapping[str, Array]],
    gradients: Mapping[str, Array],
    after: Mapping[str, Array],
) -> Stretch:
    """The old graph's step, as the proof of ports takes one."""
    chosen = sample({name: value.shape for name, value in weights.items()}, _MOST_ENTRIES)
    start, row = chosen.flat(weights), chosen.flat(gradients)[None]
    return Stretch(
        training=Training(loss="", weights=(*weights,), optimizer=kind),
        steps=[Step(number=number, hyper=scalars)],
        sample=chosen,
        start=start,
        original=Setup(
            rule=RULES[kind],
            start=start,
            slots={slot: chosen.flat(values) for slot, values in slots.items()},
            gradients=row,
            hyper=[scalars],
        ),
        raw=row,
        norms=np.array([[np.linalg.norm(one.astype(np.float64)) for one in gradients.values()]]),
        rates={number: scalars["lr"]} if "lr" in scalars else {},
        expected=chosen.flat(after)[None],
        recorded=np.array([True]),
        unit=float(np.finfo(start.dtype).eps) / 2,
    )
