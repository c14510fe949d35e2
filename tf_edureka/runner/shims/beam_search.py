"""The op GatherTree of beam search, compiled only for TensorFlow 1, as a Python function.

In files it keeps its name, so that 1.15.5 and this project can read each other's graphs.
"""

from typing import Any

import numpy as np

from tf_edureka.runner import private
from tf_edureka.runner.shims.registered import shim

_CALL = "PyFuncStateless"


@shim("contrib.seq2seq.python.ops.beam_search_ops")
def _beam_search_ops(module: Any) -> None:
    from tensorflow.python.ops import script_ops

    def tree(
        step_ids: Any, parent_ids: Any, max_sequence_lengths: Any, end_token: Any, name: Any = None
    ) -> Any:
        inputs = [step_ids, parent_ids, max_sequence_lengths, end_token]
        found = script_ops.py_func(
            gather_tree, inputs, step_ids.dtype, stateful=False, name=name or "GatherTree"
        )
        found.set_shape(step_ids.shape)
        return found

    module.gather_tree = tree


def from_file(node: Any) -> None:
    """Converts a GatherTree node of a file into a call of `gather_tree`."""
    kind = node.attr["T"].type
    node.op = _CALL
    node.attr.clear()
    node.attr["token"].s = private.use("ops.script_ops:_py_funcs").insert(gather_tree).encode()
    node.attr["Tin"].list.type[:] = [kind] * 4
    node.attr["Tout"].list.type[:] = [kind]


def to_file(node: Any) -> None:
    """Converts a call of `gather_tree` back into a GatherTree node."""
    functions = private.use("ops.script_ops:_py_funcs")
    if node.op == _CALL and functions.get(node.attr["token"].s.decode()) is gather_tree:
        kind = node.attr["Tout"].list.type[0]
        node.op = "GatherTree"
        node.attr.clear()
        node.attr["T"].type = kind


def gather_tree(steps: Any, parents: Any, lengths: Any, end: Any) -> Any:
    """Computes the op GatherTree: follows each beam of a search from its end to its start.

    Args:
        steps: token of each beam at each time: integer, shape (times, batch, beams).
        parents: index of the beam that each token extends: integer, shape (times, batch, beams).
        lengths: number of valid times: integer, shape (batch,).
        end: token that fills a beam after its end.

    Returns:
        the tokens of the complete beams: dtype and shape of `steps`.
    """
    _, batch, beams = steps.shape
    places = np.tile(np.arange(beams), (batch, 1))
    found = np.full_like(steps, end)
    for time in reversed(range(len(steps))):
        counts = (time < lengths)[:, np.newaxis]
        found[time] = np.where(counts, np.take_along_axis(steps[time], places, 1), end)
        places = np.where(counts, np.take_along_axis(parents[time], places, 1), places)
    found[np.logical_or.accumulate(found == end)] = end
    return found
