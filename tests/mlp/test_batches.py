import numpy as np

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.mlp.batches import epoch_order, parts_of_epoch


def test_epoch_uses_each_example_at_most_once_and_drops_the_remainder():
    order = epoch_order(1050, 100, seed=1, epoch=0)
    assert order.shape == (10, 100)
    assert len(set(order.ravel())) == 1000
    assert (order.min() >= 0, order.max() < 1050) == (True, True)


def test_batches_are_numpys_permutation_of_seed_and_epoch():
    # Another order would be as good, but checkpoints of earlier versions could not be resumed.
    shuffled = np.random.default_rng((7, 2)).permutation(10)
    assert epoch_order(10, 4, seed=7, epoch=2).tolist() == [[*shuffled[:4]], [*shuffled[4:8]]]


def test_order_differs_by_epoch_and_seed_and_is_reproducible():
    orders = [epoch_order(500, 100, seed, epoch) for seed in (1, 2) for epoch in (0, 1)]
    assert len({order.tobytes() for order in orders}) == 4
    np.testing.assert_array_equal(orders[1], epoch_order(500, 100, seed=1, epoch=1))


def test_article_epoch_continues_where_the_last_one_stopped():
    config = MlpConfig.article(batch_size=3)
    orders = mlp.epoch_orders(config, 10)
    shown = np.concatenate([next(orders).ravel() for _ in range(10)])  # 3 batches of 3, ten times
    for used_up in np.split(shown, range(10, 90, 10)):
        assert sorted(used_up) == list(range(10))


def test_article_epoch_is_one_call_and_longer_epochs_are_split_evenly():
    assert parts_of_epoch(550, 269_322, 100) == [(0, 550)]
    parts = parts_of_epoch(55_000, 269_322, 1)
    assert [first for first, _ in parts[1:]] == [end for _, end in parts[:-1]]
    assert (parts[0][0], parts[-1][1]) == (0, 55_000)
    assert 5000 < max(end - first for first, end in parts) < 20_000
    assert len(parts_of_epoch(7, 10**9, 100)) == 7  # at least one step per call


def test_parts_of_an_epoch_have_one_length_if_its_steps_can_be_divided():
    def lengths(networks: int, steps: int = 550) -> set[int]:
        parts = parts_of_epoch(steps, 269_322 * networks, 100)
        return {end - first for first, end in parts}

    # In ten seconds a slow core does 32 steps of 32 networks; 25 is the next divisor of 550.
    assert [lengths(networks) for networks in (8, 32)] == [{110}, {25}]
    assert lengths(32, steps=547) == {32, 33}  # a prime number
