from ports import left_on, mistakes_in

mistake = mistakes_in(__file__)

FIRST_DROPOUT = "            layers.Dropout(0.25),\n"
REGULARIZER = "                kernel_regularizer=keras.regularizers.L2(0.01),\n"

MISTAKES = [
    mistake(
        "epsilon of the old tf.train",
        {"beta_2=0.99": "beta_2=0.99, epsilon=1e-8"},
        rungs=("optimizer",),
        causes=("epsilon",),
        why="TensorFlow 1 had 1e-8, but tf.keras had Keras' own",
    ),
    mistake(
        "second moment remembers more",
        {", beta_2=0.99": ""},
        rungs=("optimizer",),
        causes=("adam",),
        why="0.99 looked like 0.999",
    ),
    mistake(
        "another Adam",
        {"beta_2=0.99": "beta_2=0.99, amsgrad=True"},
        rungs=("optimizer",),
        causes=("adam",),
        why="AMSGrad converges, Adam does not",
    ),
    mistake(
        "Nadam",
        {"optimizers.Adam(": "optimizers.Nadam("},
        rungs=("optimizer",),
        causes=("nesterov", "adam"),
        why="mistyped; it trains as well",
    ),
    mistake(
        "rate of Keras",
        {"Adam(0.01, ": "Adam("},
        rungs=("optimizer",),
        causes=("learning_rate",),
        why="lr is not an argument any more, so it was removed",
    ),
    mistake(
        "rate falls",
        {
            "Adam(0.01,": (
                "Adam(\n            keras.optimizers.schedules.ExponentialDecay(0.01, 6, 0.9),"
            )
        },
        rungs=("optimizer",),
        causes=("schedule",),
        why="once an epoch, as a callback did elsewhere",
    ),
    mistake(
        "half the L2",
        {"L2(0.01)": "L2(0.005)"},
        rungs=("loss",),
        causes=("l2",),
        why="TensorFlow 1's L2 has a half in it; tf.keras' has not",
    ),
    mistake(
        "regulariser forgotten",
        {REGULARIZER: ""},
        rungs=("loss",),
        causes=("l2",),
        why="dropout is enough",
    ),
    mistake(
        "weight decay for L2",
        {REGULARIZER: "", "beta_2=0.99": "beta_2=0.99, weight_decay=0.01"},
        rungs=("loss",),
        causes=("weight_decay", "l2"),
        why="that is what AdamW is for",
    ),
    mistake(
        "sum over the batch",
        {'"categorical_crossentropy"': ('keras.losses.CategoricalCrossentropy(reduction="sum")')},
        rungs=("loss",),
        causes=("sum_or_mean",),
        why="gradients are summed over replicas, too",
    ),
    mistake(
        "labels smoothed",
        {
            '"categorical_crossentropy"': (
                "keras.losses.CategoricalCrossentropy(label_smoothing=0.1)"
            )
        },
        rungs=("loss",),
        causes=("labels",),
        why="everyone smooths labels now",
    ),
    mistake(
        "dropouts exchanged",
        {"Dropout(0.25)": "Dropout(0.50)", "Dropout(0.5)": "Dropout(0.25)"},
        rungs=("forward pass",),
        causes=("dropout",),
        why="two numbers, two layers",
    ),
    mistake(
        "first dropout forgotten",
        {FIRST_DROPOUT: ""},
        rungs=("structure", "forward pass"),
        causes=("dropout",),
        why="there is one already",
    ),
    mistake(
        "dropout of the features",
        {FIRST_DROPOUT: "", "keras.Input((10,)),\n": "keras.Input((10,)),\n" + FIRST_DROPOUT},
        rungs=("structure", "forward pass"),
        causes=("dropout",),
        why="the first dropout is that of the input",
    ),
    mistake(
        "relu before batch norm",
        {
            "            layers.BatchNormalization(),\n": "",
            'layers.Activation("relu"),': (
                'layers.Activation("relu"),\n            layers.BatchNormalization(),'
            ),
        },
        rungs=("forward pass",),
        causes=(),
        why="both orders are seen",
    ),
    mistake(
        "relu for elu",
        {'"elu"': '"relu"'},
        rungs=("forward pass",),
        causes=("activation",),
        why="mistyped",
    ),
    mistake(
        "batch norm remembers less",
        {"BatchNormalization()": "BatchNormalization(momentum=0.9)"},
        rungs=("optimizer", "re-anchored steps"),
        causes=("bn_momentum",),
        why="PyTorch's default, 0.1, the other way round",
    ),
    mistake(
        "epsilon of PyTorch's batch norm",
        {"BatchNormalization()": "BatchNormalization(epsilon=1e-5)"},
        rungs=("forward pass",),
        causes=("bn_epsilon",),
        why="came through a port to PyTorch",
    ),
    mistake(
        "no bias before batch norm",
        {"                16,\n": "                16,\n                use_bias=False,\n"},
        rungs=("structure",),
        causes=("missing_bias", "variables"),
        why="batch norm has one itself",
    ),
    mistake(
        "kernel of Glorot",
        {'                kernel_initializer="he_normal",\n': ""},
        rungs=("initial values",),
        causes=("initial_values",),
        why="the default will do",
    ),
    mistake(
        "batch norm by the batch",
        left_on("BatchNormalization", "layers.BatchNormalization("),
        rungs=("final metric",),
        causes=("bn_momentum",),
        why="it trains as the old one does",
    ),
    mistake(
        "dropout left on",
        left_on("Dropout", "layers.Dropout(0.5)"),
        rungs=("final metric",),
        causes=("dropout",),
        why="it trains as the old one does",
    ),
]
