"""Interactive widgets for notebooks: a neuron to train and drag, a pad to draw digits on.

Each widget is a part of the page in a self-contained frame. It needs neither a kernel nor a network
connection, so it works in JupyterLab and in notebooks exported as HTML.
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

_MAX_RATE = 100  # limits of the page's inputs
_MAX_WEIGHT = 1_000_000
_WEIGHT_COUNTS = {0: 3, 2: 9}  # number of weights by number of hidden neurons


class _Frame:
    """A part of the page in a frame.

    A notebook shows the HTML of `_repr_html_`; elsewhere `repr` is the line `words`.
    """

    def __init__(self, page: str, title: str, *, height: int, words: str) -> None:
        # The page sets its own height once it is loaded; `height` is used until then.
        self._html = (
            f'<iframe title="{html.escape(title)}" srcdoc="{html.escape(page)}" '
            f'style="width: 100%; height: {height}px; border: 0; color-scheme: light"></iframe>'
        )
        self._words = words

    def _repr_html_(self) -> str:
        return self._html

    def __repr__(self) -> str:
        return self._words


class Neuron(_Frame):
    """A widget that shows a neuron; its reader can train it and drag its weights or its line.

    `z = w1 x1 + w2 x2 + b`, `output = f(z)`

    Source: "Perceptron and Artificial Neural Networks" of the article, in words.

    The arguments set the initial state; gate, f, learning rate, seed and epochs can be changed in
    the widget.

    Args:
        activation: name of f. With hidden neurons, f is their function, and the output neuron uses
            the sigmoid.
        gate: gate to learn, one of `GATES`.
        weights: initial weights: float, shape (3,), w1, w2 and b; with two hidden neurons shape
            (9,), in the order of `xor_network`. None for the initial weights of the seed.
        seed: op seed of the initial weights.
        learning_rate: learning rate of gradient descent, in [0, 100].
        epochs: number of epochs for each press of "Train".
        hidden: number of hidden neurons: 0 for a single neuron, or 2.

    Raises:
        InputError: if a value is out of range.

    Example:
        The last line of a cell shows the widget in a notebook:

        >>> from tf_edureka import GATES
        >>> from tf_edureka.notebook import Neuron
        >>> Neuron("sigmoid", GATES["xor"], learning_rate=0.1, hidden=2)
        Neuron(sigmoid, xor): shown in a notebook, to train and drag
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
        validate_numbers(config, learning_rate=(0, _MAX_RATE))
        hidden = whole_number("hidden", hidden, 0, 2)
        if hidden not in _WEIGHT_COUNTS:
            raise InputError(f"hidden: expected 0 or 2 neurons, got {hidden}")
        state = {
            "gate": _gate_name(gate),
            "hidden": hidden,
            "f": activation,
            "rate": config.learning_rate,
            "seed": config.seed,
            "epochs": config.epochs,
        }
        if weights is not None:
            state["w"] = ",".join(map(str, _checked_weights(weights, _WEIGHT_COUNTS[hidden])))
        title = assembly.texts()["neuron"]["title"]
        words = f"Neuron({activation}, {state['gate']}): shown in a notebook, to train and drag"
        super().__init__(
            assembly.assemble_part("neuron", state=state), title, height=680, words=words
        )


class DigitPad(_Frame):
    """A widget with a pad to draw a digit on, and the network's answer to the drawing.

    The widget holds a copy of the current weights; later training of the network does not change
    it.

    Args:
        network: network from pixels to logits, such as `mlp.from_weights` returns.
        test: test images to choose from instead of drawing: of each digit one among the first
            1,000, if possible one that the network reads correctly. None for no images.

    Raises:
        InputError: if the network has another structure, or its weights or answers are NaN or
            infinite.

    Example:
        The last line of a cell shows the widget in a notebook:

        >>> from tf_edureka import MlpConfig, mlp
        >>> from tf_edureka.notebook import DigitPad
        >>> DigitPad(mlp.network(MlpConfig.tuned(hidden_units=(32,))))
        DigitPad(784-32-10): shown in a notebook, to draw on
    """

    def __init__(self, network: keras.Model, test: Split | None = None) -> None:
        try:
            data = networks.from_network(trained.weights_of(network), test)
        except InputError as error:
            raise InputError(f"network: {error}") from None
        title = assembly.texts()["network"]["draw"]
        layers = "-".join(map(str, data["networks"][0]["layers"]))
        words = f"DigitPad({layers}): shown in a notebook, to draw on"
        super().__init__(
            assembly.assemble_part("network", data, state={}), title, height=620, words=words
        )


def _gate_name(gate: Gate) -> str:
    """Returns the name of the gate in `GATES`."""
    if not isinstance(gate, Gate):
        raise InputError(f"gate: expected a Gate such as GATES['or'], got {gate!r:.100}")
    for name, known in GATES.items():
        rows = ((known.inputs, gate.inputs), (known.targets, gate.targets))
        if all(np.array_equal(*both) for both in rows):
            return name
    raise InputError(f"gate: expected one of {', '.join(GATES)}, got {printable(gate.name)}")


def _checked_weights(weights: Sequence[float], count: int) -> list[float]:
    """Returns the weights, rounded to float32."""
    try:
        numbers = np.asarray(weights, np.float64).ravel()
    except (TypeError, ValueError):
        numbers = np.array([])
    if len(numbers) != count or not (np.abs(numbers) <= _MAX_WEIGHT).all():
        raise InputError(
            f"weights: expected {count} numbers from {-_MAX_WEIGHT} to {_MAX_WEIGHT}, got "
            f"{weights!r:.100}"
        )
    return numbers.astype(np.float32).tolist()
