"""The order that 1.15.5's op `ShuffleAndRepeatDataset` gave, from ops that are there today.

It kept up to n elements, those of the next epoch behind those of this one. Of the first epoch in it
it gave one, by the next of its random numbers, and filled up: one stream of numbers for all epochs,
where later versions begin anew in each. Elements of the next epochs need not be there for that.

What 1.15.5 had not is named `uncounted`, functions too.
"""

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

_Integers = npt.NDArray[np.int64]

_WITHOUT_END = np.iinfo(np.int64).max


def fused(data: Any, spec: Any, size: Any, seeds: tuple[Any, Any], count: Any) -> Any:
    """The data set `data` (a variant) shuffled in a buffer of `size` and repeated, as a variant.

    It holds each component of an element as a data set of one, whatever it is made of, and goes in
    chunks of at most 1024 elements: so a step costs the same however long the buffer is.
    """
    import tensorflow as tf  # 1.15.5's, in a process of the runner
    from tensorflow.python.data.util import structure

    kinds, shapes = structure.get_flat_tensor_types(spec), structure.get_flat_tensor_shapes(spec)
    with tf.device("/cpu:0"):  # where data sets are, whatever else has a kernel for variants
        none = tf.data.Dataset.from_tensors(0)._variant_tensor
        steps = _steps(data, seeds, count, [none] * len(kinds))
        empty = [tf.reshape(none, [1])[:0]] * len(kinds)
        begin = tf.zeros([0], tf.int64), tf.zeros([0], tf.int64), *empty
        scan = tf.data.experimental.scan(begin, _step_of(size))
        chunks = steps.batch(tf.clip_by_value(size // 8, 1, 1024))
        return chunks.apply(scan).flat_map(_opener(kinds, shapes, spec))._variant_tensor


def _steps(data: Any, seeds: tuple[Any, Any], count: Any, none: list[Any]) -> Any:
    """What comes in a step: the place of an element in its epoch, its components, and a number.

    In the last step there is no element: the place is -1, the components are `none`.
    """
    import tensorflow as tf
    from tensorflow.python.data.ops.dataset_ops import DatasetV2, _VariantDataset
    from tensorflow.python.ops import gen_dataset_ops, gen_experimental_dataset_ops

    def dataset(op: Any, *inputs: Any, of: list[Any]) -> Any:
        made = op(*inputs, of, [[]] * len(of))
        specs = [tf.TensorSpec([], kind) for kind in of]
        return _VariantDataset(made, tuple(specs) if len(specs) > 1 else specs[0])

    components, zero = [tf.variant] * len(none), tf.constant(0, tf.int64)
    window = data, zero + 1, zero + 1, zero + 1, False
    singles = dataset(gen_dataset_ops.window_dataset, *window, of=components)
    numbered = [DatasetV2.range(_WITHOUT_END)._variant_tensor, singles._variant_tensor]
    elements = dataset(gen_dataset_ops.zip_dataset, numbered, of=[tf.int64, *components])
    nothing = DatasetV2.from_tensors((zero - 1, *none))
    numbers = dataset(gen_experimental_dataset_ops.random_dataset, *seeds, of=[tf.int64])
    return DatasetV2.zip((elements.repeat(count).concatenate(nothing), numbers))


def _step_of(size: Any) -> Callable[..., Any]:
    """What goes on by a chunk: of the buffer and what comes it makes a buffer and what is given."""
    import tensorflow as tf

    def uncounted_step(state: Any, new: Any) -> Any:
        (epochs, numbers, *buffer), ((places, *added), more) = state, new
        inputs = [size, epochs, numbers, places, more]
        drawn = tf.py_func(_draw, inputs, [tf.int64] * 4, stateful=False)
        for vector in drawn:
            vector.set_shape([None])
        given, kept, epochs, numbers = drawn
        held, end = tf.size(buffer[0]), tf.size(buffer[0]) + tf.size(places)
        # tf.concat takes no variants.
        indices = [tf.range(held), tf.range(held, end)]
        both = [tf.dynamic_stitch(indices, pair) for pair in zip(buffer, added, strict=True)]
        out = [tf.gather(column, given) for column in both]
        state = (epochs, numbers, *(tf.gather(column, kept) for column in both))
        return state, tuple(out) if len(out) > 1 else out[0]

    return uncounted_step


def _opener(kinds: Any, shapes: Any, spec: Any) -> Callable[..., Any]:
    """What makes elements of the data sets of one, a column of them for each component."""
    import tensorflow as tf
    from tensorflow.python.data.ops.dataset_ops import DatasetV2, _VariantDataset
    from tensorflow.python.ops import gen_dataset_ops

    def values(column: Any, kind: Any, shape: Any) -> Any:
        def uncounted_value(single: Any) -> Any:
            return _VariantDataset(single, tf.TensorSpec(shape, kind))

        return DatasetV2.from_tensor_slices(column).flat_map(uncounted_value)._variant_tensor

    def uncounted_open(*columns: Any) -> Any:
        components = [values(*each) for each in zip(columns, kinds, shapes, strict=True)]
        return _VariantDataset(gen_dataset_ops.zip_dataset(components, kinds, shapes), spec)

    return uncounted_open


def _draw(
    size: _Integers, epochs: _Integers, numbers: _Integers, places: _Integers, more: _Integers
) -> tuple[_Integers, _Integers, _Integers, _Integers]:
    """Draws the elements that leave the buffer, as far as their order is certain.

    Elements are named by their index: those of the buffer first, then the new ones.

    Args:
        size: capacity of the buffer, a scalar of at least 1.
        epochs: epoch of each element in the buffer, ascending; shape (held,).
        numbers: random numbers that were not used yet, at least 0; one dimension.
        places: place of each new element in its epoch, from 0; shape (new,). The last one is -1
            when the input has ended.
        more: the next random numbers; shape (new,).

    Returns:
        Indices of the elements that leave, in their order; indices of those that stay; the epochs
        of those; and the random numbers that are not used yet.
    """
    last = epochs[-1] if epochs.size else -1
    of = np.concatenate([epochs, last + np.cumsum(places[places >= 0] == 0)]).tolist()
    numbers = np.concatenate([numbers, more])
    order, first, total, limit = list(range(len(of))), 0, len(of), int(size)
    for number in numbers[:total].tolist():
        end = bisect_right(of, of[first])
        is_whole_epoch = end < total or places[-1] < 0
        if first + limit > total and not is_whole_epoch:
            break
        drawn = first + number % (min(first + limit, end) - first)
        order[first], order[drawn] = order[drawn], order[first]
        first += 1
    found = order[:first], order[first:], of[first:], numbers[first:]
    given, kept, left, unused = (np.array(values, np.int64) for values in found)
    return given, kept, left, unused
