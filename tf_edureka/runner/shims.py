"""What TensorFlow 1.15.5's Python needs of the installed TensorFlow under other names or forms."""

import contextlib
import functools
import inspect
import sys
import threading
import types
import weakref
from collections.abc import Callable
from typing import Any

import absl.flags
import numpy as np

from tf_edureka.runner.eras import ArgSpec
from tf_edureka.runner.finder import installed

_PYWRAP = (
    "client.pywrap_tf_session",
    "pywrap_tfe",
    "util._pywrap_utils",
    "util._pywrap_nest",
    "util._pywrap_tfprof",
    "util._pywrap_util_port",
    "lib.io._pywrap_file_io",
    "lib.io._pywrap_record_io",
    "framework._op_def_registry",
    "util._pywrap_checkpoint_reader",
    "client._pywrap_events_writer",
    "util._pywrap_stat_summarizer",
    "util._pywrap_transform_graph",
    "grappler._pywrap_tf_item",
    "framework._python_api_dispatcher",
    "platform._pywrap_tf2",
    "client._pywrap_device_lib",
    "client._pywrap_debug_events_writer",
    "lib.core._pywrap_py_func",
    "framework._pywrap_python_op_gen",
)
# Module: where the names are today that it has lost.
MOVED = {
    "framework.ops": (
        "framework.tensor",
        "framework.indexed_slices",
        "framework.tensor_conversion_registry",
    ),
    "framework.tensor_spec": ("framework.tensor",),
    "pywrap_tensorflow": _PYWRAP,
    "eager.function": (
        "eager.polymorphic_function.concrete_function",
        "eager.polymorphic_function.quarantine",
        "eager.polymorphic_function.polymorphic_function",
    ),
    "eager.def_function": ("eager.polymorphic_function.polymorphic_function",),
    "util.nest": ("util.nest_util",),
}
_SHIMS: dict[str, list[Callable[[Any], None]]] = {}


def table(*, replay_seeds: bool) -> dict[str, Callable[[types.ModuleType], None]]:
    if not replay_seeds:
        _shim("framework.random_seed")(_seeds_of_today)

    def moved(module: types.ModuleType, *, places: tuple[str, ...]) -> None:
        for place in places:
            try:
                home = installed(f"python.{place}")
            except ImportError:
                continue
            for name, value in vars(home).items():
                if not name.startswith("__") and not isinstance(value, types.ModuleType):
                    vars(module).setdefault(name, value)

    def both(name: str) -> Callable[[types.ModuleType], None]:
        def shim(module: types.ModuleType) -> None:
            if name in MOVED:
                moved(module, places=MOVED[name])
            for apply in _SHIMS.get(name, ()):
                apply(module)

        return shim

    return {"": _top} | {
        name if name.startswith("contrib") else f"python.{name}": both(name)
        for name in {*MOVED, *_SHIMS}
    }


def _shim(name: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    def register(function: Callable[[Any], None]) -> Callable[[Any], None]:
        _SHIMS.setdefault(name, []).append(function)
        return function

    return register


def _is_installed(candidate: object) -> bool:
    """Whether a function, or one of several, is of the installed TensorFlow."""
    if isinstance(candidate, tuple):
        return any(map(_is_installed, candidate))
    # Its modules have builtins of their own.
    space = getattr(inspect.unwrap(candidate), "__globals__", {}) if callable(candidate) else {}
    return space.get("__builtins__") is _INSTALLED_BUILTINS


from tf_edureka.runner.finder import _BUILTINS as _INSTALLED_BUILTINS  # noqa: E402


def prepare() -> None:
    """Loads the core of the installed TensorFlow, and makes it behave as one of version 1."""
    # It looks for the module under the name that 1.15.5's has.
    installed("python.util.tf_export").api_export.export_constant = lambda *_: None
    installed("python.util.deprecation")._PRINT_DEPRECATION_WARNINGS = False
    registry = installed("python.framework.registry").Registry
    register = registry.register

    def registers(self: Any, candidate: Any, name: str | None = None) -> None:
        """1.15.5's gradients come before the installed TensorFlow's."""
        key = name or candidate.__name__
        if key in self._registry:
            if _is_installed(candidate):
                return
            del self._registry[key]
        register(self, candidate, key)

    registry.register = registers
    tensor = installed("python.framework.tensor")
    # C++ looks types up by these names.
    twins = {
        f"tensorflow.python.{name}": installed(f"python.{name}")
        for name in ("framework.tensor", "types.core", "ops.resource_variable_ops")
    }
    sys.modules.update(twins)
    for name in _FIRST:
        installed(f"python.{name}")
    for name in twins:
        if name != "tensorflow.python.framework.tensor":
            del sys.modules[name]
    _prepare_tensors(tensor)
    installed("python.tf2").disable()
    installed("python.framework.ops").disable_eager_execution()
    installed("python.framework.tensor_shape").disable_v2_tensorshape()
    tensor.disable_tensor_equality()
    installed("python.ops.resource_variables_toggle").disable_resource_variables()
    installed("python.ops.control_flow_v2_toggles").disable_control_flow_v2()
    installed("python.util.module_wrapper")._PER_MODULE_WARNING_LIMIT = 0
    config = installed("python.framework.config")
    config.enable_tensor_float_32_execution(False)  # 1.15 had none
    config.list_physical_devices()  # which says on stderr what it does not find
    flags = absl.flags.FlagValues
    define = flags.__setitem__

    def defines(self: Any, name: str, flag: Any) -> None:
        """Both TensorFlows define some."""
        with contextlib.suppress(absl.flags.DuplicateFlagError):
            define(self, name, flag)

    flags.__setitem__ = defines


# Loaded before 1.15.5's own, which puts its operators and gradients over theirs.
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


def _prepare_tensors(module: Any) -> None:
    tensor = module.Tensor
    override = tensor._override_operator

    def overrides(operator: str, function: Any) -> None:
        if not _is_installed(function):
            override(operator, function)

    tensor._override_operator = staticmethod(overrides)
    # NumPy makes an object array of a list of tensors, as then.
    if "__array__" in vars(tensor):
        del tensor.__array__
    for kind in (tensor, installed("python.framework.ops").SymbolicTensor):
        kind._rank = lambda self: self.shape.rank  # None where it is unknown
    tensor.__module__ = "tensorflow.python.framework.ops"


def finish() -> None:
    """Lets `tf.function` make 1.15.5's variables; both TensorFlows are there now."""
    def_function = sys.modules["tensorflow.python.eager.def_function"]
    variables = sys.modules["tensorflow.python.ops.variables"]
    today = installed("python.ops.variables")
    for name in ("VariableAggregation", "VariableAggregationV2", "VariableSynchronization"):
        setattr(today, name, getattr(variables, name))
    function = installed("python.eager.polymorphic_function.polymorphic_function")
    function.UnliftedInitializerVariable = def_function.__getattr__("UnliftedInitializerVariable")


@_shim("framework.ops")
def _ops(ops: Any) -> None:
    conversion = installed("python.framework.tensor_conversion_registry")
    ops.register_dense_tensor_like_type = lambda kind: None
    ops._TensorLike = ops.Tensor
    ops._TENSOR_LIKE_TYPES = ()
    ops.RegisterShape = lambda op_type: lambda function: function

    def register(base_type: Any, function: Any, priority: int = 100) -> None:
        conversion.register_tensor_conversion_function(base_type, function, priority)
        functions = conversion._tensor_conversion_func_registry[priority]
        functions.insert(0, functions.pop())
        conversion._tensor_conversion_func_cache.clear()

    ops.register_tensor_conversion_function = register

    scope = ops.name_scope

    @functools.wraps(scope)
    def name_scope(name, default_name=None, values=None, skip_on_eager=False):
        """It has a name in eager execution, too."""
        return scope(name, default_name, values, skip_on_eager=False)

    ops.name_scope = name_scope

    def convert_to_tensor_v2(value, dtype=None, dtype_hint=None, name=None):
        return ops.convert_to_tensor(value, dtype=dtype, preferred_dtype=dtype_hint, name=name)

    ops.convert_to_tensor_v2 = convert_to_tensor_v2

    def internal_convert_to_tensor(
        value, dtype=None, name=None, as_ref=False, preferred_dtype=None, ctx=None, **_
    ):
        return ops.convert_to_tensor(value, dtype, name, as_ref, preferred_dtype)

    ops.internal_convert_to_tensor = internal_convert_to_tensor
    enable = ops.enable_eager_execution_internal
    context = installed("python.eager.context")

    def enable_eager_execution_internal(*given, **named):
        """Here there is a context already, which has begun without."""
        enable(*given, **named)
        if not context.context().context_switches.stack:
            context.context()._context_switches = context._ContextSwitchStack(True)

    ops.enable_eager_execution_internal = enable_eager_execution_internal
    graph = ops.Graph
    graph._last_id = property(lambda self: self.version)
    graph._enable_auto_casting_variables = lambda self, dtype: contextlib.nullcontext()
    cache: Any = weakref.WeakKeyDictionary()
    graph._bcast_grad_args_cache = property(lambda self: cache.setdefault(self, {}))


@_shim("util.tf_export")
def _tf_export(module: Any) -> None:
    def set_attr(self: Any, func: Any, names_attr: str, names: Any) -> None:
        with contextlib.suppress(Exception):
            setattr(func, names_attr, names)

    module.api_export.set_attr = set_attr
    module.api_export.export_constant = lambda self, module_name, name: None


def _python(value: Any) -> Any:
    """An attribute's value in the graph, as eager execution is given it."""
    kind = value.WhichOneof("value")
    if kind == "list":
        kinds = [field.name for field, _ in value.list.ListFields()]
        return list(getattr(value.list, kinds[0])) if kinds else []
    return kind and getattr(value, kind)


def _pywrap(module: Any) -> None:
    tfe = installed("python.pywrap_tfe")
    context = installed("python.eager.context")
    utils = installed("python.util._pywrap_utils")

    definitions = installed("python.framework.op_def_registry")

    @functools.cache
    def known(op: str) -> tuple[int, dict[str, Any]]:
        """How many inputs an op has, and the defaults of its attributes."""
        definition = definitions.get(op)
        defaults = {of.name: _python(of.default_value) for of in definition.attr}
        return len(definition.input_arg), defaults

    def fast(handle, device, op, name, callbacks, *arguments):
        """The context was three arguments, and an attribute could be None for its default."""
        inputs, defaults = known(op)
        if None in arguments[inputs + 1 :: 2]:
            given = [*arguments]
            for place in range(inputs + 1, len(given), 2):
                if given[place] is None:
                    given[place] = defaults[given[place - 1]]
            arguments = tuple(given)
        return tfe.TFE_Py_FastPathExecute(context._context, op, name, *arguments)

    def nothing(*_: object) -> None:
        pass

    vars(module).update(
        TFE_Py_FastPathExecute=fast,
        # No forward gradients then.
        TFE_Py_TapeSetRecordOperation=lambda *given: tfe.TFE_Py_TapeSetRecordOperation(
            *given, None
        ),
        RegisterType=nothing,
        TFE_Py_RegisterVSpace=nothing,
        TFE_Py_RegisterGradientFunction=nothing,
        InitializePyTrampoline=nothing,
        RegisterPyObject=nothing,
        do_quantize_training_on_graphdef=None,
        IsSequence=utils.IsNested,
        IsSequenceForData=utils.IsNestedForData,
        IsSequenceOrComposite=utils.IsNestedOrComposite,
        NewCheckpointReader=installed("python.training.py_checkpoint_reader").NewCheckpointReader,
    )


_shim("pywrap_tensorflow")(_pywrap)


@_shim("framework.op_def_registry")
def _op_def_registry(module: Any) -> None:
    module.register_op_list = lambda ops: None


@_shim("util.tf_inspect")
def _tf_inspect(module: Any) -> None:
    module.ArgSpec = lambda args=None, varargs=None, keywords=None, defaults=None: ArgSpec(
        args, varargs, keywords, defaults, [], None, {}
    )
    module.getargspec = lambda function: ArgSpec(*module.getfullargspec(function))


def _seeds_of_today(module: Any) -> None:
    module.get_seed = installed("python.framework.random_seed").get_seed


def _top(module: Any) -> None:
    module.contrib._warning = None  # that it will not be in TensorFlow 2


@_shim("util.deprecation")
def _deprecation(module: Any) -> None:
    module._PRINT_DEPRECATION_WARNINGS = False


@_shim("contrib.learn.python.learn.datasets.mnist")
def _mnist(module: Any) -> None:
    from tf_edureka.legacy import input_data

    module.DataSet, module.read_data_sets = input_data.DataSet, input_data.read_data_sets


@_shim("framework.versions")
def _versions(module: Any) -> None:
    module.VERSION = module.__version__ = "1.15.5"
    module.GIT_VERSION = module.__git_version__ = "v1.15.4-39-g3db52be"


@_shim("ops.script_ops")
def _script_ops(module: Any) -> None:
    module._py_funcs = installed("python.ops.script_ops")._py_funcs


@_shim("eager.function")
def _function(module: Any) -> None:
    concrete = installed("python.eager.polymorphic_function.concrete_function")
    atomic = installed("python.eager.polymorphic_function.atomic_function")
    polymorphic = installed("python.eager.polymorphic_function.polymorphic_function")
    graphs = installed("python.framework.func_graph")
    begin = concrete.ConcreteFunction.__init__

    def __init__(self, function, attrs=None, shared_func_graph=True):
        """It was made of a graph."""
        if isinstance(function, graphs.FuncGraph):
            name = concrete._inference_name(function.name)
            function = atomic.from_func_graph(name, function, attrs or {})
        begin(self, function, shared_func_graph=shared_func_graph)

    concrete.ConcreteFunction.__init__ = __init__

    def defun_with_attributes(
        func=None, input_signature=None, attributes=None, autograph=True, **_
    ):
        attributes = {**(attributes or {})}
        name = attributes.pop("func_name", None)

        def decorated(func):
            if name is not None:
                func.__name__ = name
            return polymorphic.function(
                func, input_signature, autograph, experimental_attributes=attributes
            )

        return decorated if func is None else decorated(func)

    def defun(func=None, input_signature=None, autograph=True, **_):
        return defun_with_attributes(func, input_signature, autograph=autograph)

    module.defun, module.defun_with_attributes = defun, defun_with_attributes
    for name in ("_get_concrete_function_internal", "_get_concrete_function_garbage_collected"):
        if not hasattr(polymorphic.Function, name):
            setattr(
                polymorphic.Function,
                name,
                lambda self, *a, **k: self.get_concrete_function(*a, **k),
            )


@_shim("ops.gen_nn_ops")
def _nn_ops(module: Any) -> None:
    original = module.conv2d_backprop_input
    values = installed("python.framework.tensor_util")

    @functools.wraps(original)
    def conv2d_backprop_input(input_sizes, *others, **named):
        """Its static shape was what it is told, whatever is known of the batch."""
        result = original(input_sizes, *others, **named)
        if hasattr(result, "op"):
            result.set_shape(values.constant_value_as_shape(result.op.inputs[0]))
        return result

    module.conv2d_backprop_input = conv2d_backprop_input


@_shim("contrib.seq2seq.python.ops.beam_search_ops")
def _beam_search_ops(module: Any) -> None:
    from tensorflow.python.ops import script_ops

    def gather_tree(step_ids, parent_ids, max_sequence_lengths, end_token, name=None):
        """The beams that a search has come to, each from its end back to its begin."""
        inputs = [step_ids, parent_ids, max_sequence_lengths, end_token]
        tree = script_ops.py_func(
            _gather_tree, inputs, step_ids.dtype, stateful=False, name=name or "GatherTree"
        )
        tree.set_shape(step_ids.shape)
        return tree

    module.gather_tree = gather_tree


def _gather_tree(steps: Any, parents: Any, lengths: Any, end: Any) -> Any:
    """What the op GatherTree computed.

    Args:
        steps: integer, shape (times, batch, beams): what each beam has at each time.
        parents: integer, shape (times, batch, beams): from which beam that came.
        lengths: integer, shape (batch,): how many times count.
        end: what stands behind the end of a beam.

    Returns:
        dtype and shape of `steps`.
    """
    _, batch, beams = steps.shape
    places = np.tile(np.arange(beams), (batch, 1))
    found = np.full_like(steps, end)
    for time in reversed(range(len(steps))):
        counts = (time < lengths)[:, np.newaxis]
        found[time] = np.where(counts, np.take_along_axis(steps[time], places, 1), end)
        places = np.where(counts, np.take_along_axis(parents[time], places, 1), places)
    has_ended = np.logical_or.accumulate(found == end)
    found[has_ended] = end
    return found


class _NoLibrary:
    """Stands for a compiled library of 1.15.5's."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def refused(*_: object, **__: object) -> None:
            raise NotImplementedError(f"{name}: 1.15.5's compiled ops in {self._path}")

        return refused


@_shim("framework.load_library")
def _load_library(module: Any) -> None:
    original = module.load_op_library

    def load_op_library(path: str) -> Any:
        if "tensorflow_core" in str(path):
            return _NoLibrary(path)
        return original(path)

    module.load_op_library = module.load_file_system_library = load_op_library


@_shim("eager.backprop")
def _backprop(module: Any) -> None:
    execute = installed("python.eager.execute")
    original = module._record_gradient

    def record_gradient(op_name, inputs, attrs, results, name=None):
        """The installed TensorFlow's ops give no name."""
        return original(op_name, inputs, attrs, results, name)

    execute.record_gradient = record_gradient


@_shim("eager.execute")
def _execute(module: Any) -> None:
    matching = module.args_to_matching_eager

    def args_to_matching_eager(values, ctx, allowed_dtypes=None, default_dtype=None):
        if not isinstance(allowed_dtypes, list):  # there was no such argument
            allowed_dtypes, default_dtype = [], allowed_dtypes
        return matching(values, ctx, allowed_dtypes, default_dtype)

    module.args_to_matching_eager = args_to_matching_eager


@_shim("framework.func_graph")
def _func_graph(module: Any) -> None:
    def reset_captures(self, captures):
        self.function_captures.reset_captures(*zip(*captures, strict=True))

    module.FuncGraph.reset_captures = reset_captures
    module.FuncGraph.control_captures = property(lambda self: self.function_captures.control)


@_shim("ops.control_flow_util_v2")
def _control_flow_util_v2(module: Any) -> None:
    today = installed("python.ops.control_flow_util_v2")
    module.create_new_tf_function = today.create_new_tf_function


@_shim("framework.tensor_util")
def _tensor_util(module: Any) -> None:
    """What is known of a tensor while the graph is built: more of it today, and so other ops."""
    for name in ("_ConstantValue", "constant_value", "constant_value_as_shape"):
        module.__getattr__(name)


@_shim("framework.sparse_tensor")
def _sparse_tensor(module: Any) -> None:
    module.SparseTensor._is_graph_tensor = property(lambda self: hasattr(self.values, "graph"))


@_shim("framework.dtypes")
def _dtypes(module: Any) -> None:
    module.scalar = module.variant  # 1.15.5 names one that never was, for what deletes an iterator


@_shim("eager.core")
def _core(module: Any) -> None:
    to_exception = module._status_to_exception
    errors = installed("python.framework.errors_impl")

    def _status_to_exception(status, message=None):
        """It was given a code and a message."""
        if message is None:
            return to_exception(status)
        kind = errors._CODE_TO_EXCEPTION_CLASS.get(status)
        return (
            kind(None, None, message) if kind else errors.UnknownError(None, None, message, status)
        )

    module._status_to_exception = _status_to_exception


@_shim("util.all_util")
def _all_util(module: Any) -> None:
    module.remove_undocumented = lambda *_, **__: None


@_shim("ops.resource_variable_ops")
def _resource_variable_ops(module: Any) -> None:
    handle = installed("python.ops.handle_data_util")
    resource = installed("python.ops.resource_variable_ops")
    module.VariableSpec = resource.VariableSpec  # which C++ looks up here
    module.get_resource_handle_data = handle.get_resource_handle_data
    module.get_eager_safe_handle_data = resource.get_eager_safe_handle_data
    module._set_handle_shapes_and_types = getattr(
        resource, "_set_handle_shapes_and_types", handle.set_handle_data
    )


@_shim("util.nest")
def _nest(module: Any) -> None:
    module.is_sequence = module.is_nested
    module.is_sequence_or_composite = module.is_nested_or_composite


@_shim("framework.function")
def _framework_function(module: Any) -> None:
    original = module.Defun

    class Defun(original):
        def __init__(self, *types, **options):
            if "whitelisted_stateful_ops" in options:
                options["allowlisted_stateful_ops"] = options.pop("whitelisted_stateful_ops")
            super().__init__(*types, **options)

    module.Defun = Defun


class _Summaries(threading.local):
    """What each thread writes summaries to, which the eager context knew."""

    writer = None
    recording = None
    recording_distribution_strategy = True
    step = None


@_shim("eager.context")
def _context(module: Any) -> None:
    summaries = _Summaries()

    def summary(name: str) -> property:
        return property(
            lambda self: getattr(summaries, name),
            lambda self, value: setattr(summaries, name, value),
        )

    for name in ("writer", "recording", "recording_distribution_strategy", "step"):
        setattr(module.Context, f"summary_{name}", summary(name))
    for name in ("post_execution_callbacks", "_post_execution_callbacks"):
        if not hasattr(module.Context, name):
            setattr(module.Context, name, None)
    module.Context.start_step = module.Context.end_step = lambda self: None  # of the old executor
