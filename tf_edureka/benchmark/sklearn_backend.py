"""Training the network with scikit-learn."""

import itertools
import warnings

import numpy as np
import numpy.typing as npt
from sklearn.neural_network import MLPClassifier

from tf_edureka.benchmark.task import Task, Trainer, unit_pixels
from tf_edureka.config import CLASSES


def classifier(task: Task) -> Trainer:
    """Trains `task` with `MLPClassifier`, one epoch per call, from its own (Glorot) weights."""
    network = MLPClassifier(
        task.hidden_units,
        alpha=0,
        batch_size=task.batch_size,
        learning_rate_init=task.learning_rate,
        epsilon=task.epsilon,
        random_state=task.seed,
    )
    split = task.data.train.first(task.steps * task.batch_size)  # as many as the others train on
    images, labels = unit_pixels(split.images), split.labels

    def train(_: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.partial_fit(images, labels, classes=range(CLASSES))

    def weights() -> list[npt.NDArray[np.float32]]:
        return list(itertools.chain(*zip(network.coefs_, network.intercepts_, strict=True)))

    return Trainer(train, weights)
