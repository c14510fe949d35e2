"""What Python and its libraries have dropped since the days of TensorFlow 1.

A table for each library, done to its modules once they are loaded: a library that a script does
not import is not imported here. A table has only what public code of then was seen to use.
"""

from tf_edureka.runner.eras import (
    hook,
    of_matplotlib,
    of_networkx,
    of_numpy,
    of_pandas,
    of_pillow,
    of_python,
    of_scipy,
    of_sklearn,
    of_yaml,
)

__all__ = ["restore"]

# Each registers what it does to which modules.
_TABLES = (
    *(of_matplotlib, of_networkx, of_numpy, of_pandas, of_pillow),
    *(of_python, of_scipy, of_sklearn, of_yaml),
)


def restore() -> None:
    """Gives this process the names again."""
    hook.install()
