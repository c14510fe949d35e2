import keras
import numpy as np
import pytest
from trainings import without_xla

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.data import rendered
from tf_edureka.errors import InputError, InputWarning

LAYERS = keras.layers


@pytest.fixture(scope="module")
def trained(data):
    """Kernels and biases of a network that reads drawn digits, from pixels in [0, 1] to logits."""
    return without_xla(MlpConfig.tuned(epochs=8), data).weights


def network(trained, *, takes=(1, 0), shape=(784,), before=(), end=None, dtype="float32"):
    """The same network for pixels of another scaling, with layers before and after it."""
    inputs = keras.Input(shape, dtype=dtype)
    outputs = inputs
    for layer in (*before, LAYERS.Flatten()):
        outputs = layer(outputs)
    scale, offset = takes
    (kernel, bias), *others = zip(trained[::2], trained[1::2], strict=True)
    first = kernel / scale, bias - offset / scale * kernel.sum(axis=0)
    for number, weights in enumerate((first, *others), start=1):
        activation = "relu" if number < 3 else end if isinstance(end, str) else None
        layer = LAYERS.Dense(weights[1].size, activation)
        outputs = layer(outputs)
        layer.set_weights(weights)
    if isinstance(end, keras.Layer):
        outputs = end(outputs)
    return keras.Model(inputs, outputs)


def nested(model, *more):
    return keras.Sequential([keras.Input(model.input_shape[1:]), model, *more])


def with_dictionaries(model):
    inputs = {"pixels": keras.Input((784,), name="pixels")}
    return keras.Model(inputs, {"digit": model(inputs["pixels"])})


def divided(model):
    inputs = keras.Input((28, 28))
    return keras.Model(inputs, model(LAYERS.Flatten()(inputs / 255)))


def averaged(one, other):
    inputs = keras.Input((784,))
    return keras.Model(inputs, [LAYERS.Average()([one(inputs), other(inputs)])])


AUGMENTATION = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        *(LAYERS.RandomRotation(0.5), LAYERS.RandomTranslation(0.9, 0.9), LAYERS.RandomZoom(0.9)),
    ]
)
# For each network: its builder, its input scaling (factor and offset for pixels in [0, 1]), part of
# the warning about it, and True if it outputs probabilities.
UNIT, BYTES = "0 to 1;", "0 to 255;"
SYMMETRIC, STANDARD = (2, -1), (1 / 0.3081, -0.1307 / 0.3081)
MODELS = {
    "28 x 28": (lambda w: network(w, shape=(28, 28)), (1, 0), UNIT, False),
    "28 x 28 x 1": (lambda w: network(w, shape=(28, 28, 1)), (1, 0), UNIT, False),
    "bytes": (lambda w: network(w, takes=(255, 0)), (255, 0), BYTES, False),
    "integer bytes": (
        lambda w: network(w, dtype="uint8", before=[LAYERS.Rescaling(1 / 255)], end="softmax"),
        *((255, 0), BYTES, True),
    ),
    "dark integer bytes": (
        lambda w: network(w, dtype="uint8", before=[LAYERS.Rescaling(1 / 255)], takes=(-1, 1)),
        *((-255, 255), r"0 \(ink\) to 255 ", False),
    ),
    "rescaling": (
        lambda w: network(w, shape=(28, 28), before=[LAYERS.Rescaling(1 / 255)], end="softmax"),
        *((255, 0), BYTES, True),
    ),
    "division": (lambda w: divided(network(w, end="softmax")), (255, 0), BYTES, True),
    "rescaling to [-1, 1]": (
        lambda w: network(w, takes=SYMMETRIC, before=[LAYERS.Rescaling(1 / 127.5, -1)]),
        *((255, 0), BYTES, False),
    ),
    "augmentation": (
        lambda w: network(w, shape=(28, 28, 1), before=[AUGMENTATION], end="softmax"),
        *((1, 0), UNIT, True),
    ),
    "from -1 to 1": (lambda w: network(w, takes=SYMMETRIC), SYMMETRIC, "-1 to 1;", False),
    "standardized": (lambda w: network(w, takes=STANDARD), STANDARD, "standardized", False),
    "dark on light": (lambda w: network(w, takes=(-1, 1)), (-1, 1), r"0 \(ink\) to 1 ", False),
    "dark bytes": (
        lambda w: network(w, takes=(-255, 255), end="softmax"),
        *((-255, 255), r"0 \(ink\) to 255 ", True),
    ),
    "softmax": (lambda w: network(w, end="softmax"), (1, 0), UNIT, True),
    "a softmax layer": (lambda w: network(w, end=LAYERS.Softmax()), (1, 0), UNIT, True),
    "an activation layer": (
        lambda w: network(w, end=LAYERS.Activation("softmax")),
        *((1, 0), UNIT, True),
    ),
    "log softmax": (lambda w: network(w, end="log_softmax"), (1, 0), UNIT, False),
    "nested": (lambda w: nested(network(w)), (1, 0), UNIT, False),
    "nested softmax": (
        lambda w: nested(nested(network(w, takes=(255, 0), end="softmax")), LAYERS.Dropout(0.5)),
        *((255, 0), BYTES, True),
    ),
    "softmax of nested": (lambda w: nested(network(w), LAYERS.Softmax()), (1, 0), UNIT, True),
    "dictionaries": (lambda w: with_dictionaries(network(w)), (1, 0), UNIT, False),
    "dictionaries and softmax": (
        lambda w: with_dictionaries(network(w, end="softmax")),
        *((1, 0), UNIT, True),
    ),
    "a list": (
        lambda w: averaged(network(w, end="softmax"), network(w, end="softmax")),
        *((1, 0), UNIT, True),
    ),
}


# Slow cases whose features other cases test as well, in part each.
SHOWN_BY_OTHERS = {
    *("28 x 28", "standardized", "an activation layer", "log softmax", "nested"),
    *("softmax of nested", "dictionaries", "bytes", "dark bytes", "rescaling to [-1, 1]"),
    *("a list", "division", "from -1 to 1", "dark integer bytes", "integer bytes", "augmentation"),
    *("nested softmax", "a softmax layer", "dictionaries and softmax"),
}


@pytest.mark.parametrize(
    ("make", "takes", "said", "normalized"),
    [
        pytest.param(*row, id=name, marks=[pytest.mark.slow] if name in SHOWN_BY_OTHERS else [])
        for name, row in MODELS.items()
    ],
)
def test_wrapped_models_of_all_kinds_return_their_own_probabilities(
    trained, data, tmp_path, make, takes, said, normalized
):
    model, images = make(trained), data.test.images[:100]
    path = tmp_path / "model.keras"
    model.save(path)
    said = rf"{path}: input scaled to pixels .*{said}.* reads \d\d"
    with pytest.warns(InputWarning, match=said) as told:
        loaded = mlp.load_model(path)
    assert len(told) == 1, [str(one) for one in told]

    pixels = np.float32(images / 255 * takes[0] + takes[1])
    inputs = np.reshape(pixels, (100, *model.inputs[0].shape[1:]))
    if model.inputs[0].dtype == "uint8":
        inputs = np.uint8(np.round(inputs))
    if model.inputs[0].name == "pixels":
        inputs = {"pixels": inputs}
    (given,) = keras.tree.flatten(model.predict(inputs, verbose=0))
    expected = given if normalized else keras.ops.softmax(given)
    shares = mlp.probabilities(loaded, images)
    np.testing.assert_allclose(shares, expected, rtol=1e-4, atol=1e-6)
    # A second softmax would make them nearly equal; a wrong scaling would make them wrong.
    assert (shares.argmax(axis=1) == data.test.labels[:100]).mean() >= 0.75


@pytest.mark.slow
def test_wrapped_model_can_be_saved_and_loaded(trained, data, tmp_path):
    images = data.test.images[:100]
    make, *_ = MODELS["dark integer bytes"]
    nested(make(trained), LAYERS.Softmax()).save(tmp_path / "model.keras")
    shares = []
    for _ in range(3):
        with pytest.warns(InputWarning, match="input scaled to pixels from 0 "):
            loaded = mlp.load_model(tmp_path / "model.keras")
        shares.append(mlp.probabilities(loaded, images))
        mlp.save_model(loaded, tmp_path / "model.keras")
    np.testing.assert_allclose(shares[1], shares[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(shares[2], shares[0], rtol=1e-4, atol=1e-6)


def test_network_of_the_package_is_loaded_without_test_or_warning(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(rendered, "clean_digits", None)
    path = tmp_path / "model.keras"
    mlp.from_weights(MlpConfig.tuned(), trained).save(path)
    loaded = mlp.load_model(path)  # a warning would fail this test
    for one, other in zip(loaded.get_weights(), trained, strict=True):
        np.testing.assert_array_equal(one, other)


def test_network_that_reads_no_digits_causes_a_warning(data, tmp_path):
    path = tmp_path / "model.keras"
    mlp.network(MlpConfig.tuned()).save(path)
    untrained = keras.Sequential([keras.Input((28, 28)), LAYERS.Flatten(), LAYERS.Dense(10)])
    bytewise = keras.Sequential([keras.Input((784,), dtype="int32"), LAYERS.Dense(10, "softmax")])
    for model, way in ((untrained, "0 to 1"), (bytewise, "0 to 255")):
        model.save(path)
        said = rf"it reads at most [1-4]?\d of 100 .*; input scaled to pixels from {way}$"
        with pytest.warns(InputWarning, match=said):
            loaded = mlp.load_model(path)
        assert mlp.probabilities(loaded, data.test.images[:2]).shape == (2, 10)


def ended(layer, shape=(784,)):
    return keras.Sequential([keras.Input(shape), LAYERS.Flatten(), *layer])


def of_two_inputs():
    inputs = [keras.Input((784,)), keras.Input((784,))]
    return keras.Model(inputs, LAYERS.Dense(10)(LAYERS.Add()(inputs)))


def of_two_outputs():
    inputs = keras.Input((784,))
    return keras.Model(inputs, {name: LAYERS.Dense(10)(inputs) for name in "ab"})


def with_weights_of(value):
    model = ended([LAYERS.Dense(10)])
    model.set_weights([np.full_like(one, value) for one in model.get_weights()])
    return model


class Subclass(keras.Model):
    def __init__(self):
        super().__init__()
        self.built = True


SHAPES = r"from shape \(n, 784\), \(n, 28, 28\) or \(n, 28, 28, 1\) to \(n, 10\), got one from "
REFUSED = {
    "26 classes": (lambda: ended([LAYERS.Dense(26)]), SHAPES + r"\(None, 784\) to \(None, 26\)"),
    "RGB input": (
        lambda: ended([LAYERS.Dense(10)], (28, 28, 3)),
        SHAPES + r"\(None, 28, 28, 3\) to \(None, 10\)",
    ),
    "a fixed batch": (
        lambda: keras.Sequential([keras.Input(batch_shape=(32, 784)), LAYERS.Dense(10)]),
        SHAPES + r"\(32, 784\)",
    ),
    "two inputs": (of_two_inputs, SHAPES + r"\[\(None, 784\), \(None, 784\)\] to"),
    "two outputs": (of_two_outputs, r"to \[\(None, 10\), \(None, 10\)\]"),
    "boolean input": (
        lambda: keras.Sequential([keras.Input((784,), dtype="bool"), LAYERS.Dense(10)]),
        "expected a model with numeric pixels as input, got dtype bool",
    ),
    **{
        name: (lambda end=end: ended(end), f"linear or softmax.*, got one that ends with {name}$")
        for name, end in {
            "sigmoid": [LAYERS.Dense(10, "sigmoid")],
            "tanh": [LAYERS.Dense(10), LAYERS.Activation("tanh"), LAYERS.Dropout(0.1)],
            "relu": [ended([LAYERS.Dense(10, "relu")]), LAYERS.Reshape((10,))],
            "ReLU": [LAYERS.Dense(10), LAYERS.ReLU()],
        }.items()
    },
    "a softmax over images": (
        lambda: ended([LAYERS.Dense(10), LAYERS.Softmax(axis=0)]),
        "ten probabilities sum to 1 for each image",
    ),
    "a subclass": (Subclass, "expected a Sequential or Functional model, got 'Subclass'"),
    "NaN": (
        lambda: with_weights_of(np.nan),
        "its weights contain NaN or infinity, so its training failed",
    ),
    "infinity": (lambda: with_weights_of(-np.inf), "its weights contain NaN"),
    "overflow": (lambda: with_weights_of(3e38), "its outputs contain NaN"),
}


@pytest.mark.parametrize(("make", "complaint"), REFUSED.values(), ids=REFUSED)
def test_models_without_digit_probabilities_are_rejected(tmp_path, make, complaint):
    make().save(tmp_path / "model.keras")
    with pytest.raises(InputError, match=rf"^{tmp_path}/model.keras: .*{complaint}"):
        mlp.load_model(tmp_path / "model.keras")


def test_operations_other_than_layers_have_the_same_output_limit(tmp_path):
    inputs = keras.Input((784,))
    column, row = (LAYERS.Reshape(shape)(inputs) for shape in ((784, 1, 1), (1, 784, 1)))
    image = LAYERS.MaxPooling2D(28)(column * row)
    keras.Model(inputs, LAYERS.Dense(10)(LAYERS.Flatten()(image))).save(tmp_path / "model.keras")
    with pytest.raises(InputError, match="at most 100000 outputs of a layer, got 614656"):
        mlp.load_model(tmp_path / "model.keras")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("takes", "said"),
    [
        *(((1, 0), "0 to 1;"), ((255, 0), "0 to 255;"), (SYMMETRIC, "-1 to 1;")),
        *((STANDARD, "standardized"), ((-1, 1), r"0 \(ink\) to 1 ")),
    ],
)
def test_pixel_scaling_of_mnist_networks_is_found_with_rendered_digits(
    mnist, tmp_path, takes, said
):
    keras.utils.set_random_seed(1)
    layers = [
        LAYERS.Reshape((28, 28, 1)),
        *(LAYERS.Conv2D(count, 3, 2, activation="relu") for count in (16, 32)),
        *(LAYERS.Flatten(), LAYERS.Dense(10)),
    ]
    model = keras.Sequential([keras.Input((28, 28)), *layers])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    images, labels = (part[:20_000] for part in (mnist.train.images, mnist.train.labels))
    model.fit(np.float32(images / 255 * takes[0] + takes[1]), labels, 100, 3, verbose=0)
    model.save(tmp_path / "model.keras")
    with pytest.warns(InputWarning, match=f"input scaled to pixels .*{said}"):
        loaded = mlp.load_model(tmp_path / "model.keras")
    answers = mlp.probabilities(loaded, mnist.test.images).argmax(axis=1)
    assert (answers == mnist.test.labels).mean() > 0.9
