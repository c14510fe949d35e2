"""Random inputs for an original graph and a Keras model, so that their outputs can be compared."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from tf_edureka._keras import keras
from tf_edureka.parity.loading.old_network import OldNetwork
from tf_edureka.parity.loading.sources import Source
from tf_edureka.parity.model import inputs
from tf_edureka.tf1.checkpoint.content import Array

# Large inputs separate activations that saturate from others. Small inputs reveal a constant that
# is added to a small number.
SCALES = (1.0, 100.0, 0.01)
_MOST = 24  # plans, or combinations of values, that are tried
_MOST_ORDERS = 1000
_BATCH = 6
_STEPS = 7  # used if the graph leaves the number of time steps open
# First odd, different sizes, so that padding and the order of axes matter; then powers of two.
_PIXELS = ((33, 29, 31), (32, 32, 32))

Shape = tuple[int | None, ...]


@dataclass(frozen=True, kw_only=True)
class FeedPlan:
    """An assignment of the graph's sources to the model's inputs, with their shapes.

    Attributes:
        feeding: names of the sources that are the model's inputs.
        shapes: complete shape of each of these sources, by name.
    """

    feeding: inputs.Feeding
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def batch(self) -> int:
        """Number of examples."""
        return next((shape[0] for shape in self.shapes.values() if shape), _BATCH)

    @property
    def steps(self) -> int:
        """Number of time steps, if the inputs are sequences."""
        return next((shape[1] for shape in self.shapes.values() if len(shape) > 1), _STEPS)


def feed_plans(model: keras.Model, sources: Sequence[Source]) -> list[FeedPlan]:
    """Returns the possible assignments of a graph's sources to a model's inputs, likeliest first.

    Args:
        model: Keras model with known inputs, or with one input of any shape.
        sources: sources of the graph.
    """
    wanted = inputs.shapes(model)
    kinds = inputs.dtype_kinds(model)
    candidates = [one for one in sources if one.shape != () and not _is_parameter(one)]
    if len(candidates) < len(wanted):
        candidates = [one for one in sources if one.shape != ()]
    names = inputs.names(model)
    sizes = (one.examples or (one.shape or (None,))[0] for one in candidates)
    batch = next((count for count in sizes if count), _BATCH)
    found: list[tuple[int, int, int, FeedPlan]] = []
    by_name = {one.name.partition(":")[0]: one for one in candidates}
    if {*names} <= {*by_name}:  # inputs named like sources are these sources
        orders: Iterable[tuple[Source, ...]] = [tuple(by_name[name] for name in names)]
    else:
        every = itertools.permutations(candidates, len(wanted))
        orders = itertools.islice(every, _MOST_ORDERS)
    tries = itertools.product(orders, _PIXELS)
    for chosen, pixels in tries:
        shapes = [
            _merged(one.shape, shape, batch, pixels)
            for one, shape in zip(chosen, wanted, strict=True)
        ]
        made = {one.name: shape for one, shape in zip(chosen, shapes, strict=True) if shape}
        if len(made) == len(wanted):
            unlike = sum(
                (np.dtype(one.dtype).kind == "f") != (kind == "f")
                for one, kind in zip(chosen, kinds, strict=True)
                if kind
            )
            plan = FeedPlan(feeding=inputs.Feeding((*made,), ()), shapes=made)
            if plan not in [one for *_, one in found]:
                misnamed = sum(map(_is_misnamed, made, names, itertools.repeat(names)))
                found.append((misnamed, unlike, len(found), plan))
    least = min((one[0] for one in found), default=0)
    likely = sorted((one for one in found if one[0] == least), key=lambda one: one[:3])
    return [plan for *_, plan in likely][:_MOST]


def _is_misnamed(source: str, name: str, names: Sequence[str]) -> bool:
    """True if another input has the name of this input's source."""
    own = source.partition(":")[0]
    return name != own and own in names


def _is_parameter(source: Source) -> bool:
    """True if a source is a scalar setting, such as the keep probability of dropout."""
    if not source.is_placeholder:
        return False
    if source.shape is None:
        return source.dtype in ("bool", "float32") and source.default is None
    return source.shape == ()


def _merged(
    old: Shape | None, new: Shape | None, batch: int, pixels: Sequence[int]
) -> tuple[int, ...] | None:
    """A shape that fits a source, and an input directly or reshaped; None if there is none."""
    if old is None:
        if new is None:
            return None
        old = (None,) * len(new)
    if not old:
        return None
    rest: list[int | None] = [*old[1:]]
    if new is not None and len(new) == len(old):
        pairs = [*zip(old[1:], new[1:], strict=True)]
        if all(None in pair or pair[0] == pair[1] for pair in pairs):
            rest = [one if other is None else other for one, other in pairs]
            return (old[0] or batch, *_filled(rest, pixels))
    if new is None:
        return (old[0] or batch, *_filled(rest, pixels))
    if _size(new[1:]) is None or _size(new[1:]) != _size(rest):
        return None
    return (old[0] or batch, *_filled(rest, pixels))


def _size(sizes: Sequence[int | None]) -> int | None:
    known = [one for one in sizes if one is not None]
    return prod(known) if len(known) == len(sizes) else None


def _filled(sizes: Sequence[int | None], pixels: Sequence[int]) -> Iterator[int]:
    usual = iter(pixels) if len(sizes) > 2 else itertools.repeat(_STEPS)
    yield from (next(usual, _STEPS) if one is None else one for one in sizes)


def arrays(
    plan: FeedPlan, network: OldNetwork, scale: float, random: np.random.Generator
) -> dict[str, Array]:
    """Samples values of the sources that are the model's inputs.

    Integers that select rows, as of an embedding, are less than the number of rows. One integer per
    example is a length. Pixels of 8 bits have all values. Other integers are 0 or 1; those of the
    first input are less than 100 in the large scale. In the last scale, float inputs after the
    first are 0 or 1, as masks are.

    Args:
        plan: assignment of the sources to the inputs.
        network: the original network.
        scale: standard deviation of float values.
        random: random number generator.

    Returns:
        a value for each source by name, in its dtype and shape.
    """
    kinds = {one.name: np.dtype(one.dtype) for one in network.sources}
    found: dict[str, Array] = {}
    for name, shape in plan.shapes.items():
        kind = kinds[name]
        if kind.kind == "f":
            is_mask = bool(found) and scale == SCALES[-1]  # possible after another input
            value: Array = random.normal(scale=scale, size=shape)
            if is_mask:
                value = random.integers(0, 2, shape).astype(kind)
        elif kind.kind == "b":
            value = random.integers(0, 2, shape)
        else:
            rows = 256 if kind == np.uint8 else network.walk.rows_read(name, network.state)
            if len(shape) == 1 and not rows:  # a length of each example
                value = random.integers(1, plan.steps + 1, shape)
            else:
                # After another input they may be a mask.
                most = 100 if scale > 1 and not found else 2
                value = random.integers(0, rows or most, shape)
            if kind == np.uint8 and scale > 1:  # like pictures with large uniform areas
                value[::3], value[1::3] = 255, 0
        if scale == SCALES[-1]:
            _pad(value)
        found[name] = value.astype(kind)
    return found


def _pad(value: Array) -> None:
    """Pads the end of some sequences with zeros, which old code often masks."""
    if value.ndim == (2 if value.dtype.kind in "iu" else 3) and value.shape[1] > 2:
        value[len(value) * 2 // 3 :, value.shape[1] * 2 // 3 :] = 0


def other_values(
    plan: FeedPlan, network: OldNetwork, needed: set[str], *, training: bool
) -> Iterator[dict[str, Array]]:
    """Yields values of the other sources for inference, the likeliest first.

    Args:
        plan: assignment of the sources to the inputs.
        network: the original network.
        needed: names of the sources that need a value.
        training: value of the source that switches training on.

    Yields:
        a value for each source by name, in its dtype and shape; also values of the constants that
        switch dropout off.
    """
    others = [one for one in network.sources if one.name in needed and one.name not in plan.shapes]
    options = [[*_values(one, plan, training)] for one in others]
    # Switch off dropout whose rate is a constant of the graph.
    off = {
        name: np.array(value, np.float32) for name, value in network.walk.dropout_switches().items()
    }
    # Sources of the same meaning, such as keep probabilities, most often have the same value.
    alike = [
        tuple(next((one for one in each if str(one) == text), each[0]) for each in options)
        for text in dict.fromkeys(str(one) for each in options for one in each)
    ]
    every = itertools.islice(itertools.product(*options), _MOST)
    for values in {str(one): one for one in (*alike, *every)}.values():
        yield {**off, **{one.name: value for one, value in zip(others, values, strict=True)}}


def is_training(source: Source) -> bool:
    """True if a `source` switches training on and off."""
    return source.dtype == "bool" and not source.shape and "train" in source.name.lower()


def _values(source: Source, plan: FeedPlan, training: bool) -> Iterator[Array]:
    """Likely values of a source: its default, no training, no dropout, all time steps."""
    dtype = np.dtype(source.dtype)
    numbers: tuple[float, ...]
    if is_training(source):
        yield np.array(training)
        return
    if dtype.kind == "b":
        numbers = (False, True)
    elif dtype.kind == "f":
        is_share = "rate" in source.name.lower() or "drop" in source.name.lower()
        numbers = (0.0, 1.0) if is_share and "keep" not in source.name.lower() else (1.0, 0.0)
    else:
        numbers = (plan.steps, plan.batch, 1)
    shape: tuple[int, ...] = ()
    if source.shape:
        rest = source.shape[1:]
        # In [layers, None, units] the batch size is open, in [None, None] also the time steps.
        usual = plan.batch if source.shape[0] else plan.steps
        shape = (source.shape[0] or plan.batch, *(one or usual for one in rest))
        numbers = (*numbers, 0) if dtype.kind == "i" else numbers
    if source.default is not None:
        yield source.default
    for number in numbers:
        value = np.full(shape, number, dtype)
        if source.default is None or not np.array_equal(value, source.default):
            yield value
