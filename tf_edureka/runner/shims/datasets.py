"""Shims of data sets: the order of their elements, and when elements are computed.

1.15.5 fused `shuffle` and `repeat` into one op, which samples other orders than the two ops do. It
did so when it optimized a data set: for each iterator except those of `make_initializer`.
"""

import copy
import importlib
import types
from collections.abc import Callable
from typing import Any

from tf_edureka.runner import installed
from tf_edureka.runner.shims import graphs
from tf_edureka.runner.shims.registered import shim
from tf_edureka.runner.shuffle_and_repeat import fused
from tf_edureka.runner.wrapped import wrap

# Attributes of a graph: functions that create fused data sets, by the name of the plain op; created
# ones, by the name of the plain tensor.
_MAKERS, _MADE = "_makers_of_fused", "_made_with_fused"


@shim("data.ops.dataset_ops")
def _dataset_ops(module: Any) -> None:
    def repeat(original: Any, self: Any, input_dataset: Any, count: Any) -> None:
        original(self, input_dataset, count)
        shuffled = getattr(input_dataset, "_dataset", input_dataset)  # unwraps a version 1 data set
        while isinstance(shuffled, module._OptionsDataset):
            below = shuffled._input_dataset
            shuffled = getattr(below, "_dataset", below)
        if isinstance(shuffled, module.ShuffleDataset) and shuffled._reshuffle_each_iteration:
            _fuse(self, shuffled)

    def optimize(original: Any, self: Any, data: Any, optimizations: Any, *others: Any) -> None:
        plain = data._variant_tensor
        if "shuffle_and_repeat_fusion" in optimizations:
            data._variant_tensor_attr = _with_fused(plain)
        original(self, data, optimizations, *others)
        data._variant_tensor_attr = plain

    wrap(module.RepeatDataset, "__init__", repeat)
    wrap(module._OptimizeDataset, "__init__", optimize)


@shim("data.ops.dataset_ops")
def _disable_prefetch(module: Any) -> None:
    """Computes elements on demand unless a script calls `prefetch`, as its seeds expect."""

    def apply(original: Any, self: Any) -> Any:
        return _without_prefetch(original(self))

    wrap(module.DatasetV2, "_apply_options", apply)


@shim("data.ops.iterator_ops")
def _disable_prefetch_in_initializers(module: Any) -> None:
    def make(original: Any, self: Any, dataset: Any, name: Any = None) -> Any:
        return original(self, _without_prefetch(dataset), name)

    wrap(module.Iterator, "make_initializer", make)


def _without_prefetch(data: Any) -> Any:
    messages = importlib.import_module("tensorflow.core.framework.dataset_options_pb2")
    options = messages.Options()
    options.optimization_options.inject_prefetch = False
    options_dataset = installed.module("python.ops.gen_dataset_ops").options_dataset
    plain = data._variant_tensor
    name = getattr(getattr(plain, "op", None), "name", None)  # None in eager mode
    made = copy.copy(data)
    with graphs.uncounted():
        made._variant_tensor_attr = options_dataset(
            plain, options.SerializeToString(), name=name, **data._flat_structure
        )
    return made


@shim("data.util.traverse")
def _traverse(module: Any) -> None:
    def with_those_of_fused(original: Any, data: Any) -> Any:
        """Lets a one-shot iterator copy the fused ops, although they are stateful."""
        optimized = types.SimpleNamespace(_variant_tensor=_with_fused(data._variant_tensor))
        return original(data) + original(optimized)

    wrap(module, "obtain_all_variant_tensor_ops", with_those_of_fused)


@shim("data.experimental.ops.shuffle_ops")
def _shuffle_ops(module: Any) -> None:
    def begin(original: Any, self: Any, *given: Any, **named: Any) -> None:
        original(self, *given, **named)
        make = _maker(self, self, unless_count=(0,))
        if make:
            self._variant_tensor_attr = make(self._input_dataset._variant_tensor)

    wrap(module._ShuffleAndRepeatDataset, "__init__", begin)


def _fuse(repeated: Any, shuffled: Any) -> None:
    plain = repeated._variant_tensor
    # For a count of 1, 1.15.5 removed the `repeat` first, so nothing was left to fuse.
    make = _maker(repeated, shuffled, unless_count=(0, 1))
    if make is None:
        return
    graph = getattr(plain, "graph", None)
    # A data set inside another one's function is optimized together with that data set.
    if graph is None or graph._building_function:
        repeated._variant_tensor_attr = make(shuffled._input_dataset._variant_tensor)
    else:
        makers = getattr(graph, _MAKERS, {})
        setattr(graph, _MAKERS, makers | {plain.op.name: (make, shuffled)})


def _maker(
    repeated: Any, shuffled: Any, unless_count: tuple[int, ...]
) -> Callable[[Any], Any] | None:
    """Returns a function that creates the fused data set; None if the plain one is right.

    The plain one is right without a seed, with a count in `unless_count`, and with a buffer size
    below 1, which is an error.
    """
    known = installed.module("python.framework.tensor_util").constant_value
    seeds, plain = (shuffled._seed, shuffled._seed2), repeated._variant_tensor
    spec, size, count = repeated.element_spec, shuffled._buffer_size, repeated._count
    known_size, known_count = known(size), known(count)
    if all(known(seed) == 0 for seed in seeds) or known_count in unless_count:
        return None
    if known_size is not None and known_size < 1:
        return None

    def make(data: Any) -> Any:
        with graphs.uncounted():
            made = fused(data, spec, size, seeds, count)
            if None not in (known_size, known_count):
                return made
            cond = installed.module("python.ops.cond").cond
            math = installed.module("python.ops.math_ops")
            counts = [math.equal(count, each) for each in unless_count]
            is_plain = math.reduce_any([size < 1, *counts])
            return cond(is_plain, lambda: plain, lambda: made)

    return make


def _with_fused(tensor: Any) -> Any:
    """Returns the data set `tensor` with fused data sets in it, if it contains any."""
    graph: Any = getattr(tensor, "graph", None)  # None in eager mode
    makers = getattr(graph, _MAKERS, None)
    if not makers:
        return tensor
    made = getattr(graph, _MADE, {})
    if tensor.name not in made:
        ops = installed.module("python.framework.ops")
        with graph.as_default(), ops.control_dependencies(None):
            setattr(graph, _MADE, made | {tensor.name: _rebuilt(tensor, makers)})
    return getattr(graph, _MADE)[tensor.name]


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
