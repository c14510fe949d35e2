"""Training the network with TensorFlow: this project, Keras, `tf.function` and compat.v1."""

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka import mlp
from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.benchmark.task import Task, Trainer, unit_pixels
from tf_edureka.config import CLASSES, MlpConfig
from tf_edureka.legacy import mlp as legacy_mlp
from tf_edureka.mlp import ensemble
from tf_edureka.mlp.epoch import to_device
from tf_edureka.mlp.model import pixels

_ENDLESS = 1000  # epochs of the learning-rate schedule, which must not end during the timing


def this_project(task: Task, **options: Any) -> Trainer:
    """Trains `task` with this project's compiled epoch; `options` are those of `CompiledEpoch`."""
    return _compiled_epoch(task, _model(task), **options)


def keras_fit(task: Task, **options: object) -> Trainer:
    """Trains `task` with Keras' `fit`; `options` are those of `compile`."""
    model = _model(task, **options)
    train = task.data.train.first(task.steps * task.batch_size)  # as many as the others train on
    images, labels = unit_pixels(train.images), _one_hot(train.labels)

    def fit(_: int) -> None:
        model.fit(images, labels, task.batch_size, epochs=1, verbose=0)

    return Trainer(fit, model.get_weights)


def function_per_step(task: Task) -> Trainer:
    """Trains `task` with one call of a `tf.function` per step; the images are on the device."""
    model = _model(task)
    optimizer = model.optimizer
    optimizer.build(model.trainable_variables)
    images, labels = to_device(task.data.train)

    @tf.function
    def step(batch: tf.Tensor) -> tf.Tensor:
        one_hot = tf.one_hot(tf.gather(labels, batch), CLASSES)
        with tf.GradientTape() as tape:
            logits = model(pixels(tf.gather(images, batch)), training=True)
            cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(one_hot, logits))
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(cost, variables), variables)
        return cost

    def train(number: int) -> None:
        for batch in tf.unstack(tf.constant(task.order(number))):
            cost = step(batch)
        float(cost)

    return Trainer(train, model.get_weights)


def feed_dict(task: Task) -> Trainer:
    """Trains `task` with the article's graph, fed with NumPy arrays in each step."""
    config = MlpConfig.article(
        hidden_units=task.hidden_units,
        batch_size=task.batch_size,
        learning_rate=task.learning_rate,
        adam_epsilon=task.epsilon,
    )
    built = legacy_mlp.build_graph(config)
    session = tf.compat.v1.Session(graph=built.graph)
    session.run(built.init)
    starts = [variable.initializer for variable in built.variables]
    values = zip((start.inputs[1] for start in starts), task.initial_weights(), strict=True)
    session.run(starts, dict(values))
    images, labels = unit_pixels(task.data.train.images), _one_hot(task.data.train.labels)

    def train(number: int) -> None:
        for batch in task.order(number):
            feed = {built.pixels: images[batch], built.labels: labels[batch]}
            session.run([built.train, built.cost], feed)

    return Trainer(train, lambda: session.run(built.variables))


def one_network(task: Task) -> Trainer:
    """Trains one network on `task` with the tuned recipe, to compare with `many_networks`."""
    return _compiled_epoch(task, mlp.build(_tuned(task), total_steps=_ENDLESS * task.steps))


def many_networks(task: Task, networks: int) -> Trainer:
    """Trains `networks` networks on `task` together; the first is that of `one_network`."""
    tasks = [dataclasses.replace(task, seed=task.seed + i) for i in range(networks)]
    configs = [_tuned(one) for one in tasks]
    all_of_them = ensemble.Networks(configs, task.data, _ENDLESS * task.steps)

    def train(number: int) -> None:
        all_of_them.train(np.stack([one.order(number) for one in tasks], axis=1), (0, 0))

    return Trainer(train, lambda: all_of_them.weights()[0])


def _compiled_epoch(task: Task, model: keras.Sequential, **options: Any) -> Trainer:
    epoch = mlp.CompiledEpoch(model, task.data.train, test=task.data.test, **options)

    def train(number: int) -> None:
        epoch.train(task.order(number), (task.seed, 0))

    return Trainer(train, model.get_weights)


def _tuned(task: Task) -> MlpConfig:
    return MlpConfig.tuned(
        hidden_units=task.hidden_units, batch_size=task.batch_size, seed=task.seed
    )


def _model(task: Task, **options: object) -> keras.Sequential:
    model = mlp.from_weights(_tuned(task), task.initial_weights())
    model.compile(
        optimizer=keras.optimizers.Adam(task.learning_rate, epsilon=task.epsilon),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        **options,
    )
    return model


def _one_hot(labels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    return np.eye(CLASSES, dtype=np.float32)[labels]
