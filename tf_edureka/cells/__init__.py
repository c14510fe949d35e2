"""What a notebook needs to show TensorFlow 1 and 2 beside each other.

`%load_ext tf_edureka.cells` gives it cells of both; `beside` shows two programs.
"""

from typing import TYPE_CHECKING, Any

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.cells.table import beside as beside
else:
    __getattr__, __dir__, __all__ = lazy(__name__, {"table": "beside"})


def load_ipython_extension(shell: Any) -> None:
    """Gives an IPython `shell` the cell magics `%%tensorflow1` and `%%tensorflow2`."""
    from tf_edureka.cells import magics

    magics.load(shell)
