"""Loads an old checkpoint into a new model."""

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
from tf_edureka.parity.loading.new_network import NewNetwork, cause
from tf_edureka.parity.loading.old_network import OldNetwork
from tf_edureka.parity.loading.proof import Proof, Prover
from tf_edureka.parity.mapping import Mapping as Found, new_variables
from tf_edureka.parity.mapping.names import directory, is_statistic, role
from tf_edureka.parity.mapping.transforms import AS_IT_IS
from tf_edureka.parity.model import inputs
from tf_edureka.tf1 import checkpoint as files
from tf_edureka.tf1.checkpoint import Checkpoint, Entry
from tf_edureka.tf1.checkpoint.content import WEIGHT, Array
from tf_edureka.tf1.checkpoint.roles import natural
from tf_edureka.tf1.graph_nodes import Unreplayable
from tf_edureka.trace import Variable

_NAMED = 4  # names in a message
_ROLES = ("kernel", "recurrent_kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What was loaded, and how it was proved.

    Attributes:
        mapping: for each variable its old name, its new path, and how the values go over.
        is_proved: whether the old graph and the model were seen to give the same outputs.
        says: how far apart they were, or why it is not proved.
        fed: by what both were fed, in words; empty where nothing was.
        unseen: paths of variables that do not move the outputs, so that nothing is known of them.
        left: names of old variables that the model has no use for, and its outputs do not need.
        optimizer: what became of the optimizer's slots; empty where there are none.
    """

    mapping: tuple[tuple[str, str, str], ...]
    is_proved: bool
    says: str
    fed: str = ""
    unseen: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    optimizer: str = ""

    def text(self) -> str:
        """The mapping, a line for each variable, and what is proved of it."""
        width = max((len(old) for old, _, _ in self.mapping), default=0)
        rows = [
            f"  {old:<{width}}  ->  {new}" + (f"  ({how})" if how != AS_IT_IS.how else "")
            for old, new, how in self.mapping
        ]
        rows.append(f"{'proved' if self.is_proved else 'NOT PROVED'}: {self.says}")
        if self.fed:
            rows.append(f"fed: {self.fed}")
        if self.unseen:
            rows.append(f"not proved of {', '.join(self.unseen)}: the outputs do not depend on it")
        if self.left:
            rows.append(f"left out: {', '.join(self.left)}: the outputs do not need it")
        if self.optimizer:
            rows.append(f"optimizer: {self.optimizer}")
        return "\n".join(map(printable, rows))


def load_into(
    model: Any,
    path: str | os.PathLike[str],
    *,
    given: Mapping[str, str] | None = None,
) -> Loaded:
    """Gives a Keras model the values of an old checkpoint, and proves that each is in its place.

    Which variable is which is found by shape, name and order, with the known transpositions. Where
    there is a graph, it is run beside the model on random inputs, and only an assignment by which
    the outputs agree is taken; what shapes and names do not tell, as layers of the same shape, is
    tried. Of a compiled model the optimizer gets the slots.

    Args:
        model: a Keras model, built or with known inputs; compiled, if it is to be trained further.
        path: as for `tf1.checkpoint.read`.
        given: by the name of an old variable the path of the new one, where it is not found.

    Returns:
        what went where, and how that was proved.

    Raises:
        InputError: when the checkpoint cannot be read, the model has other variables, or the
            outputs do not agree. The model has its own values then.
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
    kept = old.kept_by_optimizers() if old else set()
    weights = [one for one in checkpoint.of_role(WEIGHT) if one.name not in kept]
    values = {one.variable: checkpoint[one.name] for one in weights}
    if not model.built or not model.variables:
        _build(model, old)
    new = NewNetwork(model)
    own = [variable.numpy() for variable in model.variables]
    try:
        found, proof = _found(new, checkpoint, weights, values, old, given)
        new.load(found, values)
        taken = optimizer.take(new, checkpoint, found, old)
    except BaseException:
        new.take(dict(enumerate(own)))
        raise
    return Loaded(
        mapping=tuple(
            (", ".join(link.old), ", ".join(link.paths), link.how) for link in found.links
        ),
        is_proved=proof is not None and proof.holds,
        says=proof.says if proof else f"there is no graph beside it{_by_order(found)}",
        fed=proof.fed if proof else "",
        unseen=proof.unseen if proof else (),
        left=found.missing,
        optimizer=taken,
    )


def _build(model: keras.Model, old: OldNetwork | None) -> None:
    """Builds a model that waits for its first batch, by what the old graph is fed."""
    failed = ""
    if old is not None:
        for way in feeds.ways(model, old.sources):
            given = feeds.arrays(way, old, 1.0, np.random.default_rng(0))
            x = inputs.as_tensors(inputs.model_inputs(model, way.feeding, given))
            try:
                model(x, training=False)
            except Exception as error:  # a model may raise anything on what is not meant for it
                failed = failed or f" ({type(error).__name__}: {cause(error)})"
            else:
                return
    raise InputError(
        f"expected a model that is built, got one that waits for its first batch{failed}; begin it "
        "with keras.Input, or call it on a batch where it is made"
    )


def _variables(
    checkpoint: Checkpoint, weights: Sequence[Entry]
) -> tuple[list[Variable], list[str] | None]:
    """What is to be mapped, in the likeliest order, and what of it is trained."""
    found = [Variable(name=one.variable, shape=one.shape, dtype=one.dtype) for one in weights]
    if checkpoint.is_ordered:
        return found, [*checkpoint.trained] if checkpoint.trained is not None else None
    # By names: within a layer in Keras' order, moving averages after all that is trained.
    found.sort(key=lambda one: (natural(directory(one.name)), _rank(one.name), natural(one.name)))
    trained = [one.name for one in found if not is_statistic(role(one.name))]
    return sorted(found, key=lambda one: one.name not in trained), trained


def _rank(name: str) -> int:
    return _ROLES.index(role(name)) if role(name) in _ROLES else len(_ROLES)


def _found(
    new: NewNetwork,
    checkpoint: Checkpoint,
    weights: Sequence[Entry],
    values: Mapping[str, Array],
    old: OldNetwork | None,
    given: Mapping[str, str],
) -> tuple[Found, Proof | None]:
    """The mapping, and its proof where there is a graph."""
    variables, trained = _variables(checkpoint, weights)
    described = new_variables.variables_of(new.model)
    # What an LSTM adds to its forget gate is in the graph, and not among its variables.
    biases = (1.0, 0.0) if any(one.cell == "lstm" for one in described) else (1.0,)
    mappings = [
        mapping.find(variables, described, given=given, trained=trained, forget_bias=bias)
        for bias in biases
    ]
    found, proof = mappings[0], None
    old_shapes = {one.name: one.shape for one in variables}
    if found.extra:
        lacking = _some(found.extra, {one.path: one.shape for one in described})
        raise InputError(
            f"{checkpoint.path}: expected values for all of the model's variables, got none for "
            f"{lacking}; left in it: {_some(found.missing, old_shapes) or 'nothing'}"
        )
    if old is not None:
        spare = [(name, old_shapes[name]) for name in found.missing]
        proof = Prover(new, old, values).prove(mappings, spare)
        if proof.was_run and not proof.holds:
            raise InputError(
                f"{checkpoint.path}: expected a model that computes what the graph does, got "
                f"another: {proof.says}"
            )
        found = proof.found
    if found.missing and not (proof and proof.holds):
        raise InputError(
            f"{checkpoint.path}: expected a model with all of its {len(variables)} variables, got "
            f"one without {_some(found.missing, old_shapes)}"
            + (f"; whether it needs them is not known: {proof.says}" if proof else "")
        )
    return found, proof


def _some(names: Sequence[str], shapes: Mapping[str, tuple[int, ...]]) -> str:
    """The first few of some names, with their shapes."""
    said = ", ".join(f"{name} {list(shapes[name])}" for name in names[:_NAMED])
    return said + (" ..." if len(names) > _NAMED else "")


def _by_order(found: Found) -> str:
    """What is to be said of variables that only their order tells apart."""
    names = [name for group in found.ambiguous for link in group for name in link.old]
    if not names:
        return ""
    some = ", ".join(names[:_NAMED]) + (" ..." if len(names) > _NAMED else "")
    return f"; only their order tells apart: {some}"
