"""Finds the mapping of an original graph's variables to those of a Keras model."""

import re
from collections.abc import Collection, Iterator, Mapping as AnyMapping, Sequence
from dataclasses import dataclass

from tf_edureka.errors import InputError
from tf_edureka.parity.mapping.evidence import Problem, Values, gather, transform_of
from tf_edureka.parity.mapping.exchanges import exchanges, groups, reasons_of
from tf_edureka.parity.mapping.links import Link, Mapping
from tf_edureka.parity.mapping.matching import Matching, solve
from tf_edureka.parity.mapping.new_variables import NewVariable
from tf_edureka.parity.mapping.transforms import TRANSPOSED
from tf_edureka.trace import Variable


def _is_transposed(problem: Problem, matching: Matching) -> bool:
    """True if kernels that are not square are transposed, so that the square ones are, too."""
    found = (transform_of(problem, pair, 0.0) for pair in matching.pairs.items())
    ways = [one[0].how for one in found if one is not None]
    sides = [problem.old[problem.old_items[i].first].shape for i in matching.pairs]
    as_it_is = sum(
        how == "unchanged" and len(shape) == 2 and shape[0] != shape[1]
        for how, shape in zip(ways, sides, strict=True)
    )
    return ways.count(TRANSPOSED.how) > as_it_is


def _link(
    problem: Problem, pair: tuple[int, int], by: str, forget_bias: float, transposed: bool
) -> Link:
    old = [problem.old[i] for i in problem.old_items[pair[0]].places]
    new = [problem.new[j] for j in problem.new_items[pair[1]].places]
    found = transform_of(problem, pair, forget_bias)
    if found is None:
        raise InputError(
            f"variables: expected {old[0].name} to fit {new[0].path}, got shapes "
            f"{list(old[0].shape)} and {list(new[0].shape)}"
        )
    transform = found[0]
    shape = new[0].shape
    is_square = old[0].shape == shape and len(shape) == 2 and shape[0] == shape[1]
    if transposed and is_square and new[0].role == "kernel":
        transform = TRANSPOSED
    return Link(
        tuple(variable.name for variable in old),
        tuple(variable.place for variable in new),
        transform.how,
        by,
        transform,
        tuple(variable.shape for variable in old),
        tuple(variable.path for variable in new),
    )


@dataclass(frozen=True, eq=False)
class _Search:
    """Builds mappings for the same two sides with different forced pairs."""

    problem: Problem
    forced: AnyMapping[int, int | None]
    forget_bias: float

    def best(self, forced: AnyMapping[int, int | None] | None = None) -> Mapping:
        """The best mapping, with given partners for some original items."""
        matching = solve(self.problem, {**self.forced, **(forced or {})})
        reasons = reasons_of(self.problem, matching) | dict.fromkeys(forced or {}, "order")
        return self._mapping(matching, reasons, _is_transposed(self.problem, matching))

    def _mapping(
        self, matching: Matching, reasons: AnyMapping[int, str], transposed: bool
    ) -> Mapping:
        old, new = self.problem.old_items, self.problem.new_items
        links = {
            i: _link(self.problem, (i, j), reasons[i], self.forget_bias, transposed)
            for i, j in sorted(matching.pairs.items())
        }
        used = {*matching.pairs.values()}
        missing = [place for i, item in enumerate(old) if i not in links for place in item.places]
        extra = [place for j, item in enumerate(new) if j not in used for place in item.places]
        return Mapping(
            tuple(links.values()),
            tuple(self.problem.old[place].name for place in missing),
            tuple(self.problem.new[place].path for place in extra),
            tuple(
                tuple(links[i] for i in rows if i in links) for rows, _ in groups(matching, reasons)
            ),
            lambda: self._others(matching, reasons, transposed),
        )

    def _others(
        self, matching: Matching, reasons: AnyMapping[int, str], transposed: bool
    ) -> Iterator[Mapping]:
        for exchange in exchanges(matching, reasons):
            yield self.best(exchange)
        yield self._mapping(matching, reasons, not transposed)


def _index(what: str, names: Sequence[str], wanted: str) -> int:
    """The position of a name that must occur once."""
    found = [place for place, name in enumerate(names) if name == wanted]
    if len(found) != 1:
        some = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
        count = len(found) or "none"
        raise InputError(
            f"given: expected the name of one {what} ({some}), got {wanted}, which matches {count}"
        )
    return found[0]


def _forced(problem: Problem, given: AnyMapping[str, str]) -> dict[int, int | None]:
    """Pairs of items from given pairs of names."""
    forced: dict[int, int | None] = {}
    for name, path in given.items():
        old = _index("original variable", [one.name for one in problem.old], name)
        new = _index("model variable", [one.path for one in problem.new], path)
        i = next(i for i, item in enumerate(problem.old_items) if old in item.places)
        j = next(j for j, item in enumerate(problem.new_items) if new in item.places)
        if transform_of(problem, (i, j), 0.0) is None:
            raise InputError(
                f"given: expected {name} and {path} to have shapes that fit, got "
                f"{list(problem.old[old].shape)} and {list(problem.new[new].shape)}"
            )
        if i in forced or j in forced.values():
            raise InputError(f"given: expected each variable once, got {name} and {path} again")
        forced[i] = j
    return forced


_NO_WEIGHT = re.compile(r"(^|/)(global_step|beta[12]_power)(_\d+)?$")


def find(
    old: Sequence[Variable],
    new: Sequence[NewVariable],
    *,
    given: AnyMapping[str, str] | None = None,
    values: Values = ({}, {}),
    trained: Collection[str] | None = None,
    forget_bias: float = 1.0,
) -> Mapping:
    """Finds the mapping of an original graph's variables to those of a new model.

    It uses shapes with the known transforms, then role, name and layer, then the order. Equal
    initial values outweigh all of these.

    Args:
        old: names, shapes and dtypes of the original graph's variables: the trained weights in
            their order, then others. Integers, `global_step` and the powers of Adam's betas are
            ignored.
        new: variables of the new model, as `variables_of` describes them.
        given: path of the new variable by the name of the original one; outweighs all evidence.
        values: initial values, any dtype and shape: original ones by name, new ones by position.
        trained: names of the original variables that are trained; None if not known.
        forget_bias: constant that TensorFlow 1's LSTM cells added when they ran; it is not in
            their variables.

    Returns:
        the likeliest mapping; it names the variables without a counterpart.

    Raises:
        InputError: if `given` has an unknown name, or two variables that do not fit.
    """
    weights = [
        variable
        for variable in old
        if "float" in variable.dtype and not _NO_WEIGHT.search(variable.name)
    ]
    trained_first = sorted(new, key=lambda variable: not variable.trainable)
    problem = gather(weights, trained_first, values=values, trained=trained)
    return _Search(problem, _forced(problem, given or {}), forget_bias).best()
