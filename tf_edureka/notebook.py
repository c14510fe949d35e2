"""What one drags and draws in a notebook: parts of the page, which need neither kernel nor network.

Each is a frame that holds all it needs, so that it works in JupyterLab and in a notebook that was
exported as HTML.
"""

import html
from collections.abc import Sequence

import numpy as np

from tf_edureka._keras import keras
from tf_edureka._numbers import validate_numbers, whole_number
from tf_edureka.config import ActivationName, PerceptronConfig
from tf_edureka.data import Split
from tf_edureka.errors import InputError, printable
from tf_edureka.page import assembly, networks, trained
from tf_edureka.perceptron import GATES, Gate

_MOST_RATE = 100  # of what the page takes
_MOST_WEIGHT = 1_000_000
_WEIGHTS = {0: 3, 2: 9}  # by the count of hidden neurons


class _Framed:
    """A part of the page, in a frame.

    A notebook shows what `_repr_html_` gives; elsewhere the line `words` says what it is.
    """

    def __init__(self, page: str, title: str, *, height: int, words: str) -> None:
        # The page takes the height that it needs; this one is for the time before.
        self._html = (
            f'<iframe title="{html.escape(title)}" srcdoc="{html.escape(page)}" '
            f'style="width: 100%; height: {height}px; border: 0; color-scheme: light"></iframe>'
        )
        self._words = words

    def _repr_html_(self) -> str:
        return self._html

    def __repr__(self) -> str:
        return self._words


class Neuron(_Framed):
    """A neuron to train and to drag, by its weights or by its line.

    `z = w1 x1 + w2 x2 + b`, `output = f(z)`

    Source: "Perceptron and Artificial Neural Networks" of the article, which tells it in words.

    All arguments are what it begins with; gate, f, learning rate, seed and epochs can be chosen.

    Args:
        activation: name of f; with hidden neurons it is theirs, and the output's is the sigmoid.
        gate: whose rows it should tell apart, one of `GATES`.
        weights: float, shape (3,): w1, w2 and b; with two hidden neurons shape (9,), in the order
            of `xor_network`. None for the initial weights of the seed.
        seed: op seed of the initial weights.
        learning_rate: of gradient descent, up to 100.
        epochs: that a press on "Train" takes.
        hidden: 0 for one neuron, or 2 for two hidden ones before it.

    Raises:
        InputError: when a value is out of its range.
    """

    def __init__(
        self,
        activation: ActivationName = "relu",
        gate: Gate = GATES["or"],
        weights: Sequence[float] | None = None,
        *,
        seed: int = 15,
        learning_rate: float = 0.01,
        epochs: int = 100,
        hidden: int = 0,
    ) -> None:
        config = PerceptronConfig(learning_rate, epochs, seed=seed, activation=activation)
        validate_numbers(config, learning_rate=(0, _MOST_RATE))
        hidden = whole_number("hidden", hidden, 0, 2)
        if hidden not in _WEIGHTS:
            raise InputError(f"hidden: expected 0 or 2 hidden neurons, got {hidden}")
        state = {
            "gate": _named(gate),
            "hidden": hidden,
            "f": activation,
            "rate": config.learning_rate,
            "seed": config.seed,
            "epochs": config.epochs,
        }
        if weights is not None:
            state["w"] = ",".join(map(str, _numbers(weights, _WEIGHTS[hidden])))
        title = assembly.texts()["neuron"]["title"]
        words = f"Neuron({activation}, {state['gate']}): a notebook shows it, to train and drag"
        super().__init__(
            assembly.assemble_part("neuron", state=state), title, height=680, words=words
        )


class DigitPad(_Framed):
    """A pad to draw a digit on, and what a network takes it for.

    The weights are in it as they are now; that the network is trained further changes nothing.

    Args:
        network: from pixels to logits, as `mlp.from_weights` gives it.
        test: examples to put into the network instead, of each digit one that it is right about if
            the first 1,000 have such; None for none.

    Raises:
        InputError: when the network is of another kind, or its weights or answers are no numbers.
    """

    def __init__(self, network: keras.Model, test: Split | None = None) -> None:
        try:
            data = networks.of_network(trained.weights_of(network), test)
        except InputError as error:
            raise InputError(f"network: {error}") from None
        title = assembly.texts()["network"]["draw"]
        layers = "-".join(map(str, data["networks"][0]["layers"]))
        words = f"DigitPad({layers}): a notebook shows it, to draw on"
        super().__init__(
            assembly.assemble_part("network", data, state={}), title, height=620, words=words
        )


def _named(gate: Gate) -> str:
    """The page's name of a gate."""
    if not isinstance(gate, Gate):
        raise InputError(f"gate: expected a Gate, as GATES['or'], got {gate!r:.100}")
    for name, known in GATES.items():
        rows = ((known.inputs, gate.inputs), (known.targets, gate.targets))
        if all(np.array_equal(*both) for both in rows):
            return name
    raise InputError(f"gate: expected one of {', '.join(GATES)}, got {printable(gate.name)}")


def _numbers(weights: Sequence[float], count: int) -> list[float]:
    """The weights, each as float32 has it."""
    try:
        numbers = np.asarray(weights, np.float64).ravel()
    except (TypeError, ValueError):
        numbers = np.array([])
    if len(numbers) != count or not (np.abs(numbers) <= _MOST_WEIGHT).all():
        raise InputError(
            f"weights: expected {count} numbers from {-_MOST_WEIGHT} to {_MOST_WEIGHT}, got "
            f"{weights!r:.100}"
        )
    return numbers.astype(np.float32).tolist()
