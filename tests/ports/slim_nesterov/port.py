"""The slim conv net in Keras 3."""

import keras
from keras import layers, ops


def smoothed(labels, logits):
    """Cross-entropy of each picture, of labels that are class numbers."""
    labels = ops.one_hot(ops.reshape(ops.cast(labels, "int32"), (-1,)), 6)
    return keras.losses.categorical_crossentropy(
        labels, logits, from_logits=True, label_smoothing=0.1
    )


def build():
    """The compiled model."""
    from tf_edureka import tf1

    def convolution(net, filters, strides=1):
        net = layers.Conv2D(
            filters,
            3,
            strides=strides,
            padding="same",
            use_bias=False,
            kernel_regularizer=tf1.L2(5e-4),
        )(net)
        net = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, scale=False)(net)
        return layers.LeakyReLU(negative_slope=0.2)(net)

    images = keras.Input((12, 12, 3))
    net = convolution(images, 8, strides=2)
    net = layers.AveragePooling2D(2, 2)(net)
    net = convolution(net, 16)
    net = layers.GlobalAveragePooling2D()(net)
    logits = layers.Dense(6, kernel_regularizer=tf1.L2(5e-4))(net)
    model = keras.Model(images, logits)
    # The rate is constant, so this is the same optimizer as the original's.
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True), smoothed)
    return model
