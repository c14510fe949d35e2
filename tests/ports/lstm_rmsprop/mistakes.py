from ports import mistakes_in

mistake = mistakes_in(__file__)

LAYER = "layers.LSTM(20, kernel_initializer=uniform, recurrent_initializer=uniform)"

# Uses the original's kernel, whose rows are the input's, then the state's.
OWN_CELL = """
class Cell(layers.Layer):
    def __init__(self, initializer):
        super().__init__()
        self.initializer, self.state_size = initializer, [20, 20]

    def build(self, shape):
        self.kernel = self.add_weight((shape[-1] + 20, 80), self.initializer, name="kernel")
        self.bias = self.add_weight((80,), "zeros", name="bias")

    def call(self, inputs, states, training=False):
        h, c = states
        gates = keras.ops.concatenate([inputs, h], 1) @ self.kernel + self.bias
        i, f, j, o = keras.ops.split(gates, 4, axis=1)
        sigmoid, tanh = keras.ops.sigmoid, keras.ops.tanh
        c = c * sigmoid(f + 1.0) + sigmoid(i) * tanh(j)
        h = tanh(c) * sigmoid(o)
        return h, [h, c]


def build():"""

# PyTorch's: epsilon is added to the root.
EPSILON_OUTSIDE = """
class RootFirst(keras.optimizers.Optimizer):
    def build(self, variables):
        if not self.built:
            super().build(variables)
            ones = keras.initializers.Ones()
            self.squares = self.add_optimizer_variables(variables, ["square"], [ones])[0]
            self.moments = self.add_optimizer_variables(variables, ["momentum"])[0]

    def update_step(self, gradient, variable, learning_rate):
        gradient = keras.ops.add(keras.ops.zeros_like(variable), gradient)  # not sparse
        index = self._get_variable_index(variable)
        square, moment = self.squares[index], self.moments[index]
        square.assign(0.95 * square + 0.05 * gradient**2)
        rate = keras.ops.cast(learning_rate, variable.dtype)
        moment.assign(0.8 * moment + rate * gradient / (square**0.5 + 0.01))
        variable.assign_sub(moment)


def build():"""

OPTIMIZER = "tf1.RMSProp(0.1, decay=0.95, momentum=0.8, epsilon=0.01)"

MISTAKES = [
    mistake(
        "RMSprop of Keras",
        {OPTIMIZER: "keras.optimizers.RMSprop(0.1, rho=0.95, momentum=0.8, epsilon=0.01)"},
        rungs=("optimizer",),
        causes=("rmsprop",),
        why="the arguments are all there; that its mean square begins at 0 is in none",
    ),
    mistake(
        "RMSprop with the defaults of Keras",
        {OPTIMIZER: "keras.optimizers.RMSprop(0.1)"},
        rungs=("optimizer",),
        causes=("rmsprop",),
        why="RMSProp is RMSprop",
    ),
    mistake(
        "epsilon outside the root",
        {"def build():": EPSILON_OUTSIDE, OPTIMIZER: "RootFirst(0.1)"},
        rungs=("optimizer",),
        causes=("epsilon", "rmsprop"),
        why="written down from PyTorch's manual",
    ),
    mistake(
        "epsilon forgotten",
        {"epsilon=0.01": "epsilon=1e-10"},
        rungs=("optimizer",),
        causes=("epsilon",),
        why="nobody sets epsilon",
    ),
    mistake(
        "decay forgotten",
        {"decay=0.95": "decay=0.9"},
        rungs=("optimizer",),
        causes=("rmsprop",),
        why="0.9 is what Hinton's slides have",
    ),
    mistake(
        "momentum forgotten",
        {"momentum=0.8": "momentum=0.0"},
        rungs=("optimizer",),
        causes=("momentum", "rmsprop"),
        why="RMSProp has none",
    ),
    mistake(
        "no forget bias",
        {"layers.LSTM(20": "layers.LSTM(20, unit_forget_bias=False"},
        rungs=("initial values",),
        causes=("forget_bias", "initial_values"),
        why="the old cell's bias begins at 0 in the checkpoint",
    ),
    mistake(
        "gates in another order",
        {"def build():": OWN_CELL, LAYER: "layers.RNN(Cell(uniform))"},
        rungs=("forward pass",),
        causes=("gate_order",),
        why="i, f, g, o is how PyTorch and Keras have it",
    ),
    mistake(
        "no forget bias in a cell of one's own",
        {
            "def build():": OWN_CELL.replace("i, f, j, o", "i, j, f, o").replace(" + 1.0)", ")"),
            LAYER: "layers.RNN(Cell(uniform))",
        },
        rungs=("forward pass",),
        causes=("forget_bias",),
        why="the old bias is all zeros, so there is none",
    ),
    mistake(
        "hard sigmoid",
        {"layers.LSTM(20": 'layers.LSTM(20, recurrent_activation="hard_sigmoid"'},
        rungs=("forward pass",),
        causes=("activation",),
        why="that was Keras' default when the script was written",
    ),
    mistake(
        "relu for tanh",
        {"layers.LSTM(20": 'layers.LSTM(20, activation="relu"'},
        rungs=("forward pass",),
        causes=("activation",),
        why="relu does not saturate",
    ),
    mistake(
        "padding masked",
        {"Embedding(12, 16": "Embedding(12, 16, mask_zero=True"},
        rungs=("forward pass",),
        causes=(),
        why="0 is padding, and one masks padding",
    ),
    mistake(
        "keep_prob taken for the rate",
        {"Dropout(0.2)": "Dropout(0.8)"},
        rungs=("forward pass",),
        causes=("dropout",),
        why="keep_prob was 0.8",
    ),
    mistake(
        "dropout forgotten",
        {"            layers.Dropout(0.2),\n": ""},
        rungs=("structure", "forward pass"),
        causes=("dropout",),
        why="keep_prob is fed, so it is not in the model",
    ),
    mistake(
        "dropout of the embedding",
        {
            "            layers.Dropout(0.2),\n": "",
            "layers.LSTM(20": "layers.Dropout(0.2),\n            layers.LSTM(20",
        },
        rungs=("structure", "forward pass"),
        causes=("dropout",),
        why="words are what is usually dropped",
    ),
    mistake(
        "logits without a bias",
        {", bias_initializer=uniform": ", use_bias=False"},
        rungs=("structure",),
        causes=("missing_bias",),
        why="a projection has none",
    ),
    mistake(
        "initial values of Keras",
        {"layers.Embedding(12, 16, embeddings_initializer=uniform)": "layers.Embedding(12, 16)"},
        rungs=("initial values",),
        causes=("initial_values",),
        why="an embedding is uniform anyway; Keras' goes to 0.05",
    ),
    mistake(
        "orthogonal state",
        {", recurrent_initializer=uniform": ""},
        rungs=("initial values",),
        causes=("initial_values",),
        why="the old program has one initialiser, and kernel_initializer is where it goes",
    ),
]
