from ports import mistakes_in

mistake = mistakes_in(__file__)

REGULARISED = "0.2, l1_regularization_strength=0.02, l2_regularization_strength=0.05"

MISTAKES = [
    mistake(
        "L1 of the optimizer forgotten",
        {"l1_regularization_strength=0.02, ": ""},
        rungs=("optimizer",),
        causes=("ftrl",),
        why="it is in no loss",
    ),
    mistake(
        "L2 of the optimizer forgotten",
        {", l2_regularization_strength=0.05": ""},
        rungs=("optimizer",),
        causes=("ftrl", "l2"),
        why="it is in no loss",
    ),
    mistake(
        "L2 as shrinkage",
        {"l2_regularization_strength": "l2_shrinkage_regularization_strength"},
        rungs=("optimizer",),
        causes=("ftrl",),
        why="two arguments that sound the same",
    ),
    mistake(
        "regularised in the layer",
        {
            REGULARISED: "0.2",
            'kernel_initializer="zeros"': (
                'kernel_initializer="zeros", kernel_regularizer=keras.regularizers.L1L2(0.02, 0.05)'
            ),
        },
        # The kernel starts at 0, and so do its penalties.
        rungs=("optimizer", "loss"),
        causes=("ftrl", "l2"),
        why="regularisation belongs to the layer",
    ),
    mistake(
        "accumulator begins at 1",
        {"            0.2,": "            0.2, initial_accumulator_value=1.0,"},
        rungs=("optimizer",),
        causes=("ftrl",),
        why="the paper's beta is 1",
    ),
    mistake(
        "rate of Keras",
        {"            0.2, ": "            "},
        rungs=("optimizer",),
        causes=("learning_rate", "ftrl"),
        why="the default will do",
    ),
    mistake(
        "logits taken for probabilities",
        {"from_logits=True": ""},
        rungs=("loss",),
        causes=("from_logits",),
        why="binary_crossentropy takes what the model gives",
    ),
    mistake(
        "sum over the batch",
        {"from_logits=True": 'from_logits=True, reduction="sum"'},
        rungs=("loss",),
        causes=("sum_or_mean",),
        why="a log-likelihood is a sum",
    ),
    mistake(
        "labels smoothed",
        {"from_logits=True": "from_logits=True, label_smoothing=0.2"},
        # Every probability starts at 1/2, where smoothing changes only the gradients.
        rungs=("loss", "gradients"),
        causes=("labels",),
        why="clicks are noisy",
    ),
    mistake(
        "no bias",
        {'name="linear"': 'use_bias=False, name="linear"'},
        rungs=("structure",),
        causes=("missing_bias",),
        why="each visit has a site, so there is one already",
    ),
    mistake(
        "kernel of Glorot",
        {'kernel_initializer="zeros", ': ""},
        rungs=("initial values",),
        causes=("initial_values",),
        why="one never begins at 0",
    ),
]
