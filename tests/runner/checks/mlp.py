"""Prints the costs of the first steps of the article's second program for graph seed 1."""

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

tf.set_random_seed(1)
mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)

shapes = [784, 256], [256, 256], [256, 10]
images, labels = tf.placeholder("float", [None, 784]), tf.placeholder("float", [None, 10])
kernels = [tf.Variable(tf.random_normal(shape)) for shape in shapes]
biases = [tf.Variable(tf.random_normal(shape[1:])) for shape in shapes]
layer = images
for number in range(2):
    layer = tf.nn.relu(tf.add(tf.matmul(layer, kernels[number]), biases[number]))
logits = tf.matmul(layer, kernels[2]) + biases[2]
cost = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=labels))
step = tf.train.AdamOptimizer(learning_rate=0.001).minimize(cost)

with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for _ in range(10):
        batch = mnist.train.next_batch(100)
        print(session.run([step, cost], {images: batch[0], labels: batch[1]})[1])
