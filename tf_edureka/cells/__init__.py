"""TensorFlow 1 and 2 in one notebook.

`%load_ext tf_edureka.cells` adds cell magics for both; `beside` shows two programs side by side.
"""

from typing import TYPE_CHECKING, Any

from tf_edureka._lazy import lazy

if TYPE_CHECKING:
    from tf_edureka.cells.table import beside as beside
else:
    __getattr__, __dir__, __all__ = lazy(__name__, {"table": "beside"})


def load_ipython_extension(shell: Any) -> None:
    """Adds the cell magics `%%tensorflow1` and `%%tensorflow2` to an IPython `shell`."""
    from tf_edureka.cells import magics

    magics.load(shell)
