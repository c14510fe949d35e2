"""Finds hand-written copies of `tf.contrib` in a script that compute something else.

TensorFlow 2 has no `tf.contrib`, so some scripts define functions with its names. Some of these
silently compute something else: an `arg_scope` that passes no argument on, a bidirectional network
that returns zeros, a regulariser that is None.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence

# Modules of `tf` and their names that scripts copy.
_HOMES = {
    "contrib.framework": ("add_arg_scope", "arg_scope"),
    "contrib.layers": (
        *("apply_regularization", "batch_norm", "conv2d_transpose", "embed_sequence", "flatten"),
        *("fully_connected", "instance_norm", "l1_regularizer", "l2_regularizer", "layer_norm"),
        *("max_pool2d", "optimize_loss", "separable_conv2d", "variance_scaling_initializer"),
        *("xavier_initializer", "xavier_initializer_conv2d"),
    ),
    "contrib.rnn": (
        *("BasicLSTMCell", "DropoutWrapper", "GRUCell", "LSTMCell", "LayerNormBasicLSTMCell"),
        *("MultiRNNCell", "stack_bidirectional_dynamic_rnn", "static_bidirectional_rnn"),
        "static_rnn",
    ),
    "contrib.seq2seq": (
        *("AttentionWrapper", "BahdanauAttention", "BasicDecoder", "LuongAttention"),
        *("dynamic_decode", "sequence_loss", "tile_batch"),
    ),
    "contrib.crf": ("crf_decode", "crf_log_likelihood", "viterbi_decode"),
    "nn": ("bidirectional_dynamic_rnn", "dynamic_rnn"),
}
_NAMES = {name: f"tf.{home}.{name}" for home, names in _HOMES.items() for name in names}
# Arguments that do not affect the numbers.
_HARMLESS = {
    *("self", "cls", "name", "scope", "reuse", "trainable", "collections", "parallel_iterations"),
    *("outputs_collections", "variables_collections", "swap_memory", "data_format"),
}
_LIBRARIES = ("tf", "tensorflow", "keras", "contextlib")
_EQUIVALENT = {"slim", "tf_slim", "contrib"}  # libraries that may replace `tf.contrib`
_Row = tuple[int, str, str]
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def find_copies(tree: ast.Module) -> list[_Row]:
    """Finds the copies in a script that compute something else.

    Args:
        tree: the parsed script.

    Returns:
        line (from 1), name and difference of each copy, in the order of the script.
    """
    nodes = [*ast.walk(tree)]
    functions: dict[str, _Function] = {
        node.name: node
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    found = (row for node in nodes for row in _rows(node, functions))
    return sorted(dict.fromkeys(found))


def _rows(node: ast.AST, functions: Mapping[str, _Function]) -> Iterator[_Row]:
    """The rows of a node: a definition, an assignment, a keyword argument or a dictionary."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from _copy(node.name, node, node.lineno)
    elif isinstance(node, ast.keyword) and isinstance(node.value, ast.Lambda):
        yield from _copy(node.arg or "", node.value, node.value.lineno)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            function = _function(value, {})
            if isinstance(key, ast.Constant) and function:
                yield from _copy(str(key.value), function, value.lineno)
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _assigned(target, node.value, functions)


def _assigned(
    target: ast.expr, value: ast.expr, functions: Mapping[str, _Function]
) -> Iterator[_Row]:
    path, given = _dotted(target), _dotted(value)
    name = path[-1] if path else ""
    function = _function(value, functions)
    module = _module(target, path)
    if module and not _EQUIVALENT & {*given}:
        yield target.lineno, module, "is a substitute: names that it does not define are missing"
    elif function:
        yield from _copy(name, function, target.lineno)
    elif name in _NAMES and given and given[0] in _LIBRARIES and given[-1] != name:
        yield target.lineno, name, f"is {'.'.join(given)}; {_NAMES[name]} has other arguments"


def _function(value: ast.expr, functions: Mapping[str, _Function]) -> _Function | None:
    """The function of an expression: a lambda, or the name of one of `functions`."""
    if isinstance(value, ast.Call) and _dotted(value.func) == ["staticmethod"] and value.args:
        value = value.args[0]
    if isinstance(value, ast.Name):
        return functions.get(value.id)
    return value if isinstance(value, ast.Lambda) else None


def _module(target: ast.expr, path: Sequence[str]) -> str | None:
    """The module that an assignment replaces, as `sys.modules[...]` or as `tf.contrib`."""
    if isinstance(target, ast.Subscript) and _dotted(target.value)[-1:] == ["modules"]:
        key = target.slice
        name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
        return name if f"{name}.".startswith("tensorflow.contrib.") else None
    is_contrib = path[1:2] == ["contrib"] and path[0].startswith(("tf", "tensorflow"))
    return ".".join(path) if is_contrib and path[-1] not in _NAMES else None


def _copy(name: str, function: _Function, line: int) -> Iterator[_Row]:
    """The differences of a function from the one of `tf.contrib` with its name."""
    if name not in _NAMES:
        return
    parts = function.body if isinstance(function.body, list) else [function.body]
    inside = [node for part in parts for node in ast.walk(part)]
    used = {node.id for node in inside if isinstance(node, ast.Name)}
    arguments = _arguments(function.args)
    ignored = [one for one in arguments if one not in used | _HARMLESS]
    if ignored and "locals" not in used:
        yield line, name, f"ignores {', '.join(ignored)}; {_NAMES[name]} does not"
    result = parts[-1].value if isinstance(parts[-1], ast.Return) else parts[-1]
    if len(parts) == 1 and isinstance(result, ast.Name) and result.id in arguments:
        yield line, name, f"returns {result.id} unchanged; {_NAMES[name]} does not"
    called = [_dotted(node.func) for node in inside if isinstance(node, ast.Call)]
    tensorflow_calls = {path[-1] for path in called if path and path[0].startswith("tf")}
    if tensorflow_calls and tensorflow_calls <= {"zeros", "zeros_like"}:
        yield line, name, f"returns zeros; {_NAMES[name]} does not"
    if name == "l2_regularizer" and any("regularizers" in path for path in called):
        yield (
            line,
            name,
            f"returns twice as much as {_NAMES[name]}, which halves the sum of squares",
        )


def _arguments(given: ast.arguments) -> list[str]:
    plain = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return [*plain, *(one.arg for one in (given.vararg, given.kwarg) if one)]


def _dotted(node: ast.AST) -> list[str]:
    """The parts of a dotted name; empty for another expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else []
