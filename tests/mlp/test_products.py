import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_edureka import mlp, runtime
from tf_edureka.config import MlpConfig
from tf_edureka.mlp import products, training
from tf_edureka.mlp.batches import epoch_order

SAYS_FLOAT32 = "algorithm=dot_f32_f32_f32"


def product_and_gradients(a, b):
    with tf.GradientTape() as tape:
        tape.watch((a, b))
        product = tf.matmul(a, b)
    return product, *tape.gradient(product, (a, b), output_gradients=tf.sin(product))


def searched(a, b):
    with products.explicit_float32("CPU"):
        return product_and_gradients(a, b)


def compiled(function, *arguments):
    return tf.function(function, jit_compile=True).get_concrete_function(*arguments)


@pytest.fixture
def on_cpu(monkeypatch):
    """Lets XLA's programs for a CPU stand in for those for a GPU."""
    monkeypatch.setattr(products, "search_platform", lambda tensor: "CPU")


def test_products_and_gradients_request_float32_and_keep_their_values():
    a, b = (tf.random.stateless_normal(shape, (1, 2)) for shape in ((3, 5), (5, 4)))
    says, plain = compiled(searched, a, b), compiled(product_and_gradients, a, b)
    with runtime.tf32(True):
        function = tf.function(searched, jit_compile=True)
        program = function.experimental_get_compiler_ir(a, b)("hlo")
        found = says(a, b)
    assert program.count(SAYS_FLOAT32) == 3  # the product, and the gradient of each factor
    for one, other in zip(found, plain(a, b), strict=True):
        np.testing.assert_array_equal(one, other)
    assert products.tf32_changes_nothing(says.graph)
    assert not products.tf32_changes_nothing(plain.graph)


@pytest.mark.parametrize(
    ("specification", "turned"),
    [
        (tf.TensorSpec((None, 4), tf.float32), False),  # an unknown size
        (tf.TensorSpec((4, 4), tf.float64), False),
        (tf.TensorSpec((2, 4, 4), tf.float32), False),
        (tf.TensorSpec((4, 4), tf.float32), True),
    ],
)
def test_other_products_are_unchanged(specification, turned):
    def product(a):
        with products.explicit_float32("CPU"):
            return tf.matmul(a, tf.ones_like(a), transpose_a=turned)

    graph = compiled(product, specification).graph
    assert "XlaCallModule" not in {operation.type for operation in graph.get_operations()}
    assert products.tf32_changes_nothing(graph) == (specification.dtype == tf.float64)


def test_ops_affected_by_tf32_are_found_within_loops_too():
    def loop(a):
        return tf.while_loop(lambda a: tf.reduce_sum(a) < 9, lambda a: [tf.matmul(a, a)], [a])

    assert not products.tf32_changes_nothing(compiled(loop, tf.ones((2, 2))).graph)
    assert products.tf32_changes_nothing(compiled(loop, tf.ones((2, 2), tf.bfloat16)).graph)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("steps", "turns"),
    [(6, 2), *(pytest.param(*one, marks=pytest.mark.slow) for one in ((10, 2), (7, 7)))],
)
def test_epoch_with_search_takes_the_same_steps_several_per_iteration(data, on_cpu, steps, turns):
    order = epoch_order(1000, 100, 1, 0)[:steps]
    plain, search = (
        mlp.CompiledEpoch(
            mlp.build(MlpConfig.tuned(), 20), data.train, test=data.test, search=search
        )
        for search in (False, True)
    )
    np.testing.assert_array_equal(search.train(order, (1, 0)), plain.train(order, (1, 0)))
    for one, other in zip(search.state(), plain.state(), strict=True):
        np.testing.assert_array_equal(one, other)
    arguments = *search.train_data, tf.constant(order), tf.constant((1, 0))
    program = search.compiled_steps.experimental_get_compiler_ir(*arguments)("optimized_hlo")
    assert f'"known_trip_count":{{"n":"{turns}"}}' in program


def test_tf32_epoch_searches_tf32_programs(data, on_cpu):
    order = epoch_order(1000, 100, 1, 0)[:1]
    for tf32, count in ((False, 9), (True, 0)):  # 3 products with two gradients each
        model = mlp.build(MlpConfig.tuned(), 20)
        epoch = mlp.CompiledEpoch(model, data.train, test=data.test, tf32=tf32, search=True)
        arguments = *epoch.train_data, tf.constant(order), tf.constant((1, 0))
        with runtime.tf32(True):
            program = epoch.compiled_steps.experimental_get_compiler_ir(*arguments)("hlo")
        assert program.count(SAYS_FLOAT32) == count


@pytest.mark.slow
@pytest.mark.parametrize(("epochs", "searched"), [(50_000, True), (49_999, False)])
def test_training_searches_programs_only_if_long_enough_to_pay_off(
    data, monkeypatch, epochs, searched
):
    asked = []

    class Epoch(mlp.CompiledEpoch):
        def __init__(self, *arguments, search, **named):
            asked.append(search)
            super().__init__(*arguments, search=search, **named)

    monkeypatch.setattr(training, "CompiledEpoch", Epoch)
    config = MlpConfig.tuned(epochs=epochs)  # of ten steps each
    mlp.train(config, data, on_epoch=lambda *_: True)
    assert asked == [searched]


def with_convolution():
    layers = keras.layers
    return [layers.Reshape((28, 28, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(10)]


@pytest.mark.parametrize(
    ("layers", "allowed"),
    [(lambda: [keras.layers.Dense(10)], True), (with_convolution, False)],
)
def test_tf32_is_allowed_only_where_it_changes_nothing(data, on_cpu, monkeypatch, layers, allowed):
    model = keras.Sequential([keras.Input((784,)), *layers()])
    model.compile(keras.optimizers.Adam(), keras.losses.CategoricalCrossentropy(from_logits=True))
    epoch = mlp.CompiledEpoch(model, data.train, test=data.test, search=True)
    asked, tf32 = [], runtime.tf32
    monkeypatch.setattr(runtime, "tf32", lambda allowed: asked.append(allowed) or tf32(allowed))
    epoch.train(epoch_order(1000, 100, 1, 0)[:1], (1, 0))
    assert asked == [allowed]


def test_no_search_on_a_cpu_or_with_deterministic_ops(data, monkeypatch):
    assert products.search_platform(tf.ones(1)) is None
    monkeypatch.setattr(products, "search_platform", lambda tensor: "CUDA")  # would fail here
    monkeypatch.setattr(runtime, "deterministic", lambda: True)
    model = mlp.build(MlpConfig.tuned(), 20)
    epoch = mlp.CompiledEpoch(model, data.train, test=data.test, search=True)
    assert len(epoch.train(epoch_order(1000, 100, 1, 0)[:1], (1, 0))) == 1
