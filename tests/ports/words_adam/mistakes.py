from ports import mistakes_in

mistake = mistakes_in(__file__)

MISTAKES = [
    mistake(
        "normalization's epsilon of Keras",
        {"LayerNormalization(epsilon=1e-5)": "LayerNormalization()"},
        rungs=("forward pass",),
        causes=("epsilon",),
        why="an epsilon is there against a division by 0, so any will do",
    ),
    mistake(
        "Adam's epsilon of Keras",
        {"global_clipnorm=0.25": "epsilon=1e-7, global_clipnorm=0.25"},
        rungs=("optimizer",),
        causes=("epsilon",),
        why="Adam is Adam",
    ),
    mistake(
        "clipping forgotten",
        {"tf1.Adam(rate, global_clipnorm=0.25)": "tf1.Adam(rate)"},
        rungs=("optimizer",),
        causes=("clipping",),
        why="it stands far from the optimizer in the old program",
    ),
    mistake(
        "gradients clipped each by itself",
        {"global_clipnorm": "clipnorm"},
        rungs=("optimizer",),
        causes=("clipping",),
        why="clipnorm is the first of the three arguments",
    ),
    mistake(
        "rate stays",
        {"ExponentialDecay(0.02, 7, 0.8, staircase=True)": "ExponentialDecay(0.02, 7, 1.0)"},
        rungs=("optimizer",),
        causes=("schedule", "learning_rate"),
        why="the variable's first value was taken for the rate",
    ),
    mistake(
        "letters and words summed",
        {"(from_logits=True)": '(from_logits=True, reduction="sum")'},
        rungs=("loss",),
        causes=("sum_or_mean",),
        why="the loss of a text is the sum over its letters",
    ),
]
