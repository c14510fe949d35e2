"""Sets all random seeds, then runs a program that sets none: `seeded.py SEED SCRIPT ARGUMENTS...`.

The same file starts the program on TensorFlow 1.15.5 (Python 3.7) and under `tf-edureka run`.
"""

import os
import random
import runpy
import sys

import numpy as np
import tensorflow as tf

seed, sys.argv = int(sys.argv[1]), sys.argv[2:]
random.seed(seed)
np.random.seed(seed)  # noqa: NPY002 - the generator that programs of the time drew from
tf.set_random_seed(seed)
unseeded = tf.Graph.__init__


def seeded(graph: tf.Graph, *args: object, **kwargs: object) -> None:
    """Seeds each graph that the program makes itself, as `tf.reset_default_graph()` does."""
    unseeded(graph, *args, **kwargs)
    graph.seed = seed


tf.Graph.__init__ = seeded
sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
runpy.run_path(sys.argv[0], run_name="__main__")
