"""What to feed an old graph and a new model, so that both compute the same: random arrays."""

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

# Activations that saturate are told from others by large inputs, what is added to a small number
# by small ones.
SCALES = (1.0, 100.0, 0.01)
_MOST = 24  # ways that are tried
_MOST_ORDERS = 1000
_BATCH = 6
_STEPS = 7  # where the number of time steps is open
# Odd and unlike, so that padding and the order of axes show; then what halves well.
_PIXELS = ((33, 29, 31), (32, 32, 32))

Shape = tuple[int | None, ...]


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to feed both.

    Attributes:
        feeding: which sources are the model's inputs.
        shapes: of these sources, with all sizes.
    """

    feeding: inputs.Feeding
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def batch(self) -> int:
        """How many examples there are."""
        return next((shape[0] for shape in self.shapes.values() if shape), _BATCH)

    @property
    def steps(self) -> int:
        """How many time steps there are, if the inputs are sequences."""
        return next((shape[1] for shape in self.shapes.values() if len(shape) > 1), _STEPS)


def ways(model: keras.Model, sources: Sequence[Source]) -> list[Way]:
    """The ways in which an old graph's sources can be a model's inputs, the likeliest first.

    Args:
        model: whose inputs are known, or that takes one of any shape.
        sources: of the graph.
    """
    wanted = inputs.shapes(model)
    kinds = inputs.dtype_kinds(model)
    candidates = [one for one in sources if one.shape != () and not _is_setting(one)]
    if len(candidates) < len(wanted):
        candidates = [one for one in sources if one.shape != ()]
    names = inputs.names(model)
    said = (one.examples or (one.shape or (None,))[0] for one in candidates)
    batch = next((count for count in said if count), _BATCH)
    found: list[tuple[int, int, int, Way]] = []
    by_name = {one.name.partition(":")[0]: one for one in candidates}
    if {*names} <= {*by_name}:  # inputs that have the names of sources are these sources
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
            way = Way(feeding=inputs.Feeding((*made,), ()), shapes=made)
            if way not in [one for *_, one in found]:
                misnamed = sum(map(_is_misnamed, made, names, itertools.repeat(names)))
                found.append((misnamed, unlike, len(found), way))
    least = min((one[0] for one in found), default=0)
    likely = sorted((one for one in found if one[0] == least), key=lambda one: one[:3])
    return [way for *_, way in likely][:_MOST]


def _is_misnamed(source: str, name: str, names: Sequence[str]) -> bool:
    """Whether an input has another name than its source, whose name it, or another one, has."""
    own = source.partition(":")[0]
    return name != own and own in names


def _is_setting(source: Source) -> bool:
    """Whether a source is a number that sets something, such as what dropout keeps."""
    if not source.is_placeholder:
        return False
    if source.shape is None:
        return source.dtype in ("bool", "float32") and source.default is None
    return source.shape == ()


def _merged(
    old: Shape | None, new: Shape | None, batch: int, pixels: Sequence[int]
) -> tuple[int, ...] | None:
    """A shape that fits a source, and an input as it is or reshaped; None if there is none."""
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
    way: Way, network: OldNetwork, scale: float, random: np.random.Generator
) -> dict[str, Array]:
    """Random values of the sources that are the model's inputs.

    Args:
        way: how both are fed.
        network: the old one.
        scale: standard deviation of float ones.
        random: what they are drawn from.

    Returns:
        by source, in its dtype and shape. Whole numbers that choose rows are below their number;
        one for each example is a length; others are 0 or 1, of the first input also below 100;
        pixels of 8 bits have all values. Floats of others are 0 or 1 in the last scale, as masks.
    """
    kinds = {one.name: np.dtype(one.dtype) for one in network.sources}
    found: dict[str, Array] = {}
    for name, shape in way.shapes.items():
        kind = kinds[name]
        if kind.kind == "f":
            is_mask = bool(found) and scale == SCALES[-1]  # perhaps: beside another input
            value: Array = random.normal(scale=scale, size=shape)
            if is_mask:
                value = random.integers(0, 2, shape).astype(kind)
        elif kind.kind == "b":
            value = random.integers(0, 2, shape)
        else:
            rows = 256 if kind == np.uint8 else network.walk.rows_read(name, network.state)
            if len(shape) == 1 and not rows:  # a length of each example
                value = random.integers(1, way.steps + 1, shape)
            else:
                # Beside another input they are a mask, perhaps.
                most = 100 if scale > 1 and not found else 2
                value = random.integers(0, rows or most, shape)
            if kind == np.uint8 and scale > 1:  # as of pictures, where large parts are alike
                value[::3], value[1::3] = 255, 0
        if scale == SCALES[-1]:
            _pad(value)
        found[name] = value.astype(kind)
    return found


def _pad(value: Array) -> None:
    """Ends some sequences early by zeros, which old code often masks."""
    if value.ndim == (2 if value.dtype.kind in "iu" else 3) and value.shape[1] > 2:
        value[len(value) * 2 // 3 :, value.shape[1] * 2 // 3 :] = 0


def settings(
    way: Way, network: OldNetwork, needed: set[str], *, training: bool
) -> Iterator[dict[str, Array]]:
    """Values of the other sources, as a network that is used has them: the likeliest first.

    Args:
        way: how both are fed.
        network: the old one.
        needed: names of sources that are looked for.
        training: whether what is called training is on.

    Yields:
        by source, in its dtype and shape; by the name of a constant, what turns dropout off.
    """
    others = [one for one in network.sources if one.name in needed and one.name not in way.shapes]
    options = [[*_values(one, way, training)] for one in others]
    # Dropout that is written into the graph is turned off.
    off = {name: np.array(value, np.float32) for name, value in network.walk.dropped().items()}
    # What sets the same thing, such as shares to keep, is most often set to the same.
    alike = [
        tuple(next((one for one in each if str(one) == text), each[0]) for each in options)
        for text in dict.fromkeys(str(one) for each in options for one in each)
    ]
    every = itertools.islice(itertools.product(*options), _MOST)
    for values in {str(one): one for one in (*alike, *every)}.values():
        yield {**off, **{one.name: value for one, value in zip(others, values, strict=True)}}


def is_training(source: Source) -> bool:
    """Whether a `source` says if the network is being trained."""
    return source.dtype == "bool" and not source.shape and "train" in source.name.lower()


def _values(source: Source, way: Way, training: bool) -> Iterator[Array]:
    """What a source may be: its default, no training, nothing dropped, all steps."""
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
        numbers = (way.steps, way.batch, 1)
    shape: tuple[int, ...] = ()
    if source.shape:
        rest = source.shape[1:]
        # Of [layers, None, units] it is the examples that are open, of [None, None] the steps, too.
        usual = way.batch if source.shape[0] else way.steps
        shape = (source.shape[0] or way.batch, *(one or usual for one in rest))
        numbers = (*numbers, 0) if dtype.kind == "i" else numbers
    if source.default is not None:
        yield source.default
    for number in numbers:
        value = np.full(shape, number, dtype)
        if source.default is None or not np.array_equal(value, source.default):
            yield value
