"""A right port passes with any seed and number of threads."""

from importlib import import_module

import pytest
from ports import MODELS, record
from ports.gan import port as gan

ZERO = {"tf.constant(0.1, shape=shape)": "tf.zeros(shape)"}


def failed(ladder):
    return [(one.rung, one.measured, one.tolerance) for one in ladder.rungs if one.passed is False]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "seed", "cores"),
    [
        ("keras_fit", 101, None),
        ("slim_nesterov", 202, {0}),
        # A letter does not occur in step 3, so that the embedding's gradient names 11 of 12 rows.
        ("lstm_rmsprop", 1002, None),
    ],
)
def test_right_port_passes_with_other_seeds_and_threads(tmp_path, model, seed, cores):
    ladder = record(tmp_path, model, seed, cores=cores).climb(
        import_module(f"ports.{model}.port").build
    )
    assert failed(ladder) == []
    assert ladder.passed


@pytest.mark.slow
def test_zero_initial_biases_pass_with_adam(tmp_path):
    source = (MODELS["mlp_adam"] / "port.py").read_text(encoding="utf-8")
    assert "keras.initializers.Constant(0.1)" in source
    port = {}
    exec(source.replace("keras.initializers.Constant(0.1)", '"zeros"'), port)
    assert failed(record(tmp_path, "mlp_adam", 7, ZERO).climb(port["build"])) == []


@pytest.mark.slow
def test_generator_and_discriminator_of_a_gan_are_proved(tmp_path):
    """The loss of each depends on the other's weights, which change in the other's own steps."""
    trace = record(tmp_path, "gan", 6)
    for half, place in ((gan.generator, 2), (gan.discriminator, 1)):
        ladder = trace.climb(half)
        assert f"training {place} of 2" in ladder.verdict
        assert failed(ladder) == []
        assert ladder.passed
