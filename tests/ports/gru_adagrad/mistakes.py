from ports import mistakes_in

mistake = mistakes_in(__file__)

LAYER = """layers.GRU(
        16,
        kernel_initializer=normal,
        recurrent_initializer=normal,
        bias_initializer=gate_bias,
        reset_after=False,
    )"""

# Uses the original's kernels, whose rows are the input's, then the state's.
OWN_CELL = """
class Cell(layers.Layer):
    def __init__(self, initializer):
        super().__init__()
        self.initializer, self.state_size = initializer, 16

    def build(self, shape):
        rows = shape[-1] + 16
        self.gates = self.add_weight((rows, 32), self.initializer, name="gates")
        self.gates_bias = self.add_weight((32,), "ones", name="gates_bias")
        self.candidate = self.add_weight((rows, 16), self.initializer, name="candidate")
        self.candidate_bias = self.add_weight((16,), "zeros", name="candidate_bias")

    def call(self, inputs, states, training=False):
        h = states[0]
        both = ops.sigmoid(ops.concatenate([inputs, h], 1) @ self.gates + self.gates_bias)
        r, u = ops.split(both, 2, axis=1)
        c = ops.concatenate([inputs, r * h], 1) @ self.candidate + self.candidate_bias
        h = u * h + (1 - u) * ops.tanh(c)
        return h, [h]


def build():"""


def own_cell(right: str, wrong: str) -> dict[str, str]:
    return {
        "import numpy as np\nfrom keras import layers": (
            "import numpy as np\nfrom keras import layers, ops"
        ),
        "def build():": OWN_CELL.replace(right, wrong),
        LAYER: "layers.RNN(Cell(normal))",
    }


MISTAKES = [
    mistake(
        "accumulator begins at 0",
        {"tf1.Adagrad(0.1)": "keras.optimizers.Adagrad(0.1, initial_accumulator_value=0.0)"},
        rungs=("optimizer",),
        causes=("adagrad",),
        why="it does in the paper and in PyTorch",
    ),
    mistake(
        "accumulator begins at 1",
        {"tf1.Adagrad(0.1)": "keras.optimizers.Adagrad(0.1, initial_accumulator_value=1.0)"},
        rungs=("optimizer",),
        causes=("adagrad",),
        why="tried for another task, and left there",
    ),
    mistake(
        "rate of Keras",
        {"tf1.Adagrad(0.1)": "keras.optimizers.Adagrad()"},
        rungs=("optimizer",),
        causes=("learning_rate", "adagrad"),
        why="the default will do",
    ),
    mistake(
        "rate falls",
        {
            "tf1.Adagrad(0.1)": (
                "tf1.Adagrad(keras.optimizers.schedules.ExponentialDecay(0.1, 4, 0.9))"
            )
        },
        rungs=("optimizer",),
        causes=("schedule",),
        why="a rate ought to fall",
    ),
    mistake(
        "reset after the product",
        {"        reset_after=False,\n": ""},
        rungs=("structure",),
        causes=("variables",),
        why="Keras' default; cuDNN wants it",
    ),
    mistake(
        "gates begin without bias",
        {"        bias_initializer=gate_bias,\n": ""},
        rungs=("initial values",),
        causes=("initial_values",),
        why="biases begin at 0",
    ),
    mistake(
        "only one gate begins with a bias",
        {"[1.0, 1.0, 0.0]": "[1.0, 0.0, 0.0]"},
        rungs=("initial values",),
        causes=("initial_values",),
        why="a GRU has one gate that forgets",
    ),
    mistake(
        "reset and update exchanged",
        own_cell("r, u = ops", "u, r = ops"),
        rungs=("forward pass",),
        causes=("gate_order",),
        why="Keras has z, r, h",
    ),
    mistake(
        "update gate the other way round",
        own_cell("u * h + (1 - u) * ops.tanh(c)", "(1 - u) * h + u * ops.tanh(c)"),
        rungs=("forward pass",),
        causes=("gate_order",),
        why="the paper's convention",
    ),
    mistake(
        "hard sigmoid",
        {"reset_after": 'recurrent_activation="hard_sigmoid",\n        reset_after'},
        rungs=("forward pass",),
        causes=("activation",),
        why="that was Keras' default when the script was written",
    ),
    mistake(
        "relu for tanh",
        {"reset_after": 'activation="relu",\n        reset_after'},
        rungs=("forward pass",),
        causes=("activation",),
        why="relu does not saturate",
    ),
    mistake(
        "prediction squashed",
        {"layers.Dense(1)": 'layers.Dense(1, activation="tanh")'},
        rungs=("forward pass",),
        causes=("activation",),
        why="a wave stays between -1 and 1",
    ),
    mistake(
        "prediction without bias",
        {"layers.Dense(1)": "layers.Dense(1, use_bias=False)"},
        rungs=("structure",),
        causes=("missing_bias",),
        why="a wave has no mean",
    ),
    mistake(
        "sum of squares",
        {"MeanSquaredError()": 'MeanSquaredError(reduction="sum")'},
        rungs=("loss",),
        causes=("sum_or_mean",),
        why="squares are summed",
    ),
    mistake(
        "smaller initial values",
        {"stddev=0.2": "stddev=0.02"},
        rungs=("initial values",),
        causes=("initial_values",),
        why="0.02 is what BERT has",
    ),
    mistake(
        "narrower state",
        {"        16,\n": "        12,\n"},
        rungs=("structure",),
        causes=("variables",),
        why="took TIME_STEPS for UNITS",
    ),
]
