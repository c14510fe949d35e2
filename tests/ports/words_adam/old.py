"""Which letter comes next? Letters, a normalization written by hand, an LSTM (TensorFlow 1.4)."""

from __future__ import print_function

import numpy as np
import tensorflow as tf

TEXT = "a port is the same computation, or it is another one. " * 12
LETTERS = sorted(set(TEXT))
BATCH, LENGTH, UNITS = 6, 8, 16

np.random.seed(23)
tf.set_random_seed(23)


def normalized(x):
    mean, variance = tf.nn.moments(x, [-1], keep_dims=True)
    with tf.variable_scope("norm"):
        gain = tf.get_variable("gain", [UNITS], initializer=tf.ones_initializer())
        offset = tf.get_variable("offset", [UNITS], initializer=tf.zeros_initializer())
    return gain * (x - mean) / tf.sqrt(variance + 1e-5) + offset


letters = tf.placeholder(tf.int32, [None, LENGTH])
following = tf.placeholder(tf.int32, [None, LENGTH])
table = tf.get_variable(
    "table", [len(LETTERS), UNITS], initializer=tf.random_normal_initializer(stddev=0.5)
)
cell = tf.nn.rnn_cell.BasicLSTMCell(UNITS)
outputs, _ = tf.nn.dynamic_rnn(
    cell, normalized(tf.nn.embedding_lookup(table, letters)), dtype=tf.float32
)
w = tf.Variable(tf.truncated_normal([UNITS, len(LETTERS)], stddev=0.2), name="w")
b = tf.Variable(tf.random_uniform([len(LETTERS)], -0.1, 0.1), name="b")
logits = tf.matmul(tf.reshape(outputs, [-1, UNITS]), w) + b
loss = tf.reduce_mean(
    tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.reshape(following, [-1]), logits=logits
    )
)
rate = tf.Variable(0.02, trainable=False, name="rate")
weights = tf.trainable_variables()
gradients, norm = tf.clip_by_global_norm(tf.gradients(loss, weights), 0.25)
train = tf.train.AdamOptimizer(rate).apply_gradients(zip(gradients, weights))

codes = np.array([LETTERS.index(one) for one in TEXT])
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(20):
        if step % 7 == 0:
            sess.run(tf.assign(rate, 0.02 * 0.8 ** (step // 7)))
        starts = np.random.randint(0, len(TEXT) - LENGTH - 1, BATCH)
        feed = {
            letters: [codes[s : s + LENGTH] for s in starts],
            following: [codes[s + 1 : s + LENGTH + 1] for s in starts],
        }
        value, size, _ = sess.run([loss, norm, train], feed)
        print("step %2d loss %.6f norm %.4f" % (step, value, size))
    feed = {letters: codes[:400].reshape(-1, LENGTH), following: codes[1:401].reshape(-1, LENGTH)}
    print("on the text: %.5f" % sess.run(loss, feed))
