import numpy as np
import pytest

from tf_edureka import outcome
from tf_edureka.gates import GATES

OR = GATES["or"]


def outcome_of(activation, gate, initial, final) -> str:
    weights = (np.array([w], np.float32) for w in (initial, final))
    (ended,) = outcome.of(activation, gate, *weights)
    return ended


@pytest.mark.parametrize(
    ("activation", "final", "expected"),
    [
        ("relu", [0.5, 0.5, 0.25], "learned"),  # least squares: 0.25, 0.75, 0.75, 1.25
        ("relu", [-1, -1, -1], "dead"),  # 0 everywhere, and so is the gradient
        ("relu", [-3, 1, 0], "stuck"),  # 0, 1, 0, 0: both wrong rows are dead
        ("relu", [0.1, 0.1, 0.1], "not yet"),  # wrong rows that have a gradient
        ("tanh", [-19, -19, 20], "stuck"),  # wrong at z = 20 and -18, where the slope is 0
        ("tanh", [20, 20, 20], "dead"),
        ("softmax", [0.5, 0.5, 0.25], "dead"),  # always 1
        ("step", [1, 1, -0.5], "learned"),
        ("step", [-1, -1, -1], "not yet"),  # dead to gradients, but Rosenblatt's rule needs none
        ("identity", [np.nan, 1, 1], "diverged"),
        ("identity", [3e38, 3e38, 3e38], "diverged"),  # the outputs overflow
        ("identity", [9, 9, 9], "diverged"),  # the loss rises from that of 2, 2, 2
    ],
)
def test_what_became_of_or(activation, final, expected):
    assert outcome_of(activation, OR, [2, 2, 2], final) == expected


def test_where_no_line_does_that_is_the_reason():
    assert outcome_of("identity", GATES["xor"], [1, 1, 1], [0, 0, 0.5]) == "no line"
    assert outcome_of("step", GATES["xor"], [1, 1, 1], [1, 1, -0.5]) == "no line"
    assert outcome_of("relu", GATES["xor"], [1, 1, 1], [-1, -1, -1]) == "dead"


def test_each_seed_has_its_own_outcome():
    final = np.array([[0.5, 0.5, 0.25], [-1, -1, -1]], np.float32)
    assert outcome.of("relu", OR, final, final).tolist() == ["learned", "dead"]


def test_one_half_counts_as_1_and_what_is_no_number_as_wrong():
    targets = np.array([0, 1, 0, 1])
    right = outcome.is_right(np.array([0.49, 0.5, 0.5, np.nan]), targets)
    assert right.tolist() == [True, True, False, False]
