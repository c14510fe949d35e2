"""Counts the ops that TensorFlow 1 builds for an expression, for its gradient, and where it draws.

A TensorFlow 1 script. With 1.15.5 it wrote `op_counts.json`; a test runs it, unmodified, through
`python -m tf_edureka.legacy`. It prints JSON: of each expression the number of ops, of those of the
gradient of its first float with respect to the inputs (null where it has none), and the numbers at
which the random ops were seeded.

The count is the seed that a random op without one would get: in 1.15 the number of ops in the
graph.
"""

import json

import numpy as np
import tensorflow as tf

EXPRESSIONS = """
# arithmetic
tf.add(x, y) | x + 1.0 | x * y | x - y | x / y | tf.divide(x, 2.0) | x ** 2 | tf.pow(x, y) | -x
tf.abs(x) | tf.square(x) | tf.sqrt(x) | tf.rsqrt(x) | tf.exp(x) | tf.log(x) | tf.log1p(x)
tf.sigmoid(x) | tf.tanh(x) | tf.sin(x)
# arithmetic with broadcasting
tf.maximum(x, y) | tf.minimum(x, y) | tf.squared_difference(x, y) | tf.floordiv(x, 2.0)
tf.mod(x, 2.0) | tf.sign(x) | tf.clip_by_value(x, 0.0, 1.0) | tf.clip_by_norm(x, 1.0) | x + b
x * b | b * x | x / b | x - b | u + b | u * b | u - v | u * v | u / v | u + s | s * u | x * s
x - s | s - x | 1.0 - x | 2.0 * x | x / 3.0 | 1.0 / x | tf.maximum(x, 0.0) | tf.maximum(x, b)
tf.minimum(u, 0.5)
# products
tf.matmul(x, w) | tf.matmul(u, w) | tf.matmul(x, w) + b | tf.nn.xw_plus_b(x, w, b)
tf.nn.bias_add(tf.matmul(x, w), b) | tf.nn.relu(tf.matmul(x, w) + b)
tf.matmul(x, w, transpose_b=True) | tf.matmul(a3, a3, transpose_b=True) | tf.tensordot(a3, w, 1)
tf.tensordot(x, w, [[1], [0]]) | tf.einsum("ij,jk->ik", x, w)
# reductions
tf.reduce_sum(x) | tf.reduce_mean(x) | tf.reduce_mean(u) | tf.reduce_sum(x, 1)
tf.reduce_sum(u, 1) | tf.reduce_mean(x, 1) | tf.reduce_mean(x, axis=0) | tf.reduce_mean(u, 1)
tf.reduce_max(x, 1) | tf.reduce_min(x) | tf.reduce_prod(x, 1) | tf.reduce_logsumexp(x, 1)
tf.reduce_sum(x, reduction_indices=[1]) | tf.reduce_mean(x, 1, keepdims=True)
tf.reduce_sum(u, 1, keepdims=True) | tf.reduce_mean(im, [1, 2]) | tf.reduce_sum(imu, [1, 2, 3])
tf.reduce_all(x > 0) | tf.reduce_any(x > 0)
# activations
tf.nn.relu(x) | tf.nn.relu6(x) | tf.nn.elu(x) | tf.nn.selu(x) | tf.nn.leaky_relu(x)
tf.nn.softplus(x) | tf.nn.softsign(x) | tf.nn.softmax(x) | tf.nn.log_softmax(x)
tf.nn.softmax(a3) | tf.nn.softmax(x, axis=0) | tf.nn.crelu(x) | tf.nn.swish(x) | tf.nn.l2_loss(w)
tf.nn.l2_normalize(x, 1) | tf.nn.moments(x, [0]) | tf.nn.moments(im, [0, 1, 2]) | tf.nn.lrn(im)
tf.nn.tanh(x) | tf.nn.sigmoid(x)
# losses
tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x)
tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x)
tf.nn.sparse_softmax_cross_entropy_with_logits(labels=li, logits=x)
tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x)
tf.nn.weighted_cross_entropy_with_logits(targets=y, logits=x, pos_weight=2.0)
tf.losses.softmax_cross_entropy(y, x) | tf.losses.sparse_softmax_cross_entropy(li, x)
tf.losses.mean_squared_error(y, x) | tf.losses.sigmoid_cross_entropy(y, x)
tf.losses.absolute_difference(y, x) | tf.losses.log_loss(y, x) | tf.losses.huber_loss(y, x)
tf.losses.hinge_loss(y, x) | tf.losses.cosine_distance(y, x, axis=1)
tf.nn.nce_loss(nw, nb, ll, x, 4, 20) | tf.nn.sampled_softmax_loss(nw, nb, ll, x, 4, 20)
# convolutions
tf.nn.conv2d(im, k, [1, 1, 1, 1], "SAME")
tf.nn.conv2d(im, k, strides=[1, 2, 2, 1], padding="VALID")
tf.nn.max_pool(im, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
tf.nn.avg_pool(im, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
tf.nn.conv2d_transpose(im, kt, [4, 16, 16, 3], [1, 2, 2, 1])
tf.nn.conv2d_transpose(im, kt, tf.stack([tf.shape(im)[0], 16, 16, 3]), [1, 2, 2, 1], "SAME")
tf.nn.depthwise_conv2d(im, k, [1, 1, 1, 1], "SAME")
tf.nn.separable_conv2d(im, k, k1, [1, 1, 1, 1], "SAME") | tf.nn.conv1d(a3, k3, 1, "SAME")
tf.nn.bias_add(im, b2) | tf.nn.batch_normalization(x, b, b * b, b, b, 0.001)
tf.nn.fused_batch_norm(im, b2, b2)
# dropout and embeddings
tf.nn.dropout(x, 0.5) | tf.nn.dropout(x, keep) | tf.nn.dropout(x, keep_prob=keep)
tf.nn.dropout(x, rate=0.3) | tf.nn.dropout(u, 0.5) | tf.nn.dropout(im, 0.8)
tf.nn.dropout(x, 1.0) | tf.nn.dropout(x, 0.5, noise_shape=[1, 8])
tf.layers.dropout(x, 0.5, training=True) | tf.layers.dropout(x, 0.5)
tf.layers.dropout(x, 0.5, training=tr) | tf.nn.embedding_lookup(emb, li)
tf.contrib.layers.dropout(x, 0.5) | tf.contrib.layers.dropout(x, 0.5, is_training=tr)
# random draws
tf.random_normal([3, 4]) | tf.random_normal([3, 4], stddev=0.1)
tf.random_normal([3, 4], mean=1, stddev=2) | tf.random_normal(tf.shape(x))
tf.random_uniform([3, 4]) | tf.random_uniform([3, 4], -1, 1)
tf.random_uniform([3, 4], -1.0, 1.0) | tf.random_uniform([3], 0, 9, dtype=tf.int32)
tf.random_uniform([3], maxval=9, dtype=tf.int64) | tf.random_uniform(tf.shape(x))
tf.random_uniform([3], 0, 2) | tf.random_uniform([3], minval=0.0, maxval=1.0)
tf.truncated_normal([3, 4]) | tf.truncated_normal([3, 4], stddev=0.1) | tf.random_shuffle(x)
tf.multinomial(x, 3) | tf.random_gamma([3], 1.0) | tf.random_poisson(2.0, [3])
tf.random_crop(u, [2, 2]) | tf.random.categorical(x, 2) | tf.random.normal([2])
tf.random.uniform([2]) | tf.random.truncated_normal([2]) | tf.image.random_flip_left_right(im)
tf.image.random_brightness(im, 0.1) | tf.image.random_contrast(im, 0.1, 0.2)
tf.random_normal([2, 3], dtype=tf.float64) | tf.random_uniform([2, 3], dtype=tf.float64)
# variables
tf.Variable(tf.random_normal([3, 4])) | tf.Variable(tf.zeros([3])) | tf.Variable(0.1)
tf.Variable(np.random.randn()) | tf.Variable(tf.truncated_normal([3, 4], stddev=0.1))
tf.Variable(tf.constant(0.1, shape=[3])) | tf.Variable(tf.random_uniform([3, 4], -1, 1))
tf.Variable(lambda: tf.random_normal([2])) | tf.Variable(0, trainable=False)
tf.Variable([1.0, 2.0]) | tf.Variable(np.ones([2, 2], np.float32))
tf.Variable(tf.zeros([3]), name="b")
# initializers
tf.get_variable("v", [3, 4])
tf.get_variable("v", [3, 4], initializer=tf.random_normal_initializer(0, 0.1))
tf.get_variable("v", [3, 4], initializer=tf.truncated_normal_initializer(stddev=0.1))
tf.get_variable("v", [3, 4], initializer=tf.random_uniform_initializer(-1, 1))
tf.get_variable("v", [3, 4], initializer=tf.constant_initializer(0.1))
tf.get_variable("v", [3], initializer=tf.zeros_initializer())
tf.get_variable("v", initializer=tf.zeros([3]))
tf.get_variable("v", [3, 4], initializer=tf.glorot_uniform_initializer())
tf.get_variable("v", [3, 4], initializer=tf.glorot_normal_initializer())
tf.get_variable("v", [3, 4], initializer=tf.variance_scaling_initializer())
tf.get_variable("v", [3, 4], initializer=tf.contrib.layers.xavier_initializer())
tf.get_variable("v", [3, 3, 2, 4], initializer=tf.contrib.layers.xavier_initializer_conv2d())
tf.get_variable("v", [3, 4], initializer=tf.contrib.layers.xavier_initializer(uniform=False))
tf.get_variable("v", [3, 4], initializer=tf.contrib.layers.variance_scaling_initializer())
tf.get_variable("v", [3, 4], initializer=tf.orthogonal_initializer())
tf.get_variable("v", [3, 4], regularizer=tf.contrib.layers.l2_regularizer(0.1))
tf.Variable(tf.contrib.layers.xavier_initializer()([3, 4]))
tf.get_variable("v", [3, 4], initializer=tf.ones_initializer)
tf.get_variable("v", [4, 4], initializer=tf.initializers.identity())
tf.get_variable("v", [3, 4], initializer=tf.initializers.he_normal())
tf.get_variable("v", [3, 4], initializer=tf.initializers.lecun_normal())
tf.get_variable("v", [3, 4], initializer=tf.uniform_unit_scaling_initializer())
tf.get_variable("v", [3, 4], initializer=tf.random_normal_initializer)
# layers
tf.layers.dense(x, 5) | tf.layers.dense(x, 5, activation=tf.nn.relu) | tf.layers.dense(u, 5)
tf.layers.dense(a3, 5) | tf.layers.dense(x, 5, use_bias=False)
tf.layers.dense(x, 5, kernel_initializer=tf.random_normal_initializer(0, 0.1))
tf.layers.dense(x, 5, kernel_regularizer=tf.contrib.layers.l2_regularizer(0.1))
tf.layers.dense(x, 5, name="d") | tf.layers.conv2d(im, 4, 3)
tf.layers.conv2d(im, 4, [5, 5], padding="same", activation=tf.nn.relu)
tf.layers.conv2d(imu, 4, 3) | tf.layers.conv2d(im, 4, 3, strides=2)
tf.layers.max_pooling2d(im, 2, 2) | tf.layers.max_pooling2d(im, [2, 2], [2, 2], padding="same")
tf.layers.average_pooling2d(im, 2, 2) | tf.layers.flatten(im) | tf.layers.flatten(x)
tf.layers.flatten(tf.reshape(x, [-1, 2, 4])) | tf.layers.batch_normalization(im)
tf.layers.batch_normalization(im, training=False) | tf.zeros([tf.shape(x)[0], 3, 4])
tf.zeros([3, tf.shape(x)[0]]) | tf.ones([tf.shape(x)[0], 3]) | tf.reduce_sum(s)
tf.layers.Conv2D(4, 3)(im) | tf.layers.conv3d(tf.expand_dims(im, 1), 4, [1, 3, 3])
tf.keras.layers.Dense(3)(x) | tf.keras.layers.Conv2D(3, 3)(im) | tf.layers.dense(im, 5)
tf.nn.conv2d_transpose(imu, kt, [4, 16, 16, 3], [1, 2, 2, 1]) | tf.layers.flatten(imu)
tf.layers.batch_normalization(x) | tf.layers.batch_normalization(x, training=True)
tf.layers.batch_normalization(x, training=tr) | tf.layers.batch_normalization(im, training=True)
tf.layers.batch_normalization(im, training=tr) | tf.layers.conv2d_transpose(im, 4, 3, strides=2)
tf.layers.conv2d_transpose(imu, 4, 3, strides=2, padding="same") | tf.layers.conv1d(a3, 4, 2)
tf.layers.separable_conv2d(im, 4, 3)
# contrib
tf.contrib.layers.fully_connected(x, 5)
tf.contrib.layers.fully_connected(x, 5, activation_fn=None)
tf.contrib.layers.fully_connected(a3, 5)
tf.contrib.layers.fully_connected(x, 5, normalizer_fn=tf.contrib.layers.batch_norm)
tf.contrib.layers.fully_connected(x, 5, weights_regularizer=tf.contrib.layers.l2_regularizer(0.1))
tf.contrib.layers.conv2d(im, 4, 3)
tf.contrib.layers.conv2d(im, 4, 3, activation_fn=None, stride=2)
tf.contrib.layers.max_pool2d(im, 2) | tf.contrib.layers.avg_pool2d(im, 2)
tf.contrib.layers.flatten(im) | tf.contrib.layers.flatten(imu) | tf.contrib.layers.batch_norm(x)
tf.contrib.layers.batch_norm(im, is_training=True)
tf.contrib.layers.batch_norm(im, is_training=tr)
tf.contrib.layers.conv2d_transpose(im, 4, 3, stride=2) | tf.contrib.layers.layer_norm(x)
tf.contrib.layers.one_hot_encoding(li, 10) | tf.contrib.layers.linear(x, 5)
tf.contrib.layers.relu(x, 5) | tf.contrib.slim.fully_connected(x, 5)
tf.contrib.slim.conv2d(im, 4, [3, 3]) | tf.contrib.slim.dropout(x, 0.5)
tf.contrib.layers.apply_regularization(tf.contrib.layers.l1_regularizer(0.1), [w])
# recurrent
rnn("BasicRNNCell") | rnn("BasicLSTMCell") | rnn("LSTMCell") | rnn("GRUCell")
srnn("BasicRNNCell") | srnn("BasicLSTMCell") | srnn("LSTMCell") | srnn("GRUCell")
birnn("BasicLSTMCell") | sbirnn("BasicLSTMCell") | multi("BasicLSTMCell") | multi("GRUCell")
rnn("BasicLSTMCell", drop=True) | tf.nn.rnn_cell.BasicLSTMCell(5).zero_state(4, tf.float32)
tf.contrib.rnn.BasicLSTMCell(5).zero_state(tf.shape(x)[0], tf.float32)
# shapes and choices
tf.reshape(x, [-1, 2, 4]) | tf.reshape(im, [-1, int(np.prod(im.get_shape()[1:]))])
tf.transpose(x) | tf.transpose(a3, [1, 0, 2]) | tf.expand_dims(x, 1)
tf.squeeze(tf.expand_dims(x, 1)) | tf.concat([x, y], 1) | tf.concat([x, y], axis=0)
tf.stack([x, y]) | tf.unstack(a3, axis=1) | tf.unstack(u) | tf.split(x, 2, 1)
tf.split(x, [3, 5], 1) | tf.split(axis=1, num_or_size_splits=4, value=x) | tf.tile(x, [2, 1])
tf.pad(x, [[1, 1], [0, 0]]) | tf.slice(x, [0, 0], [1, 2]) | x[0] | x[:, 1:3] | x[-1] | x[..., 0]
a3[:, -1, :] | tf.gather(x, [0, 1]) | tf.gather_nd(x, [[0, 0]]) | tf.one_hot(li, 10)
tf.one_hot(li, depth=10, on_value=1.0, off_value=0.0) | tf.argmax(x, 1) | tf.argmin(x, 1)
tf.equal(tf.argmax(x, 1), tf.argmax(y, 1)) | tf.cast(x, tf.int32) | tf.to_float(li)
tf.to_int32(x) | tf.cast(li, "float") | tf.shape(x) | tf.size(x) | tf.rank(x) | tf.zeros([2, 3])
tf.ones([2, 3]) | tf.zeros([tf.shape(x)[0], 3]) | tf.zeros_like(x) | tf.ones_like(x)
tf.zeros_like(u) | tf.fill([2, 3], 1.0) | tf.constant(1.0) | tf.constant([1, 2]) | tf.range(5)
tf.linspace(0.0, 1.0, 5) | tf.eye(3) | tf.diag([1.0, 2.0]) | tf.identity(x) | tf.stop_gradient(x)
tf.where(x > 0, x, y) | tf.where(x > 0) | tf.reverse(x, [1]) | tf.cumsum(x)
tf.sequence_mask([1, 2], 3) | tf.boolean_mask(x, [True] * 4) | tf.nn.top_k(x, 2)
tf.nn.in_top_k(x, li, 1) | tf.meshgrid(tf.range(2), tf.range(3))
tf.unsorted_segment_sum(x, [0, 1, 0, 1], 2) | tf.segment_sum(u, [0, 0, 1, 1]) | tf.norm(x)
tf.norm(x, axis=1) | tf.scatter_nd([[0]], [1.0], [3]) | tf.dynamic_partition(u, [0, 1, 0, 1], 2)
tf.matrix_inverse(tf.eye(3)) | tf.accumulate_n([x, y]) | tf.add_n([x, y]) | tf.floor(x)
tf.round(x) | tf.logical_and(x > 0, y > 0) | x > y | tf.greater(x, 0.5) | tf.not_equal(x, y)
tf.is_nan(x) | tf.check_numerics(x, "") | tf.Print(x, [x]) | tf.confusion_matrix(li, li, 10)
tf.string_join(["a", "b"]) | tf.as_string(x)
# control flow
tf.cond(tr, lambda: x, lambda: y) | tf.cond(tr, lambda: x * 2.0, lambda: y + 1.0)
tf.while_loop(lambda i: i < 5, lambda i: i + 1, [0])
tf.while_loop(lambda i, z: i < 5, lambda i, z: (i + 1, z * 2.0), [0, u])
tf.map_fn(lambda r: r * 2.0, x) | tf.scan(lambda a, r: a + r, x)
tf.case([(tr, lambda: x)], default=lambda: y) | tf.foldl(lambda a, r: a + r, x)
tf.py_func(lambda z: z, [x], tf.float32)
# optimizers and the like
opt("GradientDescentOptimizer", 0.1) | opt("AdamOptimizer", 0.1) | opt("AdagradOptimizer", 0.1)
opt("MomentumOptimizer", 0.1, 0.9) | opt("RMSPropOptimizer", 0.1) | opt("AdadeltaOptimizer", 0.1)
opt("FtrlOptimizer", 0.1) | opt("ProximalGradientDescentOptimizer", 0.1)
tf.gradients(tf.reduce_sum(x * x), x) | clip() | tf.clip_by_global_norm([x, y], 1.0)
tf.train.exponential_decay(0.1, tf.Variable(0), 100, 0.9)
tf.train.exponential_decay(0.1, tf.Variable(0), 100, 0.9, staircase=True)
tf.train.get_or_create_global_step()
tf.train.ExponentialMovingAverage(0.9).apply([tf.Variable(1.0)])
tf.global_variables_initializer() | tf.local_variables_initializer() | saver() | tf.assign(w, w)
tf.assign_add(tf.Variable(0), 1) | tf.group(tf.assign(w, w)) | tf.no_op()
tf.train.piecewise_constant(tf.Variable(0), [1], [0.1, 0.2])
tf.train.polynomial_decay(0.1, tf.Variable(0), 10) | tf.placeholder(tf.float32)
tf.placeholder(tf.float32, [None, 3]) | tf.placeholder_with_default(1.0, [])
tf.placeholder("float", shape=[None, 3])
# summaries and images
tf.summary.scalar("a", s) | tf.summary.histogram("a", x) | tf.summary.image("a", im) | merged()
tf.metrics.accuracy(li, li) | tf.metrics.mean(x) | tf.image.resize_images(im, [4, 4])
tf.image.resize_bilinear(im, [4, 4]) | tf.image.per_image_standardization(u3)
tf.image.rgb_to_grayscale(u3) | tf.image.resize_image_with_crop_or_pad(im, 4, 4)
tf.image.convert_image_dtype(im, tf.float32) | tf.image.flip_left_right(im)
tf.image.adjust_brightness(im, 0.1)
# what an optimizer adds to a layer
step(tf.layers.dense(x, 5)) | step(tf.layers.batch_normalization(x, training=True))
step(tf.layers.dense(tf.layers.batch_normalization(im, training=True), 3))
step(tf.layers.conv2d(im, 4, 3, activation=tf.nn.relu)) | step(tf.layers.dense(a3, 5))
step(tf.contrib.layers.conv2d(im, 4, 3, normalizer_fn=tf.contrib.layers.batch_norm))
step(tf.contrib.layers.batch_norm(im, is_training=True)) | step(srnn("BasicLSTMCell")[0][-1])
step(tf.nn.embedding_lookup(tf.get_variable("v", [9, 3]), li))
tf.contrib.seq2seq.sequence_loss(a3, tf.zeros([4, 6], tf.int32), tf.ones([4, 6]))
# examples and single images
tf.parse_single_example(text, {"a": tf.FixedLenFeature([], tf.string)})
tf.parse_single_example(text, {"a": tf.VarLenFeature(tf.int64), "b": tf.VarLenFeature(tf.int64)})
tf.parse_example([text], {"a": tf.FixedLenFeature([3], tf.int64)})
tf.parse_example([text], {"a": tf.FixedLenFeature([], tf.int64), "b": tf.VarLenFeature(tf.int64)})
tf.random_crop(u3, [4, 4, 3]) | tf.image.random_flip_left_right(u3) | tf.image.random_hue(u3, 0.2)
tf.image.random_brightness(u3, 0.2) | tf.image.random_contrast(u3, 0.2, 1.8)
tf.image.resize_image_with_crop_or_pad(u3, 6, 6) | tf.image.resize_images(u3, [4, 4])
tf.decode_raw(text, tf.uint8) | tf.image.decode_jpeg(text, channels=3)
tf.TFRecordReader().read(tf.train.string_input_producer(["a"], num_epochs=2))
tf.train.shuffle_batch([u3], 4, 100, 10) | tf.train.batch([u3], 4)
# data
data(lambda d: d.batch(2)) | data_initialized(lambda d: d.batch(2))
data_initialized(lambda d: d.repeat().batch(2).prefetch(1))
data_initialized(lambda d: d.shuffle(10).batch(2)) | data_structured(lambda d: d.batch(2))
data(lambda d: d.shuffle(10).batch(2)) | data(lambda d: d.repeat().shuffle(10).batch(2))
data(lambda d: d.shuffle(10, seed=3).repeat(2).batch(2).prefetch(1))
data(lambda d: d.map(lambda z: z * 2.0).batch(2))
"""

# Calls that build variables or steps have no meaningful gradient.
WITHOUT_GRADIENT = (
    "opt(",
    "step(",
    "clip(",
    "saver(",
    "tf.Variable",
    "tf.get_variable",
    "tf.random",
    "data",
)


def names():
    """The names that the expressions use, created in the default graph."""

    def placeholder(*shape, **options):
        return tf.placeholder(options.get("dtype", tf.float32), list(shape))

    def variable(*shape):
        return tf.Variable(tf.zeros(list(shape)))

    have = {
        "tf": tf,
        "np": np,
        "x": placeholder(None, 8),
        "y": placeholder(None, 8),
        "u": placeholder(4, 8),
        "v": placeholder(4, 8),
        "s": placeholder(),
        "keep": placeholder(),
        "tr": placeholder(dtype=tf.bool),
        "im": placeholder(None, 8, 8, 2),
        "imu": placeholder(4, 8, 8, 2),
        "a3": placeholder(None, 6, 8),
        "u3": placeholder(8, 8, 3),
        "text": placeholder(dtype=tf.string),
        "li": placeholder(None, dtype=tf.int64),
        "ll": placeholder(None, 1, dtype=tf.int64),
        "w": variable(8, 8),
        "b": variable(8),
        "k": variable(3, 3, 2, 4),
        "kt": variable(3, 3, 3, 2),
        "k1": variable(1, 1, 8, 5),
        "k3": variable(2, 8, 4),
        "b2": variable(2),
        "emb": variable(20, 8),
        "nw": variable(20, 8),
        "nb": variable(20),
    }
    a3, f32 = have["a3"], tf.float32

    def cell(name, drop=False):
        made = getattr(tf.nn.rnn_cell, name)(5)
        return tf.nn.rnn_cell.DropoutWrapper(made, output_keep_prob=0.5) if drop else made

    def rnn(name, drop=False):
        return tf.nn.dynamic_rnn(cell(name, drop), a3, dtype=f32)

    def srnn(name):
        return tf.nn.static_rnn(cell(name), tf.unstack(a3, 6, 1), dtype=f32)

    def birnn(name):
        return tf.nn.bidirectional_dynamic_rnn(cell(name), cell(name), a3, dtype=f32)

    def sbirnn(name):
        steps = tf.unstack(a3, 6, 1)
        return tf.nn.static_bidirectional_rnn(cell(name), cell(name), steps, dtype=f32)

    def multi(name):
        cells = tf.nn.rnn_cell.MultiRNNCell([cell(name), cell(name)])
        return tf.nn.dynamic_rnn(cells, a3, dtype=f32)

    def loss():
        return tf.reduce_mean(tf.square(tf.matmul(have["u"], have["w"])))

    def opt(name, *rates):
        return getattr(tf.train, name)(*rates).minimize(loss(), var_list=[have["w"]])

    def step(result):
        return tf.train.AdamOptimizer(0.1).minimize(tf.reduce_mean(result))

    def clip():
        optimizer = tf.train.AdamOptimizer(0.1)
        pairs = optimizer.compute_gradients(loss(), [have["w"]])
        clipped = [(tf.clip_by_value(gradient, -1.0, 1.0), of) for gradient, of in pairs]
        return optimizer.apply_gradients(clipped)

    def saver():
        tf.train.Saver()

    def merged():
        tf.summary.scalar("a", have["s"])
        return tf.summary.merge_all()

    def changed(change):
        return change(tf.data.Dataset.from_tensor_slices(np.ones([10, 3], np.float32)))

    def data(change):
        return changed(change).make_one_shot_iterator().get_next()

    def data_initialized(change):
        return changed(change).make_initializable_iterator().get_next()

    def data_structured(change):
        examples = changed(change)
        iterator = tf.data.Iterator.from_structure(examples.output_types, examples.output_shapes)
        iterator.make_initializer(examples)
        return iterator.get_next()

    functions = (rnn, srnn, birnn, sbirnn, multi, opt, step, clip, saver, merged)
    functions += (data, data_initialized, data_structured)
    have.update({function.__name__: function for function in functions})
    return have


def floats(result):
    """The float tensors of a result, in order."""
    if isinstance(result, (list, tuple)):
        return [one for part in result for one in floats(part)]
    return [result] if isinstance(result, tf.Tensor) and result.dtype.is_floating else []


def count():
    """The next op seed."""
    return tf.get_seed(None)[1]


def counts(expression):
    """The ops that building an expression, and its gradient, adds to a graph."""
    tf.reset_default_graph()
    tf.set_random_seed(1)
    have, graph = names(), tf.get_default_graph()
    ops, before = len(graph.get_operations()), count()
    result = eval(expression, have)
    built = count() - before
    drawn = [op for op in graph.get_operations()[ops:] if "seed2" in op.node_def.attr]
    seeds = [op.get_attr("seed2") - before for op in drawn]
    gradient = None
    if floats(result) and not expression.startswith(WITHOUT_GRADIENT):
        before = count()
        inputs = [have[name] for name in ("x", "y", "u", "v", "im", "imu", "a3", "w", "b", "emb")]
        try:
            tf.gradients(floats(result)[:1], inputs)
            gradient = count() - before
        except LookupError:
            pass  # it has no gradient
    return [built, gradient, seeds]


lines = [line for line in EXPRESSIONS.strip().splitlines() if not line.startswith("#")]
expressions = [expression.strip() for line in lines for expression in line.split(" | ")]
table = [json.dumps(one) + ": " + json.dumps(counts(one)) for one in expressions]
print("{\n" + ",\n".join(table) + "\n}")
