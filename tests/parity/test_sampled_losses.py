"""Losses that sample classes, such as those of word2vec."""

import keras
import pytest
import tensorflow as tf

v1 = tf.compat.v1
CLASSES, UNITS, BATCH = 20, 4, 8


def loss(kernel, bias, labels, inputs):
    classes = tf.cast(tf.reshape(labels, [-1, 1]), tf.int64)
    return tf.reduce_mean(tf.nn.nce_loss(kernel, bias, classes, inputs, 5, CLASSES))


class SkipGram(keras.Model):
    """Word vectors, and a classifier that separates near words from sampled ones."""

    def __init__(self) -> None:
        super().__init__()
        self.words = keras.layers.Embedding(CLASSES, UNITS)
        self.kernel = self.add_weight(shape=(CLASSES, UNITS), name="kernel")
        self.bias = self.add_weight(shape=(CLASSES,), name="bias")

    def call(self, word):
        return self.words(word)


@pytest.mark.slow
def test_port_uses_the_classes_that_the_original_sampled(recorded):
    def original(session, random):
        v1.set_random_seed(3)
        word = v1.placeholder(tf.int32, [BATCH], "word")
        near = v1.placeholder(tf.int32, [BATCH], "near")
        words, kernel = (
            v1.Variable(v1.random_normal([CLASSES, UNITS]), use_resource=False, name=name)
            for name in ("words", "kernel")
        )
        bias = v1.Variable(tf.zeros([CLASSES]), use_resource=False, name="bias")
        of_words = loss(kernel, bias, near, tf.nn.embedding_lookup(words, word))
        step = v1.train.GradientDescentOptimizer(0.5).minimize(of_words)
        session.run(v1.global_variables_initializer())
        for _ in range(4):
            feed = {one: random.integers(0, CLASSES, BATCH) for one in (word, near)}
            session.run([step, of_words], feed)

    def build(factor=1.0):
        model = SkipGram()
        model.compile(
            keras.optimizers.SGD(0.5),
            lambda near, found: factor * loss(model.kernel, model.bias, near, found),
        )
        return model

    trace = recorded(original)
    ladder = trace.climb(build)
    assert [rung.rung for rung in ladder.failing if rung.rung != "initial values"] == []
    assert not ladder.lacking
    assert "loss" in [rung.rung for rung in trace.climb(lambda: build(1.01)).failing]
