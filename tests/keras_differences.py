"""Prints how far Keras' classes are from TensorFlow 1's: the numbers in docs/modernise.md.

    python tests/keras_differences.py

The optimizers take the 50 steps of `goldens/keras_classes.py`, at a rate that is halved every ten,
in float64, from dense and from sparse gradients. For each the largest difference of a weight from
`tf.compat.v1.train` is printed, and how far the weights moved; the same of `tf_edureka.tf1`.
"""

import keras
import numpy as np
import tensorflow as tf
from goldens import keras_classes

from tf_edureka import tf1

# By the case of `keras_classes`: what is nearest in Keras, and with the same constants.
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
                then = keras_classes.trained(tf.compat.v1, case, "float64", is_sparse)
                moved = np.abs(then - start).max()
                theirs = trained(getattr(keras.optimizers, keras_name)(0.1, **others), is_sparse)
                ours = trained(getattr(tf1, name)(0.1, **arguments), is_sparse)
                apart, left = np.abs(theirs - then).max(), np.abs(ours - then).max()
                kind = "sparse" if is_sparse else "dense"
                line.append(f"{kind}: {apart:.2g} of {moved:.2g}, tf1 {left:.2g}")
            print("   ".join(line))


def others():
    """Prints what differs in a regularizer, an initializer, a layer and a cell."""
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
