"""Networks in TensorFlow 1 code, with one recorded step of their training."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1


@dataclass(kw_only=True, eq=False)
class Built:
    """The graph of a network and its training.

    Attributes:
        loss: loss of the network.
        train: op of a training step.
        weights: trained variables.
        gradients: gradients of the loss.
        feeds: values fed in each step.
        given: outputs of iterators and random ops, which are not fed.
        forward: tensors of the forward pass.
    """

    loss: tf.Tensor
    train: tf.Operation
    weights: Sequence[Any]
    gradients: Sequence[Any]
    feeds: dict[tf.Tensor, Any] = field(default_factory=dict)
    given: Sequence[tf.Tensor] = ()
    forward: Sequence[tf.Tensor] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Recording:
    """A training step: the graph, the state before and after it, and the computed values."""

    graph: bytes
    built: Built
    train: str
    before: dict[str, np.ndarray]
    after: dict[str, np.ndarray]
    feeds: dict[str, np.ndarray]
    values: dict[str, np.ndarray]

    @property
    def loss(self) -> str:
        return self.built.loss.name


@contextlib.contextmanager
def control_flow_of_version_1() -> Iterator[None]:
    """Builds loops and branches from `Switch`, `Merge` and similar ops, as TensorFlow 1 does."""
    is_new = v1.control_flow_v2_enabled()
    v1.disable_control_flow_v2()
    try:
        yield
    finally:
        if is_new:
            v1.enable_control_flow_v2()


def record(build: Callable[[Any], Built], dtype: Any = tf.float32, *, steps: int = 2) -> Recording:
    """Trains a network for `steps` steps and records the next one."""
    with control_flow_of_version_1(), tf.Graph().as_default() as graph:
        v1.set_random_seed(1)
        built = build(dtype)
        iterators = [one for one in graph.get_operations() if one.type == "MakeIterator"]
        with v1.Session() as session:
            session.run([v1.global_variables_initializer(), *iterators])
            for _ in range(steps):
                session.run(built.train, built.feeds)
            variables = {one.op.name: one for one in v1.global_variables()}
            before = session.run(variables)
            parts = [part for one in built.gradients for part in tensors_of(one)]
            fetched = {one.name: one for one in (built.loss, *parts, *built.forward)}
            given = {one.name: one for one in built.given}
            values, taken, _ = session.run((fetched, given, built.train), built.feeds)
            after = session.run(variables)
        return Recording(
            graph=graph.as_graph_def().SerializeToString(),
            built=built,
            train=built.train.name,
            before=before,
            after=after,
            feeds={one.name: np.asarray(value) for one, value in built.feeds.items()} | taken,
            values=values,
        )


def tensors_of(gradient: Any) -> list[tf.Tensor]:
    """A dense gradient, or the values and indices of a sparse one."""
    if isinstance(gradient, tf.IndexedSlices):
        return [gradient.values, gradient.indices]
    return [gradient]


def trained(optimizer: Any, loss: tf.Tensor, *, norm: float | None = None, **made: Any) -> Built:
    """A step of an optimizer, with optional clipping by global norm."""
    gradients, weights = zip(*optimizer.compute_gradients(loss), strict=True)
    applied = v1.clip_by_global_norm(gradients, norm)[0] if norm else gradients
    with tf.control_dependencies(v1.get_collection(v1.GraphKeys.UPDATE_OPS)):
        train = optimizer.apply_gradients(
            zip(applied, weights, strict=True), v1.train.get_or_create_global_step()
        )
    return Built(loss=loss, train=train, weights=weights, gradients=gradients, **made)


def _variable(name: str, shape: Sequence[int], dtype: Any, *, resource: bool = False) -> Any:
    # Values that float32 represents exactly, so that the float64 network starts from the same.
    random = np.random.default_rng(sum(map(ord, name)))
    start = random.normal(scale=0.2, size=shape).astype(np.float32)
    return v1.get_variable(
        name, initializer=start.astype(dtype.as_numpy_dtype), use_resource=resource
    )


def _random(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape)).normal(size=shape).astype(np.float32)


def dense(dtype: Any, *, resource: bool = False) -> Built:
    """Two layers and Adam."""
    x, y = v1.placeholder(dtype, [None, 20], "x"), v1.placeholder(tf.int64, [None], "y")
    kernels = [
        _variable("k1", (20, 30), dtype, resource=resource),
        _variable("k2", (30, 5), dtype, resource=resource),
    ]
    bias = _variable("b1", (30,), dtype, resource=resource)
    hidden = tf.nn.relu(tf.matmul(x, kernels[0]) + bias, name="hidden")
    logits = tf.matmul(hidden, kernels[1])
    loss = tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits), name="loss"
    )
    feeds = {x: _random(16, 20), y: np.arange(16) % 5}
    # Its beta powers are powers of 0.5, which float32 represents exactly.
    optimizer = v1.train.AdamOptimizer(2**-10, beta1=0.5, beta2=0.75, epsilon=2**-20)
    return trained(optimizer, loss, feeds=feeds, forward=[hidden, logits])


def dense_of_resources(dtype: Any) -> Built:
    """Two layers and Adam, with resource variables."""
    return dense(dtype, resource=True)


def convolution(dtype: Any) -> Built:
    """Batch normalization, dropout, L2, momentum with a decaying rate, clipping by global norm."""
    x, y = v1.placeholder(dtype, [None, 8, 8, 3], "x"), v1.placeholder(tf.int64, [None], "y")
    kernel, dense_kernel = _variable("k", (3, 3, 3, 4), dtype), _variable("d", (64, 5), dtype)
    net = tf.nn.conv2d(x, kernel, 1, "SAME")
    scale, offset = _variable("gamma", (4,), dtype), _variable("beta", (4,), dtype)
    net = tf.nn.relu(_batch_norm(net, scale, offset, dtype))
    net = tf.nn.max_pool2d(net, 2, 2, "SAME")
    net = tf.reshape(net, [-1, 64])
    uniform = v1.random_uniform(tf.shape(net), name="noise")
    net *= tf.cast(tf.cast(uniform, dtype) >= 0.5, dtype) * 2
    logits = tf.matmul(net, dense_kernel)
    loss = tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    ) + 2**-7 * tf.nn.l2_loss(dense_kernel)
    steps = v1.train.get_or_create_global_step()
    rate = v1.train.exponential_decay(tf.constant(2**-5, dtype), steps, 2, 0.5, staircase=True)
    (noise,) = [one for one in _operations() if one.type == "RandomUniform"]
    return trained(
        v1.train.MomentumOptimizer(rate, 0.75),
        loss,
        norm=0.5,
        feeds={x: _random(16, 8, 8, 3), y: np.arange(16) % 5},
        given=[noise.outputs[0]],
        forward=[logits],
    )


def _operations() -> list[tf.Operation]:
    return v1.get_default_graph().get_operations()


def _batch_norm(x: tf.Tensor, scale: Any, offset: Any, dtype: Any) -> tf.Tensor:
    """Batch normalization with moving averages: fused as in `tf.layers`, unfused in float64."""
    if dtype == tf.float32:
        y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x, scale=scale, offset=offset, mean=[], variance=[], epsilon=2**-10
        )
    else:
        mean, variance = tf.nn.moments(x, [0, 1, 2])
        y = tf.nn.batch_normalization(x, mean, variance, offset, scale, 2**-10)
        count = tf.cast(tf.size(x) / tf.size(mean), dtype)
        variance *= count / (count - 1)
    for name, value in (("moving_mean", mean), ("moving_variance", variance)):
        moving = v1.get_variable(
            name, initializer=np.zeros(4, dtype.as_numpy_dtype), trainable=False, use_resource=False
        )
        update = v1.assign_sub(moving, (moving - value) * 0.25)
        v1.add_to_collection(v1.GraphKeys.UPDATE_OPS, update)
    return y


def recurrent(dtype: Any) -> Built:
    """An LSTM in a loop of TensorFlow 1, with RMSProp."""
    x, y = v1.placeholder(dtype, [None, 7, 3], "x"), v1.placeholder(dtype, [None, 1], "y")
    kernel, bias = _variable("k", (7, 16), dtype), _variable("b", (16,), dtype)
    out = _variable("out", (4, 1), dtype)

    def cell(step: Any, state: Any, hidden: Any) -> Any:
        gates = tf.matmul(tf.concat([inputs.read(step), hidden], 1), kernel) + bias
        i, j, f, o = tf.split(gates, 4, axis=1)
        state = state * tf.sigmoid(f + 1) + tf.sigmoid(i) * tf.tanh(j)
        return step + 1, state, tf.tanh(state) * tf.sigmoid(o)

    inputs = tf.TensorArray(dtype, 7).unstack(tf.transpose(x, [1, 0, 2]))
    zero = tf.zeros([tf.shape(x)[0], 4], dtype)
    _, _, hidden = v1.while_loop(lambda step, *_: step < 7, cell, (0, zero, zero))
    loss = tf.reduce_mean(tf.square(tf.matmul(hidden, out) - y))
    return trained(
        v1.train.RMSPropOptimizer(2**-7, decay=0.75, momentum=0.5, epsilon=2**-20),
        loss,
        feeds={x: _random(8, 7, 3), y: _random(8, 1)},
        forward=[hidden],
    )


def embedded(dtype: Any) -> Built:
    """An embedding with words from an iterator, sparse gradients and Adagrad."""
    words = np.random.default_rng(0).integers(0, 50, (64, 6))
    data = tf.data.Dataset.from_tensor_slices((words, words.sum(axis=1) % 2))
    x, y = v1.data.make_initializable_iterator(data.repeat().batch(8)).get_next()
    table, kernel = _variable("table", (50, 4), dtype), _variable("k", (4, 2), dtype)
    logits = tf.matmul(tf.reduce_mean(tf.nn.embedding_lookup(table, x), 1), kernel)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
    optimizer = v1.train.AdagradOptimizer(2**-4, initial_accumulator_value=0.125)
    return trained(optimizer, loss, given=[x, y], forward=[logits])


NETWORKS = [dense, dense_of_resources, convolution, recurrent, embedded]
