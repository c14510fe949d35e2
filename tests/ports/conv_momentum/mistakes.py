from ports import left_on, mistakes_in

mistake = mistakes_in(__file__)

MISTAKES = [
    mistake(
        "dropout left on",
        left_on("Dropout", "layers.Dropout("),
        rungs=("final metric",),
        causes=("dropout",),
        why="Monte Carlo dropout, from another project",
    ),
    mistake(
        "batch norm by the batch",
        left_on("BatchNormalization", "layers.BatchNormalization("),
        rungs=("final metric",),
        causes=("bn_momentum",),
        why="training=True was in the old script, too",
    ),
    mistake(
        "momentum of Keras",
        {"tf1.Momentum(rate, 0.9": "keras.optimizers.SGD(rate, 0.9"},
        rungs=("optimizer",),
        causes=("momentum",),
        why="MomentumOptimizer is SGD with momentum",
    ),
    mistake(
        "nesterov",
        {"tf1.Momentum(rate, 0.9": "keras.optimizers.SGD(rate, 0.9, nesterov=True"},
        rungs=("optimizer",),
        causes=("nesterov", "momentum"),
        why="Nesterov's momentum is the usual one today",
    ),
    mistake(
        "rate decays smoothly",
        {", staircase=True": ""},
        rungs=("optimizer",),
        causes=("schedule",),
        why="an argument overlooked",
    ),
    mistake(
        "rate stays",
        {
            "keras.optimizers.schedules.ExponentialDecay(0.05, 5, 0.7, staircase=True)": "0.05",
        },
        rungs=("optimizer",),
        causes=("schedule", "learning_rate"),
        why="Adam next door needs no schedule",
    ),
    mistake(
        "rate decays a step late",
        {"(0.05, 5, 0.7": "(0.05, 6, 0.7"},
        rungs=("optimizer",),
        causes=("schedule",),
        why="counts steps from 1",
    ),
    mistake(
        "clipping forgotten",
        {", global_clipnorm=1.0": ""},
        rungs=("gradients", "optimizer"),
        causes=("clipping",),
        why="it is not in the optimizer of the old script",
    ),
    mistake(
        "each gradient clipped by its own norm",
        {"global_clipnorm=1.0": "clipnorm=1.0"},
        rungs=("gradients", "optimizer"),
        causes=("clipping",),
        why="clipnorm is the argument for norms",
    ),
    mistake(
        "gradients clipped by value",
        {"global_clipnorm=1.0": "clipvalue=1.0"},
        rungs=("gradients", "optimizer"),
        causes=("clipping",),
        why="clipping is clipping",
    ),
    mistake(
        "L2 of Keras",
        {"tf1.L2(5e-3)": "keras.regularizers.L2(5e-3)"},
        rungs=("loss",),
        causes=("l2",),
        why="l2_regularizer(5e-3) is L2(5e-3)",
    ),
    mistake(
        "regulariser forgotten",
        {"                kernel_regularizer=tf1.L2(5e-3),\n": ""},
        rungs=("loss",),
        causes=("l2",),
        why="get_total_loss has no model.compile",
    ),
    mistake(
        "weight decay for L2",
        {
            "                kernel_regularizer=tf1.L2(5e-3),\n": "",
            "global_clipnorm=1.0": "global_clipnorm=1.0, weight_decay=5e-3",
        },
        rungs=("loss",),
        causes=("weight_decay", "l2"),
        why="papers call both weight decay",
    ),
    mistake(
        "batch norm remembers less",
        {"BatchNormalization(": "BatchNormalization(momentum=0.9, "},
        rungs=("optimizer", "re-anchored steps"),
        causes=("bn_momentum",),
        why="PyTorch's default, 0.1, the other way round",
    ),
    mistake(
        "epsilon of PyTorch's batch norm",
        {"BatchNormalization(": "BatchNormalization(epsilon=1e-5, "},
        rungs=("forward pass",),
        causes=("bn_epsilon",),
        why="came through a port to PyTorch",
    ),
    mistake(
        "batch norm forgotten",
        {'            layers.BatchNormalization(name="bn1"),\n': ""},
        rungs=("structure",),
        causes=("variables",),
        why="it made the first try slow",
    ),
    mistake(
        "bias before batch norm",
        {"use_bias=False, ": ""},
        rungs=("structure",),
        causes=("variables", "missing_bias"),
        why="a convolution has a bias",
    ),
    mistake(
        "average pooling",
        {
            "layers.MaxPooling2D(2, 2),\n            layers.Conv2D(": (
                "layers.AveragePooling2D(2, 2),\n            layers.Conv2D("
            )
        },
        rungs=("forward pass",),
        causes=("pooling",),
        why="pooling is pooling",
    ),
    mistake(
        "padding of Keras",
        {'layers.Conv2D(8, 5, padding="same", ': "layers.Conv2D(8, 5, "},
        rungs=("structure",),
        causes=("padding", "variables"),
        why="an argument overlooked; Flatten takes any size",
    ),
    mistake(
        "second convolution without relu",
        {'activation="relu", name="conv2"': 'name="conv2"'},
        rungs=("forward pass",),
        causes=("activation",),
        why="the first has its relu in a layer of its own, so the second will have, too",
    ),
    mistake(
        "dropout keeps 0.4",
        {"Dropout(0.4)": "Dropout(0.6)"},
        rungs=("forward pass",),
        causes=("dropout",),
        why="took the rate for keep_prob, and turned it round",
    ),
    mistake(
        "dropout forgotten",
        {"            layers.Dropout(0.4),\n": ""},
        rungs=("structure", "forward pass"),
        causes=("dropout",),
        why="for the comparison, and then it stayed out",
    ),
    mistake(
        "dropout before the dense layer",
        {
            "            layers.Dropout(0.4),\n": "",
            "layers.Flatten(),": "layers.Flatten(),\n            layers.Dropout(0.4),",
        },
        rungs=("structure", "forward pass"),
        causes=("dropout",),
        why="dropout belongs to the input of a dense layer",
    ),
    mistake(
        "dense layer of Glorot",
        {"keras.initializers.TruncatedNormal(stddev=0.05)": '"glorot_uniform"'},
        rungs=("initial values",),
        causes=("initial_values",),
        why="the default will do",
    ),
    mistake(
        "labels counted from 1",
        {
            "keras.losses.SparseCategoricalCrossentropy(from_logits=True)": (
                "lambda y, z: keras.losses.sparse_categorical_crossentropy(\n"
                "            (y + 9) % 10, z, from_logits=True\n"
                "        )"
            )
        },
        rungs=("loss",),
        causes=("labels",),
        why="the labels of another data set began at 1",
    ),
]
