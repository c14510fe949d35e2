"""Shims of ops: 1.15.5's own modules, where C++ did something else."""

from typing import Any

import numpy as np

from tf_edureka.runner import installed, places, private
from tf_edureka.runner.shims.registered import shim
from tf_edureka.runner.wrapped import wrap


@shim("ops.script_ops")
def _script_ops(module: Any) -> None:
    module._py_funcs = private.use("ops.script_ops:_py_funcs")
    private.put("ops.script_ops:EagerFunc", module.EagerFunc)


@shim("ops.resource_variable_ops")
def _resource_variable_ops(module: Any) -> None:
    module.VariableSpec = private.use("ops.resource_variable_ops:VariableSpec")
    module.get_eager_safe_handle_data = private.use(
        "ops.resource_variable_ops:get_eager_safe_handle_data"
    )
    module.get_resource_handle_data = private.use("ops.handle_data_util:get_resource_handle_data")
    module._set_handle_shapes_and_types = private.use(
        "ops.resource_variable_ops:_set_handle_shapes_and_types"
    )


@shim("ops.variable_scope")
def _variable_scope(module: Any) -> None:
    for name in ("get_variable_scope", "_get_default_variable_store"):
        private.put(f"ops.variable_scope:{name}", getattr(module, name))


@shim("ops.control_flow_util_v2")
def _control_flow_util_v2(module: Any) -> None:
    module.create_new_tf_function = private.use("ops.control_flow_util_v2:create_new_tf_function")


@shim("ops.gen_nn_ops")
def _nn_ops(module: Any) -> None:
    values = installed.module("python.framework.tensor_util")

    def conv2d_backprop_input(original: Any, input_sizes: Any, *others: Any, **named: Any) -> Any:
        """Its static shape was what it is told, whatever is known of the batch."""
        result = original(input_sizes, *others, **named)
        if hasattr(result, "op"):
            result.set_shape(values.constant_value_as_shape(result.op.inputs[0]))
        return result

    wrap(module, "conv2d_backprop_input", conv2d_backprop_input)


@shim("data.ops.dataset_ops")
def _dataset_ops(module: Any) -> None:
    def begin(original: Any, self: Any, input_dataset: Any, count: Any) -> None:
        original(self, input_dataset, count)
        shuffled = getattr(input_dataset, "_dataset", input_dataset)  # that of version 2
        is_shuffled = isinstance(shuffled, module.ShuffleDataset)
        if is_shuffled and shuffled._reshuffle_each_iteration and count != 1:
            _note_order(shuffled)

    wrap(module.RepeatDataset, "__init__", begin)


@shim("data.experimental.ops.shuffle_ops")
def _shuffle_ops(module: Any) -> None:
    def begin(original: Any, self: Any, *given: Any, **named: Any) -> None:
        original(self, *given, **named)
        _note_order(self)

    wrap(module._ShuffleAndRepeatDataset, "__init__", begin)


def _note_order(shuffled: Any) -> None:
    """Says that 1.15.5 drew another order: it fused `shuffle` and `repeat` into one op."""
    known = installed.module("python.framework.tensor_util").constant_value
    if any(known(seed) != 0 for seed in (shuffled._seed, shuffled._seed2)):
        places.note(
            "shuffle().repeat() with a seed: TensorFlow 1.15.5 made one op of the two, which drew "
            "the elements in another order"
        )


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
