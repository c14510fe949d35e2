import json

import numpy as np
import pytest
from goldens.generate import sha256
from helpers import GOLDENS, REFERENCE

from tf_edureka.errors import InputError
from tf_edureka.tf1 import seeds


def test_op_seeds_of_the_article_network_equal_tensorflow_1():
    golden = json.loads(REFERENCE.read_text())["graph_seeds"]["1"]["op_seeds"]
    assert seeds.variable_op_seeds(6, ops=2) == golden == [5, 14, 23, 32, 41, 50]


def test_seeds_are_reduced_modulo_and_never_both_0():
    assert seeds.seed_pair(2**31, 2**31 - 1) == (1, 0)
    assert seeds.seed_pair(0, 0) == (0, 2**31 - 1)
    assert seeds.seed_pair(None, 15) == (87654321, 15)


def test_batch_order_equals_tensorflow_1():
    content = json.loads((GOLDENS / "next_batch.json").read_text())
    for trace in content["traces"]:
        batches = seeds.batch_order(
            *(trace["examples"], trace["batch_size"]),
            graph_seed=trace["graph_seed"],
            seed=trace["seed"],
            shuffle=trace["shuffle"],
        )
        for _, expected in trace["batches"]:
            assert next(batches).tolist() == expected
    long = content["long"]
    batches = seeds.batch_order(long["examples"], long["batch_size"], graph_seed=long["graph_seed"])
    order = np.concatenate([next(batches) for _ in range(long["batches"])])
    assert sha256(order.astype(np.int32)) == long["sha256"]


@pytest.mark.parametrize(("examples", "batch_size"), [(3, 5), (3, 0), (0, 1), (3, True), (3, 1.0)])
def test_invalid_batch_sizes_are_rejected_before_the_first_batch(examples, batch_size):
    with pytest.raises(InputError, match="expected a whole number"):
        seeds.batch_order(examples, batch_size, graph_seed=1)
