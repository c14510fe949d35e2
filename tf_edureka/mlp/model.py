"""The article's network for MNIST the modern way: a Keras `Sequential`, 784-256-256-10."""

import itertools
from collections.abc import Callable, Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf

from tf_edureka import initializers, rounding, seeds, strategies
from tf_edureka.config import CLASSES, PIXELS, MlpConfig
from tf_edureka.course import Course, TrainingState
from tf_edureka.distributed import DistributedEpoch
from tf_edureka.mnist import Mnist
from tf_edureka.result import MlpResult
from tf_edureka.training import CompiledEpoch, epoch_order, parts_of_epoch


def network(config: MlpConfig) -> keras.Sequential:
    """Builds the network with its initial values.

    `logits = relu(relu(x K1 + b1) K2 + b2) K3 + b3`

    Source: the article's `multilayer_perceptron`. The recipe `article` keeps its initial values
    from N(0, 1) for kernels and biases, the very numbers that TensorFlow 1.15 drew under
    `tf.set_random_seed(config.seed)`; `modern` has He's normal kernels and biases of 0.

    Args:
        config: recipe, sizes and seed.

    Returns:
        a model from float32 pixels in [0, 1], shape (n, 784), to logits, shape (n, 10).
    """
    dense = rounding.Dense if config.recipe == "article" else keras.layers.Dense
    return _sequential(config, _initializers(config), dense)


def build(config: MlpConfig, total_steps: int) -> keras.Sequential:
    """Builds the network and compiles it, ready for its first step.

    Source: the article's "Define loss and optimizer". The recipe `article` keeps its Adam at a
    constant rate; `modern` decays the kernels, smooths the labels, and has a learning rate that
    rises from 0 and falls back to it along a cosine.

    Args:
        config: as for `network`, and the numbers of loss and optimizer.
        total_steps: steps of the whole training, over which the modern schedule runs.

    Returns:
        the network, compiled with softmax cross-entropy on one-hot labels and accuracy.
    """
    model = network(config)
    model.compile(
        optimizer=optimizer(config, total_steps),
        loss=keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=config.label_smoothing, dtype=config.dtype
        ),
        metrics=["accuracy"],
    )
    return model


def optimizer(config: MlpConfig, total_steps: int) -> keras.optimizers.Optimizer:
    """Makes the recipe's optimizer.

    Args:
        config: recipe and its numbers.
        total_steps: steps of the whole training, over which the modern schedule runs.
    """
    if config.recipe == "article":
        return rounding.Adam(config.learning_rate, config.adam_epsilon, config.dtype)
    rise = int(config.warmup * total_steps)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, total_steps - rise, warmup_target=config.learning_rate, warmup_steps=rise
    )
    adam_w = keras.optimizers.AdamW(
        schedule, weight_decay=config.weight_decay, epsilon=config.adam_epsilon
    )
    adam_w.exclude_from_weight_decay(var_names=["bias"])
    return adam_w


def from_weights(config: MlpConfig, weights: Sequence[np.ndarray]) -> keras.Sequential:
    """The network with given weights, to look at, save or use.

    Args:
        config: as it was trained with.
        weights: kernel and bias of each layer, as in `MlpResult.weights`.

    Returns:
        the network, not compiled; gives logits.
    """
    # With Keras' own layers and initializers: who loads the saved network needs nothing of ours.
    model = _sequential(config, [{}] * (len(config.hidden_units) + 1), keras.layers.Dense)
    model.set_weights(weights)
    return model


def epoch_orders(config: MlpConfig, examples: int) -> Iterator[np.ndarray]:
    """Which examples make up the batches of each epoch.

    Source: the article called `next_batch` as often as the batch fits into the examples, whatever
    was left of them. Its recipe has the very order of TensorFlow 1.15 under
    `tf.set_random_seed(config.seed)`, the modern one that of `training.epoch_order`.

    Args:
        config: recipe, batch size and seed.
        examples: how many there are to train on.

    Yields:
        int32, shape (steps, batch_size): indices under `examples`, epoch by epoch without end.

    Raises:
        InputError: when the batch size exceeds the examples.
    """
    steps = config.steps_per_epoch(examples)
    if config.recipe == "article":
        batches = seeds.batch_order(examples, config.batch_size, config.seed)
        while True:
            yield np.stack(list(itertools.islice(batches, steps))).astype(np.int32)
    for epoch in itertools.count():
        yield epoch_order(examples, config.batch_size, config.seed, epoch)


def train(
    config: MlpConfig,
    data: Mnist,
    on_epoch: Callable[[int, float, float], bool | None] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    jit_compile: bool = True,
    strategy: tf.distribute.Strategy | None = None,
    start: TrainingState | None = None,
    save: Callable[[TrainingState], bool | None] | None = None,
) -> MlpResult:
    """Trains the network and tests it after each epoch.

    Ends early when the cost is no longer a finite number: nothing could come of it.

    Source: the article's "Training cycle".

    Args:
        config: what to train.
        data: trained on `data.train`, tested on `data.test`; `data.validation` is not looked at.
        on_epoch: called after each epoch with its number from 0, cost and accuracy; a true result
            ends the training.
        callbacks: Keras' callbacks. They see each epoch as one batch, and of it `cost`,
            `test_accuracy` and the metrics on the training batches.
        jit_compile: whether XLA makes one program of the epoch, which is faster and rounds in
            another way. Without it the article's recipe gives each bit that the legacy path does.
            With a strategy it makes none.
        strategy: by which to train on several devices or in several processes, as `strategies`
            makes them; up to the order of sums it comes to what one device does without XLA.
            Callbacks get no metrics then. All processes have to call with the same `config`, `data`
            and `start`. None for one device.
        start: the state that an earlier call handed to `save`, to go on from there: on a machine of
            the same kind all comes out to the bit as if there had been one call.
        save: called with the state after each epoch, and in long epochs every ten seconds; a true
            result ends the training.

    Returns:
        the course of the training, all of it, and the weights it ended with.

    Raises:
        InputError: when the batch size exceeds the training examples or cannot be shared out
            evenly, or `start` is of another network.
    """
    examples = len(data.train.labels)
    steps = config.steps_per_epoch(examples)
    total_steps = steps * config.epochs
    more = {"distortion": config.distortion, "tf32": config.precision == "tf32"}
    if strategy is None:
        model = build(config, total_steps)
        compiled = CompiledEpoch(model, data.train, data.test, jit_compile=jit_compile, **more)
    else:
        strategies.expect_split(config.batch_size, strategy.num_replicas_in_sync)
        with strategy.scope():
            model = build(config, total_steps)
        compiled = DistributedEpoch(model, data.train, data.test, strategy, **more)
    course = Course(start, save)
    if start is not None:
        compiled.restore(start.variables)
    parts = parts_of_epoch(steps, model.count_params(), config.batch_size)
    orders = itertools.islice(epoch_orders(config, examples), course.epoch, None)
    listeners = keras.callbacks.CallbackList(
        list(callbacks), model=model, epochs=config.epochs, steps=1, verbose=0
    )
    model.stop_training = stop = False
    listeners.on_train_begin()
    while not stop and course.goes_on(config.epochs):
        epoch = course.epoch
        course.epoch_begins()
        listeners.on_epoch_begin(epoch)
        listeners.on_train_batch_begin(0)
        if not course.step:
            compiled.begin_metrics()
        order = next(orders)
        for first, end in parts:
            if end <= course.step:
                continue
            first = max(first, course.step)  # another version may have parted it otherwise
            seed = (config.seed, epoch * steps + first)
            course.steps_done(compiled.train(order[first:end], seed))
            if end < steps and compiled.agreed(course.checkpoint(compiled.state)):
                stop = True
                break
        if stop:
            break
        cost = float(np.mean(course.running_cost, dtype=np.float64))
        accuracy = compiled.test() / len(data.test.labels)
        course.epoch_ended(cost, accuracy)
        metrics = compiled.metrics()
        listeners.on_train_batch_end(0, {"cost": cost, **metrics})
        listeners.on_epoch_end(epoch, {"cost": cost, "test_accuracy": accuracy, **metrics})
        stop = bool(on_epoch and on_epoch(epoch, cost, accuracy)) or model.stop_training
        stop = compiled.agreed(course.checkpoint(compiled.state) or stop)
    listeners.on_train_end()
    return course.result(model.get_weights())


def _sequential(
    config: MlpConfig, initializers: Sequence[dict], dense: type[keras.layers.Dense]
) -> keras.Sequential:
    layers = [keras.Input((PIXELS,), name="pixels")]
    sizes = [*config.hidden_units, CLASSES]
    mixed = config.precision == "mixed_bfloat16"
    for depth, (units, initial) in enumerate(zip(sizes, initializers, strict=True), start=1):
        last = depth == len(sizes)
        layers.append(
            dense(
                units,
                activation=None if last else "relu",
                name="logits" if last else f"hidden_{depth}",
                # The logits in float32, since the loss is a small difference of them.
                dtype="mixed_bfloat16" if mixed and not last else config.dtype,
                **initial,
            )
        )
    return keras.Sequential(layers, name="mlp")


def _initializers(config: MlpConfig) -> list[dict[str, keras.initializers.Initializer]]:
    layers = len(config.hidden_units) + 1
    if config.recipe == "article":
        # It made the placeholders of pixels and labels first, then all kernels, then all biases.
        draws = [
            initializers.RandomNormal(op_seed, config.seed)
            for op_seed in seeds.variable_op_seeds(2 * layers, ops=2)
        ]
        return [
            {"kernel_initializer": kernel, "bias_initializer": bias}
            for kernel, bias in zip(draws[:layers], draws[layers:], strict=True)
        ]
    state = np.random.SeedSequence(config.seed).generate_state(layers)
    return [{"kernel_initializer": keras.initializers.HeNormal(seed=int(s))} for s in state]
