"""Shims for graphs in files: 1.15.5 and this project can read each other's graphs."""

import itertools
import sys
from collections.abc import Iterator
from typing import Any

from tf_edureka.runner import private
from tf_edureka.runner.shims import beam_search, graphs
from tf_edureka.runner.shims.registered import shim

_PADDINGS = "explicit_paddings"


@shim("framework.importer")
def _importer(module: Any) -> None:
    def read(original: Any, graph: Any) -> Any:
        processed = original(graph)
        for node in _nodes(processed):
            _remove_output_shapes(node)
            if node.op == "GatherTree":
                beam_search.from_file(node)
        return processed

    def write(original: Any, self: Any, *given: Any, **named: Any) -> Any:
        graph, version = original(self, *given, **named)
        known = _attributes_in_1_15()
        for node in _nodes(graph):
            _remove_output_shapes(node)
            beam_search.to_file(node)
            if node.op == "StridedSlice" and node.attr["begin_mask"].i & graphs.HIDE_LENGTH:
                node.attr["begin_mask"].i -= graphs.HIDE_LENGTH
            if node.op == "Conv2DBackpropInput" and not any(node.attr[_PADDINGS].list.i):
                _remove_explicit_padding(node)
            if node.op in known:
                _remove_new_attributes(node, known[node.op])
        return graph, version

    private.replace("framework.importer:_ProcessGraphDefParam", read)
    private.replace("framework.ops:Graph._as_graph_def", write)


def _nodes(graph: Any) -> Iterator[Any]:
    """Returns the nodes of a GraphDef and of its functions."""
    return itertools.chain(graph.node, *(one.node_def for one in graph.library.function))


def _attributes_in_1_15() -> dict[str, set[str]]:
    """Returns the attribute names of each op that 1.15.5's loaded modules define."""
    libraries = (
        vars(module).get("_op_def_lib")
        for name, module in [*sys.modules.items()]
        if name.startswith("tensorflow.")
    )
    infos = itertools.chain(*(library._ops.items() for library in libraries if library))
    return {op: {attribute.name for attribute in info.op_def.attr} for op, info in infos}


def _remove_new_attributes(node: Any, known: set[str]) -> None:
    """Removes attributes that are newer than 1.15.5 and have their default value."""
    new = [name for name in node.attr if name not in known and name[0] != "_"]
    if new:
        today = private.use("framework.op_def_registry:get")(node.op)
        defaults = {attribute.name: attribute.default_value for attribute in today.attr}
        for name in new:
            if node.attr[name] == defaults[name]:
                del node.attr[name]


def _remove_explicit_padding(node: Any) -> None:
    if node.attr["padding"].s == b"EXPLICIT":
        node.attr["padding"].s = b"VALID"
        del node.attr[_PADDINGS].list.i[:]


def _remove_output_shapes(node: Any) -> None:
    if node.op.startswith("FusedBatchNormGrad"):
        node.attr.pop("_output_shapes", None)  # two unused outputs have other shapes since
