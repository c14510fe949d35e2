"""Cells of TensorFlow 1 within a notebook of TensorFlow 2: `%load_ext tf_edureka.cells`."""

from typing import TYPE_CHECKING, Any

from tf_edureka._lazy import lazy

if not TYPE_CHECKING:
    __getattr__, __dir__, __all__ = lazy(__name__, {})


def load_ipython_extension(shell: Any) -> None:
    """Gives an IPython `shell` the cell magics `%%tensorflow1` and `%%tensorflow2`."""
    from tf_edureka.cells import magics

    magics.load(shell)
