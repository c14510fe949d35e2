"""Shims of data sets: 1.15.5 made one op of `shuffle` and `repeat`, which drew other orders.

Its first epoch had the order of a shuffle that is the same in each epoch. The next ones went on
with its random numbers, which no op does today: they are shuffled by others.

It did so where it optimized a data set: for each iterator but one that `make_initializer` begins.
"""

import functools
from collections.abc import Callable
from typing import Any

from tf_edureka.runner import installed, places
from tf_edureka.runner.shims import graphs
from tf_edureka.runner.shims.registered import shim
from tf_edureka.runner.wrapped import wrap

# What a graph keeps them in: by the name of an op what makes the fused one.
_FUSED = "_fused_datasets"


@shim("data.ops.dataset_ops")
def _dataset_ops(module: Any) -> None:
    def repeat(original: Any, self: Any, input_dataset: Any, count: Any) -> None:
        original(self, input_dataset, count)
        shuffled = getattr(input_dataset, "_dataset", input_dataset)  # that of version 2
        while isinstance(shuffled, module._OptionsDataset):
            below = shuffled._input_dataset
            shuffled = getattr(below, "_dataset", below)
        if isinstance(shuffled, module.ShuffleDataset) and shuffled._reshuffle_each_iteration:
            _fuse(self, shuffled)

    def optimize(original: Any, self: Any, data: Any, optimizations: Any, *others: Any) -> None:
        plain = data._variant_tensor
        if "shuffle_and_repeat_fusion" in optimizations and hasattr(plain, "op"):
            data._variant_tensor_attr = _with_fused(plain)
        original(self, data, optimizations, *others)
        data._variant_tensor_attr = plain

    wrap(module.RepeatDataset, "__init__", repeat)
    wrap(module._OptimizeDataset, "__init__", optimize)


@shim("data.experimental.ops.shuffle_ops")
def _shuffle_ops(module: Any) -> None:
    def begin(original: Any, self: Any, *given: Any, **named: Any) -> None:
        original(self, *given, **named)
        make = _maker(self, self)
        if make:
            self._variant_tensor_attr = make(self._input_dataset._variant_tensor)

    wrap(module._ShuffleAndRepeatDataset, "__init__", begin)


def _fuse(repeated: Any, shuffled: Any) -> None:
    make = _maker(repeated, shuffled)
    plain = repeated._variant_tensor
    graph = getattr(plain, "graph", None)
    if make is None:
        return
    # What a function makes for another data set is optimized with that.
    if graph is None or graph._building_function:
        repeated._variant_tensor_attr = make(shuffled._input_dataset._variant_tensor)
    else:
        makers = getattr(graph, _FUSED, {})
        setattr(graph, _FUSED, makers | {plain.op.name: (make, shuffled)})


def _maker(repeated: Any, shuffled: Any) -> Callable[[Any], Any] | None:
    """What makes the fused data set of another: the first epoch of 1.15.5's, then others.

    Without a seed there is none.
    """
    known = installed.module("python.framework.tensor_util").constant_value
    seeds = shuffled._seed, shuffled._seed2
    count = known(repeated._count)  # -1: without end
    if all(known(seed) == 0 for seed in seeds) or count in (None, 0, 1):
        return None
    from tensorflow.python.framework import constant_op
    from tensorflow.python.ops import gen_dataset_ops

    structure = repeated._flat_structure
    size = shuffled._buffer_size
    name = getattr(getattr(repeated._variant_tensor, "op", None), "name", None)  # none if eager

    def make(data: Any) -> Any:
        places.note(
            "shuffle().repeat() with a seed: the first epoch has the order of TensorFlow 1.15.5, "
            "the next ones have others"
        )
        shuffle = functools.partial(
            gen_dataset_ops.shuffle_dataset, data, size, *seeds, **structure
        )
        with graphs.uncounted():
            left = constant_op.constant(count - 1 if count > 1 else count, repeated._count.dtype)
            others = gen_dataset_ops.repeat_dataset(
                shuffle(reshuffle_each_iteration=True), left, name="Others", **structure
            )
            return gen_dataset_ops.concatenate_dataset(
                shuffle(reshuffle_each_iteration=False), others, name=name, **structure
            )

    return make


def _with_fused(tensor: Any) -> Any:
    """The data set `tensor` with fused ones in it, if it is made of such."""
    makers = getattr(tensor.graph, _FUSED, None)
    if not makers:
        return tensor
    ops = installed.module("python.framework.ops")
    with tensor.graph.as_default(), ops.control_dependencies(None):
        return _rebuilt(tensor, makers)


def _rebuilt(tensor: Any, makers: Any) -> Any:
    op = tensor.op
    if op.name in makers:
        make, shuffled = makers[op.name]
        return make(_rebuilt(shuffled._input_dataset._variant_tensor, makers))
    found = [_rebuilt(one, makers) if one.dtype == "variant" else one for one in op.inputs]
    if all(one is other for one, other in zip(found, op.inputs, strict=True)):
        return tensor
    with graphs.uncounted():
        kinds = [one.dtype for one in op.outputs]
        attributes = {**op.node_def.attr}
        made = tensor.graph.create_op(op.type, found, kinds, name=op.name, attrs=attributes)
    return made.outputs[tensor.value_index]
