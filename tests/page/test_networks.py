import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from page_data import images_of, snapshot_of, weights_of

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.page import assemble, networks, selection
from tf_edureka.page.history import History
from tf_edureka.page.networks import evenly, from_network, from_runs
from tf_edureka.page.trained import Trained

SCRIPTS = 150_000  # size limit in bytes of the page without data


def length(data: dict) -> int:
    return len(json.dumps(data, separators=(",", ":")))


def test_weights_are_bit_identical_to_float16(some_network, data):
    run = some_network(20, 15)
    (network,) = from_runs([run], data.test)["networks"]
    assert network["layers"] == [784, 20, 15, 10]
    for there, here in zip(weights_of(network), run.weights, strict=True):
        np.testing.assert_array_equal(there, here.astype(np.float16), strict=True)


def test_snapshot_error_is_at_most_half_a_scale(some_network, data):
    run = some_network(20, 15, epochs=3)
    run.snapshots[1][0][:, 4] = 0  # a neuron whose weights are all 0
    (network,) = from_runs([run], data.test)["networks"]
    assert [one["epoch"] for one in network["snapshots"]] == [0, 1, 2]
    for epoch in range(3):
        weights, scales = snapshot_of(network, epoch)
        assert [len(scale) for scale in scales] == [20, 1, 15, 1, 10, 1]
        for there, here, scale in zip(weights, run.snapshots[epoch], scales, strict=True):
            # Half a scale, and the float32 rounding of a product with a number up to 127.
            assert (np.abs(there - here) <= (0.5 + 127 * 2**-23) * scale).all()
            # No scale is larger than its largest weight needs.
            np.testing.assert_allclose(127 * scale, np.abs(here).max(axis=0), rtol=1e-6)


def test_images_are_test_images_with_their_labels(some_network, data):
    made = from_runs([some_network(20)], data.test)
    images = made["images"]
    assert len(set(images["numbers"])) == images["count"]
    np.testing.assert_array_equal(images_of(made), data.test.images[images["numbers"]])
    assert images["labels"] == data.test.labels[images["numbers"]].tolist()


def test_sample_has_a_fixed_seed(some_network, linear, data):
    one, other = (
        from_runs([run], data.test)
        for run in (some_network(20), Trained(History(None), linear, {}))
    )
    drawn = [[made["images"]["numbers"][i] for i in made["sample"]] for made in (one, other)]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == 200
    assert 150 < np.mean(drawn[0]) < 350  # of 500 images, not only the first ones


def test_first_network_is_right_and_sure_of_the_examples(some_network, linear, data):
    runs = [Trained(History(None), linear, {}), some_network(20)]
    made = from_runs(runs, data.test)
    examples = images_of(made)[made["examples"]]
    assert [made["images"]["labels"][i] for i in made["examples"]] == list(range(10))
    shares, certainty = mlp.with_certainty(
        lambda images: selection.softmax(selection.logits(linear, images)), examples
    )
    assert shares.argmax(axis=1).tolist() == list(range(10))
    assert certainty.min() >= made["sure"] == mlp.MIN_CERTAINTY
    assert set(made["examples"]) <= set(made["sample"])  # so they need no further images


def test_there_are_ten_examples_even_if_digits_are_missing(some_network, data):
    few = dataclasses.replace(data.test, images=data.test.images[:3], labels=data.test.labels[:3])
    made = from_runs([some_network(20)], few)
    assert made["images"]["count"] == len(made["sample"]) == 3
    assert len(made["examples"]) == 10
    assert {*made["examples"]} <= {0, 1, 2}


def test_mistakes_use_rounded_weights_and_are_sorted(some_network, linear, data):
    runs = [Trained(History(None), linear, {}), some_network(20)]
    made = from_runs(runs, data.test)
    for run, network, mistakes, in_all in zip(
        runs, made["networks"], made["mistakes"], made["mistakes_in_all"], strict=True
    ):
        rounded = [one.astype(np.float16).astype(np.float32) for one in run.weights]
        answers = selection.logits(rounded, data.test.images)
        wrong = answers.argmax(axis=1) != data.test.labels
        assert in_all == wrong.sum() > 0
        assert network["accuracy"] == pytest.approx(1 - wrong.mean(), abs=1e-12)
        of_test = np.array(made["images"]["numbers"])[mistakes]
        assert wrong[of_test].all()
        assert len(set(mistakes)) == len(mistakes) == min(in_all, 150)
        behind = answers.max(axis=1) - answers[np.arange(len(wrong)), data.test.labels]
        assert (np.diff(behind[of_test]) <= 0).all()
        assert behind[of_test].min() >= np.sort(behind)[::-1][len(mistakes) - 1]


def test_network_of_the_article_s_size_fits_into_a_megabyte(some_network, data):
    made = from_runs(
        [some_network(256, 256)], data.test
    )  # on noisy images, with nearly all of them read wrong
    assert made["mistakes_in_all"][0] > 400
    assert length(made) + SCRIPTS <= 1_000_000
    assert len(assemble(made).encode()) <= 1_000_000


def test_two_networks_and_15_epochs_fit_into_eight_megabytes(some_network, data):
    made = from_runs([some_network(256, 256, epochs=15), some_network(256, 256, seed=2)], data.test)
    assert [len(one["snapshots"]) for one in made["networks"]] == [15, 0]
    assert length(made) + SCRIPTS <= 8_000_000


def test_epochs_are_thinned_out_evenly_if_they_do_not_fit(some_network, data, monkeypatch):
    monkeypatch.setattr(networks, "_MAX_CHARACTERS", 800_000)
    runs = [some_network(20, epochs=30), some_network(20, epochs=30, seed=2)]
    made = from_runs(runs, data.test)
    for network in made["networks"]:
        epochs = [one["epoch"] for one in network["snapshots"]]
        assert 3 < len(epochs) < 30
        gaps = np.diff([*epochs, 30])
        assert epochs[0] == 0
        assert gaps.max() - gaps.min() <= 1
    assert 550_000 < length(made) <= 800_000 - SCRIPTS


@pytest.mark.parametrize(
    ("epochs", "most", "chosen"),
    [
        ([0, 1, 2, 3, 4], 4, [0, 1, 2, 3]),
        ([0, 1, 2, 3, 4], 9, [0, 1, 2, 3]),
        ([0, 1, 2, 3, 4], 2, [0, 2]),
        ([0, 1, 2, 3, 4], 1, [0]),
        ([0, 1, 2, 3, 4], 0, []),
        ([5], 3, []),
        ([3, 7, 8, 20], 2, [3, 8]),
    ],
)
def test_epochs_are_chosen_evenly(epochs, most, chosen):
    assert evenly(epochs, most) == chosen


def test_network_without_a_run_has_weights_and_examples(some_network, linear, data):
    made = from_network(some_network(20, 15).weights, None)
    assert made.keys() == {"networks", "sure"}
    (network,) = made["networks"]
    assert network["layers"] == [784, 20, 15, 10]
    for there, here in zip(weights_of(network), some_network(20, 15).weights, strict=True):
        np.testing.assert_array_equal(there, here.astype(np.float16), strict=True)
    made = from_network(linear, data.test)
    images = images_of(made)[made["examples"]]
    np.testing.assert_array_equal(images, data.test.images[made["images"]["numbers"]])
    assert made["images"]["labels"] == list(range(10))
    shares, certainty = selection.judge(linear, images)
    assert shares.argmax(axis=1).tolist() == list(range(10))
    assert certainty.min() >= mlp.MIN_CERTAINTY


@pytest.mark.parametrize("wrong", [1e5, -1e5, np.nan, np.inf])
def test_weights_outside_the_range_of_float16_are_rejected(some_network, data, wrong):
    run = some_network(20)
    run.weights[2][3, 4] = wrong
    with pytest.raises(InputError, match=f"model.keras: expected weights .* got {wrong:g}$"):
        from_runs([run], data.test)


def test_non_finite_answers_are_rejected(some_network, data):
    run = some_network(*[40] * 12)
    for kernel in run.weights[::2]:
        kernel[:] = np.abs(kernel) * 1e4
    with pytest.raises(InputError, match="its outputs contain NaN or infinity"):
        from_runs([run], data.test)


def test_probabilities_equal_keras(some_network, data):
    weights = [one / 20 for one in some_network(20, 15).weights]
    model = mlp.from_weights(MlpConfig.tuned(hidden_units=(20, 15)), weights)
    ours = selection.softmax(selection.logits(weights, data.test.images))
    # The order of up to 784 summands differs, in logits of up to 10.
    np.testing.assert_allclose(ours, mlp.probabilities(model, data.test.images), rtol=1e-4)


def test_missing_costs_and_hostile_names_are_safe(some_network, data):
    run = some_network(20, cost=(None, 0.5), accuracies=(0.1, 0.2))
    history = dataclasses.replace(run.history, folder=Path("</script><b>\udcff"))
    made = from_runs([dataclasses.replace(run, history=history)], data.test)
    page = assemble(made)
    assert page.count("</script>") == 3
    assert "<b>" not in page
    page.encode()  # no error: the lone surrogate has been escaped
    (network,) = made["networks"]
    assert network["cost"] == [None, 0.5]
    assert network["source"] == r"</script><b>\udcff"
