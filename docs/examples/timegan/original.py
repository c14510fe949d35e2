"""Trains the original TimeGAN on its stock data from a seed.

    tf-edureka run original.py SEED ITERATIONS OUT.npz

Copy this file into a clone of https://github.com/jsyoon0823/TimeGAN and run it there. OUT gets
the data in the order of the training, `real`, and as many generated series, `made`.
"""

import sys

import numpy as np
import tensorflow as tf
from data_loading import real_data_loading
from timegan import timegan

seed, iterations, out = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
reset = tf.reset_default_graph


def reset_and_seed():
    """Seeds the new graph, too: the original starts with an empty one."""
    reset()
    tf.set_random_seed(seed)


tf.reset_default_graph = reset_and_seed
np.random.seed(seed)  # noqa: NPY002 (the original's generator)
real = real_data_loading("stock", seq_len=24)
network = {"module": "gru", "hidden_dim": 24, "num_layer": 3}
made = timegan(real, {**network, "iterations": iterations, "batch_size": 128})
np.savez(out, real=np.array(real), made=made)
