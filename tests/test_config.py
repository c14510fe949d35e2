import json
from dataclasses import asdict
from fractions import Fraction

import numpy as np
import pytest

from tf_edureka._numbers import op_seeds
from tf_edureka.config import Distortion, MlpConfig, PerceptronConfig
from tf_edureka.errors import InputError


def test_article_recipe_has_the_numbers_of_the_article():
    config = MlpConfig.article()
    assert (config.learning_rate, config.epochs, config.batch_size) == (0.001, 15, 100)
    assert config.hidden_units == (256, 256)
    assert config.adam_epsilon == 1e-8  # tf.train.AdamOptimizer of TensorFlow 1.15.5


def test_recipes_differ_in_neither_network_nor_steps():
    article, tuned = MlpConfig.article(), MlpConfig.tuned()
    for name in ("hidden_units", "epochs", "batch_size"):
        assert getattr(article, name) == getattr(tuned, name)


def test_only_the_augmented_recipe_has_a_distortion():
    assert MlpConfig.tuned().distortion is None
    assert MlpConfig.augmented().distortion == Distortion()


def test_the_old_name_of_the_tuned_recipe_warns_of_the_new_one():
    with pytest.warns(DeprecationWarning, match=r"MlpConfig\.tuned") as warned:
        MlpConfig.modern(epochs=2)
    assert [warning.filename for warning in warned] == [__file__]  # names the caller's file


def test_the_old_name_of_the_tuned_recipe_gives_the_same():
    for changes in ({}, {"epochs": 2, "seed": 7, "distortion": Distortion(turn=5)}):
        with pytest.warns(DeprecationWarning, match=r"MlpConfig\.tuned"):
            old = MlpConfig.modern(**changes)
        assert old == MlpConfig.tuned(**changes)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("batch_size", 0),
        ("batch_size", 2.5),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
        ("learning_rate", 0.0),
        ("weight_decay", -0.1),
        ("label_smoothing", 1.0),
        ("warmup", 1.0),
        ("hidden_units", ()),
        ("hidden_units", (256, 0)),
        ("hidden_units", [1] * 65),  # layers
        ("hidden_units", (10**4, 10**4)),  # 108 million weights
        ("seed", -1),
        ("seed", 1.5),
        ("epochs", True),
        ("learning_rate", "0.1"),
        ("learning_rate", 1e300),
        ("learning_rate", 1e-60),
        ("hidden_units", 256),
        ("distortion", 5),
        ("seed", 2**31),
        ("recipe", "antique"),
        ("dtype", "float16"),
        ("precision", "half"),
    ],
)
def test_value_out_of_range_is_rejected_with_name_and_value(name, value):
    with pytest.raises(InputError, match=f"{name}: expected .*got"):
        MlpConfig.tuned(**{name: value})


def test_numpy_numbers_lists_and_ranges_are_accepted():
    given = MlpConfig.tuned(
        epochs=np.int64(5),
        seed=np.uint8(3),
        learning_rate=np.float32(0.5),
        weight_decay=np.int32(1),
        hidden_units=np.array([4, 8]),
        distortion=Distortion(turn=np.float64(3), shift=Fraction(1, 2)),
    )
    plain = MlpConfig.tuned(
        epochs=5,
        seed=3,
        learning_rate=0.5,
        weight_decay=1.0,
        hidden_units=(4, 8),
        distortion=Distortion(turn=3.0, shift=0.5),
    )
    assert given == plain
    assert hash(given) == hash(plain)
    assert json.dumps(asdict(given)) == json.dumps(asdict(plain))
    for units in ([4, 8], range(4, 9, 4)):
        assert MlpConfig.tuned(hidden_units=units).hidden_units == (4, 8)
    assert PerceptronConfig(np.float32(0.5), np.int16(2)) == PerceptronConfig(0.5, 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", True),
        ("learning_rate", np.nan),
        ("learning_rate", "0.1"),
        ("learning_rate", 10**400),
        ("learning_rate", np.float16(0)),
        ("epochs", True),
        ("epochs", np.True_),
        ("epochs", 5.0),
        ("epochs", None),
        ("hidden_units", ()),
        ("hidden_units", 256),
        ("hidden_units", "256"),
        ("hidden_units", {256, 128}),
        ("hidden_units", {256: 128}),
        ("hidden_units", bytearray(b"12")),
        ("hidden_units", [True]),
        ("hidden_units", [256.0]),
        ("recipe", np.array(["tuned"])),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_invalid_numbers_are_rejected_with_name_and_value(name, value):
    with pytest.raises(InputError, match=f"{name}: expected .*got"):
        MlpConfig.tuned(**{name: value})


def test_a_constant_learning_rate_has_no_warmup():
    assert MlpConfig.tuned(schedule="constant").warmup == 0
    with pytest.raises(InputError, match="warmup: expected 0 with schedule constant"):
        MlpConfig.tuned(schedule="constant", warmup=0.1)
    with pytest.raises(InputError, match="schedule: expected constant"):
        MlpConfig.article(schedule="cosine")


@pytest.mark.parametrize("seeds", [[0, 1, 2], (0, 1, 2), range(3), np.arange(3), iter(range(3))])
def test_seeds_may_come_in_any_sequence(seeds):
    assert op_seeds(seeds) == (0, 1, 2)


@pytest.mark.parametrize(
    "seeds", [[], 5, None, "12", [True], [1.0], [-1], [2**31], np.ones((2, 2), int), np.array(5)]
)
def test_invalid_seeds_are_rejected(seeds):
    with pytest.raises(InputError, match="seeds: expected"):
        op_seeds(seeds)


@pytest.mark.parametrize(
    "change",
    [
        {"weight_decay": 0.5},
        {"warmup": 0.1},
        {"label_smoothing": 0.1},
        {"distortion": Distortion()},
    ],
)
def test_article_recipe_rejects_options_of_the_tuned_recipe(change):
    with pytest.raises(InputError, match="not available in the article recipe"):
        MlpConfig.article(**change)


@pytest.mark.parametrize(
    "config",
    [MlpConfig.article, lambda **precision: MlpConfig.tuned(dtype="float64", **precision)],
    ids=["article", "float64"],
)
def test_reduced_precision_is_rejected_with_article_recipe_or_float64(config):
    with pytest.raises(InputError, match="precision: expected float32"):
        config(precision="mixed_bfloat16")


def test_distortion_out_of_range_is_rejected():
    with pytest.raises(InputError, match="turn: expected"):
        Distortion(turn=-1)
