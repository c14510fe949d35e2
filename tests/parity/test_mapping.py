"""Variables are mapped by shape, role, name and order."""

import random
from dataclasses import replace

import numpy as np
import pytest
from networks import STYLES, model_of, old_of, random_layers

from tf_edureka._keras import keras
from tf_edureka.errors import InputError
from tf_edureka.parity.mapping import find
from tf_edureka.parity.mapping.new_variables import NewVariable, variables_of
from tf_edureka.trace import Variable

layers = keras.layers


def old(*described):
    """Original variables from `name shape`, such as `conv1/kernel 3,3,1,8`."""
    split = [one.split() for one in described]
    return [
        Variable(name=name, shape=tuple(map(int, shape.split(","))), dtype="float32")
        for name, shape in split
    ]


def new(*described):
    """New variables from `path shape`; moving averages are not trained."""
    return [
        NewVariable(
            place=place,
            path=one.name,
            shape=one.shape,
            trainable="moving" not in one.name,
            layer=one.name.rpartition("/")[0],
            role=one.name.rpartition("/")[2],
        )
        for place, one in enumerate(old(*described))
    ]


def paths(mapping):
    return {name: link.paths for link in mapping.links for name in link.old}


def has_pairs(mapping, truth):
    """True if a mapping has all these pairs of an original name and a new path."""
    found = paths(mapping)
    return all(path in found.get(name, ()) for name, path in truth.items())


MLP = new(
    *("dense/kernel 784,256", "dense/bias 256", "dense_1/kernel 256,256", "dense_1/bias 256"),
    *("dense_2/kernel 256,10", "dense_2/bias 10"),
)


def test_kernels_before_biases_as_in_the_article_are_mapped():
    names = ["Variable", *(f"Variable_{i}" for i in range(1, 6))]
    shapes = ["784,256", "256,256", "256,10", "256", "256", "10"]
    mapping = find(old(*map(" ".join, zip(names, shapes, strict=True))), MLP)
    assert [link.new for link in mapping.links] == [(0,), (2,), (4,), (1,), (3,), (5,)]
    assert (mapping.missing, mapping.extra) == ((), ())


def test_layers_of_one_shape_are_mapped_by_order_and_reported_as_ambiguous():
    mapping = find(
        old("h1 8,8", "b1 8", "h2 8,8", "b2 8"),
        new("dense/kernel 8,8", "dense/bias 8", "dense_1/kernel 8,8", "dense_1/bias 8"),
    )
    assert [link.new for link in mapping.links] == [(0,), (1,), (2,), (3,)]
    assert [link.by for link in mapping.links] == ["order", "layer", "order", "layer"]
    assert [[link.old for link in group] for group in mapping.ambiguous] == [[("h1",), ("h2",)]]


TOWERS = ("{0}/dense/kernel 8,8", "{0}/dense/bias 8", "{0}/out/kernel 8,2", "{0}/out/bias 2")


def towers(*names):
    return [one.format(name) for name in names for one in TOWERS]


def test_towers_in_another_order_are_mapped_by_name():
    mapping = find(old(*towers("left", "right")), new(*towers("right", "left")))
    assert paths(mapping) == {one.split()[0]: (one.split()[0],) for one in towers("left", "right")}
    assert {link.by for link in mapping.links} <= {"name", "layer"}
    assert mapping.ambiguous == ()


def test_second_alternative_exchanges_nameless_towers():
    nameless = [f"v{i} {one.split()[1]}" for i, one in enumerate(towers("left", "right"))]
    mapping = find(old(*nameless), new(*towers("right", "left")))
    first, second, *others = mapping.alternatives()
    assert first is mapping
    assert [link.new for link in first.links] == [(i,) for i in range(8)]
    assert [link.new for link in second.links] == [(i,) for i in (4, 5, 6, 7, 0, 1, 2, 3)]
    assert len(mapping.ambiguous) == 2  # the kernels of each shape
    orders = [[(link.new, link.how) for link in one.links] for one in (first, second, *others)]
    assert all(order not in orders[:place] for place, order in enumerate(orders))


def test_many_layers_of_one_shape_have_24_alternatives():
    # Two of 8 layers can be exchanged in 28 ways.
    kernels = [f"v{i} 8,8" for i in range(8)]
    found = list(find(old(*kernels), new(*(f"d{i}/kernel 8,8" for i in range(8)))).alternatives())
    assert len(found) == 24
    assert {link.by for one in found for link in one.links} == {"order"}


def test_square_kernels_are_transposed_if_the_others_are():
    mapping = find(
        old("a/w 4,3", "a/b 4", "b/w 4,4", "b/b 4"),
        new("dense/kernel 3,4", "dense/bias 4", "dense_1/kernel 4,4", "dense_1/bias 4"),
    )
    assert [link.how for link in mapping.links] == ["transposed", "unchanged"] * 2
    other = list(mapping.alternatives())[-1]
    assert [link.how for link in other.links] == ["transposed", *["unchanged"] * 3]


def test_missing_bias_is_reported():
    without = [one for one in MLP if one.path != "dense_1/bias"]
    mapping = find(
        old("h1 784,256", "b1 256", "h2 256,256", "b2 256", "out 256,10", "b_out 10"), without
    )
    assert (mapping.missing, mapping.extra) == (("b2",), ())
    assert paths(mapping)["b1"] == ("dense/bias",)
    assert ("b2", "-", "missing in the new model") in mapping.table()


def test_with_kernels_first_either_bias_may_be_missing():
    without = [one for one in MLP if one.path != "dense/bias"]
    mapping = find(
        old("h1 784,256", "h2 256,256", "out 256,10", "b1 256", "b2 256", "b_out 10"), without
    )
    assert {one.missing for one in mapping.alternatives()} >= {("b1",), ("b2",)}


def test_extra_layer_is_reported():
    mapping = find(
        old("a/w 8,16", "a/b 16", "c/w 16,4", "c/b 4"),
        new(*("d/kernel 8,16", "d/bias 16", "e/kernel 16,12", "e/bias 12"), "f/kernel 16,4"),
    )
    assert mapping.missing == ("c/b",)
    assert mapping.extra == ("e/kernel", "e/bias")
    assert paths(mapping) == {"a/w": ("d/kernel",), "a/b": ("d/bias",), "c/w": ("f/kernel",)}


def test_layers_of_different_width_are_not_mapped():
    mapping = find(old("a/w 8,16", "a/b 16"), new("d/kernel 8,32", "d/bias 32"))
    assert (mapping.links, mapping.missing) == ((), ("a/w", "a/b"))
    assert mapping.extra == ("d/kernel", "d/bias")
    assert mapping.to_new({"a/w": np.zeros((8, 16))}) == {}


def test_global_step_and_beta_powers_are_ignored():
    steps = [
        Variable(name="global_step", shape=(), dtype="int64"),
        Variable(name="train/beta1_power_1", shape=(), dtype="float32"),
    ]
    mapping = find([*old("w 3,2"), *steps], new("dense/kernel 3,2", "scale/factor 1"))
    assert (mapping.missing, mapping.extra) == ((), ("scale/factor",))


def test_equal_values_outweigh_order_and_names():
    ours = old("left/w 8,8", "right/w 8,8")
    theirs = new("left/kernel 8,8", "right/kernel 8,8")
    one, other = np.random.default_rng(0).normal(size=(2, 8, 8)).astype(np.float32)
    values = {"left/w": one, "right/w": other}, {0: other, 1: one}
    mapping = find(ours, theirs, values=values)
    assert paths(mapping) == {"left/w": ("right/kernel",), "right/w": ("left/kernel",)}
    assert {link.by for link in mapping.links} == {"value"}


def test_initial_ones_and_zeros_identify_gamma_and_beta():
    ours, theirs = old("v0 8", "v1 8"), new("bn/gamma 8", "bn/beta 8")
    one, zero = np.ones(8, np.float32), np.zeros(8, np.float32)
    mapping = find(ours, theirs, values=({"v0": zero, "v1": one}, {0: one, 1: zero}))
    assert paths(mapping) == {"v0": ("bn/beta",), "v1": ("bn/gamma",)}


def test_given_pairs_outweigh_all_evidence():
    ours = old("left/w 8,8", "right/w 8,8", "left/b 8", "right/b 8")
    theirs = new("left/kernel 8,8", "right/kernel 8,8", "left/bias 8", "right/bias 8")
    mapping = find(ours, theirs, given={"left/w": "right/kernel"})
    assert paths(mapping)["left/w"] == ("right/kernel",)
    assert paths(mapping)["right/w"] == ("left/kernel",)
    assert mapping.links[0].by == "given"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"x": "dense/kernel"},
            "expected the name of one original variable .*, got x, which matches none",
        ),
        ({"w": "y"}, "expected the name of one model variable .*, got y, which matches none"),
        ({"w": "a/kernel", "v": "a/kernel"}, "each variable once, got v and a/kernel again"),
        ({"w": "dense/bias"}, r"w and dense/bias to have shapes that fit, got \[3, 2\] and \[2\]"),
    ],
)
def test_invalid_given_pairs_are_rejected(given, says):
    with pytest.raises(InputError, match=says):
        find(
            old("w 3,2", "v 3,2", "b 2"),
            new("dense/kernel 3,2", "dense/bias 2", "a/kernel 3,2"),
            given=given,
        )


def test_trained_weight_is_not_mapped_to_a_moving_average():
    ours = old("v0 4,8", "v1 8", "v2 8", "v3 8")
    theirs = new("d/kernel 4,8", "bn/beta 8", "bn/moving_mean 8", "bn/moving_variance 8")
    mapping = find(ours[:3], theirs, trained={"v0", "v1", "v2"})
    assert len(mapping.links) == 2
    assert {*mapping.extra} == {"bn/moving_mean", "bn/moving_variance"}
    mapping = find(ours, theirs, trained={"v0", "v1"})
    assert [link.new for link in mapping.links] == [(0,), (1,), (2,), (3,)]


def assert_mapped_right(network, style):
    model = model_of(network)
    ours, truth = old_of(network, model, style)
    mapping = find(ours, variables_of(model))
    assert has_pairs(mapping, truth), (style, network)
    assert (mapping.missing, mapping.extra) == ((), ())
    rng = np.random.default_rng(0)
    values = {one.name: rng.normal(size=one.shape) for one in ours}
    back = mapping.gradients_to_old(mapping.gradients_to_new(values))
    assert all(np.array_equal(back[name], value) for name, value in values.items())


@pytest.mark.parametrize("style", STYLES)
def test_random_networks_are_mapped_correctly_with_any_names(style):
    for seed in range(3):
        assert_mapped_right(random_layers(random.Random(seed)), style)


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
def test_fifty_more_random_networks_are_mapped_correctly(style):
    for seed in range(100, 150):
        assert_mapped_right(random_layers(random.Random(seed)), style)


@pytest.mark.slow
@pytest.mark.parametrize("style", ["tf.layers", "contrib", "scopes", "joined"])
def test_missing_bias_in_a_random_network_is_reported(style):
    for seed in range(200, 225):
        rng = random.Random(seed)
        network = random_layers(rng)
        ours, truth = old_of(network, model_of(network), style)
        biased = [i for i, one in enumerate(network) if one.kind in ("conv", "dense") and one.bias]
        changed = list(network)
        place = rng.choice(biased)
        changed[place] = replace(network[place], bias=False)
        gone = {*truth} - {*old_of(changed, model_of(changed), style)[1]}
        mapping = find(ours, variables_of(model_of(changed)))
        assert ({*mapping.missing}, mapping.extra) == (gone, ()), (seed, network)


TREES = [f"tree_{letter}" for letter in "acdefghjklmnpq"]  # no word of a role, such as b


@pytest.mark.parametrize("seed", range(5))
def test_permuted_variables_are_mapped_by_layer_names(seed):
    rng = random.Random(seed)
    network = random_layers(rng)
    names = rng.sample(TREES, len(network))
    model = model_of(network, names=names)
    ours, truth = old_of(network, model, "tf.layers")
    path = {name: next(word for word in names if word in truth[name]) for name in truth}
    renamed = {name: f"net/{path[name]}/{name.split('/', 1)[1]}" for name in truth}
    ours = [replace(one, name=renamed[one.name]) for one in ours]
    for _ in range(3):
        rng.shuffle(ours)
        mapping = find(ours, variables_of(model))
        assert has_pairs(mapping, {renamed[name]: path for name, path in truth.items()})


def test_variables_of_nested_and_shared_layers_are_described_once():
    shared = layers.Dense(3, name="shared")
    inner = keras.Sequential([keras.Input((5, 3)), layers.Bidirectional(layers.LSTM(4))])
    image = keras.Input((5, 3))
    model = keras.Model(image, inner(shared(layers.Dropout(0.5)(shared(image)))))
    found = variables_of(model)
    assert [(one.role, one.cell) for one in found] == [
        *(("kernel", ""), ("bias", "")),
        *[("kernel", "lstm"), ("recurrent_kernel", "lstm"), ("bias", "lstm")] * 2,
    ]
    assert len({one.layer for one in found}) == 3
    assert all(model.variables[one.place].path == one.path for one in found)


def test_variables_of_a_subclassed_model_have_their_layers():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.scale = self.add_weight(shape=(3,), name="scale")
            self.stack = [layers.Dense(3), layers.BatchNormalization()]

        def call(self, x):
            for layer in self.stack:
                x = layer(x)
            return x * self.scale

    model = Net()
    model(np.zeros((1, 3), np.float32))
    found = {one.role: one.layer_class for one in variables_of(model)}
    assert found == {
        "scale": "Net",
        "kernel": "Dense",
        "bias": "Dense",
        **dict.fromkeys(["gamma", "beta", "moving_mean", "moving_variance"], "BatchNormalization"),
    }


def test_a_model_says_itself_which_variables_it_trains():
    """Several models may share layers, and each may train some of them."""
    one, other = layers.Dense(2, name="one"), layers.Dense(1, name="other")

    class TrainsTheOther(keras.Model):
        @property
        def trainable_variables(self):
            return other.trainable_variables

    inputs = keras.Input((3,))
    found = variables_of(TrainsTheOther(inputs, other(one(inputs))))
    assert [(variable.path.split("/")[0], variable.trainable) for variable in found] == [
        *[("one", False)] * 2,
        *[("other", True)] * 2,
    ]
