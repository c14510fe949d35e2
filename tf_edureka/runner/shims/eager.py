"""Shims of eager execution, of functions and of the compiled module of 1.15.5."""

import functools
import itertools
import sys
from collections.abc import Callable
from typing import Any

from tf_edureka.runner import installed, private
from tf_edureka.runner.shims.graphs import move
from tf_edureka.runner.shims.registered import shim

# Modules that contain the names which 1.15.5 had in one compiled module.
_COMPILED = (
    "client._pywrap_debug_events_writer",
    "client._pywrap_device_lib",
    "client._pywrap_events_writer",
    "client.pywrap_tf_session",
    "framework._op_def_registry",
    "framework._pywrap_python_op_gen",
    "grappler._pywrap_tf_item",
    "lib.core._pywrap_py_func",
    "lib.io._pywrap_file_io",
    "lib.io._pywrap_record_io",
    "platform._pywrap_tf2",
    "pywrap_tfe",
    "util._pywrap_checkpoint_reader",
    "util._pywrap_nest",
    "util._pywrap_stat_summarizer",
    "util._pywrap_tfprof",
    "util._pywrap_transform_graph",
    "util._pywrap_util_port",
    "util._pywrap_utils",
)
_POLYMORPHIC = "eager.polymorphic_function.polymorphic_function"
_CONCRETE = "eager.polymorphic_function.concrete_function"


@shim("pywrap_tensorflow")
def _pywrap_tensorflow(module: Any) -> None:
    for home in _COMPILED:
        move(home, module)

    record = private.use("pywrap_tfe:TFE_Py_TapeSetRecordOperation")

    def nothing(*_: Any) -> None:
        """Does nothing: the installed TensorFlow has registered its own."""

    vars(module).update(
        TFE_Py_FastPathExecute=_fast_path_execute(),
        TFE_Py_TapeSetRecordOperation=lambda *given: record(*given, None),
        IsSequence=private.use("util._pywrap_utils:IsNested"),
        IsSequenceForData=private.use("util._pywrap_utils:IsNestedForData"),
        IsSequenceOrComposite=private.use("util._pywrap_utils:IsNestedOrComposite"),
        NewCheckpointReader=private.use("training.py_checkpoint_reader:NewCheckpointReader"),
        InitializePyTrampoline=nothing,
        RegisterPyObject=nothing,
        RegisterType=nothing,
        TFE_Py_RegisterGradientFunction=nothing,
        TFE_Py_RegisterVSpace=nothing,
        do_quantize_training_on_graphdef=None,
    )


def _fast_path_execute() -> Callable[..., Any]:
    """Returns a function that executes an op with the arguments that 1.15.5 passes."""
    execute = private.use("pywrap_tfe:TFE_Py_FastPathExecute")
    private.use("eager.context:_context")
    contexts = installed.module("python.eager.context")

    def execute_fast(
        handle: Any, device: Any, op: str, name: Any, callbacks: Any, *arguments: Any
    ) -> Any:
        inputs, defaults = _inputs_and_defaults(op)
        arguments = (*arguments, *_missing_type_attributes(op, arguments[inputs::2]))
        if None in arguments[inputs + 1 :: 2]:
            given = [*arguments]
            for place in range(inputs + 1, len(given), 2):
                if given[place] is None:
                    given[place] = defaults[given[place - 1]]
            arguments = tuple(given)
        return execute(contexts._context, op, name, *arguments)

    return execute_fast


@functools.cache
def _inputs_and_defaults(op: str) -> tuple[int, dict[str, Any]]:
    """Returns the number of inputs of an op and the defaults of its attributes."""
    definition = private.use("framework.op_def_registry:get")(op)
    defaults = {attr.name: _default(attr.default_value) for attr in definition.attr}
    return len(definition.input_arg), defaults


@functools.cache
def _missing_type_attributes(op: str, given: tuple[str, ...]) -> tuple[Any, ...]:
    """Returns type attributes of results that are newer than 1.15.5, with their defaults."""
    definition = private.use("framework.op_def_registry:get")(op)
    if definition is None:  # `op` is a function
        return ()
    known = {name for arg in definition.input_arg for name in (arg.type_attr, arg.type_list_attr)}
    lacking = [
        (attr.name, attr.default_value.type)
        for attr in definition.attr
        if attr.default_value.type and attr.name not in known.union(given)
    ]
    return tuple(itertools.chain(*lacking))


def _default(value: Any) -> Any:
    """Converts an attribute's value from a graph's form to that of eager execution."""
    kind = value.WhichOneof("value")
    if kind == "list":
        kinds = [field.name for field, _ in value.list.ListFields()]
        return list(getattr(value.list, kinds[0])) if kinds else []
    return kind and getattr(value, kind)


@shim("eager.profiler")
def _profiler(module: Any) -> None:
    """Profiles a batch for the TensorBoard callback, in the format of current TensorBoard."""
    sessions: list[Any] = []

    def start() -> None:
        if sessions:
            raise module.ProfilerAlreadyRunningError("Another profiler is running.")
        sessions.append(private.use("profiler.internal._pywrap_profiler:ProfilerSession")())
        sessions[0].start("", {})

    def stop() -> Any:
        if not sessions:
            raise module.ProfilerNotRunningError("Cannot stop profiling. No profiler is running.")
        module._run_num += 1
        return sessions.pop().stop()

    def save(logdir: str, result: bytes) -> None:
        now = module.datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
        folder = module.os.path.join(logdir, "plugins", "profile", now)
        module.gfile.MakeDirs(folder)
        module.maybe_create_event_file(logdir)
        with module.gfile.Open(module.os.path.join(folder, "local.xplane.pb"), "wb") as file:
            file.write(result)

    module.start, module.stop, module.save = start, stop, save


@shim("eager.core")
def _core(module: Any) -> None:
    def to_exception(original: Any, status: Any, message: str | None = None) -> Any:
        if message is None:
            return original(status)
        kinds = private.use("framework.errors_impl:_CODE_TO_EXCEPTION_CLASS")
        unknown = installed.module("python.framework.errors_impl").UnknownError
        kind = kinds.get(status, functools.partial(unknown, error_code=status))
        return kind(None, None, message)

    private.replace("eager.core:_status_to_exception", to_exception)


@shim("eager.execute")
def _execute(module: Any) -> None:
    def match(
        original: Any, values: Any, context: Any, types: Any = None, default: Any = None
    ) -> Any:
        if not isinstance(types, list):  # 1.15.5 passes no `types`
            types, default = [], types
        return original(values, context, types, default)

    def run(original: Any, op_name: Any, *given: Any, attrs: Any = None, **named: Any) -> Any:
        name = op_name if isinstance(op_name, str) else op_name.decode()
        attrs = tuple(attrs or ())
        return original(
            op_name, *given, attrs=attrs + _missing_type_attributes(name, attrs[::2]), **named
        )

    private.replace("eager.execute:args_to_matching_eager", match)
    private.replace("eager.execute:execute", run)


@shim("eager.backprop")
def _backprop(module: Any) -> None:
    record = module._record_gradient

    def records(
        op_name: Any, inputs: Any, attributes: Any, results: Any, name: Any = None
    ) -> Any:  # the installed ops pass no name
        return record(op_name, inputs, attributes, results, name)

    private.put("eager.execute:record_gradient", records)


@shim("eager.def_function")
def _def_function(module: Any) -> None:
    move(_POLYMORPHIC, module)


@shim("eager.wrap_function")
def _wrap_function(module: Any) -> None:
    """Makes `wrap_function` hold and lift 1.15.5's variables."""
    from tensorflow.python.ops import resource_variable_ops
    from tensorflow.python.training.tracking import data_structures

    private.put("eager.wrap_function:data_structures", data_structures)
    private.put("eager.wrap_function:resource_variable_ops", resource_variable_ops)


@shim("eager.function")
def _function(module: Any) -> None:
    for home in (_CONCRETE, _POLYMORPHIC):
        move(home, module)
    private.replace(f"{_CONCRETE}:ConcreteFunction.__init__", _begin_concrete)
    private.replace(f"{_CONCRETE}:ConcreteFunction._call_flat", _call_flat)
    atomic = private.use("eager.polymorphic_function.atomic_function:AtomicFunction")
    atomic.python_grad_func = property(_gradient)
    module.defun, module.defun_with_attributes = _defun, _defun_with_attributes
    function = private.use(f"{_POLYMORPHIC}:Function")
    for name in ("_get_concrete_function_internal", "_get_concrete_function_garbage_collected"):
        if not hasattr(function, name):
            setattr(function, name, lambda self, *a, **k: self.get_concrete_function(*a, **k))


def _begin_concrete(
    original: Any, self: Any, function: Any, attrs: Any = None, **named: Any
) -> None:
    if isinstance(function, private.use("framework.func_graph:FuncGraph")):
        name = private.use(f"{_CONCRETE}:_inference_name")(function.name)
        make = private.use("eager.polymorphic_function.atomic_function:from_func_graph")
        function = make(name, function, attrs or {})
    original(self, function, **named)


def _call_flat(
    original: Any,
    self: Any,
    tensor_inputs: Any,
    captured_inputs: Any,
    cancellation_manager: Any = None,
) -> Any:
    """Calls a function; the context has the cancellation manager now.

    In a graph, a function without results returned the operation that calls it.
    """
    graph = sys.modules["tensorflow.python.framework.ops"].get_default_graph()
    before = graph.version
    found = original(self, tensor_inputs, captured_inputs)
    if found is not None or graph.version == before:  # equal in eager mode
        return found
    made = graph.get_operations()[before - graph.version :]
    return next((op for op in reversed(made) if op.type.endswith("PartitionedCall")), None)


def _gradient(self: Any) -> Any:
    """Returns the gradient of a function that a graph knows only by name."""
    make = private.use(f"{_CONCRETE}:ConcreteFunction").from_func_graph
    return make(self.graph, self.function_type, self.attributes)._get_gradient_function()


def _defun(func: Any = None, input_signature: Any = None, autograph: bool = True, **_: Any) -> Any:
    return _defun_with_attributes(func, input_signature, autograph=autograph)


def _defun_with_attributes(
    func: Any = None,
    input_signature: Any = None,
    attributes: Any = None,
    autograph: bool = True,
    **_: Any,
) -> Any:
    attributes = {**(attributes or {})}
    name = attributes.pop("func_name", None)

    def decorated(func: Any) -> Any:
        if name is not None:
            func.__name__ = name
        return private.use(f"{_POLYMORPHIC}:function")(
            func, input_signature, autograph, experimental_attributes=attributes
        )

    return decorated if func is None else decorated(func)
