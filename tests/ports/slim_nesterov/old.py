"""Small colour pictures by a slim conv net (TensorFlow 1.6)."""

from __future__ import absolute_import, division, print_function

import numpy as np
import tensorflow as tf

slim = tf.contrib.slim

NUM_CLASSES = 6


def arg_scope(is_training, weight_decay=5e-4):
    batch_norm_params = {
        "is_training": is_training,
        "decay": 0.9,
        "epsilon": 1e-5,
        "fused": False,
    }
    with slim.arg_scope(
        [slim.conv2d, slim.fully_connected],
        weights_regularizer=slim.l2_regularizer(weight_decay),
    ):
        with slim.arg_scope(
            [slim.conv2d],
            activation_fn=tf.nn.leaky_relu,
            normalizer_fn=slim.batch_norm,
            normalizer_params=batch_norm_params,
            padding="SAME",
        ) as scope:
            return scope


def network(images):
    net = slim.conv2d(images, 8, [3, 3], stride=2, scope="conv1")
    net = slim.avg_pool2d(net, [2, 2], scope="pool1")
    net = slim.conv2d(net, 16, [3, 3], scope="conv2")
    net = tf.reduce_mean(net, [1, 2], name="global_pool")
    return slim.fully_connected(net, NUM_CLASSES, activation_fn=None, scope="logits")


def pictures(count):
    """A colour and a direction of stripes for each class."""
    y = np.random.randint(0, NUM_CLASSES, count)
    x = np.random.normal(0, 0.3, [count, 12, 12, 3])
    for i in range(count):
        x[i, :, :, y[i] % 3] += 0.5
        if y[i] < 3:
            x[i, ::3] += 0.7
        else:
            x[i, :, ::3] += 0.7
    return x.astype(np.float32), y


def main(_):
    np.random.seed(1)
    tf.set_random_seed(1)
    x, y = pictures(400)
    images = tf.placeholder(tf.float32, [None, 12, 12, 3], name="images")
    labels = tf.placeholder(tf.int64, [None], name="labels")
    with slim.arg_scope(arg_scope(is_training=True)):
        logits = network(images)
    one_hot = slim.one_hot_encoding(labels, NUM_CLASSES)
    tf.losses.softmax_cross_entropy(one_hot, logits, label_smoothing=0.1)
    total_loss = tf.losses.get_total_loss()
    optimizer = tf.train.MomentumOptimizer(0.05, momentum=0.9, use_nesterov=True)
    train_op = slim.learning.create_train_op(total_loss, optimizer)

    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(20):
            chosen = np.random.choice(400, 20, replace=False)
            loss = sess.run(train_op, feed_dict={images: x[chosen], labels: y[chosen]})
            print("global step %d: loss = %.7f" % (step, loss))


if __name__ == "__main__":
    tf.app.run()
