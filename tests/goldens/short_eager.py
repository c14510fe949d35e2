"""Trains for a few steps in TensorFlow 1's eager mode, and prints what comes out.

A TensorFlow 1 script, as `networks.py` is. With 1.15.5 it wrote `short_eager.jsonl`. A line is
JSON: a name, and the numbers that this training comes to.
"""

import numpy as np
import tensorflow as tf
from telling import tell

tfe = tf.contrib.eager
tf.enable_eager_execution()
random = np.random.RandomState(0)
FEATURES = random.rand(32, 6).astype(np.float32)
TARGETS = FEATURES.sum(1, keepdims=True)
LABELS = random.randint(0, 3, 32)
IMAGES = random.rand(8, 8, 8, 1).astype(np.float32)


def tape():
    """`GradientTape` over variables, and its own gradient."""
    kernel, bias = tfe.Variable(tf.random_normal([6, 1])), tf.Variable(0.0)
    losses = []
    for _ in range(4):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(tf.matmul(FEATURES, kernel) + bias - TARGETS))
        slopes = tape.gradient(loss, [kernel, bias])
        for variable, slope in zip([kernel, bias], slopes):  # noqa: B905 - Python 3.7 has no strict
            variable.assign_sub(0.1 * slope)
        losses.append(loss.numpy())
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            cube = x**3
        slope = inner.gradient(cube, x)
    return losses, slope, outer.gradient(slope, x), kernel


def functions():
    """`implicit_gradients`, `gradients_function`, `value_and_gradients_function`, optimizers."""
    kernel = tfe.Variable(tf.truncated_normal([6, 1], stddev=0.5), name="kernel")

    def loss(features, targets):
        return tf.losses.mean_squared_error(targets, tf.matmul(features, kernel))

    slopes, optimizer = tfe.implicit_gradients(loss), tf.train.AdamOptimizer(0.1)
    losses = []
    for _ in range(4):
        losses.append(loss(FEATURES, TARGETS))
        optimizer.apply_gradients(slopes(FEATURES, TARGETS))
    square = tfe.gradients_function(lambda x, y: x * x * y)
    both = tfe.value_and_gradients_function(lambda x: tf.sin(x))
    last, _ = tfe.implicit_value_and_gradients(loss)(FEATURES, TARGETS)
    return losses, square(3.0, 2.0), both(0.5), last


def model():
    """A subclass of `tf.keras.Model` with batch normalization and dropout, fed by `tf.data`."""

    class Net(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.convolution = tf.keras.layers.Conv2D(4, 3, activation="relu")
            self.normalization = tf.keras.layers.BatchNormalization()
            self.dropout = tf.keras.layers.Dropout(0.3)
            self.dense = tf.keras.layers.Dense(3)

        def call(self, x, training=False):
            x = self.normalization(self.convolution(x), training=training)
            return self.dense(self.dropout(tf.reduce_mean(x, [1, 2]), training=training))

    net, optimizer = Net(), tf.train.MomentumOptimizer(0.1, 0.9)
    mean = tfe.metrics.Mean()
    data = tf.data.Dataset.from_tensor_slices((IMAGES, LABELS[:8])).repeat().shuffle(8).batch(4)
    losses = []
    for images, labels in data.take(4):
        with tf.GradientTape() as tape:
            logits = net(images, training=True)
            loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
        slopes = tape.gradient(loss, net.trainable_variables)
        step = tf.train.get_or_create_global_step()
        optimizer.apply_gradients(zip(slopes, net.trainable_variables), step)  # noqa: B905
        losses.append(loss.numpy())
        mean(loss)
    return losses, net(IMAGES), mean.result(), step


def compiled():
    """`tf.contrib.eager.defun`, and autograph under it."""
    x = tfe.Variable(tf.random_uniform([3, 3]))

    @tfe.defun
    def power(matrix, n):
        result = tf.eye(3)
        for _ in tf.range(n):
            if tf.reduce_sum(result) > 10.0:
                result = result / 2.0
            result = tf.matmul(result, matrix)
        return result

    with tf.GradientTape() as tape:
        sums = tf.reduce_sum(power(x, tf.constant(4)))
    return sums, tape.gradient(sums, x)


def fitted():
    """`Sequential` of `tf.keras`, compiled and fitted."""
    layers = [tf.keras.layers.Dense(8, "tanh", input_shape=(6,)), tf.keras.layers.Dense(1)]
    model = tf.keras.Sequential(layers)
    model.compile(tf.train.GradientDescentOptimizer(0.1), "mse")
    history = model.fit(FEATURES, TARGETS, 8, epochs=3, shuffle=False, verbose=0)
    return history.history["loss"], model.predict(FEATURES[:3])


def recurrent():
    """Cells called step by step."""
    cell = tf.nn.rnn_cell.LSTMCell(4)
    state = cell.zero_state(2, tf.float32)
    outputs = []
    for _ in range(3):
        output, state = cell(tf.random_normal([2, 3]), state)
        outputs.append(output)
    return tf.concat(outputs, 1), state.c


def flat(result):
    """All numbers of a result, nested as it may be, in their order."""
    if isinstance(result, (list, tuple)):
        return [number for part in result for number in flat(part)]
    result = result.numpy() if hasattr(result, "numpy") else result
    return [round(float(number), 9) for number in np.ravel(result)]


def numbers(training):
    """The line of a training."""
    tf.set_random_seed(1)
    return [[flat(training())]]


tell((tape, functions, model, compiled, fitted, recurrent), numbers)
