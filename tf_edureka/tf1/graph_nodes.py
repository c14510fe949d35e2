"""The nodes of a recorded graph: names, types, and nesting in loops and branches."""

from collections.abc import Iterator, Mapping
from typing import Any

from tf_edureka._tensorflow import tf


class Unreplayable(Exception):
    """A recorded graph, or a value of it, cannot be computed again.

    Args:
        message: reason, as one sentence.
        node: name of the node whose op failed, or empty.
    """

    def __init__(self, message: str, node: str = "") -> None:
        super().__init__(message)
        self.node = node


def parse(name: str) -> tuple[str, int | None]:
    """Returns node and output index of a tensor `name`; index None for a control input, `^x`."""
    if name.startswith("^"):
        return name[1:], None
    node, _, output = name.partition(":")
    return node, int(output or 0)


VARIABLES = ("Variable", "VariableV2", "VarHandleOp")  # ops that create a variable
_GIVEN_PREFIX = "given/"


def placeholder_name(name: str) -> str:
    """Returns the name of the placeholder that replaces the fed tensor `name`."""
    node, output = parse(name)
    return f"{_GIVEN_PREFIX}{node}/{output}"


def is_given_placeholder(name: str) -> bool:
    """True if `name` is a result of `placeholder_name`."""
    return name.startswith(_GIVEN_PREFIX)


def definition(op: str) -> Any:
    """Returns the `OpDef` of an `op`; raises `Unreplayable` if TensorFlow has none."""
    from tensorflow.python.framework import op_def_registry

    found = op_def_registry.get(op)
    if found is None:
        raise Unreplayable(f"TensorFlow {tf.__version__} has no op {op}")
    return found


def attribute(node: Any, name: str) -> Any:
    """Returns the attribute `name` of a `node`, or the default of its op."""
    if name in node.attr:
        return node.attr[name]
    return next(one for one in definition(node.op).attr if one.name == name).default_value


def types_of(node: Any, argument: Any) -> list[int]:
    """Returns the dtypes of the tensors of an `argument`, an `ArgDef`, of a `node`."""
    if argument.type_list_attr:
        return list(attribute(node, argument.type_list_attr).list.type)
    one = attribute(node, argument.type_attr).type if argument.type_attr else argument.type
    return [one] * (attribute(node, argument.number_attr).i if argument.number_attr else 1)


def output_types(node: Any) -> list[int]:
    """Returns the dtypes of the outputs of a `node`."""
    arguments = definition(node.op).output_arg
    return [one for argument in arguments for one in types_of(node, argument)]


def every_node(graph: Any) -> Iterator[Any]:
    """Yields the nodes of a `graph` and of its functions."""
    yield from graph.node
    for function in graph.library.function:
        yield from function.node_def


def depths(nodes: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Returns the nesting of each node in loops and branches of TensorFlow 1's control flow.

    Args:
        nodes: all nodes of a graph by name.

    Returns:
        numbers of enclosing loops and branches by node.
    """
    found: dict[str, tuple[int, int]] = {}
    for name in inputs_first(nodes):
        node = nodes[name]
        ops = [nodes[parse(one)[0]].op for one in node.input]
        before = [found[source] for one in node.input if (source := parse(one)[0]) in found]
        loops = max((one for one, _ in before), default=0)
        branches = max((one for _, one in before), default=0)
        match node.op.removeprefix("Ref"):
            case "Enter":
                loops += 1
            case "Exit":
                loops -= 1
            case "Switch" if "LoopCond" not in ops:
                branches += 1
            case "Merge" if not any(op.endswith(("Enter", "NextIteration")) for op in ops):
                branches -= 1
        found[name] = loops, branches
    return found


def inputs_first(nodes: Mapping[str, Any]) -> Iterator[str]:
    """Yields the names of `nodes` in topological order, without the back edges of loops."""
    seen: set[str] = set()
    for start in nodes:
        todo = [(start, False)]
        while todo:
            name, is_ready = todo.pop()
            if is_ready:
                yield name
            elif name not in seen:
                seen.add(name)
                todo.append((name, True))
                sources = (parse(one)[0] for one in nodes[name].input)
                todo += [
                    (source, False)
                    for source in sources
                    if not nodes[source].op.endswith("NextIteration")
                ]
