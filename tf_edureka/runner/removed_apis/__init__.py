"""What Python and its libraries have dropped since the days of TensorFlow 1.

A table for each library, done to its modules once they are loaded: a library that a script does
not import is not imported here. A table has only what public code of then was seen to use.
"""

from tf_edureka.runner.removed_apis import (
    for_matplotlib,
    for_networkx,
    for_numpy,
    for_pandas,
    for_pillow,
    for_python,
    for_scipy,
    for_sklearn,
    for_yaml,
    hook,
)

__all__ = ["restore"]

# Each registers what it does to which modules.
_TABLES = (
    *(for_matplotlib, for_networkx, for_numpy, for_pandas, for_pillow),
    *(for_python, for_scipy, for_sklearn, for_yaml),
)


def restore() -> None:
    """Gives this process the names again."""
    hook.install()
