"""The example of the page on the proof: a port of TimeGAN, and its certificates."""

import hashlib
import importlib.util
import json

import numpy as np
import pytest
from helpers import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "timegan"
OBJECTIVES = ("reconstruction", "supervision", "generation", "embedding", "discrimination")


@pytest.mark.parametrize("place", range(5), ids=OBJECTIVES)
def test_each_training_has_a_certificate_of_the_present_files(place):
    name = OBJECTIVES[place]
    certificate = json.loads((EXAMPLE / "certificates" / name / "port.json").read_text())
    assert certificate["passed"]
    assert certificate["port"] == f"timegan.py:{name}"
    assert certificate["training"].startswith(f"training {place + 1} of 5")
    for file, fact in (
        ("timegan.py", "SHA-256 of the port"),
        ("original.py", "SHA-256 of the script"),
    ):
        digest = hashlib.sha256((EXAMPLE / file).read_bytes()).hexdigest()
        assert certificate["ran"][fact] == digest, f"{file} has changed since it was proved"


@pytest.fixture(scope="module")
def trained():
    """A small TimeGAN, trained on waves, with the waves and the losses."""
    spec = importlib.util.spec_from_file_location("timegan", EXAMPLE / "timegan.py")
    timegan = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(timegan)
    timegan.keras.utils.set_random_seed(1)
    rng = np.random.default_rng(1)
    phase = rng.uniform(0, 6, (200, 1, 2))
    waves = 5 + 3 * np.sin(phase + np.linspace(0, 3, 6)[:, np.newaxis])
    gan = timegan.TimeGAN(features=2, units=6, depth=2)
    start = {name: getattr(gan, name).get_weights() for name in NETWORKS}
    losses = gan.train(waves, iterations=40, batch_size=32, rng=rng)
    return gan, waves, losses, start


NETWORKS = ("embedder", "recovery", "generator", "supervisor", "discriminator")


@pytest.mark.slow
def test_losses_of_all_phases_fall(trained):
    _, _, losses, _ = trained
    assert {name: len(found) for name, found in losses.items()} == {
        **{"reconstruction": 40, "supervision": 40, "generation": 80, "embedding": 80},
        "discrimination": 40,
    }
    for name, found in losses.items():
        assert np.mean(found[-5:]) < np.mean(found[:5]), name


@pytest.mark.slow
def test_each_network_is_trained(trained):
    gan, _, _, start = trained
    for name, weights in start.items():
        for before, after in zip(weights, getattr(gan, name).get_weights(), strict=True):
            assert not np.array_equal(before, after), name


@pytest.mark.slow
def test_generated_series_have_the_shape_and_range_of_the_data(trained):
    gan, waves, _, _ = trained
    made = gan.generate(50)
    assert made.shape == (50, 6, 2)
    assert waves.min() <= made.min() < made.max() <= waves.max()
    assert made.std(axis=0).min() > 0


@pytest.mark.slow
def test_an_objective_leaves_the_other_networks_as_they_are(trained):
    gan, waves, _, _ = trained
    before = {name: getattr(gan, name).get_weights() for name in NETWORKS}
    batch = {"x": waves[:32].astype("float32"), "z": np.zeros((32, 6, 2), "float32")}
    gan.discrimination.train_on_batch(batch)
    changed = [
        name
        for name, weights in before.items()
        if any(
            (a != b).any() for a, b in zip(weights, getattr(gan, name).get_weights(), strict=True)
        )
    ]
    assert changed == ["discriminator"]
