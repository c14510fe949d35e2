import keras
import numpy as np
import tensorflow as tf

from tf_edureka.tf1.optimizers import Adam

v1 = tf.compat.v1


def steps_of_tensorflow_1(start, gradients):
    """`tf.train.AdamOptimizer` on given gradients."""
    with tf.Graph().as_default(), v1.Session() as session:
        variable = v1.Variable(start, use_resource=False)
        fed = v1.placeholder(tf.float32, start.shape)
        train = v1.train.AdamOptimizer(0.001).apply_gradients([(fed, variable)])
        session.run(v1.global_variables_initializer())
        for gradient in gradients:
            session.run(train, {fed: gradient})
        return session.run(variable)


def steps_of(optimizer, start, gradients):
    variable = keras.Variable(start)
    for gradient in gradients:
        optimizer.apply([tf.constant(gradient)], [variable])
    return variable.numpy()


def test_it_rounds_as_tensorflow_1_did_and_keras_does_not():
    random = np.random.default_rng(1)
    start = np.zeros(1000, np.float32)  # so that all that is seen are the steps
    gradients = random.normal(size=(20, 1000)).astype(np.float32)
    expected = steps_of_tensorflow_1(start, gradients)
    ours = steps_of(Adam(0.001, 1e-8), start, gradients)
    theirs = steps_of(keras.optimizers.Adam(0.001, epsilon=1e-8), start, gradients)
    # A few roundings of float32 for each of 20 steps, of 0.001 each at most.
    limit = 20 * 0.001 * 4 * 2**-24
    assert np.abs(ours - expected).max() < limit
    assert np.abs(theirs - expected).max() > 3 * limit


def test_the_first_step_is_the_rate_whatever_the_gradient():
    start = np.array([1, 1], np.float32)
    np.testing.assert_allclose(
        steps_of(Adam(0.001, 1e-8), start, [np.array([3, -0.5], np.float32)]), [0.999, 1.001]
    )
