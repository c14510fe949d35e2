"""Optimizers, learning rate schedules and regularizers."""

from tf_edureka.runner.modern.advice import in_words, numbers, renamed, restructured

OPTIMIZERS = {
    "tf.train.GradientDescentOptimizer": renamed("keras.optimizers.SGD(learning_rate)"),
    "tf.train.MomentumOptimizer": numbers(
        "tf_edureka.tf1.Momentum(learning_rate, momentum, use_nesterov=use_nesterov)",
        "keras.optimizers.SGD(learning_rate, momentum=momentum, nesterov=use_nesterov)",
        "it multiplies the rate into the velocity, so both agree only at a constant rate",
    ),
    "tf.train.AdamOptimizer": numbers(
        "keras.optimizers.Adam(learning_rate, epsilon=1e-8)",
        "keras.optimizers.Adam(learning_rate)",
        "its default epsilon is 1e-7, 1e-8 in TensorFlow 1; for bit-identical steps use "
        "tf_edureka.tf1.Adam",
    ),
    "tf.train.RMSPropOptimizer": numbers(
        "tf_edureka.tf1.RMSProp(learning_rate, decay, momentum=momentum)",
        "keras.optimizers.RMSprop(learning_rate, rho=decay, momentum=momentum)",
        "its mean square starts at 0 instead of 1, and its epsilon is 1e-7 instead of 1e-10",
    ),
    "tf.train.AdadeltaOptimizer": numbers(
        "keras.optimizers.Adadelta(learning_rate, epsilon=1e-8)",
        "keras.optimizers.Adadelta(learning_rate)",
        "its default epsilon is 1e-7, 1e-8 in TensorFlow 1; for bit-identical steps use "
        "tf_edureka.tf1.Adadelta",
    ),
    "tf.train.AdagradOptimizer": renamed(
        "keras.optimizers.Adagrad(learning_rate, initial_accumulator_value)",
        "it adds epsilon=1e-7 to a sum that starts at 0.1, which changes a step by parts in 10 "
        "million; without the epsilon use tf_edureka.tf1.Adagrad",
    ),
    "tf.train.FtrlOptimizer": renamed(
        "keras.optimizers.Ftrl(learning_rate)", "for bit-identical steps use tf_edureka.tf1.Ftrl"
    ),
    "tf.train.AdagradDAOptimizer": in_words("write your own optimizer; Keras has none for this"),
    "tf.train.ProximalAdagradOptimizer": in_words(
        "write your own optimizer; Keras has none for this"
    ),
    "tf.train.ProximalGradientDescentOptimizer": in_words(
        "write your own optimizer; Keras has none for this"
    ),
    "tf.train.SyncReplicasOptimizer": in_words("use tf.distribute.MultiWorkerMirroredStrategy"),
    "tf.contrib.opt.AdamWOptimizer": numbers(
        "keras.optimizers.AdamW(learning_rate, weight_decay / learning_rate, epsilon=1e-8)",
        "keras.optimizers.AdamW(learning_rate, weight_decay)",
        "it subtracts rate * weight_decay * w in a step instead of weight_decay * w",
    ),
    "tf.contrib.opt.AdaMaxOptimizer": renamed(
        "keras.optimizers.Adamax(learning_rate, epsilon=1e-8)"
    ),
    "tf.contrib.opt.LazyAdamOptimizer": in_words(
        "use keras.optimizers.Adam with epsilon=1e-8; it also moves rows without a gradient"
    ),
    "tf.contrib.opt.MovingAverageOptimizer": in_words("use any Keras optimizer with use_ema=True"),
}

# Pass the schedule to the optimizer as its learning rate; the optimizer counts the steps.
SCHEDULES = {
    "tf.train.exponential_decay": restructured(
        "keras.optimizers.schedules.ExponentialDecay(learning_rate, decay_steps, decay_rate, "
        "staircase)"
    ),
    "tf.train.natural_exp_decay": restructured(
        "keras.optimizers.schedules.ExponentialDecay(learning_rate, decay_steps, "
        "math.exp(-decay_rate), staircase)"
    ),
    "tf.train.inverse_time_decay": restructured(
        "keras.optimizers.schedules.InverseTimeDecay(learning_rate, decay_steps, decay_rate, "
        "staircase)"
    ),
    "tf.train.polynomial_decay": restructured(
        "keras.optimizers.schedules.PolynomialDecay(learning_rate, decay_steps, "
        "end_learning_rate, power, cycle)"
    ),
    "tf.train.cosine_decay": restructured(
        "keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps, alpha)"
    ),
    "tf.train.cosine_decay_restarts": restructured(
        "keras.optimizers.schedules.CosineDecayRestarts(learning_rate, first_decay_steps, t_mul, "
        "m_mul, alpha)"
    ),
    **dict.fromkeys(
        ("tf.train.piecewise_constant", "tf.train.piecewise_constant_decay"),
        restructured(
            "keras.optimizers.schedules.PiecewiseConstantDecay(boundaries, values)",
            "in both, a boundary is the last step with the rate before it",
        ),
    ),
    **dict.fromkeys(
        ("tf.train.linear_cosine_decay", "tf.train.noisy_linear_cosine_decay"),
        in_words("write your own keras.optimizers.schedules.LearningRateSchedule"),
    ),
}

REGULARIZERS = {
    "tf.contrib.layers.l1_regularizer": renamed("keras.regularizers.L1(scale)"),
    "tf.contrib.layers.l2_regularizer": numbers(
        "keras.regularizers.L2(scale / 2)",
        "keras.regularizers.L2(scale)",
        "it does not halve the sum of squares",
    ),
    "tf.contrib.layers.l1_l2_regularizer": numbers(
        "keras.regularizers.L1L2(scale_l1, scale_l2 / 2)",
        "keras.regularizers.L1L2(scale_l1, scale_l2)",
        "it does not halve the sum of squares",
    ),
    "tf.contrib.layers.sum_regularizer": in_words("write a function that adds the penalties"),
    "tf.contrib.layers.apply_regularization": in_words("pass kernel_regularizer to each layer"),
    "tf.nn.l2_loss": numbers(
        "keras.regularizers.L2(0.5)(t)",
        "keras.regularizers.L2(1.0)(t)",
        "it does not halve the sum of squares; tf.nn.l2_loss(t) itself is unchanged",
    ),
}

ROWS = {**OPTIMIZERS, **SCHEDULES, **REGULARIZERS}
