"""Reads checkpoints, frozen graphs and SavedModels of TensorFlow 1, and HDF5 files of Keras 2."""

from typing import TYPE_CHECKING

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.tf1.checkpoint.content import Checkpoint as Checkpoint, Entry as Entry
    from tf_edureka.tf1.checkpoint.export import write as write
    from tf_edureka.tf1.checkpoint.reading import read as read
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__, {"content": "Checkpoint Entry", "export": "write", "reading": "read"}
    )
