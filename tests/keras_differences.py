"""Prints the differences of Keras' classes from TensorFlow 1's: the numbers in docs/modernise.md.

    python tests/keras_differences.py

The optimizers run the 50 steps of `goldens/keras_classes.py` in float64, with a rate that is halved
every ten steps, for dense and for sparse gradients. Each line has the largest difference of a
weight from `tf.compat.v1.train`, the largest distance that a weight moved, and the difference for
`tf_edureka.tf1`.
"""

import keras
import numpy as np
import tensorflow as tf
from goldens import keras_classes

from tf_edureka import tf1

# Nearest Keras class for each case of `keras_classes`: with Keras' constants, with TensorFlow 1's.
NEAREST = {
    "momentum": [("SGD", {"momentum": 0.9})],
    "nesterov": [("SGD", {"momentum": 0.9, "nesterov": True})],
    "rms_prop": [("RMSprop", {}), ("RMSprop", {"epsilon": 1e-10})],
    "adadelta": [("Adadelta", {}), ("Adadelta", {"epsilon": 1e-8})],
    "adagrad": [("Adagrad", {})],
    "ftrl": [("Ftrl", {})],
    "adam": [("Adam", {}), ("Adam", {"epsilon": 1e-8})],
}


def trained(optimizer, is_sparse):
    """The weights after the steps."""
    start, dense, rows, sparse = keras_classes.descent("float64")
    variable = keras.Variable(start, dtype="float64")
    optimizer.build([variable])
    shape = tf.constant(keras_classes.SHAPE, tf.int64)

    @tf.function
    def step(values, indices):
        gradient = tf.IndexedSlices(values, indices, shape) if is_sparse else values
        optimizer.apply([gradient], [variable])

    for i in range(keras_classes.STEPS):
        optimizer.learning_rate = keras_classes.rate(i)
        step(tf.constant(sparse[i] if is_sparse else dense[i]), tf.constant(rows[i]))
    return variable.numpy()


def optimizers():
    """Prints a line for each optimizer of Keras."""
    start = keras_classes.descent("float64")[0]
    for case, kinds in NEAREST.items():
        _, name, arguments = keras_classes.OPTIMIZERS[case]
        for keras_name, others in kinds:
            line = [f"{name:9} {keras_name}({', '.join(f'{k}={v}' for k, v in others.items())})"]
            for is_sparse in (False, True):
                original = keras_classes.trained(tf.compat.v1, case, "float64", is_sparse)
                moved = np.abs(original - start).max()
                theirs = trained(getattr(keras.optimizers, keras_name)(0.1, **others), is_sparse)
                ours = trained(getattr(tf1, name)(0.1, **arguments), is_sparse)
                of_keras, of_tf1 = np.abs(theirs - original).max(), np.abs(ours - original).max()
                kind = "sparse" if is_sparse else "dense"
                line.append(f"{kind}: {of_keras:.2g} / {moved:.2g}, tf1 {of_tf1:.2g}")
            print("   ".join(line))


def others():
    """Prints the differences of a regularizer, an initializer and a layer."""
    weights = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    halved = float(tf1.L2(0.1)(weights) / tf.compat.v1.nn.l2_loss(weights) / 0.1)
    doubled = float(keras.regularizers.L2(0.1)(weights) / tf.compat.v1.nn.l2_loss(weights) / 0.1)
    print(f"L2(0.1) to 0.1 tf.nn.l2_loss   Keras {doubled:.4g}   tf1 {halved:.4g}")
    ratio = np.std(tf1.ContribVarianceScaling(7, 15)((784, 256))) / np.std(
        tf1.HeNormal(7, 15)((784, 256))
    )
    print(f"deviation of ContribVarianceScaling to that of HeNormal   {ratio:.4f}")
    batch = np.array([0, 2, 0, 2], "float32").reshape(4, 1, 1, 1)
    for kind in (keras.layers.BatchNormalization, tf1.BatchNormalization):
        layer = kind(momentum=0.0)
        layer(batch, training=True)
        print(f"moving variance of 0, 2, 0, 2   {kind.__module__}   {layer.moving_variance[0]:.4g}")


if __name__ == "__main__":
    optimizers()
    others()
