"""Which variable of a Keras model is which of the old graph, and how values go over."""

from collections.abc import Collection, Iterator, Mapping as AnyMapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from tf_edureka.errors import InputError
from tf_edureka.parity.mapping.evidence import Problem, Values, gather, transform_of
from tf_edureka.parity.mapping.exchanges import exchanges, groups, told_by
from tf_edureka.parity.mapping.matching import Matching, solve
from tf_edureka.parity.mapping.transforms import TRANSPOSED, Array, Transform
from tf_edureka.parity.new_variables import NewVariable
from tf_edureka.trace import Variable

_MOST = 24  # alternatives that are handed out


@dataclass(frozen=True)
class Link:
    """Old variables that are new ones.

    Attributes:
        old: names in the trace.
        new: places in `model.variables`.
        how: the values go over, in words.
        by: what told it: `given`, `value`, `shape` (no other fits), `name`, `layer` (its kernel is
            known) or `order`.
        transform: of the values.
        old_shapes: of the old variables.
        paths: of the new variables.
    """

    old: tuple[str, ...]
    new: tuple[int, ...]
    how: str
    by: str = field(compare=False)
    transform: Transform = field(compare=False, repr=False)
    old_shapes: tuple[tuple[int, ...], ...] = field(compare=False, repr=False)
    paths: tuple[str, ...] = field(compare=False)


@dataclass(frozen=True, eq=False)
class Mapping:
    """The mapping of the old graph's variables to those of a new model.

    Attributes:
        links: what belongs together, in the order of the old variables.
        missing: names of old variables without a counterpart.
        extra: paths of new variables without one.
        ambiguous: groups of links that only the order of the variables tells apart.
    """

    links: tuple[Link, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    ambiguous: tuple[tuple[Link, ...], ...]
    _problem: Problem = field(repr=False)
    _matching: Matching = field(repr=False)
    _forced: AnyMapping[int, int | None] = field(repr=False)
    _forget_bias: float = field(repr=False)

    def _over(self, old: AnyMapping[str, Array], linear: bool) -> dict[int, Array]:
        found: dict[int, Array] = {}
        for link in self.links:
            if all(name in old for name in link.old):
                moved = link.transform.to_new([old[name] for name in link.old], linear=linear)
                found.update(zip(link.new, moved, strict=True))
        return found

    def _back(self, new: AnyMapping[int, Array], linear: bool) -> dict[str, Array]:
        found: dict[str, Array] = {}
        for link in self.links:
            if all(place in new for place in link.new):
                values = [new[place] for place in link.new]
                moved = link.transform.to_old(values, link.old_shapes, linear=linear)
                found.update(zip(link.old, moved, strict=True))
        return found

    def to_new(self, old: AnyMapping[str, Array]) -> dict[int, Array]:
        """Values of the new variables, by place.

        Args:
            old: values of old variables by name; a link whose old values are not all there is left
                out, as are old variables without a counterpart.
        """
        return self._over(old, linear=False)

    def to_old(self, new: AnyMapping[int, Array]) -> dict[str, Array]:
        """Values of the old variables, by name: what `to_new` made them of.

        Args:
            new: values of new variables by place; a link that lacks some of them is left out.
        """
        return self._back(new, linear=False)

    def gradients_to_new(self, old: AnyMapping[str, Array]) -> dict[int, Array]:
        """Gradients, or slots, of the new variables by place: `to_new` without the forget bias.

        Args:
            old: gradients by name of the old variable.
        """
        return self._over(old, linear=True)

    def gradients_to_old(self, new: AnyMapping[int, Array]) -> dict[str, Array]:
        """Gradients of the old variables by name: `to_old` without the forget bias.

        Args:
            new: gradients by place of the new variable.
        """
        return self._back(new, linear=True)

    def table(self) -> list[tuple[str, str, str]]:
        """Rows for printing: old names, new paths, and how the values go over."""
        rows = [(", ".join(a.old), ", ".join(a.paths), a.how) for a in self.links]
        rows += [(name, "-", "missing in the new model") for name in self.missing]
        return rows + [("-", path, "not in the old graph") for path in self.extra]

    def alternatives(self) -> Iterator["Mapping"]:
        """Mappings that fit as well but for the order of the variables, at most 24, best first.

        The first is this one. Layers of the same shapes are exchanged together with all that
        belongs to them: two towers as wholes first, then single layers; square kernels that may be
        transposed come last.
        """
        seen = []
        for forced in chain([{}], exchanges(self._problem, self._matching), [None]):
            if forced is None:
                mapping = _squares_turned(self)
            else:
                mapping = _solved(self._problem, {**self._forced, **forced}, self._forget_bias)
            told = [(link.old, link.new, link.how) for link in mapping.links]
            if told not in seen:
                seen.append(told)
                yield mapping
            if len(seen) == _MOST:
                return


def _squares_turned(mapping: Mapping) -> Mapping:
    """The same mapping with its square kernels the other way round."""
    return _made(
        mapping._problem,
        mapping._matching,
        mapping._forced,
        mapping._forget_bias,
        turned=not _is_turned(mapping._problem, mapping._matching),
    )


def _is_turned(problem: Problem, matching: Matching) -> bool:
    """Whether kernels that are not square are transposed, so that the square ones are, too."""
    found = (transform_of(problem, pair, 0.0) for pair in matching.pairs.items())
    ways = [one[0].how for one in found if one is not None]
    sides = [problem.old[problem.old_items[i].first].shape for i in matching.pairs]
    as_it_is = sum(
        how == "as it is" and len(shape) == 2 and shape[0] != shape[1]
        for how, shape in zip(ways, sides, strict=True)
    )
    return ways.count(TRANSPOSED.how) > as_it_is


def _link(
    problem: Problem, pair: tuple[int, int], by: str, forget_bias: float, turned: bool
) -> Link:
    old = [problem.old[i] for i in problem.old_items[pair[0]].places]
    new = [problem.new[j] for j in problem.new_items[pair[1]].places]
    found = transform_of(problem, pair, forget_bias)
    if found is None:
        raise InputError(
            f"variables: expected {old[0].name} to fit {new[0].path}, got {list(old[0].shape)} and "
            f"{list(new[0].shape)}"
        )
    transform = found[0]
    shape = new[0].shape
    is_square = len(old) == 1 and len(shape) == 2 and shape[0] == shape[1]
    if turned and is_square and new[0].role == "kernel":
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


def _made(
    problem: Problem,
    matching: Matching,
    forced: AnyMapping[int, int | None],
    forget_bias: float,
    *,
    turned: bool,
) -> Mapping:
    told = told_by(problem, matching)
    links = {
        i: _link(problem, (i, j), told[i], forget_bias, turned)
        for i, j in sorted(matching.pairs.items())
    }
    used = {*matching.pairs.values()}
    missing = [item for i, item in enumerate(problem.old_items) if i not in links]
    extra = [item for j, item in enumerate(problem.new_items) if j not in used]
    ambiguous = [
        tuple(links[i] for i in rows if i in links) for rows, _ in groups(problem, matching)
    ]
    return Mapping(
        tuple(links.values()),
        tuple(problem.old[i].name for item in missing for i in item.places),
        tuple(problem.new[j].path for item in extra for j in item.places),
        tuple(ambiguous),
        problem,
        matching,
        forced,
        forget_bias,
    )


def _solved(problem: Problem, forced: AnyMapping[int, int | None], forget_bias: float) -> Mapping:
    matching = solve(problem, forced)
    turned = _is_turned(problem, matching)
    return _made(problem, matching, forced, forget_bias, turned=turned)


def _place(what: str, names: Sequence[str], wanted: str) -> int:
    """Where a name stands among others, once."""
    found = [place for place, name in enumerate(names) if name == wanted]
    if len(found) != 1:
        some = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
        times = "none" if not found else f"{len(found)} of them"
        raise InputError(f"given: expected the name of one {what} ({some}), got {wanted}: {times}")
    return found[0]


def _forced(problem: Problem, given: AnyMapping[str, str]) -> dict[int, int | None]:
    """Places of items from names that were given."""
    forced: dict[int, int | None] = {}
    for name, path in given.items():
        old = _place("old variable", [one.name for one in problem.old], name)
        new = _place("new variable", [one.path for one in problem.new], path)
        i = next(i for i, item in enumerate(problem.old_items) if old in item.places)
        j = next(j for j, item in enumerate(problem.new_items) if new in item.places)
        if transform_of(problem, (i, j), 0.0) is None:
            raise InputError(
                f"given: expected {name} and {path} of shapes that fit, got "
                f"{list(problem.old[old].shape)} and {list(problem.new[new].shape)}"
            )
        forced[i] = j
    return forced


_NO_WEIGHT = ("global_step", "beta1_power", "beta2_power")


def find(
    old: Sequence[Variable],
    new: Sequence[NewVariable],
    *,
    given: AnyMapping[str, str] | None = None,
    values: Values = ({}, {}),
    trained: Collection[str] | None = None,
    forget_bias: float = 1.0,
) -> Mapping:
    """Finds which variable of a new model is which of the old graph.

    By shape with the known transforms, then by role, name and layer, then by order. Initial values
    that are the same on both sides outweigh all of these.

    Args:
        old: variables of the old graph: the weights of a training in their order, then others.
            Integers, `global_step` and the powers of Adam's rates are left out.
        new: those of the new model, as `variables_of` describes them.
        given: by name of an old variable the path of the new one that it is; outweighs all.
        values: initial values of the old variables by name, and of the new ones by place.
        trained: names of the old variables that are trained, where that is known.
        forget_bias: that TensorFlow 1's LSTM cells added when they ran; their variables do not
            tell it.

    Raises:
        InputError: `given` has a name that is not there, or two variables that do not fit.
    """
    weights = [
        variable
        for variable in old
        if "float" in variable.dtype and variable.name.rpartition("/")[2] not in _NO_WEIGHT
    ]
    trained_first = sorted(new, key=lambda variable: not variable.trainable)
    problem = gather(weights, trained_first, values=values, trained=trained)
    return _solved(problem, _forced(problem, given or {}), forget_bias)
