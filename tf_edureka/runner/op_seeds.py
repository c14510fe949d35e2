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
from collections.abc import Callable

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
    _count_built(math_ops, "tensordot", _more_in_tensordot)
    _replace(variable_scope._VariableStore, "_get_single_variable", _single_variable)
    _count(array_ops, "one_hot", _more_in_one_hot)
    _count(tensor_array_ops._GraphTensorArray, "size", _more_in_size)
    _count(clip_ops, "clip_by_global_norm", lambda _: 1)
    _count(parsing_ops, "parse_single_example", lambda _: -4)
    _count(parsing_ops, "parse_example", lambda call: len(call["features"]) - 3)
    _count(image_ops_impl, "per_image_standardization", _more_in_standardization)
    _count(image_ops_impl, "resize_image_with_crop_or_pad", _more_in_crop_or_pad)
    # A data set was wrapped, for its iterator, in one that optimizes it and one that tunes it.
    _count(dataset_ops.DatasetV1, "_make_initializable_iterator", lambda _: 3)
    _count_keras("tensorflow.python.keras.layers")  # which tf_slim uses
    if sys.modules.get("tf_keras"):
        _count_keras("tf_keras.layers")
        normalization = importlib.import_module("tf_keras.layers").BatchNormalization
        _count(normalization.__base__, "_fused_batch_norm", _more_in_fused_batch_norm)
    for op_type, ops_of_1_15 in op_counts.GRADIENTS.items():
        _replace_gradient(op_type, functools.partial(_counted_gradient, ops_of_1_15))
    _replace_gradient("GatherV2", _gather_gradient)
    _count_built(gradients_util, "_GradientsHelper", _more_in_gradients)


def _replace(owner, name: str, ours: Callable) -> None:
    """Puts `ours`, which is given the original first, wherever TensorFlow has the original."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def function(*args, **kwargs):
        return ours(original, *args, **kwargs)

    setattr(owner, name, function)
    for module in [m for n, m in sys.modules.items() if f"{n}.".startswith("tensorflow.")]:
        for public, value in list(getattr(module, "__dict__", {}).items()):
            if value is original:
                setattr(module, public, function)


def _count(owner, name: str, more: Callable[[dict], int]) -> None:
    """Adds to the number of ops what `more` makes of the arguments of each call."""
    _count_built(owner, name, lambda call, _: more(call))


def _count_built(owner, name: str, more: Callable[[dict, slice], int]) -> None:
    """The same of the arguments, and of which of the graph's ops the call has built."""
    signature = inspect.signature(getattr(owner, name))

    def counted(original, *args, **kwargs):
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


def _get_seed(original, op_seed):
    if op_seed is None and not context.executing_eagerly():
        graph = ops.get_default_graph()
        if graph.seed is not None:
            op_seed = graph.version + op_counts.more(graph)
    return original(op_seed)


def _random_uniform(original, shape, minval=0, maxval=None, dtype=tf.float32, *others, **named):
    if tf.as_dtype(dtype).is_floating:
        # TensorFlow 2 leaves out the ops that scale the draw where a bound is the whole number.
        minval, maxval = (
            float(bound) if isinstance(bound, int) else bound
            for bound in (minval, 1 if maxval is None else maxval)
        )
    return original(shape, minval, maxval, dtype, *others, **named)


def _dropout(original, x, rate, noise_shape, uniform_sampler, dummy_rng_step, name, default_name):
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


def _split(original, value, num_or_size_splits, *others, **named):
    if isinstance(num_or_size_splits, numbers.Integral) and not context.executing_eagerly():
        ops.convert_to_tensor(num_or_size_splits)  # an op that nothing used
    return original(value, num_or_size_splits, *others, **named)


def _filled(original, shape, *others, **named):
    """`tf.zeros` and `tf.ones`, which counted their numbers: under 1,000 they were a constant."""
    if isinstance(shape, list | tuple) and any(isinstance(size, tf.Tensor) for size in shape):
        with contextlib.suppress(TypeError, ValueError):
            functools.reduce(operator.mul, shape) < 1000  # noqa: B015 - for the ops it builds
    return original(shape, *others, **named)


def _reduction_dims(original, x, axis):
    """All axes, as a constant also where there are none; TensorFlow 2 computes these."""
    if axis is None and getattr(getattr(x, "shape", None), "rank", None) == 0:
        return constant_op.constant([], tf.int32)
    return original(x, axis)


def _single_variable(original, *args, regularizer=None, **named):
    """TensorFlow 2 calls a regularizer once more, to see whether it gives something."""
    calls = []

    def counted(variable):
        before = ops.get_default_graph().version
        penalty = regularizer(variable)
        if not calls:
            op_counts.add(before - ops.get_default_graph().version)
        calls.append(variable)
        return penalty

    return original(*args, regularizer=regularizer and counted, **named)


def _tensordot(original, a, b, axes, *others, **named):
    """A kernel was transposed and reshaped even into what it was, and so was its gradient."""
    first = [0] if isinstance(axes, int) and axes == 1 else None
    of_b = axes[1] if isinstance(axes, list | tuple) else first
    is_kernel = (
        isinstance(of_b, list | tuple) and list(of_b) == [0] and len(op_counts.shape(b) or ()) == 2
    )
    if is_kernel and not context.executing_eagerly():
        b = array_ops.reshape(array_ops.transpose(b, [0, 1]), op_counts.shape(b))
    return original(a, b, axes, *others, **named)


def _more_in_tensordot(_, built: slice) -> int:
    """So was each other factor of known shape, and the result."""
    types = [op.type for op in ops.get_default_graph().get_operations()[built]]
    return 2 * (2 - types.count("Transpose")) + 2 * (3 - types.count("Reshape"))


def _more_in_one_hot(call: dict) -> int:
    return sum(
        call[name] is not None and not tf.is_tensor(call[name])
        for name in ("on_value", "off_value")
    )


def _more_in_size(call: dict) -> int:
    array = call["self"]
    return int(tf.is_tensor(array._size) and not array._dynamic_size)


def _count_keras(package: str) -> None:
    layers = importlib.import_module(package)
    _count(layers.Conv2D.__base__, "build", lambda _: 1)  # the dilation, as a constant
    _count(layers.Conv2DTranspose, "call", _more_in_conv2d_transpose)
    _count(layers.Flatten, "call", _more_in_flatten)


def _more_in_conv2d_transpose(call: dict) -> int:
    """The shape of the output was computed in the graph."""
    return 14 if call["self"].padding == "valid" else 10


def _more_in_flatten(call: dict) -> int:
    """The batch size was taken out of the shape."""
    shape = call["inputs"].shape
    return 6 if (shape.rank or 0) > 1 and shape.as_list()[0] is None else 0


def _more_in_fused_batch_norm(call: dict) -> int:
    """The momentum was a constant, and in training one more."""
    if tf.is_tensor(call["training"]):
        return 0
    return 2 if call["training"] else 1


def _more_in_standardization(call: dict) -> int:
    return 1 if op_counts.shape(call["image"]) else 0


def _more_in_crop_or_pad(call: dict) -> int:
    return -12 if len(op_counts.shape(call["image"]) or ()) == 3 else 0


def _replace_gradient(op_type: str, ours: Callable) -> None:
    """Puts `ours`, which is given the original first, in the place of an op's gradient."""
    entry = ops.gradient_registry._registry[op_type]
    entry["type"] = functools.wraps(entry["type"])(functools.partial(ours, entry["type"]))


def _counted_gradient(ops_of_1_15: Callable[[tf.Operation, tf.Tensor], int], original, op, *grads):
    """A gradient, with what 1.15's had more added to the number of ops."""
    graph = ops.get_default_graph()
    before = graph.version
    result = original(op, *grads)
    # In a loop the gradient also fetches what the steps before have left.
    if not context.executing_eagerly() and graph._get_control_flow_context() is None:
        op_counts.add(ops_of_1_15(op, grads[0]) - (graph.version - before))
    return result


def _gather_gradient(original, op, *grads):
    """It had the shape in another type of number, and cast it."""
    if not context.executing_eagerly():
        op_counts.add(1)
    return original(op, *grads)


def _more_in_gradients(call: dict, built: slice) -> int:
    """Batch normalization had gradients also for mean and variance; an optimizer waits for all."""
    if not call["gate_gradients"]:
        return 0
    gradients = ops.get_default_graph().get_operations()[built]
    normalized = [op for op in gradients if op.type.startswith("FusedBatchNormGrad")]
    return sum(2 for op in normalized if op.get_attr("is_training"))
