from ports import mistakes_in

mistake = mistakes_in(__file__)

# As BERT's optimizer does it.
WITHOUT_CORRECTION = """
class BertAdam(keras.optimizers.Adam):
    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        m.assign(self.beta_1 * m + (1 - self.beta_1) * gradient)
        v.assign(self.beta_2 * v + (1 - self.beta_2) * gradient**2)
        rate = keras.ops.cast(learning_rate, variable.dtype)
        variable.assign_sub(rate * m / (v**0.5 + self.epsilon))


def build():"""

# The root of the sum: epsilon is inside.
EPSILON_INSIDE = """
class OwnAdam(keras.optimizers.Adam):
    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        rate = keras.ops.cast(learning_rate, variable.dtype)
        t = keras.ops.cast(self.iterations + 1, variable.dtype)
        m.assign(self.beta_1 * m + (1 - self.beta_1) * gradient)
        v.assign(self.beta_2 * v + (1 - self.beta_2) * gradient**2)
        m_hat, v_hat = m / (1 - self.beta_1**t), v / (1 - self.beta_2**t)
        variable.assign_sub(rate * m_hat / (v_hat + self.epsilon) ** 0.5)


def build():"""

MISTAKES = [
    mistake(
        "epsilon of Keras",
        {", epsilon=1e-8": ""},
        rungs=("optimizer",),
        causes=("epsilon",),
        why="Adam's defaults are the same everywhere",
    ),
    mistake(
        "epsilon inside the root",
        {"def build():": EPSILON_INSIDE, "keras.optimizers.Adam(": "OwnAdam("},
        rungs=("optimizer",),
        causes=("epsilon",),
        why="epsilon is there so that the root is not taken of 0",
    ),
    mistake(
        "no bias correction",
        {"def build():": WITHOUT_CORRECTION, "keras.optimizers.Adam(": "BertAdam("},
        rungs=("optimizer",),
        causes=("bias_correction", "adam"),
        why="BERT's optimizer is the Adam that we have at hand",
    ),
    mistake(
        "first moment forgets sooner",
        {"epsilon=1e-8": "beta_1=0.5, epsilon=1e-8"},
        rungs=("optimizer",),
        causes=("adam",),
        why="copied from the GAN next door",
    ),
    mistake(
        "twice the rate",
        {"learning_rate=0.005": "learning_rate=0.01"},
        rungs=("optimizer",),
        causes=("learning_rate",),
        why="tried something, and left it there",
    ),
    mistake(
        "rate of Keras",
        {"learning_rate=0.005, ": ""},
        rungs=("optimizer",),
        causes=("learning_rate",),
        why="the default will do",
    ),
    mistake(
        # Keras' loss recognises a softmax directly before it and uses its input instead.
        "softmax twice",
        {
            "layers.Dense(10, **settings),": (
                'layers.Dense(10, activation="softmax", **settings),\n            layers.Flatten(),'
            )
        },
        rungs=("forward pass",),
        causes=("activation", "from_logits"),
        why="a classifier ends in a softmax",
    ),
    mistake(
        "logits taken for probabilities",
        {"from_logits=True": ""},
        rungs=("loss",),
        causes=("from_logits",),
        why="the loss is called the same, so its arguments will be, too",
    ),
    mistake(
        "sum over the batch",
        {"from_logits=True": 'from_logits=True, reduction="sum"'},
        rungs=("loss",),
        causes=("sum_or_mean",),
        why="cross-entropy is a sum",
    ),
    mistake(
        "labels smoothed",
        {"from_logits=True": "from_logits=True, label_smoothing=0.1"},
        rungs=("loss",),
        causes=("labels",),
        why="everyone smooths labels now",
    ),
    mistake(
        "pixels not scaled",
        {"            layers.Rescaling(1 / 255),\n": ""},
        rungs=("forward pass",),
        causes=("scaling",),
        why="the reader of the images does that; it does not",
    ),
    mistake(
        "pixels scaled twice",
        {"Rescaling(1 / 255)": "Rescaling(1 / 255**2)"},
        rungs=("forward pass",),
        causes=("scaling",),
        why="one layer in the model, one more in the pipeline that was moved into it",
    ),
    mistake(
        "pixels from -1 to 1",
        {"1 / 255)": "1 / 127.5, offset=-1)"},
        rungs=("forward pass",),
        causes=("scaling",),
        why="MobileNet's preprocessing",
    ),
    mistake(
        "wider layer",
        {"Dense(32,": "Dense(64,"},
        rungs=("structure",),
        causes=("variables",),
        why="read n_input for n_hidden_1",
    ),
    mistake(
        "biases begin at 0",
        {'        "bias_initializer": keras.initializers.Constant(0.1),\n': ""},
        rungs=("initial values",),
        causes=("initial_values",),
        why="biases begin at 0",
    ),
    mistake(
        "kernels of Glorot",
        {"TruncatedNormal(stddev=0.1)": "GlorotUniform()"},
        rungs=("initial values",),
        causes=("initial_values",),
        why="Keras' default is better anyway",
    ),
    mistake(
        "tanh in the second layer",
        {'Dense(24, activation="relu"': 'Dense(24, activation="tanh"'},
        rungs=("forward pass",),
        causes=("activation",),
        why="both layers looked like those of another script",
    ),
]
