"""The op seeds that TensorFlow 1.15 gave, in graphs that TensorFlow 2 builds.

In a graph with a seed, an op that is given none takes the number of ops that the graph holds.
TensorFlow 2 counts random ops instead, and builds some things of fewer ops, a few of more. Here the
number of ops is the seed again: dropout, uniform draws and a few shapes are built as 1.15 built
them; for the rest, what 1.15 would have had more or less is added to the number.

All numbers here are measured: 449 expressions with both TensorFlows, in
`tests/goldens/op_counts.json`. The test that reads it names those for which the number is still
another.
"""

import contextlib
import functools
import importlib
import inspect
import numbers
import operator
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import tensorflow as tf
from tensorflow.python.data.ops import dataset_ops
from tensorflow.python.eager import context
from tensorflow.python.framework import constant_op, ops, random_seed
from tensorflow.python.ops import (
    array_ops,
    clip_ops,
    gradients_util,
    image_ops_impl,
    math_ops,
    nn_ops,
    parsing_ops,
    random_ops,
    tensor_array_ops,
    variable_scope,
)

from tf_edureka.runner import op_counts
from tf_edureka.runner.op_counts import Call

_Original = Callable[..., Any]  # a function of TensorFlow's
_Gradients: TypeAlias = tf.Tensor | Sequence[tf.Tensor | None]


def install() -> None:
    """Gives ops without a seed that of TensorFlow 1.15, in this process, from now on."""
    _replace(random_seed, "get_seed", _get_seed)
    _replace(random_ops, "random_uniform", _random_uniform)
    _replace(nn_ops, "_dropout", _dropout)
    _replace(array_ops, "split", _split)
    _replace(array_ops, "zeros", _filled)
    _replace(array_ops, "ones", _filled)
    _replace(math_ops, "_ReductionDims", _reduction_dims)
    _replace(math_ops, "tensordot", _tensordot)
    _count_built(math_ops, "tensordot", lambda _, built: op_counts.more_in_tensordot(built))
    _replace(variable_scope._VariableStore, "_get_single_variable", _single_variable)
    _count(array_ops, "one_hot", op_counts.more_in_one_hot)
    _count(tensor_array_ops._GraphTensorArray, "size", op_counts.more_in_size)
    _count(clip_ops, "clip_by_global_norm", lambda _: 1)
    _count(parsing_ops, "parse_single_example", lambda _: -4)
    _count(parsing_ops, "parse_example", lambda call: len(call["features"]) - 3)
    _count(image_ops_impl, "per_image_standardization", op_counts.more_in_standardization)
    _count(image_ops_impl, "resize_image_with_crop_or_pad", op_counts.more_in_crop_or_pad)
    # A data set was wrapped, for its iterator, in one that optimizes it and one that tunes it.
    _count(dataset_ops.DatasetV1, "_make_initializable_iterator", lambda _: 3)
    _count_keras("tensorflow.python.keras.layers")  # which tf_slim uses
    if sys.modules.get("tf_keras"):
        _count_keras("tf_keras.layers")
        normalization = importlib.import_module("tf_keras.layers").BatchNormalization
        _count(normalization.__base__, "_fused_batch_norm", op_counts.more_in_fused_batch_norm)
    for op_type, ops_of_1_15 in op_counts.GRADIENTS.items():
        _replace_gradient(op_type, functools.partial(_counted_gradient, ops_of_1_15))
    _replace_gradient("GatherV2", _gather_gradient)
    _count_built(gradients_util, "_GradientsHelper", op_counts.more_in_gradients)


def _replace(owner: object, name: str, ours: Callable[..., Any]) -> None:
    """Puts `ours`, which is given the original first, wherever TensorFlow has the original."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def function(*args: object, **kwargs: object) -> Any:
        return ours(original, *args, **kwargs)

    setattr(owner, name, function)
    for module in [m for n, m in sys.modules.items() if f"{n}.".startswith("tensorflow.")]:
        for public, value in list(getattr(module, "__dict__", {}).items()):
            if value is original:
                setattr(module, public, function)


def _count(owner: object, name: str, more: Callable[[Call], int]) -> None:
    """Adds to the number of ops what `more` makes of the arguments of each call."""
    _count_built(owner, name, lambda call, _: more(call))


def _count_built(owner: object, name: str, more: Callable[[Call, slice], int]) -> None:
    """The same of the arguments, and of which of the graph's ops the call has built."""
    signature = inspect.signature(getattr(owner, name))

    def counted(original: _Original, *args: object, **kwargs: object) -> Any:
        if context.executing_eagerly():
            return original(*args, **kwargs)
        graph = ops.get_default_graph()
        built = slice(graph.version, None)
        result = original(*args, **kwargs)
        call = signature.bind(*args, **kwargs)
        call.apply_defaults()
        op_counts.add(more(call.arguments, built))
        return result

    _replace(owner, name, counted)


def _get_seed(original: _Original, op_seed: int | None) -> tuple[int | None, int | None]:
    if op_seed is None and not context.executing_eagerly():
        graph = ops.get_default_graph()
        if graph.seed is not None:
            op_seed = graph.version + op_counts.more(graph)
    return original(op_seed)


def _random_uniform(
    original: _Original,
    shape: object,
    minval: object = 0,
    maxval: object = None,
    dtype: tf.DType = tf.float32,
    *others: object,
    **named: object,
) -> tf.Tensor:
    if tf.as_dtype(dtype).is_floating:
        # TensorFlow 2 leaves out the ops that scale the draw where a bound is the whole number.
        minval, maxval = (
            float(bound) if isinstance(bound, int) else bound
            for bound in (minval, 1 if maxval is None else maxval)
        )
    return original(shape, minval, maxval, dtype, *others, **named)


def _dropout(
    original: _Original,
    x: tf.Tensor,
    rate: float | tf.Tensor,
    noise_shape: object,
    uniform_sampler: Callable[..., tf.Tensor],
    dummy_rng_step: object,
    name: str | None,
    default_name: str,
) -> tf.Tensor:
    """Draws first and scales then, `x / (1 - rate) * (drawn >= rate)`; TensorFlow 2 selects."""
    is_number = isinstance(rate, numbers.Real)
    if context.executing_eagerly() or (is_number and not 0 < rate < 1):
        return original(x, rate, noise_shape, uniform_sampler, dummy_rng_step, name, default_name)
    with ops.name_scope(name, default_name, [x]):
        x = ops.convert_to_tensor(x, name="x")
        rate = ops.convert_to_tensor(rate, dtype=x.dtype, name="rate")
        drawn = uniform_sampler(shape=nn_ops._get_noise_shape(x, noise_shape), dtype=x.dtype)
        scale = 1 / (1 - rate)
        kept = drawn >= rate
        result = x * scale * math_ops.cast(kept, x.dtype)
        result.set_shape(x.shape)
        return result


def _split(
    original: _Original,
    value: tf.Tensor,
    num_or_size_splits: object,
    *others: object,
    **named: object,
) -> list[tf.Tensor]:
    if isinstance(num_or_size_splits, numbers.Integral) and not context.executing_eagerly():
        ops.convert_to_tensor(num_or_size_splits)  # an op that nothing used
    return original(value, num_or_size_splits, *others, **named)


def _filled(original: _Original, shape: object, *others: object, **named: object) -> tf.Tensor:
    """`tf.zeros` and `tf.ones`, which counted their numbers: under 1,000 they were a constant."""
    if isinstance(shape, list | tuple) and any(isinstance(size, tf.Tensor) for size in shape):
        with contextlib.suppress(TypeError, ValueError):
            functools.reduce(operator.mul, shape) < 1000  # noqa: B015 - for the ops it builds
    return original(shape, *others, **named)


def _reduction_dims(original: _Original, x: tf.Tensor, axis: object) -> tf.Tensor:
    """All axes, as a constant also where there are none; TensorFlow 2 computes these."""
    if axis is None and getattr(getattr(x, "shape", None), "rank", None) == 0:
        return constant_op.constant([], tf.int32)
    return original(x, axis)


def _single_variable(
    original: _Original,
    *args: object,
    regularizer: Callable[[tf.Variable], tf.Tensor] | None = None,
    **named: object,
) -> tf.Variable:
    """TensorFlow 2 calls a regularizer once more, to see whether it gives something."""
    if not regularizer:
        return original(*args, regularizer=regularizer, **named)
    calls: list[tf.Variable] = []

    def counted(variable: tf.Variable) -> tf.Tensor:
        before = ops.get_default_graph().version
        penalty = regularizer(variable)
        if not calls:
            op_counts.add(before - ops.get_default_graph().version)
        calls.append(variable)
        return penalty

    return original(*args, regularizer=counted, **named)


def _tensordot(
    original: _Original, a: tf.Tensor, b: tf.Tensor, axes: object, *others: object, **named: object
) -> tf.Tensor:
    """A kernel was transposed and reshaped even into what it was, and so was its gradient."""
    first = [0] if isinstance(axes, int) and axes == 1 else None
    of_b = axes[1] if isinstance(axes, list | tuple) else first
    is_kernel = (
        isinstance(of_b, list | tuple) and list(of_b) == [0] and len(op_counts.shape(b) or ()) == 2
    )
    if is_kernel and not context.executing_eagerly():
        b = array_ops.reshape(array_ops.transpose(b, [0, 1]), op_counts.shape(b))
    return original(a, b, axes, *others, **named)


def _count_keras(package: str) -> None:
    layers = importlib.import_module(package)
    _count(layers.Conv2D.__base__, "build", lambda _: 1)  # the dilation, as a constant
    _count(layers.Conv2DTranspose, "call", op_counts.more_in_conv2d_transpose)
    _count(layers.Flatten, "call", op_counts.more_in_flatten)


def _replace_gradient(op_type: str, ours: Callable[..., Any]) -> None:
    """Puts `ours`, which is given the original first, in the place of an op's gradient."""
    entry = ops.gradient_registry._registry[op_type]
    entry["type"] = functools.wraps(entry["type"])(functools.partial(ours, entry["type"]))


def _counted_gradient(
    ops_of_1_15: Callable[[tf.Operation, tf.Tensor], int],
    original: _Original,
    op: tf.Operation,
    *grads: tf.Tensor,
) -> _Gradients:
    """A gradient, with what 1.15's had more added to the number of ops."""
    graph = ops.get_default_graph()
    before = graph.version
    result = original(op, *grads)
    # In a loop the gradient also fetches what the steps before have left.
    if not context.executing_eagerly() and graph._get_control_flow_context() is None:
        op_counts.add(ops_of_1_15(op, grads[0]) - (graph.version - before))
    return result


def _gather_gradient(original: _Original, op: tf.Operation, *grads: tf.Tensor) -> _Gradients:
    """It had the shape in another type of number, and cast it."""
    if not context.executing_eagerly():
        op_counts.add(1)
    return original(op, *grads)
