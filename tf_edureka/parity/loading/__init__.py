"""Old checkpoints in new models, proved by running the old graph beside the model."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.parity.loading.load import Loaded as Loaded, load_into as load_into
else:
    __getattr__, __dir__, __all__ = lazy(__name__, {"load": "Loaded load_into"})
