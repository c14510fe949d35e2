"""Prints the losses of the article's first program for op seed 15."""

import tensorflow as tf

kernel = tf.Variable(tf.random_normal([3, 1], seed=15))
inputs, targets = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [None, 1])
loss = tf.reduce_sum(tf.square(tf.nn.relu(tf.matmul(inputs, kernel)) - targets))
step = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
feed = {inputs: [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], targets: [[0], [1], [1], [1]]}
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for _ in range(100):
        session.run(step, feed)
        print(session.run(loss, feed))
