"""Will a visitor click? A linear model over crossed features (TensorFlow 1.9)."""

from __future__ import division, print_function

import argparse

import numpy as np
import tensorflow as tf

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=25)
parser.add_argument("--batch", type=int, default=40)
parser.add_argument("--rate", type=float, default=0.2)
parser.add_argument("--l1", type=float, default=0.02)
parser.add_argument("--l2", type=float, default=0.05)

SITES, HOURS = 5, 4


def visits(count):
    """One of the sites and one of the hours each, and their cross; some sites are clicked more."""
    site = np.random.randint(0, SITES, count)
    hour = np.random.randint(0, HOURS, count)
    crossed = site * HOURS + hour
    parts = (np.eye(SITES)[site], np.eye(HOURS)[hour], np.eye(SITES * HOURS)[crossed])
    chance = 1 / (1 + np.exp(-(site - 2.0) - 0.5 * (hour == 3)))
    clicked = np.random.rand(count, 1) < chance[:, None]
    return np.concatenate(parts, 1).astype(np.float32), clicked.astype(np.float32)


def main():
    args = parser.parse_args()
    np.random.seed(99)
    tf.set_random_seed(99)
    features, clicked = visits(1000)

    x = tf.placeholder(tf.float32, [None, features.shape[1]])
    clicks = tf.placeholder(tf.float32, [None, 1])
    logits = tf.layers.dense(x, 1, kernel_initializer=tf.zeros_initializer(), name="linear")
    tf.losses.sigmoid_cross_entropy(multi_class_labels=clicks, logits=logits)
    loss = tf.losses.get_total_loss(add_regularization_losses=False)
    optimizer = tf.train.FtrlOptimizer(
        args.rate, l1_regularization_strength=args.l1, l2_regularization_strength=args.l2
    )
    step = tf.train.get_or_create_global_step()
    train_op = optimizer.minimize(loss, global_step=step)

    hooks = [tf.train.StopAtStepHook(last_step=args.steps)]
    with tf.train.MonitoredTrainingSession(hooks=hooks, log_step_count_steps=None) as sess:
        while not sess.should_stop():
            rows = np.random.randint(0, 1000, args.batch)
            feed = {x: features[rows], clicks: clicked[rows]}
            _, value, at = sess.run([train_op, loss, step], feed_dict=feed)
            print("step", at, "loss %.7f" % value)


if __name__ == "__main__":
    main()
