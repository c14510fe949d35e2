"""Writes batch_norm.meta: a network with batch normalization and its training."""

import tensorflow as tf

images = tf.placeholder(tf.float32, [None, 4, 4, 3], name="images")
normalized = tf.layers.batch_normalization(images, training=False)
tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(normalized))
tf.train.export_meta_graph("batch_norm.meta", clear_devices=True)
