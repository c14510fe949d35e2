"""Shims of ops: 1.15.5's own modules, where C++ did something else."""

from typing import Any

from tf_edureka.runner import installed, private
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
    private.put("ops.variable_scope:get_variable_scope", module.get_variable_scope)


@shim("ops.control_flow_util_v2")
def _control_flow_util_v2(module: Any) -> None:
    module.create_new_tf_function = private.use("ops.control_flow_util_v2:create_new_tf_function")


@shim("ops.gen_nn_ops")
def _nn_ops(module: Any) -> None:
    values = installed.module("python.framework.tensor_util")

    def conv2d_backprop_input(original: Any, input_sizes: Any, *others: Any, **named: Any) -> Any:
        """Its static shape was what it is told, whatever is known of the batch."""
        result = original(input_sizes, *others, **named)
        if hasattr(result, "op"):
            result.set_shape(values.constant_value_as_shape(result.op.inputs[0]))
        return result

    wrap(module, "conv2d_backprop_input", conv2d_backprop_input)
