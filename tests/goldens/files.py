"""Writes the kinds of files that TensorFlow 1 programs left: graphs, checkpoints, SavedModels.

A TensorFlow 1 script. With 1.15.5 it wrote `files.zip`, into the folder that is its argument; a
test reads that through `python -m tf_edureka.legacy`, and what the script writes there with 1.15.5.
`outputs.json` has what the networks in the files give.
"""

import json
import os
import sys

import numpy as np
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)
IMAGES = np.linspace(0, 1, 2 * 6 * 6 * 3, dtype=np.float32).reshape(2, 6, 6, 3)


def network():
    """Convolution, batch normalization, a loop, a branch and a search tree, and their training."""
    images = tf.placeholder(tf.float32, [None, 6, 6, 3], name="images")
    training = tf.placeholder_with_default(False, [], name="training")
    x = tf.layers.conv2d(images, 4, 3, use_bias=False)
    frozen = tf.layers.batch_normalization(x, training=False, name="frozen")
    x = tf.nn.relu(tf.layers.batch_normalization(frozen, training=training, name="branched"))
    cell = tf.nn.rnn_cell.LSTMCell(3)
    x, _ = tf.nn.dynamic_rnn(cell, tf.reshape(x, [-1, 16, 4]), dtype=tf.float32)
    logits = tf.identity(tf.layers.dense(x[:, -1], 2), name="logits")
    steps = tf.argsort(tf.reshape(logits, [2, 1, 2]), stable=True)
    tree = tf.contrib.seq2seq.gather_tree(steps, steps, [2], 9)
    tf.identity(tree, name="tree")
    loss = tf.reduce_mean(tf.square(logits))
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        step = tf.train.AdamOptimizer(0.01).minimize(loss)
    return images, logits, step


def write_sessions(folder):
    """A checkpoint with its graph, one of the first version, a frozen graph, a SavedModel."""
    tf.set_random_seed(1)
    images, logits, step = network()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step, {images: IMAGES, "training:0": True})
        tf.train.Saver().save(session, os.path.join(folder, "model.ckpt"))
        old = tf.train.Saver(write_version=tf.train.SaverDef.V1)
        old.save(session, os.path.join(folder, "old.ckpt"), write_meta_graph=False)
        graph = session.graph.as_graph_def()
        frozen = tf.graph_util.convert_variables_to_constants(session, graph, ["logits", "tree"])
        tf.train.write_graph(frozen, folder, "frozen.pb", as_text=False)
        saved = os.path.join(folder, "saved_model")
        tf.saved_model.simple_save(session, saved, {"images": images}, {"logits": logits})
        found = session.run(["logits:0", "tree:0"], {images: IMAGES})
        session.run(step, {images: IMAGES, "training:0": True})
        after = session.run("logits:0", {images: IMAGES})
    return {"logits": found[0].tolist(), "tree": found[1].tolist(), "after": after.tolist()}


def write_estimator(folder):
    """The SavedModel of an estimator."""

    def model(features, labels, mode):
        with tf.variable_scope("net", initializer=tf.random_uniform_initializer(seed=1)):
            y = tf.layers.dense(features["x"], 1)
        loss = tf.reduce_mean(tf.square(y - labels)) if labels is not None else None
        step = tf.train.get_global_step()
        train = loss is not None and tf.train.AdamOptimizer(0.1).minimize(loss, step)
        exported = {"serving_default": tf.estimator.export.PredictOutput({"y": y})}
        return tf.estimator.EstimatorSpec(mode, {"y": y}, loss, train or None, None, exported)

    def data():
        return tf.data.Dataset.from_tensors(({"x": [[1.0, 2.0]]}, [[3.0]])).repeat(3)

    estimator = tf.estimator.Estimator(model, os.path.join(folder, "work"))
    estimator.train(data)
    receiver = tf.estimator.export.build_raw_serving_input_receiver_fn(
        {"x": tf.placeholder(tf.float32, [None, 2])}
    )
    where = estimator.export_saved_model(os.path.join(folder, "exported"), receiver)
    tf.gfile.DeleteRecursively(os.path.join(folder, "work"))
    tf.gfile.Rename(where.decode(), os.path.join(folder, "estimator"))
    tf.gfile.DeleteRecursively(os.path.join(folder, "exported"))
    predict = tf.contrib.predictor.from_saved_model(os.path.join(folder, "estimator"))
    return {"y": predict({"x": [[1.0, 2.0]]})["y"].tolist()}


def write_keras(folder):
    """A model of `tf.keras` in HDF5."""
    tf.reset_default_graph()
    tf.set_random_seed(1)
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", input_shape=(6, 6, 3)),
            layers.BatchNormalization(),
            layers.Reshape([16, 4]),
            layers.GRU(3),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy")
    model.fit(IMAGES, np.eye(2), verbose=0)
    model.save(os.path.join(folder, "keras.h5"))
    return {"softmax": model.predict(IMAGES).tolist()}


def main(folder):
    outputs = write_sessions(folder)
    outputs.update(write_estimator(folder))
    outputs.update(write_keras(folder))
    with open(os.path.join(folder, "outputs.json"), "w") as file:
        json.dump(outputs, file)


if __name__ == "__main__":
    main(sys.argv[1])
