from ports import mistakes_in

mistake = mistakes_in(__file__)

REGULARIZER = """            # half of what the old program says, whose l2_loss has a half in it
            kernel_regularizer=keras.regularizers.L2(0.5e-3),
"""

MISTAKES = [
    mistake(
        "epsilon of Keras",
        {", epsilon=1e-6": ""},
        rungs=("optimizer",),
        causes=("epsilon", "adadelta"),
        why="nobody sets epsilon",
    ),
    mistake(
        "rate of Keras",
        {"Adadelta(1.0, ": "Adadelta("},
        rungs=("optimizer",),
        causes=("learning_rate", "adadelta"),
        why="Adadelta needs no rate",
    ),
    mistake(
        "decay of PyTorch",
        {"rho=0.95": "rho=0.9"},
        rungs=("optimizer",),
        causes=("adadelta",),
        why="came through a port to PyTorch",
    ),
    mistake(
        "L2 of Keras",
        {"L2(0.5e-3)": "L2(1e-3)"},
        rungs=("loss",),
        causes=("l2",),
        why="L2_WEIGHT is 1e-3",
    ),
    mistake(
        "regulariser forgotten",
        {REGULARIZER: ""},
        rungs=("loss",),
        causes=("l2",),
        why="the mse is the loss, and that is what is printed, too",
    ),
    mistake(
        "weight decay for L2",
        {REGULARIZER: "", "epsilon=1e-6": "epsilon=1e-6, weight_decay=1e-3"},
        rungs=("loss",),
        causes=("weight_decay", "l2"),
        why="every optimizer has an argument for it now",
    ),
    mistake(
        "relu for tanh",
        {'dense(24, "tanh", "hidden2")': 'dense(24, "relu", "hidden2")'},
        rungs=("forward pass",),
        causes=("activation",),
        why="relu is the usual one",
    ),
    mistake(
        "sigmoid for tanh",
        {'dense(24, "tanh", "hidden1")': 'dense(24, "sigmoid", "hidden1")'},
        rungs=("forward pass",),
        causes=("activation",),
        why="both are squashing functions",
    ),
    mistake(
        "features scaled twice",
        {"keras.Input((6,)),": "keras.Input((6,)),\n            layers.Rescaling(1 / 10),"},
        rungs=("forward pass",),
        causes=("scaling",),
        why="the data set does that already",
    ),
    mistake(
        "kernels of Glorot",
        {"            kernel_initializer=keras.initializers.VarianceScaling(),\n": ""},
        rungs=("initial values",),
        causes=("initial_values",),
        why="the default will do",
    ),
    mistake(
        "kernels of He",
        {"VarianceScaling()": "HeNormal()"},
        rungs=("initial values",),
        causes=("initial_values",),
        why="variance scaling is He's, with a scale of 2",
    ),
    mistake(
        "a layer less",
        {'            dense(24, "tanh", "hidden2"),\n': ""},
        rungs=("structure",),
        causes=("variables",),
        why="two lines that look the same",
    ),
    mistake(
        "sum of squares",
        {"MeanSquaredError()": 'MeanSquaredError(reduction="sum")'},
        rungs=("loss",),
        causes=("sum_or_mean",),
        why="squares are summed",
    ),
    mistake(
        "prediction without bias",
        {"            units,\n": "            units,\n            use_bias=units > 1,\n"},
        rungs=("structure",),
        causes=("missing_bias",),
        why="the last layer is a projection",
    ),
]
