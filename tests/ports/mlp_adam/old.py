"""Digits of 8 x 8 pixels by a multilayer perceptron (TensorFlow 1.4)."""

from __future__ import print_function

import numpy as np
import tensorflow as tf

# Parameters
learning_rate = 0.005
training_steps = 20
batch_size = 32
n_input = 64
n_hidden_1 = 32
n_hidden_2 = 24
n_classes = 10

np.random.seed(7)
tf.set_random_seed(7)

# Made-up digits: a prototype for each class and noise, grey values from 0 to 255
prototypes = np.random.randint(0, 200, [n_classes, n_input])
classes = np.random.randint(0, n_classes, 400)
pixels = np.clip(prototypes[classes] + np.random.normal(0, 40, [400, n_input]), 0, 255)
pixels = np.round(pixels).astype(np.float32)
one_hot = np.eye(n_classes)[classes].astype(np.float32)


def next_batch(size):
    chosen = np.random.randint(0, len(pixels), size)
    return pixels[chosen], one_hot[chosen]


def weight(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def bias(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


X = tf.placeholder(tf.float32, [None, n_input])
Y = tf.placeholder(tf.float32, [None, n_classes])

w1, b1 = weight([n_input, n_hidden_1]), bias([n_hidden_1])
w2, b2 = weight([n_hidden_1, n_hidden_2]), bias([n_hidden_2])
w3, b3 = weight([n_hidden_2, n_classes]), bias([n_classes])

layer_1 = tf.nn.relu(tf.add(tf.matmul(X / 255.0, w1), b1))
layer_2 = tf.nn.relu(tf.add(tf.matmul(layer_1, w2), b2))
logits = tf.matmul(layer_2, w3) + b3

cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=logits, labels=Y))
train_op = tf.train.AdamOptimizer(learning_rate=learning_rate).minimize(cost)
correct = tf.equal(tf.argmax(logits, 1), tf.argmax(Y, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(1, training_steps + 1):
        batch_x, batch_y = next_batch(batch_size)
        _, c = sess.run([train_op, cost], feed_dict={X: batch_x, Y: batch_y})
        print("Step %02d loss %.7f" % (step, c))
    print("Accuracy: %.4f" % sess.run(accuracy, feed_dict={X: pixels, Y: one_hot}))
