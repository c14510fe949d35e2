"""Which of three groups? tf.keras as it was in TensorFlow 1.15, trained by fit."""

from __future__ import print_function

import numpy as np
import tensorflow as tf

np.random.seed(31)
tf.set_random_seed(31)

GROUPS = 3
centres = np.random.normal(0, 1.5, [GROUPS, 10])
group = np.random.randint(0, GROUPS, 192)
x = (centres[group] + np.random.normal(0, 1, [192, 10])).astype("float32")
y = tf.keras.utils.to_categorical(group, GROUPS)

model = tf.keras.models.Sequential()
model.add(tf.keras.layers.Dense(32, activation="elu", input_shape=(10,)))
model.add(tf.keras.layers.Dropout(0.25))
model.add(
    tf.keras.layers.Dense(
        16, kernel_initializer="he_normal", kernel_regularizer=tf.keras.regularizers.l2(0.01)
    )
)
model.add(tf.keras.layers.BatchNormalization())
model.add(tf.keras.layers.Activation("relu"))
model.add(tf.keras.layers.Dropout(0.5))
model.add(tf.keras.layers.Dense(GROUPS, activation="softmax"))
model.compile(
    loss="categorical_crossentropy",
    optimizer=tf.keras.optimizers.Adam(lr=0.01, beta_2=0.99),
    metrics=["accuracy"],
)


class Losses(tf.keras.callbacks.Callback):
    """Prints the loss of each batch, which the progress bar averages."""

    def on_batch_end(self, batch, logs=None):
        print("batch %d loss %.7f" % (batch, logs["loss"]))


model.fit(x, y, batch_size=32, epochs=3, verbose=0, callbacks=[Losses()])
loss, accuracy = model.evaluate(x, y, verbose=0)
print("loss %.6f accuracy %.4f" % (loss, accuracy))
