import copy
import itertools
import pickle

import numpy as np
import pytest

from tf_edureka.errors import InputError
from tf_edureka.perceptron.gates import GATES, Gate


def test_gates_match_their_names():
    rows = [(0, 0), (0, 1), (1, 0), (1, 1)]
    rules = {
        "or": lambda a, b: a or b,
        "and": lambda a, b: a and b,
        "nand": lambda a, b: not (a and b),
        "xor": lambda a, b: a != b,
    }
    assert set(GATES) == set(rules)
    for name, rule in rules.items():
        gate = GATES[name]
        assert gate.name == name
        assert gate.inputs.tolist() == [[a, b, 1] for a, b in rows]
        assert gate.targets[:, 0].tolist() == [float(rule(a, b)) for a, b in rows]


def test_all_16_gates_but_xor_and_its_inverse_are_separable():
    lines = np.array(list(itertools.product((-2, -1, 1, 2), (-2, -1, 1, 2), (-3, -1, 1, 3))))
    inputs = GATES["or"].inputs
    parted = {tuple(row) for row in (lines @ inputs.T > 0).astype(float)}
    for targets in itertools.product((0.0, 1.0), repeat=4):
        gate = Gate("any", inputs, targets=np.array(targets, np.float32)[:, np.newaxis])
        assert gate.separable == (targets in parted), targets
    assert len(parted) == 14


def test_arrays_of_wrong_shape_or_dtype_are_rejected():
    inputs, targets = GATES["or"].inputs, GATES["or"].targets
    with pytest.raises(InputError, match=r"targets of gate mine: expected float32 .* \(4, 1\)"):
        Gate("mine", inputs, targets=targets[:, 0])
    with pytest.raises(InputError, match="got float64"):
        Gate("mine", inputs.astype(np.float64), targets=targets)


def test_gates_are_immutable():
    for array in (GATES["or"].inputs, GATES["or"].targets):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 5
    inputs, targets = GATES["or"].inputs.copy(), GATES["or"].targets.copy()
    mine = Gate("mine", inputs, targets=targets)
    inputs[0, 0] = 5
    assert mine.inputs[0, 0] == 0
    for again in (copy.deepcopy(mine), pickle.loads(pickle.dumps(mine))):
        assert not again.inputs.flags.writeable
    assert copy.deepcopy(GATES)["or"].targets.tolist() == GATES["or"].targets.tolist()


@pytest.mark.parametrize(("place", "value"), [("inputs", 2), ("inputs", np.nan), ("targets", 7)])
def test_invalid_truth_tables_are_rejected(place, value):
    arrays = {"inputs": GATES["or"].inputs.copy(), "targets": GATES["or"].targets.copy()}
    arrays[place][0, 0] = value
    with pytest.raises(InputError, match=f"{place} of gate mine: expected 0 or 1"):
        Gate("mine", **arrays)
    arrays = {"inputs": GATES["or"].inputs.copy(), "targets": GATES["or"].targets.copy()}
    arrays["inputs"][0, 2] = 0
    with pytest.raises(InputError, match="only 1 in the third column"):
        Gate("mine", **arrays)


def test_gate_equals_itself_and_is_hashable():
    assert GATES["or"] == GATES["or"] != GATES["xor"]
    assert {GATES["or"]: 1}[GATES["or"]] == 1
