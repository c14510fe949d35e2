from ports import mistakes_in

mistake = mistakes_in(__file__)

LAST = "layers.Dense(64, kernel_initializer=normal)"
SCHEDULE = "keras.optimizers.schedules.InverseTimeDecay(0.4, decay_steps=5, decay_rate=0.5)"

STEP_LATE = """
class Decay(keras.optimizers.schedules.InverseTimeDecay):
    def __call__(self, step):
        return super().__call__(step + 1)


def build():"""

MISTAKES = [
    mistake(
        "mean over pixels",
        {"ops.sum(": "ops.mean("},
        rungs=("loss",),
        causes=("sum_or_mean",),
        why="that is what Keras' binary cross-entropy does",
    ),
    mistake(
        "sum over the batch, too",
        {", axis=1)": ")"},
        rungs=("loss",),
        causes=("sum_or_mean",),
        why="a loss is a number",
    ),
    mistake(
        "logits taken for probabilities",
        {", from_logits=True": ""},
        rungs=("loss",),
        causes=("from_logits",),
        why="overlooked in the name of the old function",
    ),
    mistake(
        # Keras' loss recognises a sigmoid directly before it and uses its input instead. The
        # picture is also a tensor of the original, so the forward pass may hold.
        "sigmoid twice",
        {
            f"logits = {LAST}(hidden)": (
                f"picture = {LAST}(hidden)\n".replace("64,", '64, activation="sigmoid",')
                + "    logits = layers.Flatten()(layers.Reshape((8, 8))(picture))"
            )
        },
        rungs=("forward pass", "loss"),
        causes=("activation", "from_logits"),
        why="the picture is the sigmoid of the logits",
    ),
    mistake(
        "clipping forgotten",
        {", clipvalue=0.05": ""},
        rungs=("gradients", "optimizer"),
        causes=("clipping",),
        why="it is in none of the old optimizer's arguments",
    ),
    mistake(
        "gradients clipped by their norm",
        {"clipvalue=0.05": "clipnorm=0.05"},
        rungs=("gradients", "optimizer"),
        causes=("clipping",),
        why="clipping is clipping",
    ),
    mistake(
        "gradients clipped by the global norm",
        {"clipvalue=0.05": "global_clipnorm=0.05"},
        rungs=("gradients", "optimizer"),
        causes=("clipping",),
        why="one clips by the global norm today",
    ),
    mistake(
        "wider clipping",
        {"clipvalue=0.05": "clipvalue=0.5"},
        rungs=("gradients", "optimizer"),
        causes=("clipping",),
        why="mistyped",
    ),
    mistake(
        "rate stays",
        {SCHEDULE: "0.4"},
        rungs=("optimizer",),
        causes=("schedule", "learning_rate"),
        why="the rate is 0.4",
    ),
    mistake(
        "rate decays in stairs",
        {"decay_rate=0.5": "decay_rate=0.5, staircase=True"},
        rungs=("optimizer",),
        causes=("schedule",),
        why="decay_steps sounds like stairs",
    ),
    mistake(
        "another decay",
        {"InverseTimeDecay": "ExponentialDecay"},
        rungs=("optimizer",),
        causes=("schedule",),
        why="the arguments are the same",
    ),
    mistake(
        "rate a step ahead",
        {
            "def build():": STEP_LATE,
            "keras.optimizers.schedules.InverseTimeDecay(": "Decay(",
        },
        rungs=("optimizer",),
        causes=("schedule",),
        why="counts steps from 1",
    ),
    mistake(
        "momentum",
        {"SGD(rate": "SGD(rate, momentum=0.9"},
        rungs=("optimizer",),
        causes=("momentum",),
        why="nobody trains without",
    ),
    mistake(
        "relu for sigmoid",
        {
            'activation="sigmoid", kernel_initializer=normal)(pictures)': (
                'activation="relu", kernel_initializer=normal)(pictures)'
            )
        },
        rungs=("forward pass",),
        causes=("activation",),
        why="nobody uses sigmoids inside",
    ),
    mistake(
        "linear code",
        {', activation="tanh"': ""},
        rungs=("forward pass",),
        causes=("activation",),
        why="a code is a projection",
    ),
    mistake(
        "reconstruction without bias",
        {LAST: "layers.Dense(64, use_bias=False, kernel_initializer=normal)"},
        rungs=("structure",),
        causes=("missing_bias",),
        why="most pixels are black",
    ),
    mistake(
        "initial values of Keras",
        {"keras.initializers.RandomNormal(stddev=0.2)": "keras.initializers.RandomNormal()"},
        rungs=("initial values",),
        causes=("initial_values",),
        why="an argument overlooked; Keras has 0.05",
    ),
]
