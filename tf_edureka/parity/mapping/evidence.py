"""Scores each pair of an original and a new item by shapes, roles, names and values."""

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

# Scores of the evidence. The order of the variables scores about a half: a common word, being
# trained, and equal constants outweigh it; a role outweighs these, and an equal value all else.
FITS = 4.0
_VALUE = 100.0
_ROLE = 1.5
_WORD = 1.0
_TRAINED = 1.0
_CONSTANT = 0.7

_CELLS = ("lstm", "gru", "rnn", "bidirectional")  # Keras numbers these layers, not their cells

Pair = tuple[int, int]  # positions in the lists of items
Values = tuple[
    Mapping[str, Array], Mapping[int, Array]
]  # of the original by name, of the model by position


@dataclass(frozen=True, eq=False)
class Problem:
    """Both sides, and the evidence that does not change while they are matched.

    Attributes:
        old: names, shapes and dtypes of the original variables.
        new: variables of the new model, trained ones first.
        old_items: items of the original side.
        new_items: items of the new side.
        fit: score of shape and role, float64, shape (old items, new items); 0 if they do not fit.
        evidence: `fit` plus the scores of names and values: float64, the same shape.
        values: pairs of items whose initial values are equal and not constant.
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
    """Returns the transform of a pair of items and its cost; None if they do not fit.

    Args:
        problem: both sides.
        pair: positions of the original and the new item.
        forget_bias: constant that an LSTM of TensorFlow 1 added when it ran.
    """
    old, new = problem.old_items[pair[0]], problem.new_items[pair[1]]
    if old.kind != new.kind:
        return None
    if old.layout is None:
        return single(problem.old[old.first].shape, problem.new[new.first].shape)
    # The only cell of TensorFlow 1 that never adds a forget bias.
    adds = "cudnn_compatible_lstm" not in problem.old[old.first].name
    return old.layout.transform(*old.sizes, forget_bias=forget_bias * adds), 0.0


def _roles(old: str, new: str) -> float | None:
    """The score of two roles; None if they exclude each other."""
    if exclude_each_other(old, new):
        return None
    if not old:
        return 0.0
    return _ROLE if old == new else -_ROLE / 2


def _equal_values(problem: Problem, pair: Pair, values: Values) -> float:
    """The score of a pair's initial values; 0 if they differ or are not known."""
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
    """The score of a pair's shapes and roles; 0 if it is impossible."""
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
    """Scores each pair by its shapes, roles, names and values.

    Args:
        old: names, shapes and dtypes of the original variables.
        new: variables of the new model, trained ones first.
        values: initial values, any dtype and shape: original ones by name, new ones by position in
            `model.variables`; may be empty.
        trained: names of the original variables that are trained; None if not known.

    Returns:
        both sides as items, with a score for each pair: float64, shape (old items, new items).
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
