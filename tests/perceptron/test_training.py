from dataclasses import replace

import numpy as np
import pytest
from goldens.generate import sha256
from graphs import golden, nodes_of, only_in

from tf_edureka import perceptron
from tf_edureka.config import ACTIVATIONS, PerceptronConfig
from tf_edureka.errors import InputError
from tf_edureka.legacy import perceptron as legacy
from tf_edureka.perceptron import training, xor_network
from tf_edureka.perceptron.gates import GATES
from tf_edureka.runs.console import loss_line

GOLDEN = golden("perceptron.json")["op_seeds"]
WITH_GRADIENT = [name for name in ACTIVATIONS if name != "step"]
# A sweep computes many seeds together, a training one: on some CPUs sums and functions of many
# numbers round differently (6e-8) from those of four.
ROUNDINGS = 5e-6
both = pytest.mark.parametrize("module", [legacy, perceptron], ids=["legacy", "modern"])


@both
def test_all_losses_of_41_seeds_are_bit_identical_to_tensorflow_1(module):
    for seed, expected in GOLDEN.items():
        result = module.train(PerceptronConfig(seed=int(seed)), GATES["or"])
        for name, values in (
            ("losses", result.loss),
            ("initial_weights", result.initial_weights),
        ):
            np.testing.assert_array_equal(values, np.float32(expected[name]), f"seed {seed}")
    assert len(GOLDEN) == 41


def test_sweep_of_41_seeds_matches_tensorflow_1_and_12_reach_a_low_loss():
    result = perceptron.sweep(PerceptronConfig(), GATES["or"], seeds=range(41))
    expected = np.float32([GOLDEN[str(seed)]["losses"][-1] for seed in range(41)])
    np.testing.assert_allclose(result.loss, expected, rtol=ROUNDINGS)
    assert (result.loss < 0.35).sum() == 12  # least squares has 0.25


@pytest.mark.parametrize(
    "activation",
    [
        pytest.param(name, marks=[] if name in ("relu", "sigmoid") else [pytest.mark.slow])
        for name in WITH_GRADIENT
    ],
)
def test_each_activation_on_each_gate_matches_tensorflow_1_for_41_seeds(activation):
    content = golden("activations.json")
    for gate, expected in content["ends"][activation].items():
        losses = np.array(
            [
                perceptron.train(PerceptronConfig(activation=activation, seed=s), GATES[gate]).loss
                for s in content["op_seeds"]
            ]
        )
        if activation in ("sigmoid", "tanh"):
            # TensorFlow 2 computes both differently, by some units in the last place (6e-8); the
            # losses (at least 0.08) are differences of numbers near 1.
            np.testing.assert_allclose(losses[:, -1], expected["last_losses"], rtol=ROUNDINGS)
        else:
            assert sha256(losses) == expected["losses_sha256"], gate


@both
def test_it_prints_what_the_article_prints(module):
    lines = []
    module.train(
        PerceptronConfig(), GATES["or"], on_epoch=lambda *epoch: lines.append(loss_line(*epoch))
    )
    assert len(lines) == 100
    assert [lines[0], lines[-1]] == GOLDEN["15"]["printed"]
    assert lines[0] == "Epoch-- 0 --loss-- 2.0738316"


@pytest.mark.parametrize("activation", WITH_GRADIENT)
def test_legacy_and_modern_are_bit_identical_with_each_activation(activation):
    for gate in GATES.values():
        config = PerceptronConfig(0.1, 50, seed=3, activation=activation)
        one, other = (module.train(config, gate) for module in (legacy, perceptron))
        for name in ("loss", "weights", "outputs"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), gate.name)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_sweep_matches_single_trainings_for_each_seed(activation):
    # Each step may differ by a rounding (6e-8), and 100 steps of a tenth of the slope add up to no
    # more.
    tolerance = 1e-6
    config = PerceptronConfig(activation=activation)
    seeds = [15, 0, 2**31 - 2, 3]
    result = perceptron.sweep(config, GATES["nand"], seeds=seeds)
    for row, seed in enumerate(seeds):
        alone = perceptron.train(replace(config, seed=seed), GATES["nand"])
        np.testing.assert_array_equal(result.initial_weights[row], alone.initial_weights)
        for one, other in (
            (result.loss[row], alone.loss[-1]),
            (result.final_weights[row], alone.final_weights),
            (result.outputs[row], alone.outputs),
        ):
            np.testing.assert_allclose(one, other, rtol=0, atol=tolerance)


def test_legacy_sweep_matches_the_modern_one():
    one, other = (
        m.sweep(PerceptronConfig(), GATES["or"], seeds=range(3)) for m in (legacy, perceptron)
    )
    for name in ("loss", "least_loss", "initial_weights", "final_weights", "outputs"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_the_step_function_is_trained_by_rosenblatts_rule():
    config = PerceptronConfig(learning_rate=0.5, epochs=1, seed=2, activation="step")
    result = perceptron.train(config, GATES["xor"])
    expected = result.initial_weights.copy()
    for row, target in zip(GATES["xor"].inputs, GATES["xor"].targets[:, 0], strict=True):
        expected += np.float32(0.5) * (target - (expected @ row >= 0)) * row
    np.testing.assert_array_equal(result.final_weights, expected)
    assert (expected != result.initial_weights).any()


def test_rosenblatts_rule_learns_each_separable_gate_from_any_seed():
    config = PerceptronConfig(learning_rate=1.0, epochs=50, activation="step")
    for name in ("or", "and", "nand"):
        assert (perceptron.sweep(config, GATES[name], seeds=range(200)).loss == 0).all()
    assert (perceptron.sweep(config, GATES["xor"], seeds=range(200)).loss >= 1).all()


@both
def test_training_ends_when_the_caller_asks_for_it(module):
    result = module.train(PerceptronConfig(), GATES["and"], on_epoch=lambda epoch, _: epoch == 4)
    assert len(result.loss) == 5
    assert len(result.weights) == 6
    whole = module.train(PerceptronConfig(epochs=5), GATES["and"])
    np.testing.assert_array_equal(result.final_weights, whole.final_weights)
    np.testing.assert_array_equal(result.outputs, whole.outputs)


@both
def test_only_true_ends_the_training_and_no_other_result_of_a_callback(module):
    losses = {}
    config = PerceptronConfig(epochs=5)
    result = module.train(config, GATES["or"], on_epoch=lambda e, loss: losses.setdefault(e, loss))
    assert list(losses.values()) == result.loss.tolist()
    # Comparing NumPy numbers returns a NumPy bool.
    result = module.train(PerceptronConfig(), GATES["or"], on_epoch=lambda _, loss: loss < 1)
    assert result.loss[-1] < 1 <= result.loss[-2]
    swept = module.sweep(config, GATES["or"], seeds=range(3), on_progress=lambda *_: "go on")
    np.testing.assert_array_equal(
        swept.loss, perceptron.sweep(config, GATES["or"], seeds=range(3)).loss
    )


@both
def test_numpy_integers_are_valid_seeds(module):
    config = PerceptronConfig(epochs=2)
    one, other = (
        module.sweep(config, GATES["or"], seeds=seeds) for seeds in (np.arange(3), [0, 1, 2])
    )
    np.testing.assert_array_equal(one.loss, other.loss)
    assert (
        len(module.train(PerceptronConfig(epochs=np.int64(2), seed=np.int32(1)), GATES["or"]).loss)
        == 2
    )


def test_a_sweep_ends_when_the_caller_asks_for_it():
    config = PerceptronConfig(epochs=50)
    ended = perceptron.sweep(
        config, GATES["or"], seeds=range(3), on_progress=lambda epoch, _: epoch == 4
    )
    whole = perceptron.sweep(replace(config, epochs=5), GATES["or"], seeds=range(3))
    np.testing.assert_array_equal(ended.final_weights, whole.final_weights)


@both
def test_training_ends_with_the_first_loss_that_is_not_finite(module):
    config = PerceptronConfig(learning_rate=0.5, activation="identity")
    result = module.train(config, GATES["or"])
    assert np.isfinite(result.loss[:-1]).all()
    assert not np.isfinite(result.loss[-1])
    assert len(result.loss) < 40


def test_training_in_several_calls_is_the_same_as_in_one(monkeypatch):
    whole = perceptron.train(PerceptronConfig(), GATES["or"])
    monkeypatch.setattr(training, "MAX_WEIGHTS_PER_CALL", 3 * 7)  # the weights of seven epochs
    pieces = perceptron.train(PerceptronConfig(), GATES["or"])
    np.testing.assert_array_equal(whole.weights, pieces.weights)


def test_sweep_records_the_least_loss_of_each_seed():
    config = PerceptronConfig(0.5, 30, activation="tanh")  # the loss oscillates
    losses = []
    result = perceptron.sweep(
        config, GATES["and"], seeds=range(5), on_progress=lambda _, loss: losses.append(loss)
    )
    assert len(losses) == 30
    np.testing.assert_array_equal(result.least_loss, np.min(losses, axis=0))
    np.testing.assert_array_equal(result.loss, losses[-1])
    assert (result.least_loss < result.loss).any()


def test_least_loss_is_finite_even_if_the_training_diverged():
    config = PerceptronConfig(0.5, 300, activation="identity")  # the training diverges
    result, stopped = (m.sweep(config, GATES["or"], seeds=[1]) for m in (perceptron, legacy))
    assert np.isnan(result.loss).all()
    np.testing.assert_array_equal(result.least_loss, stopped.least_loss)
    assert np.isfinite(result.least_loss).all()


def test_legacy_sweep_ends_when_the_caller_asks_for_it():
    result = legacy.sweep(
        PerceptronConfig(),
        GATES["or"],
        seeds=range(5),
        on_progress=lambda number, _: number == 1,
    )
    assert len(result.loss) == 2


@pytest.mark.parametrize("sweep", [legacy.sweep, perceptron.sweep, xor_network.train])
def test_invalid_seeds_are_rejected(sweep):
    for seeds in ([], [1.5], [-1], [2**31], [True]):
        with pytest.raises(InputError, match="seeds: expected"):
            sweep(PerceptronConfig(epochs=1), GATES["or"], seeds=seeds)


def test_invalid_hyperparameters_are_rejected():
    for wrong, complaint in (
        ({"learning_rate": float("nan")}, "learning_rate: expected"),
        ({"epochs": 0}, "epochs: expected a whole number"),
        ({"activation": "gelu"}, "activation: expected one of identity, step, sigmoid, tanh, relu"),
    ):
        with pytest.raises(InputError, match=complaint):
            PerceptronConfig(**wrong)


def test_legacy_training_rejects_the_step_function():
    with pytest.raises(InputError, match="step function has no gradient"):
        legacy.train(PerceptronConfig(activation="step"), GATES["or"])


def test_graph_equals_that_of_the_articles_file_node_by_node():
    built = legacy.build_graph(PerceptronConfig())
    assert nodes_of(built.graph) == golden("perceptron_graph_tf2.json")


def test_graph_equals_tensorflow_1_except_for_two_sums_in_its_gradients():
    built = legacy.build_graph(PerceptronConfig())
    theirs, ours = golden("perceptron_graph.json"), nodes_of(built.graph)
    # TensorFlow 2.21 keeps the dimensions of two sums in the gradient of a subtraction, and
    # reshapes them afterwards as 1.15 did.
    different = [only_in(theirs, ours), only_in(ours, theirs)]
    for nodes in different:
        assert {node[:6] for node in nodes} == {'["Sum"'}
        assert nodes.total() == 2
    assert len(theirs) == len(ours) == 48


def test_a_callback_cannot_change_the_losses_of_a_sweep():
    def spoil(epoch, losses):
        with pytest.raises(ValueError, match="read-only"):
            losses[:] = 0

    perceptron.sweep(PerceptronConfig(epochs=2), GATES["or"], seeds=range(3), on_progress=spoil)
