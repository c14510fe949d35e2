"""What old scripts use of `tf.contrib` that no package has any more, written anew.

Arguments and results are those of TensorFlow 1.15, whose documentation has them.
"""

import ast

import tensorflow as tf

from tf_edureka.legacy import input_data

v1 = tf.compat.v1


class HParams:
    """Hyper-parameters by name, as attributes; `tf.contrib.training.HParams`."""

    def __init__(self, **values) -> None:
        self.__dict__.update(values)

    def __contains__(self, name: str) -> bool:
        return name in self.__dict__

    def __repr__(self) -> str:
        return f"HParams({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    def add_hparam(self, name: str, value) -> None:
        """Adds a parameter `name` with a `value`."""
        if name in self:
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        setattr(self, name, value)

    def set_hparam(self, name: str, value) -> None:
        """Changes the parameter `name` to `value`, in the type that it has."""
        if name not in self:
            raise ValueError(f"Unknown hyperparameter: {name}")
        old = getattr(self, name)
        if isinstance(old, list) and not isinstance(value, list):
            value = [value]
        setattr(self, name, value if old is None else type(old)(value))

    def get(self, name: str, default=None):
        """The value of the parameter `name`, or `default` if there is none."""
        return getattr(self, name, default)

    def values(self) -> dict:
        """All parameters by name."""
        return dict(vars(self))

    def override_from_dict(self, values: dict) -> "HParams":
        """Changes the parameters named in `values`, and gives itself."""
        for name, value in values.items():
            self.set_hparam(name, value)
        return self

    def parse(self, text: str) -> "HParams":
        """Changes parameters by a `text` such as `rate=0.1,layers=[256,256],name=mlp`."""
        try:
            call = ast.parse(f"f({text})", mode="eval").body
            pairs = {pair.arg: pair.value for pair in call.keywords}
        except SyntaxError:
            raise ValueError(f"Could not parse hyperparameters: {text}") from None
        for name, value in pairs.items():
            plain = isinstance(value, ast.Name) and value.id not in ("true", "false")
            self.set_hparam(name, value.id if plain else _literal(value))
        return self


def _literal(value: ast.expr):
    if isinstance(value, ast.Name):
        return value.id == "true"
    return ast.literal_eval(value)


def batch_and_drop_remainder(batch_size):
    """Batches of `batch_size`, for `dataset.apply`; `tf.contrib.data.batch_and_drop_remainder`."""
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def load_dataset(name: str, size="small", test_with_fake_data=False):
    """`tf.contrib.learn.datasets.load_dataset("mnist")`; the others were texts and small tables."""
    if name != "mnist":
        raise ValueError(f"expected mnist, got {name!r}; use sklearn.datasets for others")
    return input_data.read_data_sets("MNIST-data")


def sequence_loss(
    logits,
    targets,
    weights,
    average_across_timesteps=True,
    average_across_batch=True,
    sum_over_timesteps=False,
    sum_over_batch=False,
    softmax_loss_function=None,
    name=None,
):
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
    logits,
    targets,
    weights,
    average_across_timesteps=True,
    softmax_loss_function=None,
    name=None,
):
    """Cross-entropy of each of a batch of sequences; `tf.contrib.legacy_seq2seq`'s."""
    entropy = softmax_loss_function or v1.nn.sparse_softmax_cross_entropy_with_logits
    with tf.name_scope(name or "sequence_loss_by_example"):
        losses = []
        for logit, target, weight in zip(logits, targets, weights, strict=True):
            target = tf.reshape(target, [-1])
            losses.append(entropy(labels=target, logits=logit) * weight)
        total = tf.add_n(losses)
        return total / (tf.add_n(weights) + 1e-12) if average_across_timesteps else total


def rnn_decoder(decoder_inputs, initial_state, cell, loop_function=None, scope=None):
    """Runs a cell over a list of inputs; `tf.contrib.legacy_seq2seq.rnn_decoder`."""
    with v1.variable_scope(scope or "rnn_decoder"):
        state, outputs = initial_state, []
        for step, inputs in enumerate(decoder_inputs):
            if step:
                v1.get_variable_scope().reuse_variables()
                if loop_function is not None:
                    with v1.variable_scope("loop_function", reuse=True):
                        inputs = loop_function(outputs[-1], step)
            output, state = cell(inputs, state)
            outputs.append(output)
    return outputs, state
