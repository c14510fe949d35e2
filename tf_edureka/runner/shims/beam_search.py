"""The op GatherTree of beam search, which was compiled for TensorFlow 1, as a function of Python.

In files it keeps its name, so that 1.15.5 reads what is written here, and the other way.
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
    """Makes a GatherTree of a graph in a file call `gather_tree`."""
    kind = node.attr["T"].type
    node.op = _CALL
    node.attr.clear()
    node.attr["token"].s = private.use("ops.script_ops:_py_funcs").insert(gather_tree).encode()
    node.attr["Tin"].list.type[:] = [kind] * 4
    node.attr["Tout"].list.type[:] = [kind]


def to_file(node: Any) -> None:
    """Makes a call of `gather_tree` a GatherTree again."""
    functions = private.use("ops.script_ops:_py_funcs")
    if node.op == _CALL and functions.get(node.attr["token"].s.decode()) is gather_tree:
        kind = node.attr["Tout"].list.type[0]
        node.op = "GatherTree"
        node.attr.clear()
        node.attr["T"].type = kind


def gather_tree(steps: Any, parents: Any, lengths: Any, end: Any) -> Any:
    """What the op GatherTree computed: the beams of a search, each from its end to its beginning.

    Args:
        steps: integer, shape (times, batch, beams): what each beam has at each time.
        parents: integer, shape (times, batch, beams): from which beam that came.
        lengths: integer, shape (batch,): how many times count.
        end: what stands behind the end of a beam.

    Returns:
        dtype and shape of `steps`.
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
