"""Shims of graphs, tensors and shapes: `framework`."""

import contextlib
import numbers
import operator
import sys
import weakref
from collections.abc import Iterator
from typing import Any

from tf_edureka.runner import installed, private
from tf_edureka.runner.shims.registered import shim
from tf_edureka.runner.wrapped import wrap


@shim("framework.ops")
def _ops(module: Any) -> None:
    for home in ("tensor", "indexed_slices", "tensor_conversion_registry"):
        move(f"framework.{home}", module)
    module.Tensor = private.use("framework.ops:SymbolicTensor")
    module.RegisterShape = lambda op_type: lambda function: function
    module.register_tensor_conversion_function = _register_conversion
    private.replace("framework.ops:name_scope", _name_scope)

    def convert_v2(value: Any, dtype: Any = None, dtype_hint: Any = None, name: Any = None) -> Any:
        return module.convert_to_tensor(value, dtype, name, preferred_dtype=dtype_hint)

    def convert(
        value: Any,
        dtype: Any = None,
        name: Any = None,
        as_ref: bool = False,
        preferred_dtype: Any = None,
        **_: Any,
    ) -> Any:
        return module.convert_to_tensor(value, dtype, name, as_ref, preferred_dtype)

    module.convert_to_tensor_v2, module.internal_convert_to_tensor = convert_v2, convert


@shim("framework.ops")
def _tensor_like(module: Any) -> None:
    """Adds the registry of tensor-like types, which `is_tensor` and others use for variables."""

    def register(kind: type) -> None:
        module._TENSOR_LIKE_TYPES += (kind,)

    module._TensorLike, module._TENSOR_LIKE_TYPES = module.Tensor, (module.Tensor,)
    module.register_dense_tensor_like_type = register
    module.is_dense_tensor_like = lambda value: isinstance(value, module._TENSOR_LIKE_TYPES)


@shim("framework.ops")
def _keys(module: Any) -> None:
    """Makes eager tensors hashable while tensors are compared by identity."""
    private.use("framework.tensor:Tensor._USE_EQUALITY")
    eager = private.use("framework.ops:_EagerTensorBase")
    unhashable = eager.__hash__
    eager.__hash__ = lambda self: unhashable(self) if module.Tensor._USE_EQUALITY else id(self)


@shim("framework.ops")
def _graph(module: Any) -> None:
    private.use("framework.ops:Graph.version")
    operation = private.use("framework.ops:Operation")
    for name in ("graph", "inputs", "outputs", "control_inputs", "traceback"):
        setattr(operation, f"_{name}", property(operator.attrgetter(name)))
    caches: Any = weakref.WeakKeyDictionary()
    module.Graph._last_id = property(lambda self: self.version - _uncounted.get(self, 0))
    module.Graph._bcast_grad_args_cache = property(lambda self: caches.setdefault(self, {}))


@shim("contrib.graph_editor.transform")
@shim("contrib.copy_graph.python.util.copy_elements")
def _copies_of_operations(module: Any) -> None:
    """Creates operations from a NodeDef by calling `Operation`, as 1.15.5 does."""
    name = "tf_ops" if hasattr(module, "tf_ops") else "ops"
    setattr(module, name, _OpsWithFactory(getattr(module, name)))


class _OpsWithFactory:
    """`framework.ops` with an `Operation` that accepts the arguments of 1.15.5."""

    def __init__(self, ops: Any) -> None:
        self._ops, self.Operation = ops, _OperationFactory(ops.Operation)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ops, name)


class _OperationFactory:
    def __init__(self, kind: Any) -> None:
        self._kind = kind

    def __call__(self, *arguments: Any) -> Any:
        return self._kind.from_node_def(*arguments)

    def __instancecheck__(self, candidate: object) -> bool:
        return isinstance(candidate, self._kind)


@shim("framework.tensor_shape")
def _dimensions(module: Any) -> None:
    """Accepts a dimension such as 4.0: old code divides with `/`."""

    def begin(original: Any, self: Any, value: Any) -> None:
        is_number = isinstance(value, numbers.Real)
        whole = int(value) if is_number else value
        if is_number and whole != value:
            raise ValueError(f"Ambiguous dimension: {value}")
        original(self, whole)

    wrap(module.Dimension, "__init__", begin)


# A bit of a slice's begin_mask for an axis that never exists. It changes no result, but shape
# inference does not recognise the op.
HIDE_LENGTH = 1 << 30
_uncounted: Any = weakref.WeakKeyDictionary()


@contextlib.contextmanager
def uncounted() -> Iterator[None]:
    """Excludes ops created in the block from the op count, since 1.15.5's graph lacks them."""
    graph = sys.modules["tensorflow.python.framework.ops"].get_default_graph()
    before = graph.version
    with graph.name_scope("uncounted/"):
        yield
    _uncounted[graph] = _uncounted.get(graph, 0) + graph.version - before


def move(home: str, module: Any) -> None:
    """Copies names that the installed TensorFlow has moved to the module `home` into `module`."""
    for name, value in vars(installed.module(f"python.{home}")).items():
        if not name.startswith("__"):
            vars(module).setdefault(name, value)


def _register_conversion(base_type: Any, conversion_func: Any, priority: int = 100) -> None:
    """Registers a conversion before the others of its priority."""
    registry = "framework.tensor_conversion_registry"
    installed.module(f"python.{registry}").register_tensor_conversion_function(
        base_type, conversion_func, priority
    )
    functions = private.use(f"{registry}:_tensor_conversion_func_registry")[priority]
    functions.insert(0, functions.pop())
    private.use(f"{registry}:_tensor_conversion_func_cache").clear()


def _name_scope(
    original: Any,
    name: Any,
    default_name: Any = None,
    values: Any = None,
    skip_on_eager: bool = False,
) -> Any:
    return original(name, default_name, values, skip_on_eager=False)


@shim("framework.tensor_spec")
def _tensor_spec(module: Any) -> None:
    move("framework.tensor", module)
    convert = sys.modules["tensorflow.python.framework.ops"].convert_to_tensor

    def components(self: Any, value: Any) -> Any:
        """Converts the result of a data set's function: a number, a string or an array."""
        with contextlib.suppress(TypeError, ValueError):
            found = convert(value, self.dtype)
            if found.shape.is_compatible_with(self.shape):
                return found
        wanted = f"a tensor with dtype {self.dtype} and shape {self.shape}"
        raise ValueError(f"Value {value!r} is not convertible to {wanted}.")

    module.TensorSpec._to_components = components


@shim("framework.dtypes")
def _dtypes(module: Any) -> None:
    # 1.15.5 uses `scalar`, a dtype that never existed, for iterator deleters.
    module.scalar = module.variant


@shim("framework.tensor_util")
def _tensor_util(module: Any) -> None:
    """Uses 1.15.5's `constant_value`: the current one knows more, so other ops would result."""
    for name in ("_ConstantValue", "constant_value", "constant_value_as_shape"):
        module.__getattr__(name)
    ops = sys.modules["tensorflow.python.framework.ops"]
    module.is_tensor = lambda value: module.is_tf_type(value) or ops.is_dense_tensor_like(value)


@shim("framework.composite_tensor")
def _composite_tensor(module: Any) -> None:
    def is_in_graph(self: Any) -> bool:
        parts = installed.module("python.util.nest").flatten(self, expand_composites=True)
        return any(hasattr(part, "graph") for part in parts)

    module.CompositeTensor._is_graph_tensor = property(is_in_graph)


@shim("framework.sparse_tensor")
def _sparse_tensor(module: Any) -> None:
    def begin(original: Any, self: Any, indices: Any, values: Any, dense_shape: Any) -> None:
        """Allows feeding of the shape: evaluating a constant prevents feeding it later."""
        graph = sys.modules["tensorflow.python.framework.ops"].get_default_graph()
        graph.prevent_feeding = lambda tensor: None
        try:
            original(self, indices, values, dense_shape)
        finally:
            del graph.prevent_feeding

    private.replace("framework.sparse_tensor:SparseTensor.__init__", begin)


@shim("framework.func_graph")
def _func_graph(module: Any) -> None:
    kind = private.use("framework.func_graph:FuncGraph")

    def reset_captures(self: Any, captures: Any) -> None:
        found = [*captures]
        tensors, placeholders = zip(*found, strict=True) if found else ((), ())
        self.function_captures.reset_captures(tensors, placeholders)

    def get_function(self: Any, name: str) -> Any:
        """Looks a function up in the outer graphs as well."""
        found = super(kind, self)._get_function(name)
        if found is None and self.outer_graph is not None:
            found = self.outer_graph._get_function(name)
        return found

    kind.reset_captures = reset_captures
    kind.control_captures = property(lambda self: self.function_captures.control)
    kind._captures = property(_Captures)
    kind._get_function = get_function


class _Captures:
    """The captured tensors of a function's graph, as a write-only mapping."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph

    def __setitem__(self, key: Any, pair: tuple[Any, Any]) -> None:
        self._graph.replace_capture(*pair)


@shim("framework.function_def_to_graph")
def _function_def_to_graph(module: Any) -> None:
    def to_graph(original: Any, *given: Any, copy_functions: bool = True, **named: Any) -> Any:
        """Ignores the option `copy_functions`, which no longer exists."""
        return original(*given, **named)

    private.replace("framework.function_def_to_graph:function_def_to_graph", to_graph)


@shim("framework.function")
def _function(module: Any) -> None:
    def begin(original: Any, self: Any, *types: Any, **named: Any) -> None:
        if "whitelisted_stateful_ops" in named:
            named["allowlisted_stateful_ops"] = named.pop("whitelisted_stateful_ops")
        original(self, *types, **named)

    private.replace("framework.function:Defun.__init__", begin)


@shim("framework.op_def_registry")
def _op_def_registry(module: Any) -> None:
    module.register_op_list = lambda definitions: None  # C++ knows them all


def use_tensorflow_2_seeds(module: Any) -> None:
    """Makes `framework.random_seed` use the op seeds of TensorFlow 2."""
    module.get_seed = private.use("framework.random_seed:get_seed")
