"""Names of NetworkX 1 and 2. A repository after a name is one that uses it."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np

from tf_edureka.runner.removed_apis.hook import add, rename
from tf_edureka.runner.shims.registered import after
from tf_edureka.runner.wrapped import wrap


@after("networkx")
def _networkx(module: Any) -> None:
    """Removed in 3; a graph's `node` in 2.4, and the functions that return iterators in 2."""
    if not hasattr(module, "from_numpy_array"):  # NetworkX 1 itself
        return
    rename(
        module,
        OrderedDiGraph="DiGraph",  # dictionaries keep their order now
        OrderedGraph="Graph",
        OrderedMultiDiGraph="MultiDiGraph",  # google-deepmind/graph_nets
        from_numpy_matrix="from_numpy_array",
        from_scipy_sparse_matrix="from_scipy_sparse_array",  # matenure/FastGCN, thunlp/OpenNE
        to_numpy_matrix="to_numpy_array",  # thunlp/OpenNE
        to_scipy_sparse_matrix="to_scipy_sparse_array",  # thunlp/OpenNE
    )
    add(module, read_gpickle=_read_pickle, write_gpickle=_write_pickle)
    add(module.Graph, node=property(lambda graph: graph.nodes))
    rename(module.Graph, edges_iter="edges", nodes_iter="nodes")  # williamleif/GraphSAGE
    wrap(module, "to_numpy_matrix", _matrix)
    # Now sparse arrays, whose `*` multiplies element-wise: tkipf/gcn, tkipf/gae.
    for name in ("adjacency_matrix", "laplacian_matrix", "normalized_laplacian_matrix"):
        wrap(module, name, _sparse_matrix)
    wrap(module, "to_scipy_sparse_matrix", _sparse_matrix)


def _matrix(original: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    return np.asmatrix(original(*arguments, **named))


def _sparse_matrix(original: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    from scipy import sparse

    found = original(*arguments, **named)
    return getattr(sparse, f"{found.format}_matrix")(found)


def _read_pickle(path: Any) -> Any:
    with open(path, "rb") as file:
        return pickle.load(file)


def _write_pickle(G: Any, path: Any, protocol: int = pickle.HIGHEST_PROTOCOL) -> None:
    with open(path, "wb") as file:
        pickle.dump(G, file, protocol)
