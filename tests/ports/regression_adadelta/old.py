"""A smooth function of six numbers, read by tf.data (TensorFlow 1.10)."""

from __future__ import print_function

import numpy as np
import tensorflow as tf

BATCH = 25
STEPS = 24
L2_WEIGHT = 1e-3

tf.set_random_seed(2018)
np.random.seed(2018)

raw = np.random.uniform(0, 10, [300, 6]).astype(np.float32)
result = np.sin(raw[:, :1]) + 0.1 * raw[:, 1:2] * raw[:, 2:3] / (1 + raw[:, 3:4])
result = (result + np.random.normal(0, 0.05, [300, 1])).astype(np.float32)


def scale(features, value):
    return features / 10.0, value


dataset = tf.data.Dataset.from_tensor_slices((raw, result))
dataset = dataset.map(scale).shuffle(300, seed=5).repeat().batch(BATCH)
features, value = dataset.make_one_shot_iterator().get_next()

init = tf.variance_scaling_initializer()
hidden = tf.layers.dense(features, 24, tf.nn.tanh, kernel_initializer=init, name="hidden1")
hidden = tf.layers.dense(hidden, 24, tf.nn.tanh, kernel_initializer=init, name="hidden2")
prediction = tf.layers.dense(hidden, 1, kernel_initializer=init, name="prediction")

mse = tf.losses.mean_squared_error(labels=value, predictions=prediction)
kernels = [v for v in tf.trainable_variables() if "kernel" in v.name]
loss = mse + L2_WEIGHT * tf.add_n([tf.nn.l2_loss(v) for v in kernels])

global_step = tf.Variable(0, trainable=False, name="global_step")
train_op = tf.train.AdadeltaOptimizer(1.0, rho=0.95, epsilon=1e-6).minimize(
    loss, global_step=global_step
)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(STEPS):
        _, total, error, at = sess.run([train_op, loss, mse, global_step])
        print("%3d  loss %.7f  mse %.7f" % (at, total, error))
