"""The next value of a noisy wave by a GRU (TensorFlow 1.2)."""

from __future__ import print_function

import numpy as np
import tensorflow as tf

TIME_STEPS = 12
FEATURES = 2
UNITS = 16
BATCH_SIZE = 24


def waves(count):
    """Two channels of a wave with a period of its own, and what the first one is next."""
    start = np.random.uniform(0, 2 * np.pi, [count, 1])
    speed = np.random.uniform(0.3, 0.9, [count, 1])
    angle = start + speed * np.arange(TIME_STEPS + 1)
    series = np.stack([np.sin(angle), np.cos(angle)], axis=2)
    series += np.random.normal(0, 0.05, series.shape)
    return series[:, :-1].astype(np.float32), series[:, -1, :1].astype(np.float32)


def predict(series):
    with tf.variable_scope("rnn", initializer=tf.truncated_normal_initializer(stddev=0.2)):
        cell = tf.contrib.rnn.GRUCell(UNITS)
        steps = tf.unstack(series, TIME_STEPS, axis=1)
        _, state = tf.contrib.rnn.static_rnn(cell, steps, dtype=tf.float32)
    return tf.layers.dense(state, 1, name="out")


def main():
    np.random.seed(11)
    tf.set_random_seed(11)
    series, following = waves(480)

    inputs = tf.placeholder(tf.float32, [None, TIME_STEPS, FEATURES], name="inputs")
    target = tf.placeholder(tf.float32, [None, 1], name="target")
    prediction = predict(inputs)
    mse = tf.reduce_mean(tf.square(prediction - target))
    train = tf.train.AdagradOptimizer(0.1).minimize(mse)

    with tf.Session() as sess:
        tf.global_variables_initializer().run()
        order = np.random.permutation(480)
        for i in range(20):
            rows = order[i * BATCH_SIZE : (i + 1) * BATCH_SIZE]
            _, error = sess.run([train, mse], {inputs: series[rows], target: following[rows]})
            print("step", i, "mse %.8f" % error)
        print("all: %.6f" % mse.eval({inputs: series, target: following}))


if __name__ == "__main__":
    main()
