"""Which of three languages has a word? Letters, an LSTM, its last output (TensorFlow 1.3)."""

from __future__ import print_function

import numpy as np
import tensorflow as tf

VOCABULARY = 12  # 0 fills up short words
LENGTH = 10
UNITS = 20
CLASSES = 3
BATCH = 32

rng = np.random.RandomState(3)
tf.set_random_seed(3)


def words(count):
    """Each language has letters that it likes; the languages share some."""
    y = rng.randint(0, CLASSES, count)
    x = np.zeros([count, LENGTH], np.int32)
    for i in range(count):
        for t in range(rng.randint(5, LENGTH + 1)):
            x[i, t] = 1 + (3 * y[i] + rng.randint(0, 6)) % (VOCABULARY - 1)
    return x, y.astype(np.int32)


class Model(object):
    def __init__(self):
        self.inputs = tf.placeholder(tf.int32, [None, LENGTH])
        self.targets = tf.placeholder(tf.int32, [None])
        self.keep_prob = tf.placeholder(tf.float32, [])
        with tf.variable_scope("model", initializer=tf.random_uniform_initializer(-0.3, 0.3)):
            embedding = tf.get_variable("embedding", [VOCABULARY, 16])
            embedded = tf.nn.embedding_lookup(embedding, self.inputs)
            cell = tf.nn.rnn_cell.BasicLSTMCell(UNITS)
            outputs, _ = tf.nn.dynamic_rnn(cell, embedded, dtype=tf.float32)
            last = tf.nn.dropout(outputs[:, -1, :], self.keep_prob)
            softmax_w = tf.get_variable("softmax_w", [UNITS, CLASSES])
            softmax_b = tf.get_variable("softmax_b", [CLASSES])
        self.logits = tf.nn.xw_plus_b(last, softmax_w, softmax_b)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=self.targets, logits=self.logits
        )
        self.loss = tf.reduce_mean(losses)
        optimizer = tf.train.RMSPropOptimizer(0.1, decay=0.95, momentum=0.8, epsilon=0.01)
        self.train = optimizer.minimize(self.loss)


x, y = words(600)
model = Model()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(18):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        feed = {model.inputs: x[rows], model.targets: y[rows], model.keep_prob: 0.8}
        loss, _ = sess.run([model.loss, model.train], feed)
        print("%d: %.7f" % (step, loss))
    logits = sess.run(model.logits, {model.inputs: x, model.keep_prob: 1.0})
    print("right: %.3f" % np.mean(np.argmax(logits, 1) == y))
