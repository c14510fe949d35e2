"""Writes checkpoints, frozen graphs, SavedModels and HDF5 files of small networks.

A TensorFlow 1 script. With 1.15.5 it wrote them into the folder that is its argument, and that into
`checkpoints.zip`. Beside each `NAME` there is `NAME.npz`, with

- `x`, or where the network needs several inputs all of them, by their names; and its `outputs`;
- `values/VARIABLE`, as the session had them when it saved them;
- where it was trained, what the next step was fed, `next/INPUT`, its `next_loss`, before the step,
  and the variables `after/VARIABLE`;
- `name/x`, `name/outputs`, `name/loss` and `name/step`: names of tensors and of the op of a step.

A partitioned variable is there as a whole. `tests/checkpoint_networks.py` has the networks in
Keras 3.
"""

import collections
import functools
import os
import shutil
import sys
import zipfile

import numpy as np
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)
STEPS = 7
# One thread, so that each sum has one order; two devices, for sharded variables.
CONFIG = tf.ConfigProto(
    intra_op_parallelism_threads=1, inter_op_parallelism_threads=1, device_count={"CPU": 2}
)

# `x`: a value for each input of `outputs`; `fed`: for each input of a step, a function that samples
# a value; `noise`: inputs that are not fed in the next step.
Network = collections.namedtuple("Network", "x outputs loss step fed noise")


def network(x, outputs, loss=None, step=None, fed=None, noise=None):
    return Network(x, outputs, loss, step, fed or {}, noise or {})


def normal(*shape):
    return lambda random: random.normal(size=shape).astype("float32")


def classes(examples, count):
    return lambda random: random.randint(0, count, examples).astype("int32")


def article(random):
    """The article's network, with 16 instead of 256 units."""
    n_hidden_1, n_hidden_2, n_input, n_classes = 16, 16, 784, 10
    x = tf.placeholder("float", [None, n_input])
    y = tf.placeholder("float", [None, n_classes])

    def multilayer_perceptron(x, weights, biases):
        layer_1 = tf.add(tf.matmul(x, weights["h1"]), biases["b1"])
        layer_1 = tf.nn.relu(layer_1)
        layer_2 = tf.add(tf.matmul(layer_1, weights["h2"]), biases["b2"])
        layer_2 = tf.nn.relu(layer_2)
        return tf.matmul(layer_2, weights["out"]) + biases["out"]

    weights = {
        "h1": tf.Variable(tf.random_normal([n_input, n_hidden_1])),
        "h2": tf.Variable(tf.random_normal([n_hidden_1, n_hidden_2])),
        "out": tf.Variable(tf.random_normal([n_hidden_2, n_classes])),
    }
    biases = {
        "b1": tf.Variable(tf.random_normal([n_hidden_1])),
        "b2": tf.Variable(tf.random_normal([n_hidden_2])),
        "out": tf.Variable(tf.random_normal([n_classes])),
    }
    pred = multilayer_perceptron(x, weights, biases)
    cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=pred, labels=y))
    optimizer = tf.train.AdamOptimizer(learning_rate=0.001).minimize(cost)

    def strokes(random):
        """Pictures with a few pixels that are not black, the same ones, for a small file."""
        pictures = np.zeros([8, n_input], "float32")
        pictures[:, 300:312] = random.randint(0, 256, [8, 12]) / 255.0
        return pictures

    def one_hot(random):
        return np.eye(n_classes, dtype="float32")[random.randint(0, n_classes, 8)]

    asked = (random.randint(0, 256, [4, n_input]) / 255.0).astype("float32")
    return network({x: asked}, pred, cost, optimizer, {x: strokes, y: one_hot})


def conv_layers(images, training, keep_prob):
    """Convolutions, batch normalization and dropout to four logits."""
    x = tf.layers.conv2d(images, 3, 3, padding="same")
    x = tf.nn.relu(tf.layers.batch_normalization(x, training=training))
    x = tf.layers.max_pooling2d(x, 2, 2)
    x = tf.layers.conv2d(x, 4, 3, activation=tf.nn.relu)
    x = tf.layers.flatten(x)
    x = tf.layers.dense(x, 6, activation=tf.nn.relu)
    x = tf.nn.dropout(x, keep_prob=keep_prob)
    return tf.layers.dense(x, 4, name="logits")


def conv(random):
    images = tf.placeholder(tf.float32, [None, 6, 6, 2], name="images")
    labels = tf.placeholder(tf.int32, [None], name="labels")
    training = tf.placeholder(tf.bool, [], name="training")
    keep_prob = tf.placeholder_with_default(1.0, [], name="keep_prob")
    logits = conv_layers(images, training, keep_prob)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    global_step = tf.train.get_or_create_global_step()
    rate = tf.train.exponential_decay(0.05, global_step, 3, 0.5, staircase=True)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        step = tf.train.MomentumOptimizer(rate, 0.9).minimize(loss, global_step)
    return network(
        {images: normal(3, 6, 6, 2)(random), training: np.array(False)},
        *(logits, loss, step),
        {images: normal(6, 6, 6, 2), labels: classes(6, 4), training: lambda random: True},
        {keep_prob: 0.5},
    )


def lstm(random):
    x = tf.placeholder(tf.float32, [None, 5, 3], name="x")
    y = tf.placeholder(tf.int32, [None], name="y")
    cell = tf.nn.rnn_cell.BasicLSTMCell(4)
    hidden, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    weights = tf.get_variable("softmax_w", [4, 3])
    biases = tf.get_variable("softmax_b", [3], initializer=tf.zeros_initializer())
    logits = tf.nn.xw_plus_b(hidden[:, -1], weights, biases, name="logits")
    loss = tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits), name="loss"
    )
    step = tf.train.RMSPropOptimizer(0.01, decay=0.9, momentum=0.8).minimize(loss)
    fed = {x: normal(6, 5, 3), y: classes(6, 3)}
    return network({x: normal(3, 5, 3)(random)}, logits, loss, step, fed)


def embedding(random):
    words, length = 20, 5
    ids = tf.placeholder(tf.int32, [None, length], name="ids")
    labels = tf.placeholder(tf.int64, [None], name="labels")
    table = tf.Variable(tf.random_uniform([words, 4], -1.0, 1.0), name="embeddings")
    mean = tf.reduce_mean(tf.nn.embedding_lookup(table, ids), axis=1)
    logits = tf.layers.dense(mean, 3)
    loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    step = tf.train.AdagradOptimizer(0.5).minimize(loss)

    def sentences(random):
        return random.randint(0, words, [4, length]).astype("int32")

    labelled = {ids: sentences, labels: lambda random: random.randint(0, 3, 4)}
    return network({ids: sentences(random)}, logits, loss, step, labelled)


def weights_of_layer(inputs, units, scope, new):
    """Weights and biases by `tf.get_variable`, or `new`, by `tf.Variable`."""
    if new:
        with tf.name_scope(scope):
            weights = tf.Variable(tf.truncated_normal([inputs, units], stddev=0.5), name="weights")
            return weights, tf.Variable(tf.constant(0.1, shape=[units]), name="biases")
    with tf.variable_scope(scope):
        start = tf.random_normal_initializer(stddev=0.5)
        weights = tf.get_variable("W", [inputs, units], initializer=start)
        return weights, tf.get_variable("b", [units], initializer=tf.constant_initializer(0.1))


def regression(optimizer, style):
    """Two dense layers to two numbers, as written in a style, with an optimizer's step."""

    def build(random):
        x = tf.placeholder(tf.float32, [None, 6], name="x")
        y = tf.placeholder(tf.float32, [None, 2], name="y")
        if style == "layers":
            hidden = tf.layers.dense(x, 5, activation=tf.nn.tanh, name="fc1")
            outputs = tf.layers.dense(hidden, 2, name="fc2")
        elif style == "contrib":
            hidden = tf.contrib.layers.fully_connected(x, 5, activation_fn=tf.nn.tanh)
            outputs = tf.contrib.layers.fully_connected(hidden, 2, activation_fn=None)
        else:
            weights, biases = weights_of_layer(6, 5, "hidden", style == "Variable")
            hidden = tf.nn.tanh(tf.matmul(x, weights) + biases)
            weights, biases = weights_of_layer(5, 2, "output", style == "Variable")
            outputs = tf.matmul(hidden, weights) + biases
        loss = tf.reduce_mean(tf.square(outputs - y))
        fed = {x: normal(4, 6), y: normal(4, 2)}
        return network({x: normal(3, 6)(random)}, outputs, loss, optimizer().minimize(loss), fed)

    return build


def sharded(random, optimizer=tf.train.AdamOptimizer):
    """Dense layers on two devices, the first with kernel and bias in two parts."""
    x = tf.placeholder(tf.float32, [None, 6], name="x")
    y = tf.placeholder(tf.float32, [None, 2], name="y")
    hidden = x
    for device, units in enumerate((4, 4)):
        with tf.device(f"/cpu:{device}"):
            split = None if device else tf.fixed_size_partitioner(2)
            with tf.variable_scope(f"layer{device}", partitioner=split):
                hidden = tf.layers.dense(hidden, units, activation=tf.nn.relu)
    with tf.device("/cpu:1"):
        outputs = tf.layers.dense(hidden, 2, name="output")
    loss = tf.losses.mean_squared_error(y, outputs)
    step = optimizer(0.01).minimize(loss)
    fed = {x: normal(4, 6), y: normal(4, 2)}
    return network({x: normal(3, 6)(random)}, outputs, loss, step, fed)


def five(random):
    """Five layers of one shape; their variables have no names and were created in another order."""
    x = tf.placeholder(tf.float32, [None, 6])
    y = tf.placeholder(tf.float32, [None, 6])
    kernels, biases = {}, {}
    for layer in (3, 1, 5, 2, 4):
        kernels[layer] = tf.Variable(tf.random_normal([6, 6], stddev=0.5))
    for layer in (2, 5, 4, 1, 3):
        biases[layer] = tf.Variable(tf.random_normal([6], stddev=0.5))
    outputs = x
    for layer in (1, 2, 3, 4, 5):
        outputs = tf.nn.tanh(tf.matmul(outputs, kernels[layer]) + biases[layer])
    loss = tf.reduce_mean(tf.square(outputs - y))
    step = tf.train.AdamOptimizer(0.01).minimize(loss)
    fed = {x: normal(4, 6), y: normal(4, 6)}
    return network({x: normal(3, 6)(random)}, outputs, loss, step, fed)


def branches(random):
    """Two branches of the same shapes; the one named left is the second."""
    x = tf.placeholder(tf.float32, [None, 6], name="x")
    y = tf.placeholder(tf.float32, [None, 3], name="y")
    branch = {}
    for scope, activation in (("left", tf.nn.tanh), ("right", tf.nn.relu)):
        with tf.variable_scope(scope):
            hidden = tf.layers.dense(x, 5, activation=activation)
            branch[scope] = tf.layers.dense(hidden, 5, activation=activation)
    both = tf.concat([branch["right"], branch["left"]], axis=1)
    outputs = tf.layers.dense(both, 3, name="merged")
    loss = tf.reduce_mean(tf.square(outputs - y))
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    fed = {x: normal(4, 6), y: normal(4, 3)}
    return network({x: normal(3, 6)(random)}, outputs, loss, step, fed)


def frozen(random):
    """The convolutions in inference, with moving averages that are not those of the start."""
    images = tf.placeholder(tf.float32, [None, 6, 6, 2], name="images")
    logits = tf.identity(conv_layers(images, False, 1.0), name="scores")
    for variable in tf.global_variables():
        if "moving" in variable.name:
            drawn = tf.random_uniform(variable.shape, 0.5, 1.5)
            tf.add_to_collection("drawn", variable.assign(drawn))
    return network({images: normal(3, 6, 6, 2)(random)}, logits)


def fixed(random):
    """Two untrained layers for exactly four examples."""
    x = tf.placeholder(tf.float32, [4, 6], name="x")
    hidden = tf.layers.dense(x, 5, activation=tf.nn.sigmoid)
    return network({x: normal(4, 6)(random)}, tf.nn.softmax(tf.layers.dense(hidden, 3)))


def queue(random):
    """Two layers that are fed by `tf.data`, without a placeholder."""
    data = tf.data.Dataset.from_tensor_slices((normal(12, 6)(random), normal(12, 2)(random)))
    iterator = data.shuffle(12, seed=3).repeat().batch(4).make_initializable_iterator()
    tf.add_to_collection("drawn", iterator.initializer)
    x, y = iterator.get_next()
    outputs = tf.layers.dense(tf.layers.dense(x, 5, activation=tf.nn.elu), 2)
    loss = tf.losses.mean_squared_error(y, outputs)
    step = tf.train.AdamOptimizer(0.01).minimize(loss, tf.train.get_or_create_global_step())
    return network({x: normal(3, 6)(random)}, outputs, loss, step, {x: None, y: None})


def ema(random):
    """Two layers with moving averages of their weights; optimizer and averages in a scope."""
    x = tf.placeholder(tf.float32, [None, 6], name="x")
    y = tf.placeholder(tf.float32, [None, 2], name="y")
    with tf.variable_scope("model"):
        outputs = tf.layers.dense(tf.layers.dense(x, 5, activation=tf.nn.sigmoid), 2)
    loss = tf.losses.mean_squared_error(y, outputs)
    with tf.variable_scope("train"):
        global_step = tf.get_variable("global_step", [], tf.int64, trainable=False)
        step = tf.train.AdamOptimizer(0.01).minimize(loss, global_step)
        averages = tf.train.ExponentialMovingAverage(0.8)
        with tf.control_dependencies([step]):
            step = averages.apply(tf.trainable_variables())
    fed = {x: normal(4, 6), y: normal(4, 2)}
    return network({x: normal(3, 6)(random)}, outputs, loss, step, fed)


def variables():
    """The variables of the graph by their names in a checkpoint, each with its parts."""
    found = collections.OrderedDict()
    for variable in tf.global_variables():
        slice_info = variable._get_save_slice_info()  # noqa: SLF001 - nothing else says it
        name = slice_info.full_name if slice_info else variable.op.name
        found.setdefault(name, []).append(variable)
    return found


def current(session, prefix):
    found = {}
    for name, parts in variables().items():
        values = session.run(parts)
        found[prefix + name] = values[0] if len(parts) == 1 else np.concatenate(values)
    return found


def key(tensor):
    """An input's name: of a placeholder the op's, of an iterator's output the tensor's."""
    return tensor.op.name if tensor.op.type.startswith("Placeholder") else tensor.name


def facts(session, built, random, save):
    """The facts about a network after some steps, when it is saved, and about the next step."""
    session.run(tf.global_variables_initializer())
    session.run(tf.get_collection("drawn"))
    for variable in tf.global_variables():
        if variable.shape.num_elements() > 10000:  # whole numbers compress to a small file
            variable.load(np.round(session.run(variable)), session)

    def batch():
        return {tensor: draw(random) for tensor, draw in built.fed.items() if draw}

    for _ in range(STEPS if built.step is not None else 0):
        fed = batch()
        fed.update(built.noise)
        session.run(built.step, fed)
    found = current(session, "values/")
    found["outputs"] = session.run(built.outputs, built.x)
    found.update({key(x) if len(built.x) > 1 else "x": value for x, value in built.x.items()})
    found["name/x"] = [x.name for x in built.x]
    found["name/outputs"] = built.outputs.name
    save(session, built)
    if built.step is not None:
        inputs = list(built.fed)
        *values, loss, _ = session.run([*inputs, built.loss, built.step], batch())
        found.update({"next/" + key(x): value for x, value in zip(inputs, values)})  # noqa: B905
        found["next_loss"] = loss
        found["name/loss"], found["name/step"] = built.loss.name, built.step.name
        found.update(current(session, "after/"))
    return found


def write(folder, name, build, how="checkpoint", **saver_arguments):
    """Trains a network and writes it in one format, together with its results."""
    path = os.path.join(folder, name)

    def save(session, built):
        if how == "checkpoint":
            tf.train.Saver(**saver_arguments).save(session, path)
            os.remove(os.path.join(folder, "checkpoint"))
        elif how == "frozen":
            graph, output = session.graph.as_graph_def(), built.outputs.op.name
            graph = tf.graph_util.convert_variables_to_constants(session, graph, [output])
            tf.train.write_graph(graph, folder, name + ".pb", as_text=False)
        else:
            inputs = {key(x): x for x in built.x}
            tf.saved_model.simple_save(session, path, inputs, {"outputs": built.outputs})

    with tf.Graph().as_default(), tf.Session(config=CONFIG) as session:
        tf.set_random_seed(1)
        random = np.random.RandomState(1)
        np.savez(path + ".npz", **facts(session, build(random), random, save))


def write_keras(folder):
    """A model of `tf.keras`: whole, and its weights in both formats."""
    tf.reset_default_graph()
    tf.keras.backend.set_session(tf.Session(config=CONFIG))
    tf.set_random_seed(1)
    random = np.random.RandomState(1)
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            layers.Conv2D(3, 3, activation="relu", input_shape=(4, 4, 2)),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(5, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(tf.keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    images, labels = normal(6, 4, 4, 2), classes(6, 3)
    for _ in range(STEPS):
        model.train_on_batch(images(random), labels(random))

    def current_of_model(prefix):
        found = {}
        for one in (model, model.optimizer):
            values = one.get_weights()
            for variable, value in zip(one.weights, values):  # noqa: B905 - Python 3.7
                found[prefix + variable.op.name] = value
        return found

    found = current_of_model("values/")
    found["x"] = normal(3, 4, 4, 2)(random)
    found["outputs"] = model.predict(found["x"])
    model.save(os.path.join(folder, "keras.h5"))
    model.save_weights(os.path.join(folder, "keras_weights.h5"))
    model.save_weights(os.path.join(folder, "keras_tf", "weights"), save_format="tf")
    found["next/images"], found["next/labels"] = images(random), labels(random)
    found["next_loss"] = model.train_on_batch(found["next/images"], found["next/labels"])
    found.update(current_of_model("after/"))
    np.savez(os.path.join(folder, "keras.npz"), **found)


def pack(folder):
    """Writes the files to an archive, in the order of their names and without their dates."""
    found = [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]
    with zipfile.ZipFile(folder + ".zip", "w") as archive:
        for path in sorted(found):
            with open(path, "rb") as file:
                entry = zipfile.ZipInfo(os.path.relpath(path, folder).replace(os.sep, "/"))
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, file.read(), zipfile.ZIP_LZMA)


def main(folder):
    write(folder, "article", article)
    for part in (".index", ".data-00000-of-00001"):
        path = os.path.join(folder, "article")
        shutil.copy(path + part, path + "_without_graph" + part)
    for build in (conv, lstm, embedding, five, branches, queue, ema):
        write(folder, build.__name__, build)
    train = tf.train
    for name, style, optimizer in (
        ("adadelta", "layers", lambda: train.AdadeltaOptimizer(1.0, epsilon=1e-4)),
        ("ftrl", "contrib", lambda: train.FtrlOptimizer(0.1, l1_regularization_strength=0.01)),
        ("centered", "scopes", lambda: train.RMSPropOptimizer(0.01, momentum=0.7, centered=True)),
        ("nesterov", "Variable", lambda: train.MomentumOptimizer(0.02, 0.9, use_nesterov=True)),
    ):
        write(folder, name, regression(optimizer, style))
    write(folder, "sharded", sharded, sharded=True)
    version_1 = train.SaverDef.V1
    adam = regression(lambda: train.AdamOptimizer(0.01), "scopes")
    write(folder, "v1", adam, write_version=version_1)
    plain = functools.partial(sharded, optimizer=train.GradientDescentOptimizer)
    write(folder, "v1_sharded", plain, sharded=True, write_version=version_1)
    write(folder, "frozen", frozen, "frozen")
    adam = regression(lambda: train.AdamOptimizer(0.01), "layers")
    write(folder, "saved_model", adam, "saved_model")
    write(folder, "saved_model_fixed", fixed, "saved_model")
    write_keras(folder)
    pack(folder)


if __name__ == "__main__":
    main(sys.argv[1])
