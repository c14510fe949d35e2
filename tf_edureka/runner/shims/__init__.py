"""What 1.15.5's Python needs of the installed TensorFlow under other names or in other forms.

`core` is for the whole process; the others are for single modules, and register themselves.
"""

from tf_edureka.runner.shims import (
    beam_search,
    contexts,
    core,
    datasets,
    eager,
    files,
    graph_files,
    graphs,
    keras,
    library,
    ops,
)

__all__ = [
    "beam_search",
    "contexts",
    "core",
    "datasets",
    "eager",
    "files",
    "graph_files",
    "graphs",
    "keras",
    "library",
    "ops",
]
