"""The training of the article's network: epoch by epoch, each of them compiled."""

import itertools
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.config import MlpConfig
from tf_edureka.data.mnist import Mnist, Split
from tf_edureka.errors import InputError
from tf_edureka.mlp.batches import epoch_orders, parts_of_epoch
from tf_edureka.mlp.distribution import strategies
from tf_edureka.mlp.distribution.epoch import DistributedEpoch
from tf_edureka.mlp.epoch import CompiledEpoch
from tf_edureka.mlp.model import build
from tf_edureka.results import MlpResult, asks_to_stop
from tf_edureka.runs.state import TrainingProgress, TrainingState, identity

# From so many steps on the search for quicker programs, which takes a GPU many seconds, pays: on an
# H100 an epoch of 550 steps gains 0.024 s by it.
_SEARCH_PAYS = 500_000


def train(
    config: MlpConfig,
    data: Mnist,
    *,
    on_epoch: Callable[[int, float, float], object] | None = None,
    start: TrainingState | None = None,
    save: Callable[[TrainingState], object] | None = None,
    callbacks: Iterable[keras.callbacks.Callback] = (),
    jit_compile: bool = True,
    strategy: tf.distribute.Strategy | None = None,
) -> MlpResult:
    """Trains the network and tests it after each epoch.

    Ends early when the cost is no longer a finite number: nothing could come of it.

    Source: the article's "Training cycle".

    Args:
        config: what to train.
        data: trained on `data.train`, tested on `data.test`; `data.validation` is for `callbacks`.
        on_epoch: called after each epoch with its number from 0, cost and accuracy. If it returns
            True, the training ends; anything else it returns does not matter.
        start: the state that an earlier call handed to `save`, to go on from there: on a machine of
            the same kind all comes out to the bit as if there had been one call. Callbacks begin
            anew.
        save: called with the state after each epoch, and in long epochs every ten seconds. If it
            returns True, the training ends.
        callbacks: Keras' callbacks. They see each epoch as one batch, and of it `loss`, which is
            the cost, `accuracy` on the training batches as they were trained on, `val_loss` and
            `val_accuracy` on the validation images, and the article's accuracy on the test images
            as `test_accuracy`. No loss has smoothed labels in it.
        jit_compile: whether XLA makes one program of the epoch, which is faster and rounds in
            another way. Without it the article's recipe gives each bit that the legacy path does.
            With a strategy it makes none.
        strategy: by which to train on several devices or in several processes, as `strategies`
            makes them; up to the order of sums it comes to what one device does without XLA.
            Callbacks get no `accuracy` then. All processes have to call with the same `config`,
            `data` and `start`. None for one device.

    Returns:
        the course of the training, all of it, and the weights it ended with.

    Raises:
        InputError: when the batch size exceeds the training examples or cannot be shared out
            evenly, `start` is of another training, or a callback is none of Keras', sets the
            learning rate beside a schedule, or resumes by itself (`BackupAndRestore`).
    """
    callbacks = _checked(callbacks, config)
    examples = len(data.train.labels)
    steps, training = config.steps_per_epoch(examples), identity("modern", config, data)
    progress = TrainingProgress(start, save, training=training, steps=steps)
    compiled = _epoch(
        config,
        data,
        validation=data.validation if callbacks else None,
        jit_compile=jit_compile,
        strategy=strategy,
    )
    model = compiled.model
    if start is not None:
        compiled.restore(start.variables)
    orders = itertools.islice(epoch_orders(config, examples), progress.epoch, None)
    listeners = keras.callbacks.CallbackList(
        callbacks, model=model, epochs=config.epochs, steps=1, verbose=1
    )
    model.stop_training = stop = False
    logs: dict[str, float] = {}
    listeners.on_train_begin()
    while not stop and progress.should_continue():
        epoch = progress.epoch
        progress.begin_epoch()
        listeners.on_epoch_begin(epoch)
        listeners.on_train_batch_begin(0)
        if not progress.step:
            compiled.begin_metrics()
        if _take_steps(compiled, progress, next(orders), config.seed):
            break
        cost = float(np.mean(progress.running_cost, dtype=np.float64))
        accuracy = compiled.test() / len(data.test.labels)
        progress.complete_epoch(cost, accuracy)
        if callbacks:
            logs = _tell(listeners, epoch, compiled=compiled, cost=cost, accuracy=accuracy)
        stop = asks_to_stop(on_epoch and on_epoch(epoch, cost, accuracy)) or model.stop_training
        stop = compiled.agreed(progress.save_if_due(compiled.state) or stop)
    listeners.on_train_end(logs)
    return progress.result(model.get_weights())


def _checked(
    callbacks: Iterable[keras.callbacks.Callback], config: MlpConfig
) -> list[keras.callbacks.Callback]:
    """The callbacks as a list; refuses those that would fail or mislead within the training."""
    is_list = isinstance(callbacks, Iterable)
    given = list(callbacks) if is_list else []
    if not is_list or not all(isinstance(one, keras.callbacks.Callback) for one in given):
        raise InputError(f"callbacks: expected a list of Keras' callbacks, got {callbacks!r}")
    setters = keras.callbacks.ReduceLROnPlateau, keras.callbacks.LearningRateScheduler
    for callback in given:
        name = type(callback).__name__
        if isinstance(callback, setters) and config.schedule != "constant":
            raise InputError(
                f"callbacks: expected none that sets the learning rate, which follows the schedule "
                f'{config.schedule}, got {name}; give the configuration schedule="constant"'
            )
        if isinstance(callback, keras.callbacks.BackupAndRestore):
            raise InputError(
                f"callbacks: expected none that resumes a training, got {name}; save=... gives "
                "states, and start=... resumes from one"
            )
    return given


def _tell(
    listeners: keras.callbacks.CallbackList,
    epoch: int,
    *,
    compiled: CompiledEpoch,
    cost: float,
    accuracy: float,
) -> dict[str, float]:
    """Tells the callbacks of an epoch: of its batch, of the validation, and of its end."""
    trained = {"loss": cost, **compiled.metrics()}
    listeners.on_train_batch_end(0, trained)
    listeners.on_test_begin()
    listeners.on_test_batch_begin(0)
    validated = compiled.validate()
    listeners.on_test_batch_end(0, validated)
    listeners.on_test_end(validated)
    of_validation = {f"val_{name}": value for name, value in validated.items()}
    logs = {**trained, **of_validation, "test_accuracy": accuracy}
    listeners.on_epoch_end(epoch, logs)
    return logs


def _epoch(
    config: MlpConfig,
    data: Mnist,
    *,
    validation: Split | None,
    jit_compile: bool,
    strategy: tf.distribute.Strategy | None,
) -> CompiledEpoch:
    """The network, compiled, on one device or on those of a strategy."""
    total_steps = config.steps_per_epoch(len(data.train.labels)) * config.epochs
    tf32 = config.precision == "tf32"
    if strategy is None:
        return CompiledEpoch(
            build(config, total_steps),
            data.train,
            test=data.test,
            validation=validation,
            distortion=config.distortion,
            jit_compile=jit_compile,
            tf32=tf32,
            search=total_steps >= _SEARCH_PAYS,
        )
    strategies.expect_split(config.batch_size, strategy.num_replicas_in_sync)
    with strategy.scope():
        model = build(config, total_steps)
    return DistributedEpoch(
        model,
        data.train,
        test=data.test,
        validation=validation,
        strategy=strategy,
        distortion=config.distortion,
        tf32=tf32,
    )


def _take_steps(
    compiled: CompiledEpoch, progress: TrainingProgress, order: npt.NDArray[np.int32], seed: int
) -> bool:
    """Takes the steps that are left of the running epoch; says whether to end the training."""
    steps, batch_size = order.shape
    for first, end in parts_of_epoch(steps, compiled.model.count_params(), batch_size):
        if end <= progress.step:
            continue
        first = max(first, progress.step)  # another version may have parted it otherwise
        costs = compiled.train(order[first:end], (seed, progress.epoch * steps + first))
        progress.add_steps(costs)
        if end < steps and compiled.agreed(progress.save_if_due(compiled.state)):
            return True
    return False
