"""The private names of the installed TensorFlow that the runner uses, and why.

All access goes through this module, so that a test can list the names that a newer TensorFlow no
longer has. A key is `MODULE:ATTRIBUTE`, without `tensorflow.python.`.
"""

import functools
from collections.abc import Callable
from typing import Any

from tf_edureka.runner import installed
from tf_edureka.runner.wrapped import wrap

_POLYMORPHIC = "eager.polymorphic_function.polymorphic_function"
_CONCRETE = "eager.polymorphic_function.concrete_function"

NAMES = {
    # 1.15.5's registrations must win over the installed ones.
    "framework.registry:Registry.register": "1.15.5's gradients and similar replace installed ones",
    "framework.registry:Registry._registry": "the dictionary of registrations",
    "framework.tensor:Tensor._override_operator": "1.15.5's operators replace installed ones",
    "framework.tensor_conversion_registry:_tensor_conversion_func_registry": (
        "1.15.5's conversions come before others of the same priority"
    ),
    "framework.tensor_conversion_registry:_tensor_conversion_func_cache": "must be cleared then",
    "ops.variables:VariableAggregation": "tf.function receives 1.15.5's class",
    "ops.variables:VariableAggregationV2": "tf.function receives 1.15.5's class",
    "ops.variables:VariableSynchronization": "tf.function receives 1.15.5's class",
    f"{_POLYMORPHIC}:UnliftedInitializerVariable": "tf.function creates 1.15.5's variables",
    "util.tf_export:api_export.export_constant": (
        "looks up a module under the name that 1.15.5's module has now"
    ),
    # Switches and attributes that restore the behaviour of version 1.
    "tf2:disable": "version 1",
    "framework.ops:disable_eager_execution": "graph mode",
    "framework.tensor_shape:disable_v2_tensorshape": "shapes contain Dimension objects",
    "framework.tensor:disable_tensor_equality": "== compares tensors by identity",
    "ops.resource_variables_toggle:disable_resource_variables": "reference variables",
    "ops.control_flow_v2_toggles:disable_control_flow_v2": "AutoGraph's loops consist of v1 ops",
    "framework.config:enable_tensor_float_32_execution": "1.15 did not have TensorFloat-32",
    "framework.config:list_physical_devices": "logs missing GPU libraries while stderr is silenced",
    "framework.tensor:Tensor.__array__": "NumPy must turn a list of tensors into an object array",
    # Warnings to silence: everything in version 1 is deprecated.
    "util.deprecation:_PRINT_DEPRECATION_WARNINGS": "deprecation warnings of the installed modules",
    "util.module_wrapper:_PER_MODULE_WARNING_LIMIT": "warnings about 1.15.5's names",
    # Files whose frames are hidden from the stack of an op.
    "util.tf_stack:StackTraceFilter": "hides frames of the runner and of 1.15.5",
    "util.deprecation:__file__": "frames of its wrappers are hidden",
    "util.traceback_utils:__file__": "frames of its wrappers are hidden",
    # Names that 1.15.5's Python expects in another form.
    "framework.ops:Graph.version": "was `_last_id`: the number of ops, and so the default op seed",
    "framework.ops:Operation": "no longer has some attributes",
    "framework.tensor:Tensor._USE_EQUALITY": "whether == compares tensors by value",
    "framework.ops:_EagerTensorBase": "needs a hash while tensors are compared by identity",
    "framework.ops:SymbolicTensor": "the class of a graph's tensors, which was Tensor itself",
    "framework.ops:is_symbolic_tensor": "checks for that class",
    "framework.ops:name_scope": "must also set the name in eager execution",
    "framework.ops:enable_eager_execution_internal": "the context exists already",
    "eager.context:Context": "no longer has some attributes; its options are set afterwards",
    "eager.context:_ContextSwitchStack": "for a context that was created without eager execution",
    "eager.context:_context": "passed to ops whole; 1.15.5 passed its handle, device and callbacks",
    "eager.core:_status_to_exception": "took a code and a message",
    "eager.execute:record_gradient": "took a name",
    "eager.execute:execute": "inferred the type of a result itself",
    "eager.execute:args_to_matching_eager": "did not take the allowed types",
    "pywrap_tfe:TFE_Py_FastPathExecute": "took parts of the context, and None for a default",
    "pywrap_tfe:TFE_Py_TapeSetRecordOperation": "did not take a forward gradient",
    "util._pywrap_utils:IsNested": "was IsSequence",
    "util._pywrap_utils:IsNestedForData": "was IsSequenceForData",
    "util._pywrap_utils:IsNestedOrComposite": "was IsSequenceOrComposite",
    "training.py_checkpoint_reader:NewCheckpointReader": "was compiled",
    "framework.op_def_registry:get": "inputs and default attributes of an op",
    "framework.errors_impl:_CODE_TO_EXCEPTION_CLASS": "the exception class of an error code",
    "framework.func_graph:FuncGraph": "no longer has some methods",
    f"{_CONCRETE}:ConcreteFunction.__init__": "took a graph",
    f"{_CONCRETE}:ConcreteFunction._call_flat": "took a cancellation manager",
    "eager.polymorphic_function.atomic_function:AtomicFunction": "has no gradient function",
    "eager.polymorphic_function.function_type_utils:FunctionSpec": "the signature of a function",
    "framework.function_def_to_graph:function_def_to_graph": "had an option to leave out functions",
    "profiler.internal._pywrap_profiler:ProfilerSession": "had another interface",
    "util.tf_decorator:fullargspec_to_signature": "rejects an argument that is named twice",
    f"{_CONCRETE}:ConcreteFunction": "computes the gradient of a function",
    f"{_CONCRETE}:_inference_name": "makes the name of its function",
    "eager.polymorphic_function.atomic_function:from_func_graph": "creates a function from a graph",
    f"{_POLYMORPHIC}:Function": "no longer has some methods",
    f"{_POLYMORPHIC}:function": "was defun",
    "autograph.operators.control_flow:for_loop_registry": "AutoGraph's loops over data sets",
    "data.ops.dataset_autograph:_tf_ag_dataset_for_stmt": "implements such a loop",
    "data.ops.dataset_autograph:_general_purpose_scan": "used by such a loop",
    "data.ops.dataset_autograph:take_while_ops": "used by such a loop",
    "eager.wrap_function:data_structures": "wrap_function holds 1.15.5's variables",
    "eager.wrap_function:resource_variable_ops": "wrap_function lifts 1.15.5's variables",
    "framework.function:Defun.__init__": "had another name for an argument",
    "framework.ops:Graph._as_graph_def": "1.15.5 must be able to read the written graphs",
    "framework.importer:_ProcessGraphDefParam": "an op has outputs of other shapes since",
    "framework.load_library:load_library": "must reject libraries compiled for TensorFlow 1",
    "framework.load_library:load_op_library": "must reject libraries compiled for TensorFlow 1",
    "framework.sparse_tensor:SparseTensor": "no longer has an attribute",
    "framework.sparse_tensor:SparseTensor.__init__": "evaluates its shape earlier than 1.15.5 did",
    "framework.random_seed:get_seed": "the op seeds of TensorFlow 2, for `--seeds tf2`",
    "ops.control_flow_util_v2:create_new_tf_function": "turns a branch into a function",
    "ops.handle_data_util:get_resource_handle_data": "was implemented differently",
    "ops.resource_variable_ops:_set_handle_shapes_and_types": "was implemented differently",
    "ops.resource_variable_ops:get_eager_safe_handle_data": "was implemented differently",
    "ops.resource_variable_ops:VariableSpec": "C++ looks it up in the module that is 1.15.5's now",
    "ops.variable_scope:get_variable_scope": "a function's graph starts with a scope of 1.15.5's",
    "ops.variable_scope:variable_scope": "a function's graph enters scopes of 1.15.5's",
    "ops.variable_scope:_get_default_variable_store": "a Defun's graph shares 1.15.5's store",
    "ops.script_ops:EagerFunc": "must be 1.15.5's: it is called differently from others",
    "ops.script_ops:_py_funcs": "the functions of py_func, which C++ knows",
}


def use(name: str) -> Any:
    """Returns the object behind a name of `NAMES` in the installed TensorFlow."""
    if name not in NAMES:
        raise KeyError(f"{name} is not in the table of private names")
    module, _, rest = name.partition(":")
    found = installed.module(f"python.{module}")
    for attribute in rest.split("."):
        found = getattr(found, attribute)
    return found


def put(name: str, value: object) -> None:
    """Assigns `value` to a name of `NAMES`."""
    setattr(*_home(name), value)


def replace(name: str, ours: Callable[..., Any]) -> None:
    """Replaces the function `name` by `ours`, which receives the original as first argument."""
    wrap(*_home(name), ours)


def _home(name: str) -> tuple[Any, str]:
    """Returns the owner of a name of `NAMES` and the attribute's name."""
    use(name)  # raises if it does not exist
    module, _, rest = name.partition(":")
    *owners, attribute = rest.split(".")
    return functools.reduce(getattr, owners, installed.module(f"python.{module}")), attribute


def missing() -> list[str]:
    """Returns the names that the installed TensorFlow does not have."""
    found = []
    for name in NAMES:
        try:
            use(name)
        except (ImportError, AttributeError):
            found.append(name)
    return found
