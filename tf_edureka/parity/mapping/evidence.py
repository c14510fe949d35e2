"""What shapes, roles, names and values say of each pair of an old and a new item."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tf_edureka.parity.mapping.alignment import Scores
from tf_edureka.parity.mapping.items import Item, items
from tf_edureka.parity.mapping.names import (
    automatic_word,
    exclude_each_other,
    is_statistic,
    role,
    tokens,
)
from tf_edureka.parity.mapping.new_variables import NewVariable
from tf_edureka.parity.mapping.transforms import Array, Transform, single
from tf_edureka.trace import Variable

# What a piece of evidence is worth beside the order of the variables, which is worth about a half:
# a word in common, being trained, and constants that are the same outweigh it; a role outweighs
# these, and an equal value all else.
FITS = 4.0
_VALUE = 100.0
_ROLE = 1.5
_WORD = 1.0
_TRAINED = 1.0
_CONSTANT = 0.7

_CELLS = ("lstm", "gru", "rnn", "bidirectional")  # Keras numbers these, and not the cells in them

Pair = tuple[int, int]  # places in the lists of items
Values = tuple[Mapping[str, Array], Mapping[int, Array]]  # of both sides, by name and by place


@dataclass(frozen=True, eq=False)
class Problem:
    """Both sides, and the evidence that does not change while they are matched.

    Attributes:
        old: names, shapes and dtypes of the old variables.
        new: variables of the new model, those that are trained first.
        old_items: of the old side.
        new_items: of the new side.
        fit: of shape and role for each pair of items (old, new); 0 where they do not fit.
        evidence: `fit` with what names and values say.
        values: pairs of items whose initial values are the same and no constant.
    """

    old: Sequence[Variable]
    new: Sequence[NewVariable]
    old_items: Sequence[Item]
    new_items: Sequence[Item]
    fit: Scores
    evidence: Scores
    values: set[Pair] = field(default_factory=set)


def transform_of(
    problem: Problem, pair: Pair, forget_bias: float
) -> tuple[Transform, float] | None:
    """The transform of a pair of items and its distance from none; None if they do not fit.

    Args:
        problem: both sides.
        pair: places of the items.
        forget_bias: that an LSTM of TensorFlow 1 added when it ran.
    """
    old, new = problem.old_items[pair[0]], problem.new_items[pair[1]]
    if old.kind != new.kind:
        return None
    if old.layout is None:
        return single(problem.old[old.first].shape, problem.new[new.first].shape)
    # The one cell of TensorFlow 1 that never adds a forget bias.
    adds = "cudnn_compatible_lstm" not in problem.old[old.first].name
    return old.layout.transform(*old.sizes, forget_bias=forget_bias * adds), 0.0


def _roles(old: str, new: str) -> float | None:
    """What two roles are worth; None if they exclude each other."""
    if exclude_each_other(old, new):
        return None
    if not old:
        return 0.0
    return _ROLE if old == new else -_ROLE / 2


def _equal_values(problem: Problem, pair: Pair, values: Values) -> float:
    """What the initial values of a pair are worth; 0 where they differ or are not known."""
    old, new = problem.old_items[pair[0]], problem.new_items[pair[1]]
    names = [problem.old[i].name for i in old.places]
    places = [problem.new[j].place for j in new.places]
    found = transform_of(problem, pair, 1.0)
    if found is None or not ({*names} <= {*values[0]} and {*places} <= {*values[1]}):
        return 0.0
    moved = found[0].to_new([values[0][name] for name in names], linear=True)[0]
    its = values[1][places[0]]
    if not moved.size:
        return 0.0
    is_equal = np.array_equal(moved, its)
    if bool((moved == moved.flat[0]).all()) and bool((its == its.flat[0]).all()):
        return _CONSTANT if is_equal else -_CONSTANT
    return _VALUE if is_equal else 0.0


def _fit(problem: Problem, pair: Pair, trained: Collection[str] | None) -> float:
    """What shape and role of a pair are worth; 0 if it cannot be."""
    found = transform_of(problem, pair, 1.0)
    if found is None:
        return 0.0
    item = problem.old_items[pair[0]]
    old, new = problem.old[item.first], problem.new[problem.new_items[pair[1]].first]
    worth = FITS - found[1]
    if trained is not None:
        if old.name in trained and is_statistic(new.role):
            return 0.0
        worth += _TRAINED * ((old.name in trained) == new.trainable)
    of_roles = _roles(role(old.name), new.role) if item.layout is None else 0.0
    return 0.0 if of_roles is None else worth + of_roles


def gather(
    old: Sequence[Variable],
    new: Sequence[NewVariable],
    *,
    values: Values,
    trained: Collection[str] | None,
) -> Problem:
    """Gathers the evidence of shapes, roles, names and values for each pair.

    Args:
        old: names, shapes and dtypes of the old variables.
        new: variables of the new model, those that are trained first.
        values: initial values, old by name and new by place in `model.variables`; may be empty.
        trained: names of the old variables that are trained; None if that is not known.

    Returns:
        Both sides as items, with a number for each pair of them.
    """
    words = tokens(
        [variable.name for variable in old],
        [variable.path for variable in new],
        automatic={*_CELLS, *(automatic_word(variable.layer_class) for variable in new)},
    )
    sides = items(old, new, likeness=lambda i, j: len(words[0][i] & words[1][j]))
    fit, evidence = np.zeros((2, len(sides[0]), len(sides[1])))
    problem = Problem(old, new, *sides, fit, evidence)
    for i, ours in enumerate(sides[0]):
        for j, theirs in enumerate(sides[1]):
            fit[i, j] = _fit(problem, (i, j), trained)
            if fit[i, j] > 0:
                equal = _equal_values(problem, (i, j), values)
                if equal == _VALUE:
                    problem.values.add((i, j))
                common = words[0][ours.first] & words[1][theirs.first]
                evidence[i, j] = max(fit[i, j] + _WORD * len(common) + equal, 0.1)
    return problem
