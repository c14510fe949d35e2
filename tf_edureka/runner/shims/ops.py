"""Shims for ops: 1.15.5's own modules, where C++ behaves differently since."""

import inspect
from typing import Any

from tf_edureka.runner import installed, private
from tf_edureka.runner.shims import graphs
from tf_edureka.runner.shims.registered import shim
from tf_edureka.runner.wrapped import wrap


@shim("ops.script_ops")
def _script_ops(module: Any) -> None:
    module._py_funcs = private.use("ops.script_ops:_py_funcs")
    private.put("ops.script_ops:EagerFunc", module.EagerFunc)


@shim("ops.resource_variable_ops")
def _resource_variable_ops(module: Any) -> None:
    module.VariableSpec = private.use("ops.resource_variable_ops:VariableSpec")
    module.get_eager_safe_handle_data = private.use(
        "ops.resource_variable_ops:get_eager_safe_handle_data"
    )
    module.get_resource_handle_data = private.use("ops.handle_data_util:get_resource_handle_data")
    module._set_handle_shapes_and_types = private.use(
        "ops.resource_variable_ops:_set_handle_shapes_and_types"
    )


@shim("ops.variable_scope")
def _variable_scope(module: Any) -> None:
    for name in ("get_variable_scope", "variable_scope", "_get_default_variable_store"):
        private.put(f"ops.variable_scope:{name}", getattr(module, name))


@shim("ops.control_flow_util_v2")
def _control_flow_util_v2(module: Any) -> None:
    module.create_new_tf_function = private.use("ops.control_flow_util_v2:create_new_tf_function")


@shim("ops.gen_array_ops")
def _array_ops(module: Any) -> None:
    """Hides a length that a script reads from a partly known shape, as in 1.15.5.

    If the length is known, shapes that depend on it are known as well, and a script may create
    other ops. C++ infers the value only for two ops in their usual form, so these ops get an
    unusual form with the same result.
    """

    def strided_slice(original: Any, input: Any, begin: Any, *others: Any, **named: Any) -> Any:
        if named.get("shrink_axis_mask") == 1 and _place(begin) in _known_partly(input):
            named["begin_mask"] |= graphs.HIDE_LENGTH
        return original(input, begin, *others, **named)

    def unpack(original: Any, value: Any, num: Any, axis: int = 0, name: Any = None) -> Any:
        is_hidden = axis == 0 and _known_partly(value)
        return original(value, num, -1 if is_hidden else axis, name)  # a shape has one axis

    wrap(module, "strided_slice", strided_slice)
    wrap(module, "unpack", unpack)


def _known_partly(lengths: Any) -> set[int]:
    """Returns known indices of `lengths`, from both ends, if it is a partly known shape."""
    op = getattr(lengths, "op", None)  # an eager tensor has none
    shape = op.inputs[0].shape if op is not None and op.type == "Shape" else None
    if shape is None or shape.rank is None or shape.is_fully_defined():
        return set()
    known = {place for place, length in enumerate(shape.as_list()) if length is not None}
    return known | {place - shape.rank for place in known}


def _place(begin: Any) -> int | None:
    """Returns the start of a one-element slice; None if it is not constant."""
    op = getattr(begin, "op", None)
    if op is None or op.type != "Const":
        return None
    places = installed.module("python.framework.tensor_util").MakeNdarray(op.get_attr("value"))
    return int(places.item()) if places.size == 1 else None


@shim("ops.gen_nn_ops")
def _nn_ops(module: Any) -> None:
    values = installed.module("python.framework.tensor_util")

    names = [*inspect.signature(module.conv2d_backprop_input).parameters]

    def conv2d_backprop_input(original: Any, *given: Any, **named: Any) -> Any:
        """Sets the static shape from the given sizes alone, as in 1.15.5."""
        named.update(zip(names, given, strict=False))
        is_valid = named.get("padding") in ("VALID", b"VALID")
        if is_valid and _is_of_whole_rows(named.get("out_backprop")):
            named.update(padding="EXPLICIT", explicit_paddings=[0] * 8)
        result = original(**named)
        if hasattr(result, "op"):
            result.set_shape(values.constant_value_as_shape(result.op.inputs[0]))
        return result

    forward = [*inspect.signature(module.conv2d).parameters]

    def conv2d(original: Any, *given: Any, **named: Any) -> Any:
        """Avoids a bug of oneDNN: if only one column results, the row stride serves both axes."""
        named.update(zip(forward, given, strict=False))
        strides = named["strides"]
        if len(strides) == 4 and strides[1] != strides[2] and _gives_one_column(named):
            named["strides"] = [*strides[:2], strides[1], strides[3]]
        return original(**named)

    wrap(module, "conv2d_backprop_input", conv2d_backprop_input)
    wrap(module, "conv2d", conv2d)


def _gives_one_column(named: dict[str, Any]) -> bool:
    """True if the filter of a convolution without padding is as wide as its images."""
    shapes: list[Any] = [getattr(named[name], "shape", None) for name in ("input", "filter")]
    if not all(getattr(shape, "rank", None) == 4 for shape in shapes):
        return False
    width, own = shapes[0].as_list()[2], shapes[1].as_list()[1]
    is_plain = named.get("data_format") in ("NHWC", b"NHWC", None)
    return is_plain and named["padding"] in ("VALID", b"VALID") and width == own is not None


def _is_of_whole_rows(gradient: Any) -> bool:
    """True if the filter was as wide as the images, as in networks for sentences.

    For the gradient of such a convolution, oneDNN takes a hundred times as long as TensorFlow's own
    kernel. TensorFlow uses its own kernel if the padding is explicit.
    """
    shape: Any = getattr(gradient, "shape", None)
    return getattr(shape, "rank", None) == 4 and shape.as_list()[2] == 1
