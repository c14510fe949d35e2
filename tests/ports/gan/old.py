"""A generator and a discriminator that are trained in turn (TensorFlow 1.8)."""

from __future__ import print_function

import numpy as np
import tensorflow as tf

np.random.seed(6)
tf.set_random_seed(6)


def generator(z):
    with tf.variable_scope("generator", reuse=tf.AUTO_REUSE):
        return tf.layers.dense(tf.layers.dense(z, 16, tf.nn.relu), 10, tf.nn.tanh)


def discriminator(x):
    with tf.variable_scope("discriminator", reuse=tf.AUTO_REUSE):
        return tf.layers.dense(tf.layers.dense(x, 16, tf.nn.leaky_relu), 1)


def cost(logits, is_real):
    labels = tf.fill(tf.shape(logits), float(is_real))
    losses = tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=labels)
    return tf.reduce_mean(losses)


x = tf.placeholder(tf.float32, [None, 10])
z = tf.placeholder(tf.float32, [None, 4])
judged = discriminator(generator(z))
loss_of_d = cost(discriminator(x), True) + cost(judged, False)
loss_of_g = cost(judged, True)
train_d = tf.train.AdamOptimizer(0.001, 0.5).minimize(
    loss_of_d, var_list=tf.trainable_variables("discriminator")
)
train_g = tf.train.AdamOptimizer(0.002, 0.5).minimize(
    loss_of_g, var_list=tf.trainable_variables("generator")
)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(18):
        feed = {x: np.random.randn(16, 10), z: np.random.randn(16, 4)}
        _, d = sess.run([train_d, loss_of_d], feed)
        _, g = sess.run([train_g, loss_of_g], {z: np.random.randn(16, 4)})
        print("step %2d discriminator %.6f generator %.6f" % (step, d, g))
