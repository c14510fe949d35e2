"""Builds 21 networks of the kinds that old code had, and prints their graphs, a node per line.

A TensorFlow 1 script. With 1.15.5 it wrote `networks.jsonl.gz`; a test runs it, unmodified, through
`python -m tf_edureka.legacy`. A line is JSON: network, name, type, inputs, attributes. After the
nodes of a graph come those of its functions, by name. With arguments it prints the networks of
these names alone.
"""

import hashlib
import re

import numpy as np
import tensorflow as tf
from telling import tell
from tensorflow.contrib import crf, legacy_seq2seq, rnn, seq2seq, slim
from tensorflow.contrib.slim.nets import resnet_v1

tf.logging.set_verbosity(tf.logging.ERROR)
IMAGES = np.linspace(0, 1, 8 * 28 * 28, dtype=np.float32).reshape(8, 28, 28, 1)
LABELS = np.arange(8) % 4


def dense():
    """Variables, placeholders and gradient descent, as in the first tutorials."""
    x = tf.placeholder(tf.float32, [None, 784], name="x")
    y = tf.placeholder(tf.float32, [None, 10], name="y")
    hidden = x
    for inputs, outputs in ((784, 256), (256, 128)):
        kernel = tf.Variable(tf.random_normal([inputs, outputs], stddev=0.1))
        bias = tf.Variable(tf.zeros([outputs]))
        hidden = tf.nn.dropout(tf.nn.relu(tf.matmul(hidden, kernel) + bias), keep_prob=0.8)
    logits = tf.matmul(hidden, tf.Variable(tf.truncated_normal([128, 10]))) + tf.Variable(
        [0.1] * 10
    )
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=y))
    tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    hits = tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1))
    tf.reduce_mean(tf.cast(hits, tf.float32), name="accuracy")
    tf.global_variables_initializer()


def lenet():
    """`tf.layers`, and a metric."""
    images, labels = image_placeholders()
    training = tf.placeholder_with_default(False, [])
    x = tf.layers.conv2d(images, 6, 5, padding="same", activation=tf.nn.relu)
    x = tf.layers.max_pooling2d(x, 2, 2)
    x = tf.layers.conv2d(x, 16, 5, activation=tf.nn.relu)
    x = tf.layers.flatten(tf.layers.average_pooling2d(x, 2, 2))
    x = tf.layers.dense(x, 84, tf.nn.relu, kernel_regularizer=tf.nn.l2_loss, name="full")
    logits = tf.layers.dense(tf.layers.dropout(x, 0.4, training=training), 10)
    tf.losses.sparse_softmax_cross_entropy(labels, logits)
    tf.metrics.accuracy(labels, tf.argmax(logits, 1))
    tf.train.AdamOptimizer().minimize(tf.losses.get_total_loss())
    tf.group(tf.global_variables_initializer(), tf.local_variables_initializer())


def slim_network():
    """`slim` with `arg_scope` and batch normalization; its train op runs the updates."""
    images, labels = image_placeholders()
    with slim.arg_scope(
        [slim.conv2d, slim.fully_connected],
        normalizer_fn=slim.batch_norm,
        normalizer_params={"is_training": True, "decay": 0.9},
        weights_regularizer=slim.l2_regularizer(5e-4),
        weights_initializer=tf.truncated_normal_initializer(stddev=0.01),
    ):
        x = slim.repeat(images, 2, slim.conv2d, 8, [3, 3], scope="conv")
        x = slim.max_pool2d(x, [2, 2], scope="pool")
        x = slim.separable_conv2d(x, 8, [3, 3], 1, scope="separable")
        x = slim.dropout(slim.flatten(x), 0.5, scope="dropout")
        x = slim.stack(x, slim.fully_connected, [32, 16], scope="full")
    logits = slim.fully_connected(x, 4, activation_fn=None, scope="logits")
    slim.losses.softmax_cross_entropy(logits, slim.one_hot_encoding(labels, 4))
    loss = slim.losses.get_total_loss()
    slim.learning.create_train_op(loss, tf.train.MomentumOptimizer(0.01, 0.9))


def contrib_layers():
    """`tf.contrib.layers`, trained by its `optimize_loss`."""
    layers = tf.contrib.layers
    images, labels = image_placeholders()
    x = layers.conv2d(images, 4, 3, normalizer_fn=layers.layer_norm)
    x = layers.max_pool2d(layers.conv2d(x, 4, 3, stride=2, activation_fn=tf.nn.elu), 2)
    x = layers.fully_connected(
        layers.flatten(x), 16, weights_regularizer=layers.l1_l2_regularizer(1e-3, 1e-3)
    )
    x = layers.dropout(x, 0.6)
    logits = layers.linear(x, 4, weights_initializer=layers.xavier_initializer())
    loss = tf.losses.softmax_cross_entropy(layers.one_hot_encoding(labels, 4), logits)
    layers.optimize_loss(
        loss,
        tf.train.get_or_create_global_step(),
        learning_rate=0.01,
        optimizer="Adagrad",
        clip_gradients=5.0,
        gradient_noise_scale=0.1,
        learning_rate_decay_fn=lambda rate, step: tf.train.inverse_time_decay(rate, step, 100, 0.5),
        summaries=["loss", "learning_rate", "global_gradient_norm"],
    )


def residual():
    """Two blocks of `slim`'s ResNet, a multi-class loss, RMSProp."""
    images, labels = tf.ones([2, 32, 32, 3]), tf.constant([0, 1])
    blocks = [
        resnet_v1.resnet_v1_block("block1", base_depth=4, num_units=2, stride=2),
        resnet_v1.resnet_v1_block("block2", base_depth=8, num_units=1, stride=1),
    ]
    with slim.arg_scope(resnet_v1.resnet_arg_scope(weight_decay=1e-4)):
        logits, _ = resnet_v1.resnet_v1(images, blocks, 4, is_training=True)
    tf.losses.sparse_softmax_cross_entropy(labels, tf.squeeze(logits, [1, 2]))
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        tf.train.RMSPropOptimizer(0.01).minimize(tf.losses.get_total_loss())


def recurrent():
    """Two layers of LSTM with dropout, over sequences of several lengths."""
    x, lengths = tf.placeholder(tf.float32, [None, 12, 6]), tf.placeholder(tf.int32, [None])
    cells = [
        tf.nn.rnn_cell.DropoutWrapper(
            tf.nn.rnn_cell.BasicLSTMCell(size), output_keep_prob=0.8, state_keep_prob=0.9
        )
        for size in (16, 8)
    ]
    cell = tf.nn.rnn_cell.MultiRNNCell(cells)
    outputs, state = tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float32)
    logits = tf.layers.dense(tf.concat([outputs[:, -1], state[-1].h], 1), 3)
    labels = tf.placeholder(tf.int64, [None])
    train(tf.losses.sparse_softmax_cross_entropy(labels, logits))


def both_ways():
    """Embeddings and a bidirectional GRU."""
    words, labels = tf.placeholder(tf.int32, [None, None]), tf.placeholder(tf.float32, [None, 1])
    table = tf.get_variable("table", [50, 8], initializer=tf.random_uniform_initializer(-1, 1))
    x = tf.nn.embedding_lookup(table, words)
    lengths = tf.reduce_sum(tf.sign(words), 1)
    forth, back = rnn.GRUCell(8), rnn.GRUCell(8)
    outputs, _ = tf.nn.bidirectional_dynamic_rnn(forth, back, x, lengths, dtype=tf.float32)
    logits = tf.layers.dense(tf.reduce_max(tf.concat(outputs, 2), 1), 1)
    train(tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)))


def translation():
    """`static_rnn`, and `legacy_seq2seq` with attention."""
    words = [tf.placeholder(tf.int32, [None], f"word{i}") for i in range(4)]
    x = tf.unstack(tf.one_hot(tf.stack(words, 1), 20), axis=1)
    _, state = rnn.static_rnn(rnn.LSTMCell(8, use_peepholes=True), x, dtype=tf.float32)
    outputs, _ = legacy_seq2seq.embedding_attention_seq2seq(
        words, words, rnn.GRUCell(8), 20, 20, embedding_size=8
    )
    weights = [tf.ones_like(word, tf.float32) for word in words]
    loss = legacy_seq2seq.sequence_loss(outputs, words[1:] + words[:1], weights)
    train(loss + tf.reduce_mean(tf.square(state.c)))


def attention():
    """A decoder with Bahdanau's attention, taught by the targets."""
    cell, memory, lengths, table = attending()
    targets = tf.placeholder(tf.int32, [4, 5])
    helper = seq2seq.TrainingHelper(tf.nn.embedding_lookup(table, targets), [5, 5, 4, 3])
    projection = tf.layers.Dense(20, use_bias=False, name="projection")
    state = cell.zero_state(4, tf.float32)
    decoder = seq2seq.BasicDecoder(cell, helper, state, projection)
    outputs, _, _ = seq2seq.dynamic_decode(decoder)
    weights = tf.sequence_mask([5, 5, 4, 3], dtype=tf.float32)
    train(seq2seq.sequence_loss(outputs.rnn_output, targets, weights))


def beam_search():
    """The decoder's beam search, without training: no gradient goes through it."""
    cell, _, _, table = attending(beams=3)
    state = cell.zero_state(4 * 3, tf.float32)
    projection = tf.layers.Dense(20, use_bias=False, name="projection")
    decoder = seq2seq.BeamSearchDecoder(cell, table, [1] * 4, 2, state, 3, projection, 0.6)
    outputs, _, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=10)
    tf.identity(outputs.predicted_ids, "predicted")


def attending(beams=1):
    """A cell that attends to an encoder's outputs, these, their lengths, and the embeddings."""
    words = tf.placeholder(tf.int32, [4, None], "words")
    lengths = tf.placeholder(tf.int32, [4], "lengths")
    table = tf.get_variable("table", [20, 8])
    x = tf.nn.embedding_lookup(table, words)
    memory, _ = tf.nn.dynamic_rnn(rnn.GRUCell(8), x, lengths, dtype=tf.float32)
    if beams > 1:
        memory, lengths = (seq2seq.tile_batch(tensor, beams) for tensor in (memory, lengths))
    mechanism = seq2seq.BahdanauAttention(8, memory, lengths)
    cell = seq2seq.AttentionWrapper(rnn.BasicLSTMCell(8), mechanism, attention_layer_size=8)
    return cell, memory, lengths, table


def random_field():
    """A conditional random field over an LSTM: its likelihood and its best path."""
    x, tags = tf.placeholder(tf.float32, [None, 6, 5]), tf.placeholder(tf.int32, [None, 6])
    lengths = tf.placeholder(tf.int32, [None])
    outputs, _ = tf.nn.dynamic_rnn(rnn.LSTMCell(8), x, lengths, dtype=tf.float32)
    scores = tf.layers.dense(outputs, 4)
    likelihood, transitions = crf.crf_log_likelihood(scores, tags, lengths)
    crf.crf_decode(scores, transitions, lengths)
    train(-tf.reduce_mean(likelihood))


def keras_convolutions():
    """`tf.keras.Sequential`, with the function that trains it."""
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", input_shape=(28, 28, 1)),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(
                4, activation="softmax", kernel_regularizer=tf.keras.regularizers.l2(0.01)
            ),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model._make_train_function()  # noqa: SLF001 - what `fit` calls


def keras_recurrent():
    """A functional model of `tf.keras` with an embedding and an LSTM."""
    words = tf.keras.Input((7,))
    x = tf.keras.layers.Embedding(20, 8)(words)
    x = tf.keras.layers.LSTM(8, dropout=0.2, return_sequences=True)(x)
    x = tf.keras.layers.GlobalAveragePooling1D()(x)
    model = tf.keras.Model(words, tf.keras.layers.Dense(1, activation="sigmoid")(x))
    model.compile(tf.keras.optimizers.RMSprop(0.01), "binary_crossentropy")
    model._make_train_function()  # noqa: SLF001


def adversaries():
    """A generator and a discriminator, each with the optimizer of its own variables."""

    def generator(noise):
        with tf.variable_scope("generator"):
            x = tf.layers.dense(noise, 16, tf.nn.leaky_relu)
            return tf.layers.dense(x, 784, tf.nn.tanh)

    def discriminator(x, reuse):
        with tf.variable_scope("discriminator", reuse=reuse):
            return tf.layers.dense(tf.layers.dense(x, 16, tf.nn.leaky_relu), 1)

    def cost(logits, target):
        labels = tf.fill(tf.shape(logits), target)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))

    true = tf.placeholder(tf.float32, [None, 784])
    false = generator(tf.random_uniform([tf.shape(true)[0], 10], -1, 1))
    of_true, of_false = discriminator(true, reuse=False), discriminator(false, reuse=True)
    losses = {"discriminator": cost(of_true, 0.9) + cost(of_false, 0.0)}
    losses["generator"] = cost(of_false, 1.0)
    for name, loss in sorted(losses.items()):
        variables = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, name)
        tf.train.AdamOptimizer(2e-4, beta1=0.5).minimize(loss, var_list=variables)


def variational():
    """A variational autoencoder: one draw by `random_normal`, one by `tf.distributions`."""
    x = tf.placeholder(tf.float32, [None, 784])
    mean, log_variance = tf.split(tf.layers.dense(tf.layers.dense(x, 32, tf.nn.elu), 8), 2, 1)
    latent = mean + tf.exp(log_variance / 2) * tf.random_normal(tf.shape(mean))
    posterior = tf.distributions.Normal(mean, tf.nn.softplus(log_variance))
    prior = tf.distributions.Normal(tf.zeros(4), tf.ones(4))
    distance = tf.distributions.kl_divergence(posterior, prior)
    logits = tf.layers.dense(tf.layers.dense(latent + posterior.sample(), 32, tf.nn.elu), 784)
    likelihood = tf.distributions.Bernoulli(logits=logits).log_prob(x)
    train(tf.reduce_mean(tf.reduce_sum(distance, 1) - tf.reduce_sum(likelihood, 1)))


def word2vec():
    """Skip-grams with noise-contrastive estimation, and the nearest words."""
    words, contexts = tf.placeholder(tf.int32, [16]), tf.placeholder(tf.int32, [16, 1])
    with tf.device("/cpu:0"), tf.name_scope("embeddings"):
        table = tf.Variable(tf.random_uniform([50, 8], -1.0, 1.0))
        embedded = tf.nn.embedding_lookup(table, words)
    kernel = tf.Variable(tf.truncated_normal([50, 8], stddev=1 / np.sqrt(8)))
    loss = tf.nn.nce_loss(kernel, tf.Variable(tf.zeros([50])), contexts, embedded, 4, 50)
    tf.train.GradientDescentOptimizer(1.0).minimize(tf.reduce_mean(loss))
    normal = table / tf.sqrt(tf.reduce_sum(tf.square(table), 1, keep_dims=True))
    similar = tf.matmul(tf.nn.embedding_lookup(normal, [3, 5]), normal, transpose_b=True)
    tf.nn.top_k(similar, 4)


def pipeline():
    """`tf.data`, and batch normalization whose updates the step waits for."""
    data = tf.data.Dataset.from_tensor_slices((IMAGES, LABELS))
    data = data.map(lambda image, label: (tf.image.per_image_standardization(image), label))
    data = data.filter(lambda _, label: label < 3).shuffle(8).repeat(2).batch(4).prefetch(1)
    images, labels = data.make_initializable_iterator().get_next()
    x = tf.layers.conv2d(images, 4, 3, strides=2, use_bias=False)
    x = tf.nn.relu(tf.layers.batch_normalization(x, training=True))
    logits = tf.layers.dense(tf.reduce_mean(x, [1, 2]), 4)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True).minimize(loss)


def loop():
    """A loop with a branch in it, `map_fn` and `scan`, and the gradient through them."""
    x = tf.Variable(tf.random_normal([3, 3]))

    def step(i, z):
        return i + 1, tf.cond(i > 2, lambda: tf.matmul(z, x), lambda: z + x[0])

    _, z = tf.while_loop(lambda i, z: i < 5, step, [0, tf.ones([3, 3])])
    z = tf.map_fn(lambda row: tf.nn.softmax(row) * 2.0, z)
    sums = tf.scan(lambda total, row: total + row, z)
    tf.train.FtrlOptimizer(0.1).minimize(tf.reduce_sum(sums), var_list=[x])


def autoencoder():
    """Convolutions there and back, a resized target, and summaries."""
    images, _ = image_placeholders()
    x = tf.layers.conv2d(tf.image.random_flip_left_right(images[0])[None], 8, 3, 2, "same")
    kernel = tf.get_variable("kernel", [3, 3, 4, 8])
    x = tf.nn.relu(tf.nn.conv2d_transpose(x, kernel, [1, 28, 28, 4], [1, 2, 2, 1]))
    x = tf.layers.conv2d_transpose(x, 1, 3, strides=2, padding="same", activation=tf.sigmoid)
    target = tf.image.resize_bilinear(images[:1], [56, 56])
    near = tf.image.resize_images(x, [14, 14], tf.image.ResizeMethod.NEAREST_NEIGHBOR)
    loss = tf.losses.mean_squared_error(target, x) + tf.reduce_mean(tf.abs(near))
    tf.summary.scalar("loss", loss)
    tf.summary.image("decoded", x, max_outputs=1)
    tf.summary.histogram("kernel", kernel)
    tf.summary.merge_all()
    tf.train.AdadeltaOptimizer(1.0).minimize(loss)


def columns():
    """Feature columns of several kinds, a dense network on them, and metrics."""
    column = tf.feature_column
    city = column.categorical_column_with_vocabulary_list(
        "city", ["Rome", "Oslo"], num_oov_buckets=1
    )
    street = column.categorical_column_with_hash_bucket("street", 20)
    age = column.numeric_column("age", normalizer_fn=lambda x: x / 100.0)
    features = {
        "city": tf.placeholder(tf.string, [None, 1]),
        "street": tf.placeholder(tf.string, [None, 1]),
        "age": tf.placeholder(tf.float32, [None, 1]),
    }
    kinds = [
        age,
        column.bucketized_column(column.numeric_column("age"), [18, 65]),
        column.indicator_column(city),
        column.embedding_column(street, 4),
        column.indicator_column(column.crossed_column(["city", "street"], 10)),
    ]
    x = tf.layers.dense(column.input_layer(features, kinds), 8, tf.nn.relu)
    logits = tf.layers.dense(x, 1) + column.linear_model(features, [city, age])
    labels = tf.placeholder(tf.float32, [None, 1])
    tf.metrics.auc(labels, tf.sigmoid(logits))
    tf.metrics.mean(logits)
    tf.train.AdagradOptimizer(0.05).minimize(tf.losses.sigmoid_cross_entropy(labels, logits))
    tf.tables_initializer()


def schedule():
    """Decay of the learning rate, clipped gradients, moving averages, and a saver."""
    x, y = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [None])
    with tf.variable_scope("model", initializer=tf.glorot_normal_initializer()):
        prediction = tf.squeeze(tf.layers.dense(x, 1), 1)
    loss = tf.losses.huber_loss(y, prediction)
    count = tf.train.get_or_create_global_step()
    rate = tf.train.exponential_decay(0.1, count, 100, 0.96, staircase=True)
    optimizer = tf.train.AdamOptimizer(rate)
    gradients, variables = zip(*optimizer.compute_gradients(loss))  # noqa: B905 - nor has Python 3.7
    gradients, _ = tf.clip_by_global_norm(gradients, 5.0)
    step = optimizer.apply_gradients(list(zip(gradients, variables)), count)  # noqa: B905
    averages = tf.train.ExponentialMovingAverage(0.99, count)
    with tf.control_dependencies([step]):
        averages.apply(tf.trainable_variables())
    tf.train.Saver(averages.variables_to_restore(), max_to_keep=2)


def image_placeholders():
    """Placeholders of images and of their labels."""
    return tf.placeholder(tf.float32, [None, 28, 28, 1]), tf.placeholder(tf.int64, [None])


def train(loss):
    """Adam with the global step, for the networks that are not about training."""
    tf.train.AdamOptimizer(0.01).minimize(loss, tf.train.get_or_create_global_step())


def shape(proto):
    """A shape as text."""
    return "?" if proto.unknown_rank else str([dim.size for dim in proto.dim])


def tensor(proto):
    """Type, shape and values of a tensor; of more than a few values their SHA-256."""
    values = tf.make_ndarray(proto)
    text = " ".join(map(str, values.ravel()))
    if len(text) > 60:
        text = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{tf.as_dtype(proto.dtype).name}{list(values.shape)} {text}"


def function(proto):
    """A function's name and its attributes."""
    return f"{plain(proto.name)} {attributes(proto)}"


def plain(name):
    """A name without what differs per process: the number of a function, a table's UUID."""
    return re.sub(r"_(\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$", "", name)


# Text of each kind of attribute, the same for both TensorFlow versions.
KINDS = {
    "s": lambda value: plain(value.decode("latin1")),
    "i": str,
    "f": lambda value: str(np.float32(value)),
    "b": str,
    "type": lambda value: tf.as_dtype(value).name,
    "shape": shape,
    "tensor": tensor,
    "func": function,
    "placeholder": str,
    "list": lambda value: str(
        [KINDS[field.name](item) for field, items in value.ListFields() for item in items]
    ),
}


def attributes(node):
    """The attributes of a node as text; its device is one of them."""
    texts = {"device": node.device} if getattr(node, "device", "") else {}
    for key, value in sorted(node.attr.items()):
        kind = value.WhichOneof("value")
        texts[key] = KINDS[kind](getattr(value, kind))
    return texts


def graph_of(network):
    """Builds a network in a graph of its own."""
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(1)
        np.random.seed(1)  # noqa: NPY002 - from which Keras seeds its dropout
        network()
    return graph.as_graph_def()


def lines(graph):
    """Name, type, inputs and attributes of each node."""
    for node in graph.node:
        yield [node.name, node.op, list(node.input), attributes(node)]
    for function in graph.library.function:
        for node in sorted(function.node_def, key=lambda node: node.name):
            name = f"{plain(function.signature.name)}/{node.name}"
            yield [name, node.op, list(node.input), attributes(node)]


NETWORKS = (
    dense, lenet, slim_network, contrib_layers, residual, recurrent, both_ways, translation,
    attention, beam_search, random_field, keras_convolutions, keras_recurrent, adversaries,
    variational, word2vec, pipeline, loop, autoencoder, columns, schedule,
)  # fmt: skip
tell(NETWORKS, lambda network: lines(graph_of(network)))
