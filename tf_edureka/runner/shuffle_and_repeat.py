"""Emulates the order of 1.15.5's op `ShuffleAndRepeatDataset` with ops that still exist.

The op had a buffer of up to n elements, ordered by epoch. In each step it used its next random
number to choose an element of the first epoch in the buffer, returned that, and refilled the
buffer. One stream of random numbers served all epochs; later versions restart it in each epoch. The
choice does not depend on the elements of later epochs.

Ops and functions that 1.15.5's graph does not have get names that start with `uncounted`.
"""

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

_Integers = npt.NDArray[np.int64]

_WITHOUT_END = np.iinfo(np.int64).max


def fused(data: Any, spec: Any, size: Any, seeds: tuple[Any, Any], count: Any) -> Any:
    """Shuffles the data set `data` in a buffer of `size` and repeats it; both are variants.

    The buffer stores each component of an element, of any type, as a data set with one element. It
    is processed in chunks of at most 1024 elements, so the cost of a step does not depend on its
    size.
    """
    import tensorflow as tf  # 1.15.5's, in a process of the runner
    from tensorflow.python.data.util import structure

    kinds, shapes = structure.get_flat_tensor_types(spec), structure.get_flat_tensor_shapes(spec)
    with tf.device("/cpu:0"):  # data sets are on the CPU; a GPU may have kernels for variants too
        none = tf.data.Dataset.from_tensors(0)._variant_tensor
        steps = _steps(data, seeds, count, [none] * len(kinds))
        empty = [tf.reshape(none, [1])[:0]] * len(kinds)
        begin = tf.zeros([0], tf.int64), tf.zeros([0], tf.int64), *empty
        scan = tf.data.experimental.scan(begin, _step_of(size))
        chunks = steps.batch(tf.clip_by_value(size // 8, 1, 1024))
        return chunks.apply(scan).flat_map(_opener(kinds, shapes, spec))._variant_tensor


def _steps(data: Any, seeds: tuple[Any, Any], count: Any, none: list[Any]) -> Any:
    """Returns the data set of steps: an element's index in its epoch, its components, a number.

    The last step has no element: its index is -1 and its components are `none`.
    """
    import tensorflow as tf
    from tensorflow.python.data.ops.dataset_ops import DatasetV2, _VariantDataset
    from tensorflow.python.ops import gen_dataset_ops, gen_experimental_dataset_ops

    def dataset(op: Any, *inputs: Any, types: list[Any]) -> Any:
        made = op(*inputs, types, [[]] * len(types))
        specs = [tf.TensorSpec([], kind) for kind in types]
        return _VariantDataset(made, tuple(specs) if len(specs) > 1 else specs[0])

    components, zero = [tf.variant] * len(none), tf.constant(0, tf.int64)
    window = data, zero + 1, zero + 1, zero + 1, False
    singles = dataset(gen_dataset_ops.window_dataset, *window, types=components)
    numbered = [DatasetV2.range(_WITHOUT_END)._variant_tensor, singles._variant_tensor]
    elements = dataset(gen_dataset_ops.zip_dataset, numbered, types=[tf.int64, *components])
    nothing = DatasetV2.from_tensors((zero - 1, *none))
    numbers = dataset(gen_experimental_dataset_ops.random_dataset, *seeds, types=[tf.int64])
    return DatasetV2.zip((elements.repeat(count).concatenate(nothing), numbers))


def _step_of(size: Any) -> Callable[..., Any]:
    """Returns the scan function: maps a buffer and a chunk to a new buffer and the output."""
    import tensorflow as tf

    def uncounted_step(state: Any, new: Any) -> Any:
        (epochs, numbers, *buffer), ((places, *added), more) = state, new
        inputs = [size, epochs, numbers, places, more]
        chosen = tf.py_func(_choose, inputs, [tf.int64] * 4, stateful=False)
        for vector in chosen:
            vector.set_shape([None])
        given, kept, epochs, numbers = chosen
        held, end = tf.size(buffer[0]), tf.size(buffer[0]) + tf.size(places)
        # tf.concat takes no variants.
        indices = [tf.range(held), tf.range(held, end)]
        both = [tf.dynamic_stitch(indices, pair) for pair in zip(buffer, added, strict=True)]
        out = [tf.gather(column, given) for column in both]
        state = (epochs, numbers, *(tf.gather(column, kept) for column in both))
        return state, tuple(out) if len(out) > 1 else out[0]

    return uncounted_step


def _opener(kinds: Any, shapes: Any, spec: Any) -> Callable[..., Any]:
    """Returns a function that turns columns of one-element data sets back into elements."""
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


def _choose(
    size: _Integers, epochs: _Integers, numbers: _Integers, places: _Integers, more: _Integers
) -> tuple[_Integers, _Integers, _Integers, _Integers]:
    """Chooses the elements that leave the buffer, as long as the choice is determined.

    An element's index counts the elements in the buffer first, then the new ones.

    Args:
        size: capacity of the buffer, a scalar of at least 1.
        epochs: epoch of each element in the buffer, ascending; shape (held,).
        numbers: unused random numbers, at least 0; one dimension.
        places: index of each new element in its epoch, from 0; shape (new,). The last one is -1
            if the input has ended.
        more: the next random numbers; shape (new,).

    Returns:
        Indices of the elements that leave, in order; indices of those that stay; the epochs of
        those that stay; the random numbers that are still unused.
    """
    last = epochs[-1] if epochs.size else -1
    epoch_of = np.concatenate([epochs, last + np.cumsum(places[places >= 0] == 0)]).tolist()
    numbers = np.concatenate([numbers, more])
    order, first, total, limit = list(range(len(epoch_of))), 0, len(epoch_of), int(size)
    for number in numbers[:total].tolist():
        end = bisect_right(epoch_of, epoch_of[first])
        is_whole_epoch = end < total or places[-1] < 0
        if first + limit > total and not is_whole_epoch:
            break
        chosen = first + number % (min(first + limit, end) - first)
        order[first], order[chosen] = order[chosen], order[first]
        first += 1
    found = order[:first], order[first:], epoch_of[first:], numbers[first:]
    given, kept, left, unused = (np.array(values, np.int64) for values in found)
    return given, kept, left, unused
