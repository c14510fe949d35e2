"""Shims between 1.15.5's Python and the installed TensorFlow, whose names and interfaces differ.

`core` changes the whole process. The other modules register shims of single TensorFlow modules.
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
