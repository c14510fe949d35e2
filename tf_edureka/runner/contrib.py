"""What old scripts use of `tf.contrib` that no package has any more, written anew.

Arguments and results are those of TensorFlow 1.15, whose documentation has them.
"""

import ast
from collections.abc import Callable, Sequence

import tensorflow as tf

from tf_edureka.legacy import input_data

v1 = tf.compat.v1


class HParams:
    """Hyper-parameters by name, as attributes; `tf.contrib.training.HParams`."""

    def __init__(self, **values: object) -> None:
        self.__dict__.update(values)

    def __contains__(self, name: str) -> bool:
        return name in self.__dict__

    def __repr__(self) -> str:
        return f"HParams({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    def add_hparam(self, name: str, value: object) -> None:
        """Adds a parameter `name` with a `value`."""
        if name in self:
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        setattr(self, name, value)

    def set_hparam(self, name: str, value: object) -> None:
        """Changes the parameter `name` to `value`, in the type that it has."""
        if name not in self:
            raise ValueError(f"Unknown hyperparameter: {name}")
        old = getattr(self, name)
        if isinstance(old, list) and not isinstance(value, list):
            value = [value]
        setattr(self, name, value if old is None else type(old)(value))

    def get(self, name: str, default: object = None) -> object:
        """The value of the parameter `name`, or `default` if there is none."""
        return getattr(self, name, default)

    def values(self) -> dict[str, object]:
        """All parameters by name."""
        return dict(vars(self))

    def override_from_dict(self, values: dict[str, object]) -> "HParams":
        """Changes the parameters named in `values`, and gives itself."""
        for name, value in values.items():
            self.set_hparam(name, value)
        return self

    def parse(self, text: str) -> "HParams":
        """Changes parameters by a `text` such as `rate=0.1,layers=[256,256],name=mlp`."""
        try:
            call = ast.parse(f"f({text})", mode="eval").body
        except SyntaxError:
            call = None
        if not isinstance(call, ast.Call):
            raise ValueError(f"Could not parse hyperparameters: {text}")
        pairs = {pair.arg or "**": pair.value for pair in call.keywords}
        for name, node in pairs.items():
            self.set_hparam(name, _value(node))
        return self


def _value(node: ast.expr) -> object:
    if isinstance(node, ast.Name):
        return node.id == "true" if node.id in ("true", "false") else node.id
    return ast.literal_eval(node)


def batch_and_drop_remainder(batch_size: int) -> Callable[[tf.data.Dataset], tf.data.Dataset]:
    """Batches of `batch_size`, for `dataset.apply`; `tf.contrib.data.batch_and_drop_remainder`."""
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def load_dataset(
    name: str, size: str = "small", test_with_fake_data: bool = False
) -> input_data.Datasets:
    """`tf.contrib.learn.datasets.load_dataset("mnist")`; the others were texts and small tables."""
    if name != "mnist":
        raise ValueError(f"expected mnist, got {name!r}; use sklearn.datasets for others")
    return input_data.read_data_sets("MNIST-data")


def sequence_loss(
    logits: tf.Tensor,
    targets: tf.Tensor,
    weights: tf.Tensor,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    sum_over_timesteps: bool = False,
    sum_over_batch: bool = False,
    softmax_loss_function: Callable[..., tf.Tensor] | None = None,
    name: str | None = None,
) -> tf.Tensor:
    """Cross-entropy of sequences, each step by its weight; `tf.contrib.seq2seq.sequence_loss`."""
    with tf.name_scope(name or "sequence_loss"):
        entropy = softmax_loss_function or v1.nn.sparse_softmax_cross_entropy_with_logits
        classes = tf.shape(logits)[2]
        flat_logits, flat_targets = tf.reshape(logits, [-1, classes]), tf.reshape(targets, [-1])
        losses = entropy(labels=flat_targets, logits=flat_logits) * tf.reshape(weights, [-1])
        steps = average_across_timesteps or sum_over_timesteps
        batch = average_across_batch or sum_over_batch
        if sum_over_timesteps or sum_over_batch:
            weights = tf.cast(tf.not_equal(weights, 0), losses.dtype)
        if steps and batch:
            return tf.math.divide_no_nan(tf.reduce_sum(losses), tf.reduce_sum(weights))
        losses = tf.reshape(losses, tf.shape(logits)[:2])
        if not steps and not batch:
            return losses
        axis = [0] if batch else [1]
        return tf.math.divide_no_nan(tf.reduce_sum(losses, axis), tf.reduce_sum(weights, axis))


def sequence_loss_by_example(
    logits: Sequence[tf.Tensor],
    targets: Sequence[tf.Tensor],
    weights: Sequence[tf.Tensor],
    average_across_timesteps: bool = True,
    softmax_loss_function: Callable[..., tf.Tensor] | None = None,
    name: str | None = None,
) -> tf.Tensor:
    """Cross-entropy of each of a batch of sequences; `tf.contrib.legacy_seq2seq`'s."""
    entropy = softmax_loss_function or v1.nn.sparse_softmax_cross_entropy_with_logits
    with tf.name_scope(name or "sequence_loss_by_example"):
        losses = []
        for logit, target, weight in zip(logits, targets, weights, strict=True):
            target = tf.reshape(target, [-1])
            losses.append(entropy(labels=target, logits=logit) * weight)
        total = tf.add_n(losses)
        return total / (tf.add_n(weights) + 1e-12) if average_across_timesteps else total


def rnn_decoder(
    decoder_inputs: Sequence[tf.Tensor],
    initial_state: tf.Tensor,
    cell: Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]],
    loop_function: Callable[[tf.Tensor, int], tf.Tensor] | None = None,
    scope: str | None = None,
) -> tuple[list[tf.Tensor], tf.Tensor]:
    """Runs a cell over a list of inputs; `tf.contrib.legacy_seq2seq.rnn_decoder`."""
    with v1.variable_scope(scope or "rnn_decoder"):
        outputs: list[tf.Tensor] = []
        state = initial_state
        for step, inputs in enumerate(decoder_inputs):
            if step:
                v1.get_variable_scope().reuse_variables()
                if loop_function is not None:
                    with v1.variable_scope("loop_function", reuse=True):
                        inputs = loop_function(outputs[-1], step)
            output, state = cell(inputs, state)
            outputs.append(output)
    return outputs, state
