"""Shims of models in files."""

from typing import Any

import numpy as np

from tf_edureka.runner import installed
from tf_edureka.runner.shims.registered import shim


class _Text(str):
    """A text that was bytes."""

    def decode(self, *_: object, **__: object) -> str:
        return str(self)


@shim("keras.saving.hdf5_format")
def _hdf5_format(module: Any) -> None:
    """h5py gave texts among a file's attributes as bytes, which Keras decodes."""
    if module.h5py is None:
        return
    attributes = module.h5py.AttributeManager
    get = attributes.__getitem__

    def gets(self: Any, name: Any) -> Any:
        found = get(self, name)
        if isinstance(found, np.ndarray) and found.dtype.kind == "O":
            texts = [_Text(text) if isinstance(text, str) else text for text in found.flat]
            return np.array(texts, object).reshape(found.shape)
        return _Text(found) if isinstance(found, str) else found

    attributes.__getitem__ = gets


@shim("saved_model.save")
def _saved_model_save(module: Any) -> None:
    """A checkpoint's messages are 1.15.5's, a SavedModel's not; an optimizer's slots are both."""
    messages = installed.module("core.protobuf.trackable_object_graph_pb2")
    kind = messages.TrackableObjectGraph.TrackableObject.SlotVariableReference
    view = module._SaveableView
    begin = view.__init__

    def begins(self: Any, checkpoint_view: Any) -> None:
        begin(self, checkpoint_view)
        for slots in self.slot_variables.values():
            slots[:] = [kind.FromString(slot.SerializeToString()) for slot in slots]

    view.__init__ = begins
