"""Our first conv net: batch norm, dropout, L2 and a decaying rate (TensorFlow 1.8)."""

from __future__ import print_function

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 20, "training steps")
flags.DEFINE_integer("batch_size", 32, "batch size")
flags.DEFINE_float("learning_rate", 0.05, "initial learning rate")
flags.DEFINE_float("clip", 1.0, "global norm to clip to")
FLAGS = flags.FLAGS


def shapes(count):
    """Bars at ten places, some noise on top."""
    y = np.random.randint(0, 10, count)
    x = 0.3 * np.random.rand(count, 14, 14)
    for i, place in enumerate(y):
        if place < 5:
            x[i, 1 + 2 * place : 4 + 2 * place] += 0.6
        else:
            x[i, :, 2 * place - 9 : 2 * place - 6] += 0.6
    return x.reshape(count, 196).astype(np.float32), y.astype(np.int64)


def model(images, is_training):
    net = tf.reshape(images, [-1, 14, 14, 1])
    net = tf.layers.conv2d(net, 8, 5, padding="same", use_bias=False, name="conv1")
    # not fused: that kernel wanted another layout on our machines
    net = tf.layers.batch_normalization(net, training=is_training, fused=False, name="bn1")
    net = tf.nn.relu(net)
    net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.conv2d(net, 12, 3, padding="same", activation=tf.nn.relu, name="conv2")
    net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.flatten(net)
    net = tf.layers.dense(
        net,
        32,
        activation=tf.nn.relu,
        kernel_initializer=tf.truncated_normal_initializer(stddev=0.05),
        kernel_regularizer=tf.contrib.layers.l2_regularizer(5e-3),
        name="fc1",
    )
    net = tf.layers.dropout(net, rate=0.4, training=is_training)
    return tf.layers.dense(net, 10, name="logits")


def main(_):
    np.random.seed(42)
    tf.set_random_seed(42)
    images, labels = shapes(500)

    x = tf.placeholder(tf.float32, [None, 196], name="x")
    y = tf.placeholder(tf.int64, [None], name="y")
    is_training = tf.placeholder_with_default(False, [], name="is_training")

    logits = model(x, is_training)
    tf.losses.sparse_softmax_cross_entropy(labels=y, logits=logits)
    loss = tf.losses.get_total_loss()
    accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32))

    global_step = tf.train.get_or_create_global_step()
    rate = tf.train.exponential_decay(FLAGS.learning_rate, global_step, 5, 0.7, staircase=True)
    optimizer = tf.train.MomentumOptimizer(rate, 0.9)
    grads, variables = zip(*optimizer.compute_gradients(loss))
    grads, norm = tf.clip_by_global_norm(grads, FLAGS.clip)
    update_ops = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies(update_ops):
        train_op = optimizer.apply_gradients(zip(grads, variables), global_step=global_step)

    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(FLAGS.steps):
            at = step * FLAGS.batch_size % 480
            feed = {x: images[at : at + FLAGS.batch_size], y: labels[at : at + FLAGS.batch_size]}
            feed[is_training] = True
            _, value, size, lr = sess.run([train_op, loss, norm, rate], feed)
            print("step %2d loss %.7f norm %.5f rate %.5f" % (step, value, size, lr))
        print("accuracy", sess.run(accuracy, {x: images, y: labels}))


if __name__ == "__main__":
    tf.app.run()
