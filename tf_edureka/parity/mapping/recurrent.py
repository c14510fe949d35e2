"""Layouts of the weights of recurrent cells in TensorFlow 1 and in Keras.

TensorFlow 1 has one kernel for input and state, the input's rows first. Its LSTM has the gates
i, j, f, o and adds a forget bias when it runs; its GRU has the gates r, u. Keras has one kernel for
the input and one for the state, with the gates i, f, c, o and z, r, h.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tf_edureka.parity.mapping.transforms import Array, Move, Shape, Transform


def _columns(array: Array, gates: int, order: Sequence[int]) -> Array:
    parts = np.split(array, gates, axis=-1)
    return np.concatenate([parts[gate] for gate in order], axis=-1)


def _split(kernel: Array, inputs: int) -> list[Array]:
    return [kernel[:inputs], kernel[inputs:]]


def _lstm(old: Sequence[Array], inputs: int) -> list[Array]:
    order = (0, 2, 1, 3)  # i, j, f, o
    kernels = _split(_columns(old[0], 4, order), inputs)
    return [*kernels, *(_columns(bias, 4, order) for bias in old[1:])]


def _rnn(old: Sequence[Array], inputs: int) -> list[Array]:
    return [*_split(old[0], inputs), *old[1:]]


def _gru(old: Sequence[Array], inputs: int) -> list[Array]:
    gates, gates_bias, candidate, bias = old
    kernel = np.concatenate([_columns(gates, 2, (1, 0)), candidate], axis=1)
    return [
        *_split(kernel, inputs),
        np.concatenate([_columns(gates_bias, 2, (1, 0)), bias]),
    ]


def _gru_reset_after(old: Sequence[Array], inputs: int) -> list[Array]:
    *kernels, bias = _gru(old, inputs)
    return [*kernels, np.stack([bias, np.zeros_like(bias)])]


def _cudnn_gru(old: Sequence[Array], inputs: int) -> list[Array]:
    gates, gates_bias, from_input, from_state, input_bias, state_bias = old
    candidate = np.concatenate([from_input, from_state])
    *kernels, bias = _gru([gates, gates_bias, candidate, input_bias], inputs)
    state = np.concatenate([np.zeros_like(gates_bias), state_bias])
    return [*kernels, np.stack([bias, state])]


def _joined(old: Sequence[Array], inputs: int, gates: int) -> list[Array]:
    """Kernels and biases of single gates, in Keras' order of them: W, U, b or [W; U], b."""
    groups = [np.concatenate(old[at : at + gates], axis=-1) for at in range(0, len(old), gates)]
    return groups if groups[0].shape[0] == inputs else [*_split(groups[0], inputs), *groups[1:]]


@dataclass(frozen=True)
class Layout:
    """A layout of the weights of an original recurrent layer.

    Attributes:
        cell: kind of the layer: `lstm`, `gru` or `rnn`.
        shapes: function of the numbers of inputs and units that returns the original shapes.
        how: transform in words.
        move: function that converts original arrays of these shapes, any dtype, and the number of
            inputs to kernel, recurrent kernel and bias.
        new_bias: function of the number of units that returns the bias' shape; None for no bias.
        words: pattern for the name of each original variable, used if several have its shape.
        adds: True if the cell added a forget bias when it ran.
    """

    cell: str
    shapes: Callable[[int, int], list[Shape]]
    how: str
    move: Callable[[Sequence[Array], int], list[Array]]
    new_bias: Callable[[int], Shape] | None
    words: tuple[str, ...] = ()
    adds: bool = False

    def transform(self, inputs: int, units: int, *, forget_bias: float) -> Transform:
        """Returns the transform for a layer with `inputs`, `units` and a `forget_bias`."""
        move: Move = lambda old: self.move(old, inputs)  # noqa: E731
        if not self.adds or not forget_bias:
            return Transform(self.how, move)
        forget = (2, slice(units, 2 * units), forget_bias)
        return Transform(f"{self.how}, forget bias {forget_bias:g} added", move, (forget,))


def _gate(letters: str, *, recurrent: bool | None = None) -> str:
    """Pattern of the name of one gate's variable: `W_xi`, `U_f`, `bo`, `forget_gate/kernel`."""
    words = {"i": "input", "f": "forget", "o": "output", "z": "update", "r": "reset"}
    whole = "|".join(words[one] for one in letters if one in words) or "cell|candidate"
    beginning = {None: r"[whxub]?h?", True: r"(u|w?h)", False: r"(w?x|w)"}[recurrent]
    return rf"(^|[/_]){beginning}_?[{letters}]\d*$|({whole})"


def _per_gate(cell: str, gates: Sequence[str]) -> list[Layout]:
    """Layouts of handwritten cells with separate variables for each gate."""
    count = len(gates)
    joined = tuple(_gate(gate) for gate in gates)
    separate = tuple(_gate(gate, recurrent=which) for which in (False, True) for gate in gates)
    how = f"{cell.upper()}: kernels of single gates joined"

    def layout(
        rows: Callable[[int, int], list[int]], words: tuple[str, ...], biases: int
    ) -> Layout:
        return Layout(
            cell,
            lambda i, u: [*((n, u) for n in rows(i, u) for _ in gates), *[(u,)] * (count * biases)],
            how,
            lambda old, inputs: _joined(old, inputs, count),
            (lambda u: (count * u,)) if biases else None,
            words + joined * biases,
        )

    found = []
    for biases in (1, 0):
        found.append(layout(lambda i, u: [i, u], separate, biases))
        found.append(layout(lambda i, u: [i + u], joined, biases))
    return found


def _fused_gru(i: int, u: int) -> list[Shape]:
    return [(i + u, 2 * u), (2 * u,), (i + u, u), (u,)]


_GRU = "GRU: gates r u and candidate to z r h, kernel split"
_GRU_WORDS = ("gate", "gate", "candidate", "candidate")

LAYOUTS = (
    Layout(
        "lstm",
        lambda i, u: [(i + u, 4 * u), (4 * u,)],
        "LSTM: gates i j f o to i f c o, kernel split",
        _lstm,
        lambda u: (4 * u,),
        adds=True,
    ),
    Layout("gru", _fused_gru, _GRU, _gru, lambda u: (3 * u,), _GRU_WORDS),
    Layout(
        "gru",
        lambda i, u: [(i + u, 2 * u), (2 * u,), (i, u), (u, u), (u,), (u,)],
        "GRU of cuDNN: gates r u and candidate to z r h, kernel split",
        _cudnn_gru,
        lambda u: (2, 3 * u),
        ("gate", "gate", "input_proj", "hidden_proj", "input_proj", "hidden_proj"),
    ),
    Layout(
        "gru",
        _fused_gru,
        f"{_GRU}; another computation: this layer applies its reset gate after the matrix product "
        "(reset_after=True)",
        _gru_reset_after,
        lambda u: (2, 3 * u),
        _GRU_WORDS,
    ),
    Layout(
        "rnn",
        lambda i, u: [(i + u, u), (u,)],
        "RNN: kernel split",
        _rnn,
        lambda u: (u,),
    ),
    Layout("rnn", lambda i, u: [(i + u, u)], "RNN: kernel split", _rnn, None),
    Layout(
        "lstm",
        lambda i, u: [(i + u, 4 * u)],
        "LSTM: gates i j f o to i f c o, kernel split",
        _lstm,
        None,
    ),
    *_per_gate("lstm", ("i", "f", "cgja", "o")),
    *_per_gate("gru", ("zu", "r", "hcn")),
)


def fits(pattern: str, name: str) -> bool:
    """True if a `name` matches a `pattern` of a layout."""
    return re.search(pattern, name.lower()) is not None
