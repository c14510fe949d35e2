import numpy as np
import pytest
import tensorflow as tf

from tf_edureka.runner import contrib

# Two sequences of two steps over two classes; the cross-entropies are log(1 + e) or that minus 1.
LOGITS = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]]], np.float32)
TARGETS = np.array([[0, 0], [1, 1]])
WEIGHTS = np.array([[1, 1], [1, 0]], np.float32)
HIGH, LOW = np.log(1 + np.e), np.log(1 + np.e) - 1


def test_sequence_loss_averages_as_it_is_told():
    def loss(steps, batch):
        return contrib.sequence_loss(LOGITS, TARGETS, WEIGHTS, steps, batch)

    np.testing.assert_allclose(loss(True, True), (LOW + HIGH + LOW) / 3, rtol=1e-6)
    np.testing.assert_allclose(loss(True, False), [(LOW + HIGH) / 2, LOW], rtol=1e-6)
    np.testing.assert_allclose(loss(False, True), [LOW, HIGH], rtol=1e-6)
    np.testing.assert_allclose(loss(False, False), [[LOW, HIGH], [LOW, 0]], rtol=1e-6)

    # By the number of weights that are not 0, where it is to sum.
    def total(steps, batch):
        twice = 2 * WEIGHTS
        return contrib.sequence_loss(LOGITS, TARGETS, twice, False, False, steps, batch)

    np.testing.assert_allclose(total(True, True), 2 * (LOW + HIGH + LOW) / 3, rtol=1e-6)
    np.testing.assert_allclose(total(False, True), [2 * LOW, 2 * HIGH], rtol=1e-6)


def test_sequences_without_a_weight_lose_nothing():
    assert contrib.sequence_loss(LOGITS, TARGETS, 0 * WEIGHTS).numpy() == 0
    steps = [list(np.moveaxis(array, 1, 0)) for array in (LOGITS, TARGETS, 0 * WEIGHTS)]
    assert contrib.sequence_loss_by_example(*steps).numpy().tolist() == [0, 0]


def test_sequence_loss_by_example_takes_a_list_of_steps():
    steps = [list(np.moveaxis(array, 1, 0)) for array in (LOGITS, TARGETS, WEIGHTS)]
    loss = contrib.sequence_loss_by_example(*steps)
    np.testing.assert_allclose(loss, [(LOW + HIGH) / 2, LOW], rtol=1e-6)
    loss = contrib.sequence_loss_by_example(*steps, average_across_timesteps=False)
    np.testing.assert_allclose(loss, [LOW + HIGH, LOW], rtol=1e-6)


def test_rnn_decoder_hands_the_state_on_and_loops_outputs_back():
    def cell(inputs, state):
        return inputs + state, state + 1

    with tf.Graph().as_default():
        outputs, state = contrib.rnn_decoder([10, 20, 30], 1, cell)
        assert (outputs, state) == ([11, 22, 33], 4)
        looped, _ = contrib.rnn_decoder([10, 20, 30], 1, cell, lambda last, step: last * step)
        # 10 + 1; 11 * 1 + 2; 13 * 2 + 3
        assert looped == [11, 13, 29]


def test_rnn_decoder_has_one_set_of_variables_for_all_steps():
    def cell(inputs, state):
        return inputs * tf.compat.v1.get_variable("kernel", []), state

    with tf.Graph().as_default():
        contrib.rnn_decoder([tf.ones([]), tf.ones([])], 1, cell)
        names = [variable.op.name for variable in tf.compat.v1.global_variables()]
        assert names == ["rnn_decoder/kernel"]


def test_hyper_parameters_keep_their_types():
    parameters = contrib.HParams(rate=0.1, layers=[1], name="mlp", drop=False, steps=5)
    assert parameters.parse("rate=1,layers=[256,64],name=rnn,drop=true").values() == {
        "rate": 1.0,
        "layers": [256, 64],
        "name": "rnn",
        "drop": True,
        "steps": 5,
    }
    assert parameters.parse("layers=3").layers == [3]
    assert parameters.override_from_dict({"rate": 2, "layers": 4}) is parameters
    assert (parameters.rate, parameters.layers) == (2.0, [4])
    assert "steps" in parameters
    assert parameters.get("none", 3) == 3
    with pytest.raises(ValueError, match="Unknown hyperparameter: other"):
        parameters.parse("other=1")
    for text in ("rate=", "a)+(b"):
        with pytest.raises(ValueError, match="Could not parse"):
            parameters.parse(text)
    with pytest.raises(ValueError, match="reserved: rate"):
        parameters.add_hparam("rate", 2)


def test_other_data_sets_than_mnist_are_refused():
    with pytest.raises(ValueError, match="expected mnist, got 'iris'"):
        contrib.load_dataset("iris")


def test_batches_without_the_remainder():
    batches = tf.data.Dataset.range(7).apply(contrib.batch_and_drop_remainder(3))
    assert [batch.tolist() for batch in batches.as_numpy_iterator()] == [[0, 1, 2], [3, 4, 5]]
