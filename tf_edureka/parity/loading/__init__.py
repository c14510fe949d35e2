"""Loads old checkpoints into Keras models and compares the outputs with the original graph's."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.parity.loading.load import Loaded as Loaded, load_into as load_into
else:
    __getattr__, __dir__, __all__ = lazy(__name__, {"load": "Loaded load_into"})
