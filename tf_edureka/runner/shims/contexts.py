"""Shims of the context of eager execution."""

import contextlib
import threading
import weakref
from collections.abc import Iterator
from typing import Any

from tf_edureka.runner import installed, private
from tf_edureka.runner.shims.registered import shim


@shim("framework.ops")
def _ops(module: Any) -> None:
    private.replace("framework.ops:enable_eager_execution_internal", _enable_eager_execution)


def _enable_eager_execution(
    original: Any,
    config: Any = None,
    device_policy: int | None = None,
    execution_mode: int | None = None,
    server_def: Any = None,
) -> None:
    """Sets the options on the context, which exists already; 1.15.5 created it with them."""
    context = installed.module("python.eager.context").context()
    if config is not None:
        context._config = config
        context._import_config()
    if device_policy is not None:
        context._device_policy = device_policy
    if execution_mode is not None:
        context._default_is_async = execution_mode == 1
    if server_def is not None:
        context._server_def = server_def
    original()
    if not context.context_switches.stack:
        context._context_switches = private.use("eager.context:_ContextSwitchStack")(True)


@shim("framework.ops")
def _casts(module: Any) -> None:
    """Adds to Graph the dtype that mixed-precision variables are read in, as in 1.15.5."""
    casts = _Casts()

    def read_dtype(self: Any) -> Any:
        outer = getattr(self, "outer_graph", None)
        return casts.dtypes.get(self) or (read_dtype(outer) if outer is not None else None)

    @contextlib.contextmanager
    def enable(self: Any, dtype: Any) -> Iterator[None]:
        before = casts.dtypes.get(self)
        casts.dtypes[self] = dtype
        try:
            yield
        finally:
            casts.dtypes[self] = before

    module.Graph._enable_auto_casting_variables = enable
    module.Graph._auto_cast_variable_read_dtype = property(read_dtype)


class _Casts(threading.local):
    """The dtype that each thread reads variables in, by graph."""

    def __init__(self) -> None:
        self.dtypes: Any = weakref.WeakKeyDictionary()


class _Summaries(threading.local):
    """The summary state of each thread, which the context had in 1.15.5."""

    writer = None
    recording = None
    recording_distribution_strategy = True
    step = None


@shim("eager.context")
def _context(module: Any) -> None:
    context, summaries = private.use("eager.context:Context"), _Summaries()
    context.start_step = context.end_step = lambda self: None
    context.post_execution_callbacks = context._post_execution_callbacks = None

    def summary(name: str) -> property:
        return property(
            lambda self: getattr(summaries, name),
            lambda self, value: setattr(summaries, name, value),
        )

    for name in ("writer", "recording", "recording_distribution_strategy", "step"):
        setattr(context, f"summary_{name}", summary(name))


@shim("eager.context")
def _virtual_devices(module: Any) -> None:
    """Logical devices, which use a part of a GPU's memory, were called virtual devices."""
    context = private.use("eager.context:Context")
    module.VirtualDeviceConfiguration = module.LogicalDeviceConfiguration
    context.get_virtual_device_configuration = context.get_logical_device_configuration
    context.set_virtual_device_configuration = context.set_logical_device_configuration
