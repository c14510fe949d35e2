"""Random networks in Keras, and the variables of the same networks in TensorFlow 1 code."""

import random
from dataclasses import dataclass

from tf_edureka._keras import keras
from tf_edureka.trace import Variable

layers = keras.layers

# Names of layers by kind, and of their variables, for each style of code.
STYLES = {
    "tf.layers": {
        "conv": "conv2d",
        "dense": "dense",
        "bn": "batch_normalization",
        "lstm": "rnn/lstm_cell",
        "gru": "rnn/gru_cell",
        "kernel": "kernel",
        "bias": "bias",
    },
    "contrib": {
        "conv": "Conv",
        "dense": "fully_connected",
        "bn": "BatchNorm",
        "lstm": "RNN/BasicLSTMCell",
        "gru": "RNN/GRUCell",
        "kernel": "weights",
        "bias": "biases",
    },
    "scopes": {
        "conv": "conv",
        "dense": "fc",
        "bn": "bn",
        "lstm": "lstm",
        "gru": "gru",
        "kernel": "W",
        "bias": "b",
    },
}
STYLES["joined"] = STYLES["scopes"]  # W_conv1
STYLES["nameless"] = STYLES["kernels first"] = STYLES["scopes"]


@dataclass
class Layer:
    """A layer of a random network: kind, width, and True for a bias (`bn`: gamma)."""

    kind: str
    width: int = 0
    bias: bool = True


def random_layers(rng: random.Random) -> list[Layer]:
    """A convolutional, recurrent or dense network whose widths repeat often."""
    kind = rng.choice(["conv", "lstm", "gru", "dense"])
    found = []
    for _ in range(rng.randint(1, 5) if kind != "dense" else 0):
        width = rng.choice([4, 8])
        if kind == "conv":
            normalized = rng.random() < 0.5
            found.append(Layer("conv", width, not normalized))
            if normalized:
                found.append(Layer("bn", width, rng.random() < 0.5))
        else:
            found.append(Layer(kind, width))
    for _ in range(rng.randint(1, 4)):
        found.append(Layer("dense", rng.choice([8, 16]), rng.random() < 0.8))
        if rng.random() < 0.3:
            found.append(Layer("bn", found[-1].width, rng.random() < 0.5))
    return [*found, Layer("dense", 10)]


def model_of(network: list[Layer], *, names: list[str] | None = None) -> keras.Model:
    """The network in Keras, with the given names of layers or Keras' default ones."""
    first = network[0].kind
    stack = [keras.Input({"conv": (6, 6, 3), "dense": (12,)}.get(first, (5, 4)))]
    for place, layer in enumerate(network):
        name = names[place] if names else None
        followed = [other.kind for other in network[place + 1 :]]
        before = [one.kind for one in network[:place]]
        if layer.kind == "dense" and "conv" in before and "dense" not in before:
            stack.append(layers.Flatten())
        if layer.kind == "conv":
            one = layers.Conv2D(layer.width, 3, padding="same", use_bias=layer.bias, name=name)
        elif layer.kind == "bn":
            one = layers.BatchNormalization(scale=layer.bias, name=name)
        elif layer.kind == "dense":
            one = layers.Dense(layer.width, use_bias=layer.bias, name=name)
        elif layer.kind == "lstm":
            one = layers.LSTM(layer.width, return_sequences="lstm" in followed, name=name)
        else:
            one = layers.GRU(
                layer.width, return_sequences="gru" in followed, reset_after=False, name=name
            )
        stack.append(one)
    return keras.Sequential(stack)


def _roles(layer: Layer) -> list[str]:
    if layer.kind == "bn":
        return ["gamma"] * layer.bias + ["beta", "moving_mean", "moving_variance"]
    if layer.kind == "gru":
        return ["gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias"]
    return ["kernel"] + ["bias"] * layer.bias


def _shape(layer: Layer, role: str, keras_layer: keras.Layer) -> tuple[int, ...]:
    width = layer.width
    if layer.kind in ("lstm", "gru"):
        inputs = keras_layer.cell.kernel.shape[0]
        wide = {"kernel": 4, "bias": 4, "gates/kernel": 2, "gates/bias": 2}.get(role, 1) * width
        return (inputs + width, wide) if role.endswith("kernel") else (wide,)
    return tuple(keras_layer.kernel.shape) if role == "kernel" else (width,)


def _name(style: str, layer: Layer, number: int, role: str) -> str:
    words = STYLES[style]
    last = words.get(role, role)
    if style in ("tf.layers", "contrib"):
        number_ = f"_{number}" if number else ""
        return f"{words[layer.kind]}{number_}/{last}"
    if style == "scopes" or "/" in role:
        return f"{words[layer.kind]}{number + 1}/{last}"
    return f"{last}_{words[layer.kind]}{number + 1}"


def old_of(
    network: list[Layer], model: keras.Model, style: str
) -> tuple[list[Variable], dict[str, str]]:
    """The variables of the network in original code, and the path of the new one by name."""
    own = [layer for layer in model.layers if layer.weights]
    counts: dict[str, int] = {}
    made = []
    for layer, theirs in zip(network, own, strict=True):
        number = counts.get(layer.kind, 0)
        counts[layer.kind] = number + 1
        by_role = {one.name: one.path for one in theirs.weights}
        for role in _roles(layer):
            path = by_role.get(role.rpartition("/")[2], "")
            name = _name(style, layer, number, role)
            made.append((name, role, _shape(layer, role, theirs), path))
    made.sort(key=lambda one: "moving" in one[1])  # the weights of a training come first
    if style == "kernels first":
        made.sort(key=lambda one: (len(one[2]) < 2) + ("moving" in one[1]))
    if style in ("nameless", "kernels first") and not counts.keys() & {"gru"}:
        made = [(f"Variable_{i}", *one[1:]) for i, one in enumerate(made)]
    old = [Variable(name=name, shape=shape, dtype="float32") for name, _, shape, _ in made]
    return old, {name: path for name, _, _, path in made}
