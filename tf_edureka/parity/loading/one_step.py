"""Compares one step of an original optimizer and of a Keras model's, from the same gradients."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tf_edureka._tensorflow import tf
from tf_edureka.parity.loading.new_network import NewNetwork
from tf_edureka.parity.loading.old_network import OldNetwork
from tf_edureka.parity.loading.updates import Update
from tf_edureka.parity.mapping import Mapping as Found
from tf_edureka.parity.optimizer import causes as optimizer_causes
from tf_edureka.parity.optimizer.arithmetic import RULES
from tf_edureka.parity.optimizer.sampling import sample
from tf_edureka.parity.optimizer.segment import Segment
from tf_edureka.parity.optimizer.simulation import Setup
from tf_edureka.tf1.checkpoint import Checkpoint
from tf_edureka.tf1.checkpoint.content import Array
from tf_edureka.tf1.checkpoint.graphs import slice_index
from tf_edureka.tf1.graph_nodes import Unreplayable
from tf_edureka.trace import Step, Training

# Attributes of Keras optimizers, and of those in `tf1`, for each scalar of an op.
_KERAS_NAMES = {
    "beta1": ("beta_1",),
    "beta2": ("beta_2",),
    "epsilon": ("epsilon",),
    "momentum": ("momentum",),
    "rho": ("rho", "decay"),
}
_MOST_ENTRIES = 20_000
_SEED = 2019


def compare(
    new: NewNetwork,
    checkpoint: Checkpoint,
    found: Found,
    old: OldNetwork,
    graph_updates: Sequence[Update],
    *,
    number: int,
    description: str,
) -> str:
    """Takes one step of both optimizers with random gradients, then restores the model.

    Args:
        new: the model, with the weights and the slots.
        checkpoint: the checkpoint that they were loaded from.
        found: mapping of the checkpoint's variables to the model's.
        old: the checkpoint's graph.
        graph_updates: the ops that apply gradients to the weights.
        number: count of steps so far.
        description: the optimizer in words.

    Returns:
        the result of the comparison as text.
    """
    dense = [one for one in graph_updates if not one.is_sparse and one.kind in RULES]
    if len(dense) < len(graph_updates) or not dense:
        is_sparse = any(one.is_sparse for one in graph_updates)
        kind = "sparse updates" if is_sparse else graph_updates[0].kind
        return f"{description}, slots found by the graph; a step of {kind} cannot be compared"
    names = {one.op: old.saved_as(one.weight)[0] for one in dense}
    weights = {name: checkpoint[name] for name in dict.fromkeys(names.values())}
    random = np.random.default_rng(_SEED)
    gradients = {name: _gradient(random, value) for name, value in weights.items()}
    parts = {one.op: old.saved_as(one.weight)[1] for one in dense}
    given = {op: gradients[name][slice_index(parts[op])] for op, name in names.items()}
    try:
        hyper, state = old.apply_gradients(
            dense, given, float(np.array(new.model.optimizer.learning_rate))
        )
    except Unreplayable as error:
        return f"{description}, slots found by the graph; its step cannot be run ({error})"
    after = {name: value.copy() for name, value in weights.items()}
    for one in dense:
        after[names[one.op]][slice_index(parts[one.op])] = state[one.weight]
    mine = _stepped(new, found, gradients, weights)
    slots = {
        slot: {names[one.op]: checkpoint[old.saved_as(one.slots[slot])[0]] for one in dense}
        for slot in dense[0].slots
    }
    scalars = {**hyper, **{n: float(v) for n, v in dense[0].settings.items()}, "t": number + 1.0}
    segment = _segment(dense[0].kind, number, scalars, weights, slots, gradients, after)
    other = _differing_scalars(new.model.optimizer, hyper)
    if other:
        return f"{description}; it differs from the original graph's: {other}"
    verdict = optimizer_causes.diagnose(segment, [mine])
    if verdict.passed:
        size = f"difference {verdict.measured:.2g} times the tolerance for rounding"
        return f"{description}; a step with random gradients matches the original graph's ({size})"
    why = verdict.causes[0].says if verdict.causes else "the cause is not known"
    return f"{description}; a step with random gradients differs from the original graph's: {why}"


def _differing_scalars(optimizer: Any, hyper: Mapping[str, float]) -> str:
    """Settings that differ from the original graph's, as text: one step may not reveal them."""
    found = []
    for name, attributes in _KERAS_NAMES.items():
        own = next((getattr(optimizer, one) for one in attributes if hasattr(optimizer, one)), None)
        if isinstance(own, float) and name in hyper and abs(own - hyper[name]) > 1e-6 * abs(own):
            found.append(f"{name} is {own:g}, the graph's {hyper[name]:g}")
    return ", ".join(found)


def _gradient(random: np.random.Generator, weight: Array) -> Array:
    """A random gradient with sizes from 1e-8 to 1: small ones reveal another epsilon."""
    sizes = 10.0 ** random.uniform(-8, 0, weight.shape)
    return np.asarray(sizes * random.choice([-1.0, 1.0], weight.shape), weight.dtype)


def _stepped(
    new: NewNetwork, found: Found, gradients: Mapping[str, Array], weights: Mapping[str, Array]
) -> dict[str, Array]:
    """The weights after a step of the model's optimizer; then restores both."""
    model, optimizer = new.model, new.model.optimizer
    variables = [*model.variables, *optimizer.variables]
    before = [np.array(one) for one in variables]
    limits = {n: getattr(optimizer, n, None) for n in ("clipnorm", "clipvalue", "global_clipnorm")}
    # Converted like gradients: adding and subtracting a forget bias would round the weights.
    new.assign(found.gradients_to_new(weights))
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


def _segment(
    kind: str,
    number: int,
    scalars: Mapping[str, float],
    weights: Mapping[str, Array],
    slots: Mapping[str, Mapping[str, Array]],
    gradients: Mapping[str, Array],
    after: Mapping[str, Array],
) -> Segment:
    """The original graph's step, in the form that the proof of ports compares."""
    chosen = sample({name: value.shape for name, value in weights.items()}, _MOST_ENTRIES)
    start, row = chosen.flat(weights), chosen.flat(gradients)[None]
    return Segment(
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
