import pytest

from tf_edureka.config import Distortion, MlpConfig
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


def test_only_the_augmented_recipe_distorts():
    assert MlpConfig.tuned().distortion is None
    assert MlpConfig.augmented().distortion == Distortion()


def test_the_old_name_of_the_tuned_recipe_warns_of_the_new_one():
    with pytest.warns(DeprecationWarning, match=r"MlpConfig\.tuned") as warned:
        MlpConfig.modern(epochs=2)
    assert [warning.filename for warning in warned] == [__file__]  # whose call it was


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
def test_a_value_out_of_range_is_refused_by_name_and_value(name, value):
    with pytest.raises(InputError, match=f"{name}: expected .*got"):
        MlpConfig.tuned(**{name: value})


@pytest.mark.parametrize(
    "change",
    [
        {"weight_decay": 0.5},
        {"warmup": 0.1},
        {"label_smoothing": 0.1},
        {"distortion": Distortion()},
    ],
)
def test_the_article_has_nothing_of_the_tuned_recipe(change):
    with pytest.raises(InputError, match="expected none in the article's recipe"):
        MlpConfig.article(**change)


@pytest.mark.parametrize(
    "config",
    [MlpConfig.article, lambda **precision: MlpConfig.tuned(dtype="float64", **precision)],
    ids=["article", "float64"],
)
def test_who_asks_for_exact_numbers_gets_no_rounded_products(config):
    with pytest.raises(InputError, match="precision: expected float32"):
        config(precision="mixed_bfloat16")


def test_an_amount_of_distortion_out_of_range_is_refused():
    with pytest.raises(InputError, match="turn: expected"):
        Distortion(turn=-1)
