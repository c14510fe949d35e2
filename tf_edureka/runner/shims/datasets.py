"""Shims of data sets: 1.15.5 made one op of `shuffle` and `repeat`, which drew other orders.

Its first epoch had the order of a shuffle that is the same in each epoch. The next ones went on
with its random numbers, which no op does today: they are shuffled by others.
"""

import functools
from typing import Any

from tf_edureka.runner import installed, places
from tf_edureka.runner.shims import graphs
from tf_edureka.runner.shims.registered import shim
from tf_edureka.runner.wrapped import wrap


@shim("data.ops.dataset_ops")
def _dataset_ops(module: Any) -> None:
    def begin(original: Any, self: Any, input_dataset: Any, count: Any) -> None:
        original(self, input_dataset, count)
        shuffled = getattr(input_dataset, "_dataset", input_dataset)  # that of version 2
        if isinstance(shuffled, module.ShuffleDataset) and shuffled._reshuffle_each_iteration:
            _fuse(self, shuffled)

    wrap(module.RepeatDataset, "__init__", begin)


@shim("data.experimental.ops.shuffle_ops")
def _shuffle_ops(module: Any) -> None:
    def begin(original: Any, self: Any, *given: Any, **named: Any) -> None:
        original(self, *given, **named)
        _fuse(self, self)

    wrap(module._ShuffleAndRepeatDataset, "__init__", begin)


def _fuse(repeated: Any, shuffled: Any) -> None:
    """Gives a data set the first epoch that 1.15.5 gave it, if it has a seed."""
    known = installed.module("python.framework.tensor_util").constant_value
    seeds = shuffled._seed, shuffled._seed2
    count = known(repeated._count)  # -1: without end
    if all(known(seed) == 0 for seed in seeds) or count in (None, 0, 1):
        return
    from tensorflow.python.framework import constant_op
    from tensorflow.python.ops import gen_dataset_ops

    structure = repeated._flat_structure
    data, size = shuffled._input_dataset._variant_tensor, shuffled._buffer_size
    name = getattr(getattr(repeated._variant_tensor, "op", None), "name", None)  # none if eager
    with graphs.uncounted():
        shuffle = functools.partial(
            gen_dataset_ops.shuffle_dataset, data, size, *seeds, **structure
        )
        left = constant_op.constant(count - 1 if count > 1 else count, repeated._count.dtype)
        others = gen_dataset_ops.repeat_dataset(
            shuffle(reshuffle_each_iteration=True), left, name="Others", **structure
        )
        repeated._variant_tensor_attr = gen_dataset_ops.concatenate_dataset(
            shuffle(reshuffle_each_iteration=False), others, name=name, **structure
        )
    places.note(
        "shuffle().repeat() with a seed: the first epoch has the order of TensorFlow 1.15.5, the "
        "next ones have others"
    )
