import numpy as np

from tf_edureka._keras import keras
from tf_edureka.parity.mapping import find
from tf_edureka.parity.new_variables import NewVariable
from tf_edureka.trace import Variable

layers = keras.layers


def old(*described):
    """Old variables from `name shape`, such as `conv1/kernel 3,3,1,8`."""
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


def one_to_one(mapping):
    return {link.old[0]: link.paths[0] for link in mapping.links}


def numbers(variables):
    """Float32 values by name."""
    rng = np.random.default_rng(0)
    return {one.name: rng.normal(size=one.shape).astype(np.float32) for one in variables}


MLP = new(
    *("dense/kernel 784,256", "dense/bias 256", "dense_1/kernel 256,256", "dense_1/bias 256"),
    *("dense_2/kernel 256,10", "dense_2/bias 10"),
)


def test_kernels_first_and_biases_after_them_are_the_article_s_order():
    names = ["Variable", *(f"Variable_{i}" for i in range(1, 6))]
    shapes = ["784,256", "256,256", "256,10", "256", "256", "10"]
    mapping = find(old(*map(" ".join, zip(names, shapes, strict=True))), MLP)
    assert [link.new for link in mapping.links] == [(0,), (2,), (4,), (1,), (3,), (5,)]
    assert (mapping.missing, mapping.extra) == ((), ())


def test_layers_of_one_shape_are_told_by_order_and_said_to_be():
    mapping = find(
        old("h1 8,8", "b1 8", "h2 8,8", "b2 8"),
        new("dense/kernel 8,8", "dense/bias 8", "dense_1/kernel 8,8", "dense_1/bias 8"),
    )
    assert [link.new for link in mapping.links] == [(0,), (1,), (2,), (3,)]
    assert [link.by for link in mapping.links] == ["order", "layer", "order", "layer"]
    assert [[link.old for link in group] for group in mapping.ambiguous] == [[("h1",), ("h2",)]]
