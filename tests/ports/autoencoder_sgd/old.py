"""An autoencoder for small black and white pictures (TensorFlow 1.1)."""

import numpy as np
import tensorflow as tf

np.random.seed(5)
tf.set_random_seed(5)

PIXELS, HIDDEN, CODE = 64, 24, 8
BATCH, STEPS, CLIP = 20, 25, 0.05


def pictures(count):
    """A rectangle each, at a place and of a size of its own; 0 is black, 1 is white."""
    made = np.zeros([count, 8, 8], np.float32)
    for picture in made:
        top, left = np.random.randint(0, 5, 2)
        height, width = np.random.randint(2, 5, 2)
        picture[top : top + height, left : left + width] = 1
    return made.reshape(count, PIXELS)


def layer(x, outputs, name, activation=None):
    with tf.name_scope(name):
        inputs = x.get_shape().as_list()[1]
        w = tf.Variable(tf.random_normal([inputs, outputs], stddev=0.2), name="w")
        b = tf.Variable(tf.zeros([outputs]), name="b")
        y = tf.matmul(x, w) + b
        return activation(y) if activation else y


x = tf.placeholder(tf.float32, [None, PIXELS], name="x")
hidden = layer(x, HIDDEN, "encoder", tf.nn.sigmoid)
code = layer(hidden, CODE, "code", tf.nn.tanh)
hidden = layer(code, HIDDEN, "decoder", tf.nn.sigmoid)
logits = layer(hidden, PIXELS, "reconstruction")
picture = tf.nn.sigmoid(logits)

per_pixel = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
loss = tf.reduce_mean(tf.reduce_sum(per_pixel, axis=1))

step = tf.Variable(0, trainable=False)
rate = tf.train.inverse_time_decay(0.4, step, decay_steps=5, decay_rate=0.5)
optimizer = tf.train.GradientDescentOptimizer(rate)
pairs = optimizer.compute_gradients(loss)
clipped = [(tf.clip_by_value(g, -CLIP, CLIP), v) for g, v in pairs if g is not None]
train = optimizer.apply_gradients(clipped, global_step=step)

data = pictures(200)
sess = tf.Session()
sess.run(tf.global_variables_initializer())
for i in range(STEPS):
    batch = data[np.random.choice(len(data), BATCH, replace=False)]
    value, r, _ = sess.run([loss, rate, train], feed_dict={x: batch})
    print("step {} loss {:.6f} rate {:.5f}".format(i, value, r))
print("error {:.5f}".format(np.mean(np.abs(sess.run(picture, {x: data}) - data))))
sess.close()
