"""Trains small networks from seeds, ten steps each, and prints their losses.

A TensorFlow 1 script, as `op_counts.py` is. Nothing but the graph's seed is given: initial values,
dropout and the order of a data set follow from the number of ops in the graph. It prints JSON: of
each network the losses before each of ten steps.
"""

import json

import numpy as np
import tensorflow as tf

random = np.random.RandomState(0)
IMAGES = random.rand(64, 8, 8, 1).astype(np.float32)
CLASSES = np.eye(4)[random.randint(0, 4, 64)].astype(np.float32)


def dense(x):
    """Variables and dropout, as the tutorials wrote them."""
    x = tf.reshape(x, [-1, 64])
    for sizes in ([64, 16], [16, 16]):
        kernel = tf.Variable(tf.truncated_normal(sizes, stddev=0.1))
        bias = tf.Variable(tf.constant(0.1, shape=sizes[1:]))
        x = tf.nn.dropout(tf.nn.relu(tf.matmul(x, kernel) + bias), keep_prob=0.8)
    return tf.matmul(x, tf.Variable(tf.random_normal([16, 4]))) + tf.Variable(tf.zeros([4]))


def layers(x):
    """`tf.layers`: convolution, pooling, batch normalization, dropout."""
    x = tf.layers.conv2d(x, 4, 3, activation=tf.nn.relu)
    x = tf.layers.max_pooling2d(x, 2, 2)
    x = tf.layers.conv2d(x, 4, 2)
    x = tf.layers.batch_normalization(x, training=True)
    x = tf.layers.dense(tf.layers.flatten(x), 16, activation=tf.nn.relu)
    return tf.layers.dense(tf.layers.dropout(x, 0.3, training=True), 4)


def contrib(x):
    """`tf.contrib.layers`."""
    x = tf.contrib.layers.conv2d(x, 4, 3, normalizer_fn=tf.contrib.layers.batch_norm)
    x = tf.contrib.layers.dropout(tf.contrib.layers.flatten(x), 0.7)
    decay = tf.contrib.layers.l2_regularizer(0.01)
    x = tf.contrib.layers.fully_connected(x, 16, weights_regularizer=decay)
    xavier = tf.contrib.layers.xavier_initializer()
    kernel = tf.get_variable("kernel", [16, 4], initializer=xavier, regularizer=decay)
    bias = tf.get_variable("bias", [4], initializer=tf.random_uniform_initializer(-1, 1))
    return tf.matmul(x, kernel) + bias


def recurrent(x):
    """A recurrent network over the rows, and a layer on its last output."""
    cell = tf.nn.rnn_cell.BasicLSTMCell(8, forget_bias=1.0)
    outputs, _ = tf.nn.dynamic_rnn(cell, tf.reshape(x, [-1, 8, 8]), dtype=tf.float32)
    return tf.layers.dense(outputs[:, -1, :], 4)


def adversaries(x):
    """Two networks, the second built after the steps of the first."""
    first = dense(x)
    tf.train.AdamOptimizer(0.01).minimize(cost(first))
    return first + layers(x)


def cost(logits, y=None):
    """Mean cross-entropy, with the penalties of the weights that there are."""
    y = tf.constant(CLASSES) if y is None else y
    losses = tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits)
    return tf.add_n([tf.reduce_mean(losses)] + tf.losses.get_regularization_losses())


def course(network, shuffled=False):
    """The losses before each of ten steps."""
    tf.reset_default_graph()
    tf.set_random_seed(1)
    x, y = tf.placeholder(tf.float32, [None, 8, 8, 1]), tf.placeholder(tf.float32, [None, 4])
    feed = {x: IMAGES, y: CLASSES}
    if shuffled:
        data = tf.data.Dataset.from_tensor_slices((IMAGES, CLASSES)).repeat().shuffle(64)
        x, y = data.batch(16).make_one_shot_iterator().get_next()
        x.set_shape([None, 8, 8, 1])
        feed = {}
    loss = cost(network(x), y)
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return [float(session.run([loss, step], feed)[0]) for _ in range(10)]


networks = (dense, layers, contrib, recurrent, adversaries)
courses = {network.__name__: course(network) for network in networks}
courses["shuffled"] = course(dense, shuffled=True)
print(json.dumps(courses, indent=1))
