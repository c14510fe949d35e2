import json
from pathlib import Path

import numpy as np
import pytest
from graphs import golden, nodes_of, only_in

from tf_edureka.config import PerceptronConfig
from tf_edureka.errors import InputError
from tf_edureka.gates import GATES
from tf_edureka.legacy import perceptron
from tf_edureka.result import loss_line

GOLDEN = json.loads((Path(__file__).parent / "goldens" / "perceptron.json").read_text())


def test_all_losses_are_bit_for_bit_those_of_tensorflow_1_for_41_seeds():
    for seed, expected in GOLDEN["op_seeds"].items():
        result = perceptron.train(PerceptronConfig(seed=int(seed)), GATES["or"])
        for name, values in (
            ("losses", result.loss),
            ("initial_weights", result.initial_weights),
        ):
            np.testing.assert_array_equal(values, np.float32(expected[name]), f"seed {seed}")
    assert len(GOLDEN["op_seeds"]) == 41


def test_it_prints_what_the_article_prints():
    lines = []
    perceptron.train(
        PerceptronConfig(), GATES["or"], lambda *epoch: lines.append(loss_line(*epoch))
    )
    assert len(lines) == 100
    assert [lines[0], lines[-1]] == GOLDEN["op_seeds"]["15"]["printed"]
    assert lines[0] == "Epoch-- 0 --loss-- 2.0738316"


def test_the_graph_is_the_one_that_the_articles_file_builds_node_by_node():
    built = perceptron.build_graph(PerceptronConfig())
    assert nodes_of(built.graph) == golden("perceptron_graph_tf2.json")


def test_the_graph_is_that_of_tensorflow_1_but_for_two_sums_in_its_gradients():
    built = perceptron.build_graph(PerceptronConfig())
    theirs, ours = golden("perceptron_graph.json"), nodes_of(built.graph)
    # TensorFlow 2.21 keeps the dimensions of two sums in the gradient of a subtraction, and
    # reshapes them afterwards as 1.15 did.
    different = [only_in(theirs, ours), only_in(ours, theirs)]
    for nodes in different:
        assert {node[:6] for node in nodes} == {'["Sum"'}
        assert nodes.total() == 2
    assert len(theirs) == len(ours) == 48


def test_training_ends_when_the_caller_asks_for_it():
    result = perceptron.train(PerceptronConfig(), GATES["and"], lambda epoch, _: epoch == 4)
    assert len(result.loss) == 5


def test_numbers_that_are_none_are_refused():
    with pytest.raises(InputError, match="learning_rate: expected"):
        PerceptronConfig(learning_rate=float("nan"))
    with pytest.raises(InputError, match="epochs: expected a whole number"):
        PerceptronConfig(epochs=0)
