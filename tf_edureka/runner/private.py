"""The private names of the installed TensorFlow that the runner touches, and why.

All access goes through here, so that a test can say which of them a newer TensorFlow has lost.
`tensorflow.python.` is left out; behind the colon is what the module has.
"""

import functools
from collections.abc import Callable
from typing import Any

from tf_edureka.runner import installed
from tf_edureka.runner.wrapped import wrap

_POLYMORPHIC = "eager.polymorphic_function.polymorphic_function"
_CONCRETE = "eager.polymorphic_function.concrete_function"

NAMES = {
    # What an installed module must not do to 1.15.5's.
    "framework.registry:Registry.register": "1.15.5's gradients and the like take their places",
    "framework.registry:Registry._registry": "where they are",
    "framework.tensor:Tensor._override_operator": "its operators do, too",
    "framework.tensor_conversion_registry:_tensor_conversion_func_registry": (
        "its conversions come before others of the same priority"
    ),
    "framework.tensor_conversion_registry:_tensor_conversion_func_cache": "what is to be forgotten",
    "ops.variables:VariableAggregation": "tf.function is given 1.15.5's",
    "ops.variables:VariableAggregationV2": "the same",
    "ops.variables:VariableSynchronization": "the same",
    f"{_POLYMORPHIC}:UnliftedInitializerVariable": "tf.function makes 1.15.5's variables",
    "util.tf_export:api_export.export_constant": (
        "looks for a module by a name that 1.15.5's has now"
    ),
    # What makes it behave as version 1 did.
    "tf2:disable": "version 1",
    "framework.ops:disable_eager_execution": "graphs",
    "framework.tensor_shape:disable_v2_tensorshape": "shapes of Dimension",
    "framework.tensor:disable_tensor_equality": "tensors are equal if they are the same",
    "ops.resource_variables_toggle:disable_resource_variables": "reference variables",
    "ops.control_flow_v2_toggles:disable_control_flow_v2": "autograph's loops are of ops",
    "framework.config:enable_tensor_float_32_execution": "1.15 had none",
    "framework.config:list_physical_devices": "says on stderr what it does not find",
    "framework.tensor:Tensor.__array__": "NumPy is to make an object array of a list of tensors",
    # What is quiet: all of it is deprecated.
    "util.deprecation:_PRINT_DEPRECATION_WARNINGS": "its own warnings",
    "util.module_wrapper:_PER_MODULE_WARNING_LIMIT": "those of 1.15.5's names",
    # Where frames are left out of what an op was made by.
    "util.tf_stack:StackTraceFilter": "the runner's and 1.15.5's",
    "util.deprecation:__file__": "its own wrappers",
    "util.traceback_utils:__file__": "the same",
    # What 1.15.5's Python finds another form of.
    "framework.ops:Graph.version": "was `_last_id`: the number of ops, and so the default op seed",
    "framework.ops:Operation": "has lost attributes",
    "framework.tensor:Tensor._USE_EQUALITY": "whether tensors are compared by their values",
    "framework.ops:_EagerTensorBase": "has a hash where tensors are compared by identity",
    "framework.ops:SymbolicTensor": "the kind of a tensor in a graph, which was Tensor itself",
    "framework.ops:is_symbolic_tensor": "asks for that kind",
    "framework.ops:name_scope": "gives a name in eager execution, too",
    "framework.ops:enable_eager_execution_internal": "the context is there already",
    "eager.context:Context": "has lost attributes; what eager execution is enabled with is put in",
    "eager.context:_ContextSwitchStack": "of a context that has begun without eager execution",
    "eager.context:_context": "was given in three parts",
    "eager.core:_status_to_exception": "was given a code and a message",
    "eager.execute:record_gradient": "was given a name",
    "eager.execute:execute": "found what type a result has by itself",
    "eager.execute:args_to_matching_eager": "was not given the allowed types",
    "pywrap_tfe:TFE_Py_FastPathExecute": "was given the context in parts, and None for a default",
    "pywrap_tfe:TFE_Py_TapeSetRecordOperation": "was given no forward gradient",
    "util._pywrap_utils:IsNested": "was IsSequence",
    "util._pywrap_utils:IsNestedForData": "was IsSequenceForData",
    "util._pywrap_utils:IsNestedOrComposite": "was IsSequenceOrComposite",
    "training.py_checkpoint_reader:NewCheckpointReader": "was compiled",
    "framework.op_def_registry:get": "inputs and defaults of an op",
    "framework.errors_impl:_CODE_TO_EXCEPTION_CLASS": "the error of a code",
    "framework.func_graph:FuncGraph": "has lost methods",
    f"{_CONCRETE}:ConcreteFunction.__init__": "was given a graph",
    f"{_CONCRETE}:ConcreteFunction._call_flat": "was told what cancels it",
    "eager.polymorphic_function.atomic_function:AtomicFunction": "has no gradient of its own",
    "eager.polymorphic_function.function_type_utils:FunctionSpec": "what a function takes",
    "framework.function_def_to_graph:function_def_to_graph": "could leave functions out",
    "profiler.internal._pywrap_profiler:ProfilerSession": "had another form",
    "util.tf_decorator:fullargspec_to_signature": "takes no argument that is named twice",
    f"{_CONCRETE}:ConcreteFunction": "has the gradient",
    f"{_CONCRETE}:_inference_name": "names its function",
    "eager.polymorphic_function.atomic_function:from_func_graph": "makes one of a graph",
    f"{_POLYMORPHIC}:Function": "has lost methods",
    f"{_POLYMORPHIC}:function": "was defun",
    "autograph.operators.control_flow:for_loop_registry": "AutoGraph's loops over data sets",
    "data.ops.dataset_autograph:_tf_ag_dataset_for_stmt": "such a loop",
    "data.ops.dataset_autograph:_general_purpose_scan": "what it is made of",
    "data.ops.dataset_autograph:take_while_ops": "the same",
    "eager.wrap_function:data_structures": "wrap_function holds 1.15.5's variables",
    "eager.wrap_function:resource_variable_ops": "and lifts them",
    "framework.function:Defun.__init__": "had another name for an argument",
    "framework.ops:Graph._as_graph_def": "1.15.5 is to read what is written here",
    "framework.importer:_ProcessGraphDefParam": "the shapes of an output are others today",
    "framework.load_library:load_library": "refuses libraries that were compiled for TensorFlow 1",
    "framework.load_library:load_op_library": "the same",
    "framework.sparse_tensor:SparseTensor": "has lost an attribute",
    "framework.sparse_tensor:SparseTensor.__init__": "looks up its shape, sooner than it did",
    "framework.random_seed:get_seed": "the op seeds of TensorFlow 2, if they are asked for",
    "ops.control_flow_util_v2:create_new_tf_function": "makes a branch a function",
    "ops.handle_data_util:get_resource_handle_data": "was read otherwise",
    "ops.resource_variable_ops:_set_handle_shapes_and_types": "was set otherwise",
    "ops.resource_variable_ops:get_eager_safe_handle_data": "was read otherwise",
    "ops.resource_variable_ops:VariableSpec": "C++ looks it up where 1.15.5's module is now",
    "ops.variable_scope:get_variable_scope": "a function's graph begins with a scope of 1.15.5's",
    "ops.variable_scope:variable_scope": "and goes on in one; a Defun's graph shares its store",
    "ops.variable_scope:_get_default_variable_store": "so this must be 1.15.5's, too",
    "ops.script_ops:EagerFunc": "is called otherwise than other functions: 1.15.5's, too",
    "ops.script_ops:_py_funcs": "the functions of py_func, which C++ knows",
}


def use(name: str) -> Any:
    """What a name of `NAMES` leads to in the installed TensorFlow."""
    if name not in NAMES:
        raise KeyError(f"{name} is not in the table of private names")
    module, _, rest = name.partition(":")
    found = installed.module(f"python.{module}")
    for attribute in rest.split("."):
        found = getattr(found, attribute)
    return found


def put(name: str, value: object) -> None:
    """Puts `value` in the place of a name of `NAMES`."""
    setattr(*_home(name), value)


def replace(name: str, ours: Callable[..., Any]) -> None:
    """Puts a function `ours`, which is given the original first, in the place of a name."""
    wrap(*_home(name), ours)


def _home(name: str) -> tuple[Any, str]:
    """What has a name of `NAMES`, and by which name."""
    use(name)  # is it there?
    module, _, rest = name.partition(":")
    *owners, attribute = rest.split(".")
    return functools.reduce(getattr, owners, installed.module(f"python.{module}")), attribute


def missing() -> list[str]:
    """The names that the installed TensorFlow does not have."""
    found = []
    for name in NAMES:
        try:
            use(name)
        except (ImportError, AttributeError):
            found.append(name)
    return found
