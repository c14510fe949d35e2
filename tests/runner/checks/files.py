"""Reads the files that tests/goldens/files.py has written into the folder of the argument."""

import json
import os
import sys

import numpy as np
import tensorflow as tf
from checking import call

FOLDER = sys.argv[1]
SEQ2SEQ = tf.contrib.seq2seq.__name__  # 1.15.5 knows the ops of contrib once it is imported
IMAGES = np.linspace(0, 1, 2 * 6 * 6 * 3, dtype=np.float32).reshape(2, 6, 6, 3)


def expect(name, found, tolerance=1e-4):
    with open(os.path.join(FOLDER, "outputs.json")) as file:
        np.testing.assert_allclose(found, json.load(file)[name], rtol=tolerance)


def expect_network(session):
    expect("logits", session.run("logits:0", {"images:0": IMAGES}))
    expect("tree", session.run("tree:0", {"images:0": IMAGES}))


def check_checkpoint_and_its_graph():
    path = os.path.join(FOLDER, "model.ckpt")
    with tf.Session() as session:
        tf.train.import_meta_graph(path + ".meta").restore(session, path)
        expect_network(session)
        step = tf.get_collection(tf.GraphKeys.TRAIN_OP)[-1]
        session.run(step, {"images:0": IMAGES, "training:0": True})
        # Adam takes a full step even where a gradient is almost zero.
        expect("after", session.run("logits:0", {"images:0": IMAGES}), tolerance=0.02)


def check_checkpoint_of_version_1():
    with tf.Session() as session:
        saver = tf.train.import_meta_graph(os.path.join(FOLDER, "model.ckpt.meta"))
        saver.restore(session, os.path.join(FOLDER, "old.ckpt"))
        expect_network(session)


def check_frozen_graph():
    graph = tf.GraphDef()
    with tf.gfile.GFile(os.path.join(FOLDER, "frozen.pb"), "rb") as file:
        graph.ParseFromString(file.read())
    tf.import_graph_def(graph, name="")
    with tf.Session() as session:
        expect_network(session)


def check_saved_model():
    with tf.Session() as session:
        tf.saved_model.loader.load(session, ["serve"], os.path.join(FOLDER, "saved_model"))
        expect_network(session)
    predict = tf.contrib.predictor.from_saved_model(os.path.join(FOLDER, "saved_model"))
    expect("logits", predict({"images": IMAGES})["logits"])


def check_saved_model_of_an_estimator():
    predict = tf.contrib.predictor.from_saved_model(os.path.join(FOLDER, "estimator"))
    expect("y", predict({"x": [[1.0, 2.0]]})["y"])


def check_keras_model():
    model = tf.keras.models.load_model(os.path.join(FOLDER, "keras.h5"))
    expect("softmax", model.predict(IMAGES))


if __name__ == "__main__":
    call(vars())
