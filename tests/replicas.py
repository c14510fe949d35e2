"""Trains in a separate process, for `mlp/distribution`: `replicas.py FOLDER OUT RECIPE N`.

With `TF_CONFIG` as one of N workers, else on N logical CPU devices.
"""

import os
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.data import mnist
from tf_edureka.mlp.distribution import strategies
from tf_edureka.runs.state import TrainingState

RECIPES = {
    "tuned": MlpConfig.tuned,
    "augmented": MlpConfig.augmented,
    "article": MlpConfig.article,
}


def config(recipe: str, replicas: int) -> MlpConfig:
    """Two epochs in double precision, with batches that 1 to 4 replicas can share."""
    return RECIPES[recipe](epochs=2, dtype="float64", batch_size=96 if replicas != 3 else 99)


def main(folder: str, out: str, recipe: str, replicas: str) -> None:
    """Trains and writes costs, accuracies and weights."""
    if "TF_CONFIG" in os.environ:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    else:
        strategy = strategies.mirrored(int(replicas))
    data = mnist.load("idx", Path(folder))
    states: list[TrainingState] = []
    result = mlp.train(config(recipe, int(replicas)), data, strategy=strategy, save=states.append)
    halfway = mlp.train(config(recipe, int(replicas)), data, strategy=strategy, start=states[0])
    np.savez(
        out,
        cost=result.cost,
        accuracy=result.accuracy,
        resumed=[np.array_equal(*two) for two in zip(result.weights, halfway.weights, strict=True)],
        **{f"weight_{i}": weight for i, weight in enumerate(result.weights)},
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
