"""Trains for a few steps what old code had beside plain networks, and prints what comes out.

A TensorFlow 1 script, as `networks.py` is. With 1.15.5 it wrote `short_trainings.jsonl`. A line is
JSON: a name, and the numbers that this training comes to, mostly the losses before each of four
steps. With arguments it runs the trainings of these names alone.
"""

import re
import tempfile

import numpy as np
import tensorflow as tf
from telling import tell
from tensorflow.contrib import crf, rnn, seq2seq

tf.logging.set_verbosity(tf.logging.ERROR)
random = np.random.RandomState(0)
FEATURES = random.rand(32, 6).astype(np.float32)
TARGETS = FEATURES.sum(1, keepdims=True) + random.rand(32, 1).astype(np.float32)
LABELS = random.randint(0, 3, 32)
WORDS = random.randint(3, 20, [4, 5]).astype(np.int32)
SEQUENCES = random.rand(8, 6, 5).astype(np.float32)
TAGS = random.randint(0, 4, [8, 6]).astype(np.int32)
LENGTHS = np.array([6, 6, 5, 4, 3, 6, 2, 1], np.int32)
IMAGES = random.rand(8, 8, 8, 1).astype(np.float32)


def attention():
    """A decoder with Bahdanau's attention."""
    cell, table = attending()
    helper = seq2seq.TrainingHelper(tf.nn.embedding_lookup(table, WORDS), [5, 5, 4, 3])
    decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(4, tf.float32), projection())
    outputs, _, _ = seq2seq.dynamic_decode(decoder)
    weights = tf.sequence_mask([5, 5, 4, 3], dtype=tf.float32)
    return course(seq2seq.sequence_loss(outputs.rnn_output, tf.constant(WORDS), weights))


def beam_search():
    """The sequences that the decoder's beam search finds, and their scores."""
    cell, table = attending(beams=3)
    state = cell.zero_state(4 * 3, tf.float32)
    decoder = seq2seq.BeamSearchDecoder(cell, table, [1] * 4, 2, state, 3, projection(), 0.6)
    outputs, state, lengths = seq2seq.dynamic_decode(decoder, maximum_iterations=8)
    return values(outputs.predicted_ids, state.log_probs, lengths)


def attending(beams=1):
    """A cell that attends to an encoder's outputs, and the embeddings."""
    table = tf.get_variable("table", [20, 8], initializer=tf.random_normal_initializer())
    x = tf.nn.embedding_lookup(table, WORDS)
    memory, _ = tf.nn.dynamic_rnn(rnn.GRUCell(8), x, [5, 4, 3, 5], dtype=tf.float32)
    if beams > 1:
        memory = seq2seq.tile_batch(memory, beams)
    mechanism = seq2seq.BahdanauAttention(8, memory, normalize=True)
    cell = seq2seq.AttentionWrapper(rnn.BasicLSTMCell(8), mechanism, attention_layer_size=8)
    return cell, table


def projection():
    """The layer after the decoder's cell."""
    return tf.layers.Dense(20, kernel_initializer=tf.random_normal_initializer(), name="projection")


def random_field():
    """A conditional random field: losses, and the best paths in the end."""
    scores = tf.layers.dense(tf.constant(SEQUENCES), 4)
    lengths = tf.constant(LENGTHS)
    likelihood, transitions = crf.crf_log_likelihood(scores, tf.constant(TAGS), lengths)
    tags, best = crf.crf_decode(scores, transitions, lengths)
    return course(-tf.reduce_mean(likelihood), tags, best)


def rare_cells():
    """Cells of `contrib.rnn`, one after the other."""
    cells = [
        rnn.NASCell(8),
        rnn.UGRNNCell(8),
        rnn.LayerNormBasicLSTMCell(8),
        rnn.AttentionCellWrapper(rnn.GRUCell(8), 2, state_is_tuple=True),
        rnn.ConvLSTMCell(1, [8, 1], 2, [3]),
    ]
    losses = []
    for place, cell in enumerate(cells):
        with tf.variable_scope(f"cell{place}"):
            x = tf.layers.dense(tf.constant(SEQUENCES), 8)
            x = tf.reshape(x, [8, 6, 8, 1]) if place == 4 else x
            outputs, _ = tf.nn.dynamic_rnn(cell, x, LENGTHS, dtype=tf.float32)
            losses.append(tf.reduce_mean(tf.square(outputs - 1.0)))
    return course(tf.stack(losses))


def dropout_in_a_loop():
    """Cells with dropout, sampled again in each step of a sequence."""
    cell = rnn.DropoutWrapper(rnn.BasicLSTMCell(8), 0.9, 0.8, 0.7)
    # One step after the other: in parallel the threads decide which step samples first.
    options = {"dtype": tf.float32, "parallel_iterations": 1}
    outputs, _ = tf.nn.dynamic_rnn(cell, tf.constant(SEQUENCES), LENGTHS, **options)
    return course(tf.reduce_mean(tf.square(outputs - 1.0)))


def classifier():
    """`DNNClassifier`: its evaluation and its weights."""
    columns = [tf.feature_column.numeric_column("x", [6])]
    options = {"n_classes": 3, "dropout": 0.2, "config": seeded()}
    estimator = tf.estimator.DNNClassifier([8, 4], columns, **options)
    feed = tf.estimator.inputs.numpy_input_fn
    estimator.train(feed({"x": FEATURES}, LABELS, 8, None, shuffle=False), steps=4)
    facts = estimator.evaluate(feed({"x": FEATURES}, LABELS, 8, 1, shuffle=False))
    return [facts[key] for key in sorted(facts)], weights(estimator)


def custom_estimator():
    """An `Estimator` with a model function of `tf.layers`: predictions and weights."""

    def model(features, labels, mode, params):
        training = mode == tf.estimator.ModeKeys.TRAIN
        x = tf.layers.dense(features, params["units"], tf.nn.tanh)
        x = tf.layers.batch_normalization(x, training=training)
        x = tf.layers.dropout(x, 0.3, training=training)
        prediction = tf.layers.dense(x, 1)
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, prediction)
        loss = tf.losses.mean_squared_error(labels, prediction)
        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            step = tf.train.AdamOptimizer(0.01).minimize(loss, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, prediction, loss, step)

    def data():
        return tf.data.Dataset.from_tensor_slices((FEATURES, TARGETS)).shuffle(32).batch(8)

    estimator = tf.estimator.Estimator(model, config=seeded(), params={"units": 5})
    estimator.train(data).train(data, steps=2)
    return list(estimator.predict(lambda: data().take(1)))[0], weights(estimator)


def linear_regressor():
    """`LinearRegressor` with feature columns of several kinds."""
    column = tf.feature_column
    x = column.numeric_column("x", [6])
    label = column.categorical_column_with_identity("label", 3)
    bucket = column.bucketized_column(column.numeric_column("first"), [0.3, 0.6])
    columns = [x, label, bucket, column.crossed_column([label, bucket], 5)]
    features = {"x": FEATURES, "label": LABELS, "first": FEATURES[:, :1]}
    data = tf.estimator.inputs.numpy_input_fn(features, TARGETS, 8, None, shuffle=False)
    estimator = tf.estimator.LinearRegressor(columns, config=seeded())
    return weights(estimator.train(data, steps=4))


def seeded():
    """The run configuration of an estimator."""
    return tf.estimator.RunConfig(tempfile.mkdtemp(dir=FOLDER), tf_random_seed=1)


def weights(estimator):
    """The variables of an estimator, by name, without those of its optimizer."""
    names = sorted(estimator.get_variable_names())
    optimizer = re.compile("Adam|Adagrad|Ftrl|_power")
    return [estimator.get_variable_value(name) for name in names if not optimizer.search(name)]


def preprocessing():
    """`VocabularyProcessor` of `contrib.learn`."""
    processor = tf.contrib.learn.preprocessing.VocabularyProcessor(6, min_frequency=2)
    texts = ["the cat sat on the mat", "the dog's mat, a cat", "no words but new ones here at all"]
    ids = list(processor.fit_transform(texts))
    return ids, len(processor.vocabulary_), list(processor.transform(["A cat on a mat"]))


def distributions():
    """`tf.contrib.distributions`: densities, draws, a divergence; one is fitted."""
    ds = tf.contrib.distributions
    mean = tf.get_variable("mean", [2], initializer=tf.random_normal_initializer())
    normal = ds.MultivariateNormalDiag(mean, tf.nn.softplus([0.5, 1.0]))
    mixture = ds.MixtureSameFamily(
        ds.Categorical(probs=[0.3, 0.7]), ds.Normal(loc=[-1.0, 1.0], scale=[0.1, 0.5])
    )
    bijected = ds.TransformedDistribution(ds.Normal(0.0, 1.0), ds.bijectors.Exp())
    distance = ds.kl_divergence(normal, ds.MultivariateNormalDiag(tf.zeros(2)))
    loss = distance - tf.reduce_mean(mixture.log_prob(normal.sample(4)))
    draws = [mixture.sample(3), normal.sample()]
    return course(loss, bijected.log_prob(2.0), ds.Gamma(2.0, 3.0).cdf(0.5), *draws)


def shuffles():
    """The order of two shuffles; not of `shuffle(n).repeat(k)`, which 1.15.5 made one op of."""
    data = tf.data.Dataset.range(10)
    one = data.repeat(3).shuffle(4).batch(30).make_one_shot_iterator().get_next()
    other = data.shuffle(10).map(lambda x: x + 1).shuffle(3).batch(20)
    return values(one, other.make_one_shot_iterator().get_next())


def loops():
    """Gradients through `while_loop`, `scan`, `map_fn` and `cond`."""
    x = tf.get_variable("x", [3, 3], initializer=tf.random_normal_initializer(stddev=0.5))

    def step(i, z):
        return i + 1, tf.cond(i > 2, lambda: tf.tanh(tf.matmul(z, x)), lambda: z + x[0])

    _, z = tf.while_loop(lambda i, z: i < 5, step, [0, tf.ones([3, 3])])
    z = tf.scan(lambda total, row: total * 0.5 + row, tf.map_fn(tf.nn.softmax, z))
    return course(tf.reduce_sum(tf.square(z)))


def autoencoder():
    """`conv2d_transpose` of `tf.layers` and of `tf.nn`, with dropout behind it."""
    x = tf.layers.conv2d(IMAGES, 4, 3, 2, "same", activation=tf.nn.relu)
    x = tf.layers.conv2d_transpose(x, 4, 3, 2, "same", activation=tf.nn.elu)
    kernel = tf.get_variable("kernel", [3, 3, 1, 4])
    x = tf.nn.conv2d_transpose(tf.nn.dropout(x, 0.8), kernel, IMAGES.shape, [1, 1, 1, 1])
    return course(tf.losses.mean_squared_error(IMAGES, x))


def supervisor():
    """`tf.train.Supervisor`, the second time from a checkpoint."""
    losses = []
    for last in (2, 4):
        with tf.Graph().as_default():
            tf.set_random_seed(1)
            loss, step = regression()
            manager = tf.train.Supervisor(logdir=f"{FOLDER}/supervisor", save_model_secs=0)
            with manager.managed_session() as session:
                while session.run(manager.global_step) < last:
                    losses.append(session.run([loss, step])[0])
                manager.saver.save(session, manager.save_path, manager.global_step)
    return losses


def monitored():
    """`MonitoredTrainingSession` with hooks, the second time from a checkpoint."""
    losses = []

    class Listener(tf.train.SessionRunHook):
        def before_run(self, context):
            return tf.train.SessionRunArgs(loss)

        def after_run(self, context, values):
            losses.append(values.results)

    for last in (2, 4):
        with tf.Graph().as_default():
            tf.set_random_seed(1)
            loss, step = regression()
            hooks = [tf.train.StopAtStepHook(last_step=last), Listener()]
            folder = f"{FOLDER}/monitored"
            with tf.train.MonitoredTrainingSession("", True, folder, hooks=hooks) as session:
                while not session.should_stop():
                    session.run(step)
    return losses


def regression():
    """A loss with dropout, and a training step for it."""
    x = tf.nn.dropout(tf.layers.dense(tf.constant(FEATURES), 8, tf.nn.relu), keep_prob=0.7)
    loss = tf.losses.mean_squared_error(TARGETS, tf.layers.dense(x, 1))
    rate = tf.train.exponential_decay(0.1, tf.train.get_or_create_global_step(), 1, 0.9)
    return loss, tf.train.MomentumOptimizer(rate, 0.9).minimize(loss, tf.train.get_global_step())


def queues():
    """Records from files through queues, with the threads that fill these."""
    names = [f"{FOLDER}/{place}.tfrecord" for place in range(4)]
    for place, name in enumerate(names):
        with tf.python_io.TFRecordWriter(name) as writer:
            for row in range(8 * place, 8 * place + 8):
                x = tf.train.Feature(float_list=tf.train.FloatList(value=FEATURES[row]))
                y = tf.train.Feature(int64_list=tf.train.Int64List(value=[LABELS[row]]))
                features = tf.train.Features(feature={"x": x, "y": y})
                writer.write(tf.train.Example(features=features).SerializeToString())
    queue = tf.train.string_input_producer(names, num_epochs=2)
    _, record = tf.TFRecordReader().read(queue)
    kinds = {"x": tf.FixedLenFeature([6], tf.float32), "y": tf.FixedLenFeature([], tf.int64)}
    features = tf.parse_single_example(record, kinds)
    x, y = tf.train.batch([features["x"], features["y"]], 16)
    return course(tf.losses.sparse_softmax_cross_entropy(y, tf.layers.dense(x, 3)))


def course(loss, *others):
    """The losses before each of four steps, and then some other values."""
    step = tf.train.AdamOptimizer(0.05).minimize(tf.reduce_sum(loss))
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        threads = tf.train.Coordinator()
        tf.train.start_queue_runners(session, threads)
        losses = [session.run([loss, step])[0] for _ in range(4)]
        others = session.run(others)
        threads.request_stop()
    return losses, others


def values(*tensors):
    """The values of tensors."""
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(tensors)


def flat(result):
    """All numbers of a result, nested as it may be, in their order."""
    if isinstance(result, (dict, list, tuple)):
        parts = result.values() if isinstance(result, dict) else result
        return [number for part in parts for number in flat(part)]
    return [round(float(number), 9) for number in np.ravel(result)]


def numbers(training):
    """The line of a training."""
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        return [[flat(training())]]


TRAININGS = (
    attention, beam_search, random_field, rare_cells, dropout_in_a_loop, classifier,
    custom_estimator, linear_regressor, preprocessing, distributions, shuffles, loops,
    autoencoder, supervisor, monitored, queues,
)  # fmt: skip
with tempfile.TemporaryDirectory() as FOLDER:
    tell(TRAININGS, numbers)
