"""Restores what Python and its libraries have removed since the time of TensorFlow 1.

One module per library changes the library's modules once they are loaded. A library that a script
does not import is not imported here. Only names that surveyed public code uses are restored.
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

# Each registers its changes for the modules of one library.
_TABLES = (
    *(for_matplotlib, for_networkx, for_numpy, for_pandas, for_pillow),
    *(for_python, for_scipy, for_sklearn, for_yaml),
)


def restore() -> None:
    """Restores the removed names in this process."""
    hook.install()
