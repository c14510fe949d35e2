"""Loads an old checkpoint into a Keras model."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tf_edureka import runtime
from tf_edureka._keras import keras
from tf_edureka.errors import InputError, printable
from tf_edureka.parity import mapping
from tf_edureka.parity.loading import feeds, optimizer
from tf_edureka.parity.loading.new_network import NewNetwork, first_line
from tf_edureka.parity.loading.old_network import OldNetwork
from tf_edureka.parity.loading.proof import Proof, Prover
from tf_edureka.parity.mapping import Mapping as Found, new_variables
from tf_edureka.parity.mapping.names import directory, is_statistic, role
from tf_edureka.parity.mapping.transforms import UNCHANGED
from tf_edureka.parity.model import inputs
from tf_edureka.tf1 import checkpoint as files
from tf_edureka.tf1.checkpoint import Checkpoint, Entry
from tf_edureka.tf1.checkpoint.content import WEIGHT, Array
from tf_edureka.tf1.checkpoint.roles import natural_key
from tf_edureka.tf1.graph_nodes import Unreplayable
from tf_edureka.trace import Variable

_NAMED = 4  # names in a message
_ROLES = ("kernel", "recurrent_kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The result of `load_into`: the mapping, and the evidence that it is right.

    Attributes:
        mapping: a row (original name, new path, transform in words) for each variable. Names of
            variables that are converted together, as in an LSTM, are joined by commas.
        is_proved: True if the model and the original graph gave the same outputs.
        says: measured difference of the outputs, or the reason why nothing is proved.
        fed: values of placeholders besides the random inputs, in words; empty if there are none.
        unseen: paths of variables that do not affect the outputs; their mapping is not proved.
        left: names of original variables that were not loaded, as the outputs do not need them.
        optimizer: report on the optimizer's slots, step and arithmetic; empty if the checkpoint
            has no slots and no step.
    """

    mapping: tuple[tuple[str, str, str], ...]
    is_proved: bool
    says: str
    fed: str = ""
    unseen: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    optimizer: str = ""

    def text(self) -> str:
        """Returns the mapping, one line per variable, and the evidence for it."""
        width = max((len(old) for old, _, _ in self.mapping), default=0)
        rows = [
            f"  {old:<{width}}  ->  {new}" + (f"  ({how})" if how != UNCHANGED.how else "")
            for old, new, how in self.mapping
        ]
        rows.append(f"{'proved' if self.is_proved else 'NOT PROVED'}: {self.says}")
        if self.fed:
            rows.append(f"fed to the original graph: {self.fed}")
        if self.unseen:
            rows.append(f"not proved: {', '.join(self.unseen)} (no effect on the outputs)")
        if self.left:
            rows.append(f"not loaded: {', '.join(self.left)} (the outputs do not need them)")
        if self.optimizer:
            rows.append(f"optimizer: {self.optimizer}")
        return "\n".join(map(printable, rows))


def load_into(
    model: Any,
    path: str | os.PathLike[str],
    *,
    given: Mapping[str, str] | None = None,
) -> Loaded:
    """Loads the values of an old checkpoint into a Keras model, and proves the mapping.

    Variables are matched by shape, name and order; kernels are transposed or split as needed. If
    the checkpoint has a graph that can be run, it and the model are run on the same random inputs,
    and the values are kept only if the outputs agree. If shapes and names leave several mappings
    open, as for layers of the same shape, these are tried. The optimizer of a compiled model gets
    the slots.

    Args:
        model: Keras model that is built or has known inputs; compile it first to train it further.
        path: checkpoint, frozen graph, SavedModel or HDF5 file, as for `tf1.checkpoint.read`.
        given: path of a model variable by the name of the original variable, for pairs that are
            not found; None for none.

    Returns:
        the mapping, and the evidence that it is right.

    Raises:
        InputError: if the checkpoint cannot be read, the model has other variables, or the outputs
            differ. The model then keeps its own values.

    Example:
        >>> import keras
        >>> from tf_edureka import parity
        >>> hidden = keras.layers.Dense(5, activation="tanh", name="hidden")
        >>> output = keras.layers.Dense(2, name="output")
        >>> model = keras.Sequential([keras.Input((6,)), hidden, output], name="port")
        >>> loaded = parity.load_into(model, "model.ckpt-7")
        >>> loaded.is_proved
        True
        >>> loaded.mapping[0]
        ('hidden/weights', 'port/hidden/kernel', 'unchanged')
    """
    checkpoint = files.read(path)
    with runtime.tf32(False):
        return _loaded(model, checkpoint, given or {})


def _loaded(model: Any, checkpoint: Checkpoint, given: Mapping[str, str]) -> Loaded:
    if not isinstance(model, keras.Model):
        raise InputError(
            f"expected a Keras model, got {type(model).__module__}.{type(model).__name__}"
        )
    old = None
    if checkpoint.graph:
        try:
            old = OldNetwork(checkpoint)
        except Unreplayable as error:
            raise InputError(f"{checkpoint.path}: its graph is damaged ({error})") from None
    kept = old.slot_names() if old else set()
    weights = [one for one in checkpoint.of_role(WEIGHT) if one.name not in kept]
    values = {one.variable: checkpoint[one.name] for one in weights}
    if not model.built or not model.variables:
        _build(model, old)
    new = NewNetwork(model)
    own = [variable.numpy() for variable in model.variables]
    try:
        found, proof = _mapped(new, checkpoint, weights, values, old, given)
        new.assign_old(found, values)
        taken = optimizer.load_slots(new, checkpoint, found, old)
    except BaseException:
        new.assign(dict(enumerate(own)))
        raise
    return Loaded(
        mapping=tuple(
            (", ".join(link.old), ", ".join(link.paths), link.how) for link in found.links
        ),
        is_proved=proof is not None and proof.holds,
        says=proof.says
        if proof
        else f"the checkpoint has no graph to compare with{_ambiguity(found)}",
        fed=proof.fed if proof else "",
        unseen=proof.unseen if proof else (),
        left=found.missing,
        optimizer=taken,
    )


def _build(model: keras.Model, old: OldNetwork | None) -> None:
    """Builds an unbuilt model by calling it on inputs that fit the original graph."""
    failed = ""
    if old is not None:
        for plan in feeds.feed_plans(model, old.sources):
            given = feeds.arrays(plan, old, 1.0, np.random.default_rng(0))
            x = inputs.as_tensors(inputs.model_inputs(model, plan.feeding, given))
            try:
                model(x, training=False)
            except Exception as error:  # a model may raise anything on inputs that do not fit
                failed = failed or f" ({type(error).__name__}: {first_line(error)})"
            else:
                return
    raise InputError(
        f"expected a built model, got one without weights{failed}; start it with keras.Input, or "
        "call it on a batch before it is returned"
    )


def _variables(
    checkpoint: Checkpoint, weights: Sequence[Entry]
) -> tuple[list[Variable], list[str] | None]:
    """The variables to map, in the likeliest order, and the names of the trained ones."""
    found = [Variable(name=one.variable, shape=one.shape, dtype=one.dtype) for one in weights]
    if checkpoint.is_ordered:
        return found, [*checkpoint.trained] if checkpoint.trained is not None else None
    # Sorted by name; within a layer in Keras' order; moving averages after trained variables.
    found.sort(
        key=lambda one: (natural_key(directory(one.name)), _rank(one.name), natural_key(one.name))
    )
    trained = [one.name for one in found if not is_statistic(role(one.name))]
    return sorted(found, key=lambda one: one.name not in trained), trained


def _rank(name: str) -> int:
    return _ROLES.index(role(name)) if role(name) in _ROLES else len(_ROLES)


def _mapped(
    new: NewNetwork,
    checkpoint: Checkpoint,
    weights: Sequence[Entry],
    values: Mapping[str, Array],
    old: OldNetwork | None,
    given: Mapping[str, str],
) -> tuple[Found, Proof | None]:
    """The mapping, and its proof if the checkpoint has a graph."""
    variables, trained = _variables(checkpoint, weights)
    described = new_variables.variables_of(new.model)
    # The forget bias of an LSTM is a constant of the graph, not a variable.
    biases = (1.0, 0.0) if any(one.cell == "lstm" for one in described) else (1.0,)
    mappings = [
        mapping.find(variables, described, given=given, trained=trained, forget_bias=bias)
        for bias in biases
    ]
    found, proof = mappings[0], None
    old_shapes = {one.name: one.shape for one in variables}
    if found.extra:
        lacking = _first_few(found.extra, {one.path: one.shape for one in described})
        raise InputError(
            f"{checkpoint.path}: expected values for all of the model's variables, got none for "
            f"{lacking}; variables left over in it: "
            f"{_first_few(found.missing, old_shapes) or 'none'}"
        )
    if old is not None:
        spare = [(name, old_shapes[name]) for name in found.missing]
        proof = Prover(new, old, values).prove(mappings, spare)
        if proof.was_run and not proof.holds:
            raise InputError(
                f"{checkpoint.path}: expected a model with the same outputs as the original graph, "
                f"got different outputs: {proof.says}"
            )
        found = proof.found
    if found.missing and not (proof and proof.holds):
        raise InputError(
            f"{checkpoint.path}: expected a model with all {len(variables)} variables of the "
            f"checkpoint, got one without {_first_few(found.missing, old_shapes)}"
            + (f"; it is not known if it needs them: {proof.says}" if proof else "")
        )
    return found, proof


def _first_few(names: Sequence[str], shapes: Mapping[str, tuple[int, ...]]) -> str:
    """The first few `names` with their shapes, as text."""
    text = ", ".join(f"{name} {list(shapes[name])}" for name in names[:_NAMED])
    return text + (" ..." if len(names) > _NAMED else "")


def _ambiguity(found: Found) -> str:
    """A note on variables that are mapped by their order alone; empty if there are none."""
    names = [name for group in found.ambiguous for link in group for name in link.old]
    if not names:
        return ""
    some = ", ".join(names[:_NAMED]) + (" ..." if len(names) > _NAMED else "")
    return f"; mapped by their order alone: {some}"
