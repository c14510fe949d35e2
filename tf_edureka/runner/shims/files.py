"""Shims for saved models."""

import types
from typing import Any

import numpy as np

from tf_edureka.runner import installed, private
from tf_edureka.runner.shims.registered import shim
from tf_edureka.runner.wrapped import wrap


class _DecodableStr(str):
    """A str that can also be decoded, as bytes can."""

    def decode(self, *_: object, **__: object) -> str:
        return str(self)


@shim("keras.saving.hdf5_format")
def _hdf5_format(module: Any) -> None:
    """Keras decodes text attributes, which h5py returned as bytes and now returns as str."""
    if module.h5py is None:
        return

    def get(original: Any, self: Any, name: Any) -> Any:
        found = original(self, name)
        if isinstance(found, np.ndarray) and found.dtype.kind == "O":
            texts = [_DecodableStr(text) if isinstance(text, str) else text for text in found.flat]
            return np.array(texts, object).reshape(found.shape)
        return _DecodableStr(found) if isinstance(found, str) else found

    wrap(module.h5py.AttributeManager, "__getitem__", get)


@shim("training.tracking.base")
def _tracking(module: Any) -> None:
    """Makes the class of initial values from checkpoints no subclass of Tensor."""
    kept = ("__init__", "__getattr__", "checkpoint_position")
    named = {name: vars(module.CheckpointInitialValue)[name] for name in kept}
    module.CheckpointInitialValue = type("CheckpointInitialValue", (), named)


@shim("saved_model.save")
def _saved_model_save(module: Any) -> None:
    """Converts the messages of optimizer slots from a checkpoint's class to a SavedModel's."""
    messages = installed.module("core.protobuf.trackable_object_graph_pb2")
    kind = messages.TrackableObjectGraph.TrackableObject.SlotVariableReference

    def begin(original: Any, self: Any, checkpoint_view: Any) -> None:
        original(self, checkpoint_view)
        for slots in self.slot_variables.values():
            slots[:] = [kind.FromString(slot.SerializeToString()) for slot in slots]

    wrap(module._SaveableView, "__init__", begin)


@shim("saved_model.load")
def _saved_model_load(module: Any) -> None:
    nest = installed.module("python.util.nest")

    def call_flat(original: Any, self: Any, *given: Any, **named: Any) -> Any:
        """Packs the results; the graph receives their structure after the function is created."""
        outputs = original(self, *given, **named)
        structure = self._func_graph.structured_outputs
        if structure is None:
            return outputs
        return nest.pack_sequence_as(structure, nest.flatten(outputs, True), True)

    wrap(module._WrapperFunction, "_call_flat", call_flat)


@shim("saved_model.function_deserialization")
def _function_deserialization(module: Any) -> None:
    """Passes the signature of a saved function to the installed function classes."""
    today = private.use("eager.polymorphic_function.function_type_utils:FunctionSpec")

    def make(
        fullargspec: Any,
        is_method: Any,
        args_to_prepend: Any,
        kwargs_to_include: Any,
        input_signature: Any,
    ) -> Any:
        return today.from_fullargspec_and_signature(fullargspec, input_signature)

    def begin(
        original: Any,
        self: Any,
        python_function: Any,
        name: Any,
        function_spec: Any,
        concrete_functions: Any,
    ) -> None:
        original(self, python_function, name, function_spec, concrete_functions)
        self._function_type = function_spec.function_type
        self._default_values = function_spec.default_values

    module.function_lib.FunctionSpec = make
    # The gradient is looked up when the function is called.
    module.function_lib.ConcreteFunction._register_delayed_rewrite_gradient = lambda self: None
    wrap(module.RestoredFunction, "__init__", begin)


@shim("saved_model.function_serialization")
def _function_serialization(module: Any) -> None:
    spec = private.use("eager.polymorphic_function.function_type_utils:FunctionSpec")
    spec.is_method = False  # methods are bound at this point


@shim("util.tf_decorator")
def _tf_decorator(module: Any) -> None:
    def to_signature(original: Any, fullargspec: Any) -> Any:
        """Removes duplicate names, which the signature of a saved layer may contain."""
        return original(fullargspec._replace(kwonlyargs=[*dict.fromkeys(fullargspec.kwonlyargs)]))

    private.replace("util.tf_decorator:fullargspec_to_signature", to_signature)


@shim("lite.python.convert")
def _lite_convert(module: Any) -> None:
    """Converts in this process: 1.15.5 called a program that TensorFlow no longer has."""

    def convert(model: Any, flags: Any, graph: Any, debug_info: Any, _: Any) -> Any:
        converter = installed.module("compiler.mlir.lite.python.wrap_converter")
        return converter.wrapped_convert(model, flags, graph, debug_info or "")

    module._toco_from_proto_bin = ""
    module.wrap_toco = types.SimpleNamespace(wrapped_toco_convert=convert)
