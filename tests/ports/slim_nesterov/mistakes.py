from ports import mistakes_in

mistake = mistakes_in(__file__)

CONVOLUTION_REGULARIZER = "            kernel_regularizer=tf1.L2(5e-4),\n"

# PyTorch's padding=1: pads a row at the start, where TensorFlow pads one at the end.
PADDED_BEFORE = {
    "        net = layers.Conv2D(\n": (
        "        net = layers.ZeroPadding2D(1)(net)\n        net = layers.Conv2D(\n"
    ),
    'padding="same"': 'padding="valid"',
}

MISTAKES = [
    mistake(
        "nesterov forgotten",
        {", nesterov=True": ""},
        rungs=("optimizer",),
        causes=("nesterov",),
        why="an argument overlooked",
    ),
    mistake(
        "momentum forgotten",
        {", momentum=0.9, nesterov=True": ""},
        rungs=("optimizer",),
        causes=("momentum", "nesterov"),
        why="the optimizer's name is where the momentum was",
    ),
    mistake(
        "batch norm of Keras remembers more",
        {"momentum=0.9, epsilon=1e-5": "epsilon=1e-5"},
        rungs=("optimizer", "re-anchored steps"),
        causes=("bn_momentum",),
        why="decay is not an argument of Keras' layer",
    ),
    mistake(
        "batch norm's momentum the other way round",
        {"BatchNormalization(momentum=0.9": "BatchNormalization(momentum=0.1"},
        rungs=("optimizer", "re-anchored steps"),
        causes=("bn_momentum",),
        why="PyTorch writes 0.1 for it",
    ),
    mistake(
        "epsilon of Keras' batch norm",
        {"epsilon=1e-5, ": ""},
        rungs=("forward pass",),
        causes=("bn_epsilon",),
        why="the default will do",
    ),
    mistake(
        "batch norm scales",
        {", scale=False": ""},
        rungs=("structure",),
        causes=("variables",),
        why="slim's does not, Keras' does",
    ),
    mistake(
        "bias before batch norm",
        {"            use_bias=False,\n": ""},
        rungs=("structure",),
        causes=("variables", "missing_bias"),
        why="slim leaves it out by itself",
    ),
    mistake(
        "slope of Keras' leaky relu",
        {"negative_slope=0.2": ""},
        rungs=("forward pass",),
        causes=("activation",),
        why="the default will do; it is 0.3 there",
    ),
    mistake(
        "relu",
        {"layers.LeakyReLU(negative_slope=0.2)": "layers.ReLU()"},
        rungs=("forward pass",),
        causes=("activation",),
        why="slim's default",
    ),
    mistake(
        "padded as PyTorch does",
        PADDED_BEFORE,
        rungs=("forward pass",),
        causes=("padding",),
        why="3 x 3 is padded by 1",
    ),
    mistake(
        "not padded",
        {'padding="same"': 'padding="same" if strides == 1 else "valid"'},
        rungs=("forward pass",),
        causes=("padding",),
        why="a convolution with strides shrinks the picture anyway",
    ),
    mistake(
        "no strides",
        {"8, strides=2": "8"},
        rungs=("forward pass",),
        causes=("strides",),
        why="the pooling halves the picture",
    ),
    mistake(
        "largest instead of mean",
        {"AveragePooling2D(2, 2)": "MaxPooling2D(2, 2)"},
        rungs=("forward pass",),
        causes=("pooling",),
        why="pooling is max pooling",
    ),
    mistake(
        "global maximum",
        {"GlobalAveragePooling2D": "GlobalMaxPooling2D"},
        rungs=("forward pass",),
        causes=("pooling",),
        why="mistyped",
    ),
    mistake(
        "labels not smoothed",
        {", label_smoothing=0.1": ""},
        rungs=("loss",),
        causes=("labels",),
        why="an argument overlooked",
    ),
    mistake(
        "labels counted from 1",
        {'ops.cast(labels, "int32")': 'ops.cast(labels, "int32") - 1'},
        rungs=("loss",),
        causes=("labels",),
        why="the labels of another data set began at 1",
    ),
    mistake(
        "L2 of Keras",
        {
            CONVOLUTION_REGULARIZER: CONVOLUTION_REGULARIZER.replace("tf1", "keras.regularizers"),
            "Dense(6, kernel_regularizer=tf1": "Dense(6, kernel_regularizer=keras.regularizers",
        },
        rungs=("loss",),
        causes=("l2",),
        why="weight_decay=5e-4 in the old program is L2(5e-4)",
    ),
    mistake(
        "last layer without L2",
        {"Dense(6, kernel_regularizer=tf1.L2(5e-4))": "Dense(6)"},
        rungs=("loss",),
        causes=("l2",),
        why="the scope of the old program is far from its last layer",
    ),
    mistake(
        "weight decay for L2",
        {
            CONVOLUTION_REGULARIZER: "",
            "Dense(6, kernel_regularizer=tf1.L2(5e-4))": "Dense(6)",
            "nesterov=True": "nesterov=True, weight_decay=5e-4",
        },
        rungs=("loss",),
        causes=("weight_decay", "l2"),
        why="it is called weight_decay there",
    ),
    mistake(
        "kernels of He",
        {
            "            use_bias=False,\n": (
                '            use_bias=False,\n            kernel_initializer="he_normal",\n'
            )
        },
        rungs=("initial values",),
        causes=("initial_values",),
        why="for relus one takes He's",
    ),
]
