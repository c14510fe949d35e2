"""Makes the installed TensorFlow behave as version 1, before and after 1.15.5 is loaded."""

import contextlib
import sys
import types
from typing import Any

import absl.flags

from tf_edureka.runner import installed, private
from tf_edureka.runner.shims.registered import shim

# Loaded before 1.15.5's modules, whose operators and gradients then replace those of these.
_FIRST = (
    "eager.polymorphic_function.polymorphic_function",
    "eager.backprop",
    "client.session",
    "framework.function",
    "framework.importer",
    "framework.meta_graph",
    "training.py_checkpoint_reader",
    "ops.handle_data_util",
)
# C++ looks up types in these modules by name: in the first always, in the others only until
# 1.15.5's modules of those names are loaded.
_LOOKED_UP = ("framework.tensor",)
_LOOKED_UP_FIRST = ("types.core", "ops.resource_variable_ops")


def before_loading() -> None:
    """Loads the core of the installed TensorFlow and makes it behave as version 1."""
    private.put("util.tf_export:api_export.export_constant", lambda *_: None)
    private.put("util.deprecation:_PRINT_DEPRECATION_WARNINGS", False)
    private.put("util.module_wrapper:_PER_MODULE_WARNING_LIMIT", 0)
    private.replace("framework.registry:Registry.register", _register)
    for names in (_LOOKED_UP, _LOOKED_UP_FIRST):
        for name in names:
            sys.modules[f"tensorflow.python.{name}"] = installed.module(f"python.{name}")
    for name in _FIRST:
        installed.module(f"python.{name}")
    for name in _LOOKED_UP_FIRST:
        del sys.modules[f"tensorflow.python.{name}"]
    _adapt_tensors()
    for switch in (
        "tf2:disable",
        "framework.ops:disable_eager_execution",
        "framework.tensor_shape:disable_v2_tensorshape",
        "framework.tensor:disable_tensor_equality",
        "ops.resource_variables_toggle:disable_resource_variables",
        "ops.control_flow_v2_toggles:disable_control_flow_v2",
    ):
        private.use(switch)()
    private.use("framework.config:enable_tensor_float_32_execution")(False)
    private.use("framework.config:list_physical_devices")()
    _allow_duplicate_flags()


def after_loading() -> None:
    """Makes functions and AutoGraph use 1.15.5's objects; called when both are loaded."""
    variables = sys.modules["tensorflow.python.ops.variables"]
    for name in ("VariableAggregation", "VariableAggregationV2", "VariableSynchronization"):
        private.put(f"ops.variables:{name}", getattr(variables, name))
    name = "UnliftedInitializerVariable"
    variable = vars(sys.modules["tensorflow.python.eager.def_function"])["__getattr__"](name)
    original = variable.__init__

    def begins(self: Any, *given: Any, add_initializers_to: Any = None, **named: Any) -> None:
        """Converts the mapping that 1.15.5's variable writes to the list that functions pass."""
        found = None if add_initializers_to is None else _Pairs()
        original(self, *given, add_initializers_to=found, **named)
        if found:
            add_initializers_to.extend(found)

    variable.__init__ = begins
    private.put(f"eager.polymorphic_function.polymorphic_function:{name}", variable)
    _share_control_flow()
    _share_datasets()
    # gast had five classes of constants. AutoGraph has already checked gast's version here.
    gast: Any = sys.modules["gast"]
    for name in ("Bytes", "Ellipsis", "NameConstant", "Num", "Str"):
        vars(gast).setdefault(name, gast.Constant)


def _share_control_flow() -> None:
    """Makes AutoGraph and function graphs use 1.15.5's loops, branches and TensorArrays."""
    flow = sys.modules["tensorflow.python.ops.control_flow_ops"]
    arrays = sys.modules["tensorflow.python.ops.tensor_array_ops"]
    ours = {"tf_cond": flow, "cond": flow, "while_loop": flow, "tensor_array_ops": arrays}
    for user in _USERS_OF_CONTROL_FLOW:
        names = vars(installed.module(f"python.{user}"))
        for name in ours.keys() & names.keys():
            if isinstance(names[name], types.ModuleType):
                names[name] = ours[name]


_USERS_OF_CONTROL_FLOW = (
    "autograph.operators.conditional_expressions",
    "autograph.operators.control_flow",
    "autograph.operators.data_structures",
    "autograph.operators.logical",
    "autograph.operators.py_builtins",
    "autograph.operators.slices",
    "data.ops.dataset_autograph",
    "framework.auto_control_deps",
    "framework.func_graph",
)


def _share_datasets() -> None:
    """Registers 1.15.5's data sets with AutoGraph, which would otherwise loop over them forever."""
    data = "tensorflow.python.data"
    scans = sys.modules[f"{data}.experimental.ops.scan_ops"]
    takes = sys.modules[f"{data}.experimental.ops.take_while_ops"]
    home = "data.ops.dataset_autograph"
    private.put(f"{home}:_general_purpose_scan", scans._ScanDataset)
    private.put(f"{home}:take_while_ops", takes)
    loops = private.use("autograph.operators.control_flow:for_loop_registry")
    kind = sys.modules[f"{data}.ops.dataset_ops"].DatasetV2
    loops.register(kind, private.use(f"{home}:_tf_ag_dataset_for_stmt"))


class _Pairs(list[tuple[Any, Any]]):
    """Collects pairs that are assigned as in a mapping; its keys need no hash."""

    def __setitem__(self, key: Any, value: Any) -> None:
        self.append((key, value))


def _register(original: Any, self: Any, candidate: Any, name: str | None = None) -> None:
    """Lets 1.15.5's registrations replace installed ones, never the other way."""
    key = name or candidate.__name__
    if key in self._registry:
        if installed.owns(candidate):
            return
        del self._registry[key]
    original(self, candidate, key)


def _adapt_tensors() -> None:
    def override(original: Any, operator: str, function: Any) -> None:
        if not installed.owns(function):
            original(operator, function)

    private.replace("framework.tensor:Tensor._override_operator", override)
    tensor = installed.module("python.framework.tensor").Tensor
    del tensor.__array__
    kinds: tuple[Any, ...] = (tensor, _graph_tensor_type(tensor))
    for kind in kinds:
        kind._rank = lambda self: self.shape.rank  # None where it is unknown
        kind.__module__, kind.__name__ = "tensorflow.python.framework.ops", "Tensor"
        kind.__qualname__ = "Tensor"


def _graph_tensor_type(tensor: type) -> type:
    """Makes `tf.Tensor` the class of graph tensors; all tensors count as its instances."""

    class Kind(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return (
                isinstance(instance, tensor)
                if cls is Tensor
                else super().__instancecheck__(instance)
            )

        def __subclasscheck__(cls, kind: type) -> bool:
            return issubclass(kind, tensor) if cls is Tensor else super().__subclasscheck__(kind)

    class Tensor(private.use("framework.ops:SymbolicTensor"), metaclass=Kind):  # type: ignore[misc]
        pass

    private.put("framework.ops:SymbolicTensor", Tensor)
    private.put(
        "framework.ops:is_symbolic_tensor", lambda value: type.__instancecheck__(Tensor, value)
    )
    return Tensor


def _allow_duplicate_flags() -> None:
    """Ignores a second definition of a flag: both TensorFlows define some flags."""
    define = absl.flags.FlagValues.__setitem__

    def defines(self: Any, name: str, flag: Any) -> None:
        with contextlib.suppress(absl.flags.DuplicateFlagError):
            define(self, name, flag)

    absl.flags.FlagValues.__setitem__ = defines  # type: ignore[method-assign]


@shim("")
def _tensorflow(module: Any) -> None:
    module.contrib._warning = None  # the warning that contrib will not be in TensorFlow 2
