"""This package's ports of the article's programs are proved against recorded runs."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from helpers import GOLDENS, REFERENCE

from tf_edureka import mlp, parity, perceptron
from tf_edureka.config import MlpConfig, PerceptronConfig
from tf_edureka.data.mnist import MNIST_FOLDER_VARIABLE
from tf_edureka.mlp.model import pixels

CHECKS = Path(__file__).parent / "checks"

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("period_packages")]


def ended(ladder):
    """Returns the names of the failed and of the skipped rungs."""
    return [[one.rung for one in ladder.rungs if one.passed is which] for which in (False, None)]


def batches(seed, data):
    """Yields the pixels and labels of each step of the article's program."""
    orders = mlp.epoch_orders(MlpConfig.article(seed=seed), len(data.train.labels))
    for chosen in itertools.chain.from_iterable(orders):
        labels = np.eye(10, dtype=np.float32)[data.train.labels[chosen]]
        yield pixels(data.train.images[chosen]).numpy(), labels


def recorded(record, folder):
    environment = {MNIST_FOLDER_VARIABLE: str(folder)}
    script = (CHECKS / "mlp.py").read_text()
    return parity.Trace(record(script, environment=environment).folder)


def climbed(trace, data, seed=1):
    model = mlp.build(MlpConfig.article(seed=seed), total_steps=1)
    return trace.climb(model, batches=batches(seed, data))


def test_keras_network_is_proved_equal_to_the_articles(record, drawn_folder, data):
    trace = recorded(record, drawn_folder)
    ladder = climbed(trace, data)
    assert ladder.passed
    assert ended(ladder) == [[], ["final metric"]]
    rungs = {one.rung: one for one in ladder.rungs}
    assert rungs["initial values"].compared.startswith("6 variables bit-identical")
    assert rungs["batches"].compared == "fingerprints of 10 batches"
    # Run op by op, Keras calls the same kernels as the session.
    for name in ("forward pass", "loss", "gradients", "re-anchored steps", "free run"):
        assert rungs[name].measured == 0, name
    # With another seed, the model samples other initial values and other batches.
    ladder = climbed(trace, data, seed=2)
    assert ladder.rungs[1].compared.startswith("0 variables bit-identical")
    assert ended(ladder) == [["batches"], ["final metric"]]


def test_costs_on_real_mnist_equal_1_15(record, mnist_folder, mnist):
    trace = recorded(record, mnist_folder)
    golden = json.loads(REFERENCE.read_text())["graph_seeds"]["1"]["step_cost"][:10]
    # The order of sums differs, as it does on 1.15.5 with another number of cores.
    np.testing.assert_allclose([one.loss for one in trace.steps], golden, rtol=2e-6)
    ladder = climbed(trace, mnist)
    assert ladder.passed
    assert ended(ladder) == [[], ["final metric"]]


def test_neuron_is_proved_equal_to_the_articles(record):
    gate, config = perceptron.GATES["or"], PerceptronConfig()

    def of(weights, feeds):
        kernel = tf.Variable(weights[0])
        with tf.GradientTape() as tape:
            given = perceptron.outputs("relu", feeds["Placeholder"], kernel=kernel)
            loss = tf.reduce_sum(tf.square(given - feeds["Placeholder_1"]))
        return loss, tape.gradient(loss, kernel)

    port = parity.Functions(
        loss=lambda weights, feeds: float(of(weights, feeds)[0]),
        gradients=lambda weights, feeds: [of(weights, feeds)[1].numpy()],
        update=lambda weights, slots, gradients, step: (
            [weights[0] - np.float32(config.learning_rate) * gradients[0]],
            slots,
        ),
    )
    trace = parity.Trace(record((CHECKS / "perceptron.py").read_text()).folder)
    ladder = trace.climb(port, batches=itertools.repeat((gate.inputs, gate.targets)))
    assert ladder.passed
    assert ended(ladder) == [
        [],
        ["structure", "initial values", "forward pass", "final metric"],
    ]
    assert {one.measured for one in ladder.rungs} == {0, None}
    # Its own training has the same weights, and the losses of 1.15.5, which were printed after
    # each step.
    result = perceptron.train(config, gate)
    golden = json.loads((GOLDENS / "perceptron.json").read_text())["op_seeds"]["15"]["losses"]
    for one in (one for one in trace.steps if one.is_recorded):
        (kernel,) = trace.arrays(one.before).values()
        assert np.array_equal(kernel[:, 0], result.weights[one.number])
        assert one.number == 0 or np.float32(one.loss) == np.float32(golden[one.number - 1])
